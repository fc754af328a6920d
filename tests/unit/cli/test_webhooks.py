"""The terminal's words about webhooks."""

from typing import Any

import pytest

from netsentinel.cli import webhooks
from netsentinel.cli.output import Output
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


def test_a_message_does_not_drive_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def told(*_: object) -> dict[str, Any]:
        return {"body": '{"n":"\x9b2J\u202e\x7f"}', "attempts": []}

    monkeypatch.setattr(webhooks, "ask", told)
    webhooks.deliveries("whk_1", "msg_1", output=Output.TABLE)
    shown = capsys.readouterr().out
    assert '{"n":"' in shown
    assert not {"\x9b", "\u202e", "\x7f"} & set(shown)
