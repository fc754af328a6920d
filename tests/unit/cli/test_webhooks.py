"""The terminal's words about webhooks."""

from typing import Any

import pytest

from netsentinel.cli.webhooks import show_attempts, state_of


@pytest.mark.parametrize(
    ("webhook", "expected"),
    [
        ({"enabled": True, "failing_since": 0, "stopped_by": ""}, "ok"),
        ({"enabled": True, "failing_since": 5, "stopped_by": ""}, "failing"),
        ({"enabled": False, "failing_since": 5, "stopped_by": "gone"}, "disabled (gone)"),
    ],
)
def test_how_a_webhook_stands(webhook: dict[str, Any], expected: str) -> None:
    assert state_of(webhook) == expected


def test_attempts_are_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    attempt = {"at": 0, "status": 0, "took": 1_500_000, "error": "No answer within 15 s.", "response_body": "x" * 500}
    show_attempts([attempt])
    shown = capsys.readouterr().out
    assert "1970-01-01T00:00:00.000000Z" in shown
    assert "1.500" in shown
    assert "x" * 61 not in shown
