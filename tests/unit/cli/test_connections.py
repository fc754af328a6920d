from typing import Any

import pytest

from netsentinel.cli import remote
from netsentinel.cli.connections import close_connection, list_connections
from netsentinel.cli.output import Output

ONE = {
    "id": "con_1",
    "user": "Ada",
    "address": "192.0.2.1",
    "client": "dashboard",
    "connected_at": 1_780_000_000_000_000,
    "topics": ["alerts", "tasks"],
    "requests": 1,
    "waiting": 0,
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    calls: list[tuple[str, str]] = []

    async def ask(_server: str, _key: str, method: str, path: str) -> Any:
        calls.append((method, path))
        return {"items": [ONE]}

    monkeypatch.setattr(remote, "ask", ask)
    return calls


def test_connections_are_listed(asked: list[tuple[str, str]], capsys: pytest.CaptureFixture[str]) -> None:
    list_connections()
    out = capsys.readouterr().out
    assert "Ada" in out
    assert "alerts, tasks" in out
    list_connections(output=Output.JSON)
    assert '"con_1"' in capsys.readouterr().out
    assert asked == [("GET", "/api/v2/connections")] * 2


def test_one_is_closed(asked: list[tuple[str, str]], capsys: pytest.CaptureFixture[str]) -> None:
    close_connection("con/1")
    assert asked == [("DELETE", "/api/v2/connections/con%2F1")]
    assert "Closed" in capsys.readouterr().err
