"""The commands about sources, against a made-up server."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner

from netsentinel.cli import sources
from netsentinel.kernel.errors import InvalidInputError

Asked = list[tuple[str, str, dict[str, Any] | None]]

ITEM = {
    "name": "fw",
    "kind": "syslog",
    "state": "running",
    "rate": 12.5,
    "events": 1_000,
    "rejected": 2,
    "lost": 0,
    "last_seen_at": 1_767_225_600_700_000,
    "last_event_at": 0,
    "error": "",
    "last_error": "",
    "note": "Listens on 127.0.0.1:5514 (TCP and UDP).",
}


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], Asked]:
    def prepare(value: Any) -> Asked:
        asked: Asked = []

        def call(method: str, path: str, server: str, key: str, body: dict[str, Any] | None = None) -> Any:
            del server, key
            asked.append((method, path, body))
            return value

        monkeypatch.setattr(sources, "_call", call)
        return asked

    return prepare


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(sources.sources_app, arguments)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout


def test_the_list_says_how_each_is_doing(answer: Callable[[Any], Asked]) -> None:
    asked = answer({"items": [ITEM]})
    code, told = run("list")
    assert code == 0
    assert all(
        part in told
        for part in ("fw", "syslog", "running", "12.5", "1,000", "Listens on", "2026-01-01T00:00:00Z", "never")
    )
    assert asked == [("GET", "/api/v2/sources", None)]
    assert json.loads(run("list", "-o", "json")[1]) == [ITEM]


def test_sources_of_one_group_are_one_line(answer: Callable[[Any], Asked]) -> None:
    sent = ITEM | {"kind": "", "state": "unmanaged", "note": ""}
    items = [
        sent | {"name": "evtx", "events": 1, "lost": 3},
        sent | {"name": "evtx:Security", "events": 30, "rejected": 1, "last_error": "no time", "lost": 4},
        sent | {"name": "evtx:System", "events": 12, "rejected": 0, "last_event_at": 1_767_225_600_000_000},
        sent | {"name": "lone:file", "events": 5, "last_error": "no JSON"},
        ITEM | {"name": "site:fw"},
        ITEM | {"name": "site:vpn"},
        sent | {"name": "fw:eu"},
        sent | {"name": "fw:us"},
    ]
    answer({"items": items})
    header, *rows = run("list")[1].splitlines()
    assert [row.split()[0] for row in rows] == ["evtx", "lone:file", "site:fw", "site:vpn", "fw"], header
    assert rows[0].split()[4:9] == ["43", "3", "7", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"]
    assert "1 of 3 sources with errors (--each lists them); evtx:Security: no time" in rows[0]
    assert "no JSON" in rows[1]
    assert "2 sources; --each lists them" in rows[4]
    each = run("list", "--each")[1].splitlines()
    assert [row.split()[0] for row in each[1:4]] == ["evtx", "evtx:Security", "evtx:System"]
    assert len(json.loads(run("list", "-o", "json")[1])) == len(items)


def test_options_are_json_or_text(answer: Callable[[Any], Asked]) -> None:
    asked = answer(ITEM)
    options = ("-s", "port=5515", "-s", 'transports=["tcp"]', "-s", "address=127.0.0.1")
    assert run("add", "fw", "syslog", *options, "--format", "cef", "--disabled")[0] == 0
    stated = {"port": 5515, "transports": ["tcp"], "address": "127.0.0.1"}
    body = {"name": "fw", "kind": "syslog", "format": "cef", "enabled": False, "options": stated}
    assert asked == [("POST", "/api/v2/sources", body)]
    with pytest.raises(InvalidInputError, match="name=value"):
        run("add", "fw", "syslog", "-s", "port")


@pytest.mark.parametrize(("ok", "code"), [(True, 0), (False, 1)])
def test_a_test_ends_as_it_found_things(answer: Callable[[Any], Asked], ok: bool, code: int) -> None:
    asked = answer({"ok": ok, "sentence": "It.", "checks": [{"ok": ok, "sentence": "It is so."}]})
    found, told = run("test", "fw")
    assert (found, "It is so." in told) == (code, True)
    assert asked == [("POST", "/api/v2/sources/fw/test", None)]


@pytest.mark.parametrize(
    ("command", "call"),
    [
        ("enable", ("PUT", "/api/v2/sources/f%2Fw", {"enabled": True})),
        ("disable", ("PUT", "/api/v2/sources/f%2Fw", {"enabled": False})),
        ("remove", ("DELETE", "/api/v2/sources/f%2Fw", None)),
        ("key", ("POST", "/api/v2/sources/f%2Fw/keys", {})),
    ],
)
def test_a_source_is_changed_by_its_name(
    answer: Callable[[Any], Asked], command: str, call: tuple[str, str, dict[str, Any] | None]
) -> None:
    asked = answer({"text": "ns_key_x"})
    code, told = run(command, "f/w")
    assert (code, asked) == (0, [call])
    assert ("ns_key_x" in told) == (command == "key")


def test_kinds_are_shown_with_their_options(answer: Callable[[Any], Asked]) -> None:
    kinds = [
        {"name": "http", "summary": "Takes posts.", "schema": {"properties": {}}},
        {
            "name": "syslog",
            "summary": "",
            "schema": {"properties": {"port": {"default": 5514, "description": "A port."}}},
        },
    ]
    answer({"kinds": kinds, "folders": ["/in"], "addresses": ["::1"], "ports": [[514, 514]]})
    code, told = run("kinds")
    assert code == 0
    assert all(part in told for part in ("Takes posts.", "port", "5514", "A port."))
