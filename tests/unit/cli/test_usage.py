"""`netsentinel usage`."""

from typing import Any

import pytest

from netsentinel.cli.program import run


def _window(name: str, minute_used: int, per_minute: int, day_used: int, per_day: int) -> dict[str, Any]:
    figures = {"minute_used": minute_used, "per_minute": per_minute, "day_used": day_used, "per_day": per_day}
    return {"request_class": name, "day_refused": 3, **figures}


FOUND: dict[str, Any] = {
    "scope": "tenant",
    "tier": "standard",
    "windows": [_window("api", 7, 100, 70, 10_000), _window("intake", 1, 6_000, 5, 0)],
    "days": [
        {"day": "2026-05-30", "principal": "key_1", "request_class": "api", "requests": 70, "refused": 3},
        {"day": "2026-05-29", "principal": "usr_gone", "request_class": "session", "requests": 4, "refused": 0},
    ],
    "consumers": [{"id": "key_1", "name": "sensor"}, {"id": "usr_gone", "name": ""}],
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What the server was asked for."""
    asked: list[tuple[Any, ...]] = []

    async def ask(server: str, key: str, method: str, path: str, *, query: dict[str, Any]) -> dict[str, Any]:
        asked.append((server, key, method, path, query))
        return FOUND

    monkeypatch.setattr("netsentinel.cli.remote.ask", ask)
    return asked


def test_usage_is_told_with_limits_and_names(asked: list[tuple[Any, ...]], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["usage", "--tenant", "--days", "2", "--key", "k"]) == 0
    assert asked == [("", "k", "GET", "/api/v2/usage", {"scope": "tenant", "days": 2})]
    said = capsys.readouterr().out
    for words in ("Tier: standard", "7 of 100", "70 of 10000", "5, no limit", "sensor", "usr_gone", "2026-05-29"):
        assert words in said


def test_usage_as_json_is_the_answer_itself(asked: list[tuple[Any, ...]], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["usage", "--output", "json"]) == 0
    assert asked[0][4] == {"scope": "own", "days": 7}
    assert '"per_minute":100' in capsys.readouterr().out
