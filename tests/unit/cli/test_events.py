import json
from typing import Any

import httpx2
import pytest
from typer.testing import CliRunner

from netsentinel.cli.event_line import what_of
from netsentinel.cli.events import events_app
from netsentinel.kernel.errors import InvalidInputError
from tests.unit.cli.answering import Answering

EVENT: dict[str, Any] = {
    "id": "evt_1_0",
    "time": 1_780_000_000_000_000,
    "received_at": 1_780_500_000_000_000,
    "source": "eve",
    "class_uid": 4001,
    "src_ip": "10.0.0.1",
    "src_port": 40_000,
    "dst_ip": "10.0.0.2",
    "dst_port": 0,
    "user": "ada",
    "domain": "example.org",
    "action": "blocked",
    "native": {},
    **dict.fromkeys(("app_protocol", "protocol", "signature", "command_line", "process", "file", "message"), ""),
    **dict.fromkeys(("product", "category", "service", "event_code", "device", "url", "http_method"), ""),
    "http_status": 0,
}


def run(*arguments: str) -> tuple[str, str]:
    result = CliRunner().invoke(events_app, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout, result.stderr


def pages(total: int) -> Answering:
    """So many events, in pages as large as they are asked for."""

    def reply(request: httpx2.Request) -> object:
        if request.url.path.endswith("/histogram"):
            return {"items": [], "late": 0}
        at, limit = int(request.url.params.get("cursor", "0")), int(request.url.params["limit"])
        items = [EVENT | {"id": f"evt_{number}_0"} for number in range(at, min(total, at + limit))]
        return {"items": items, "next": str(at + limit) if at + limit < total else None}

    return Answering(reply)


def test_a_search_asks_with_everything_that_is_stated(monkeypatch: pytest.MonkeyPatch) -> None:
    server = pages(1).install(monkeypatch)
    out, _ = run(
        *("search", "mimi katz", "-w", "src_ip=10.0.0.1", "-w", "user!=eve", "--regex", "a+"),
        *("--since", "2026-01-01T00:00:00Z", "--until", "2026-01-02T00:00:00Z", "--key", "ns_key_x"),
    )
    (asked, *_) = server.asked
    assert (asked.method, asked.url.path) == ("GET", "/api/v2/events")
    assert asked.url.params.get_list("where") == ["src_ip=10.0.0.1", "user!=eve"]
    assert (asked.url.params["q"], asked.url.params["regex"], asked.url.params["limit"]) == ("mimi katz", "a+", "50")
    assert asked.url.params["since"] == "1767225600000000"
    assert asked.url.params["until"] == "1767312000000000"
    assert asked.headers["Authorization"] == "Bearer ns_key_x"
    for text in ("2026-05-28", "eve", "4001", "10.0.0.1:40000", "ada", "example.org", "blocked", "evt_0_0"):
        assert text in out
    assert "10.0.0.2:0" not in out


@pytest.mark.parametrize(
    ("total", "limit", "requests", "shown"),
    [(1_200, 1_100, [500, 500, 100], 1_100), (700, 1_100, [500, 500], 700), (0, 50, [50], 0)],
)
def test_pages_are_followed_up_to_the_limit(
    monkeypatch: pytest.MonkeyPatch, total: int, limit: int, requests: list[int], shown: int
) -> None:
    server = pages(total).install(monkeypatch)
    items = json.loads(run("search", "--limit", str(limit), "-o", "json")[0])
    assert [int(one.url.params["limit"]) for one in server.asked] == requests
    assert len({item["id"] for item in items}) == len(items) == shown


NOWHERE = {"src_ip": "", "dst_ip": "", "domain": "", "user": "", "action": "", "device": "PC04"}
SYSMON = {**NOWHERE, "class_uid": 1007, "product": "windows", "service": "sysmon", "category": "process_access"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "blocked · example.org · ada"),
        (
            {"app_protocol": "http", "url": "/a", "http_method": "GET", "http_status": 404},
            "blocked · http · GET example.org/a 404 · ada",
        ),
        (
            {**SYSMON, "native": {"SourceImage": "C:\\a.exe", "TargetImage": "C:\\lsass.exe"}},
            "process access · C:\\a.exe → C:\\lsass.exe · PC04",
        ),
        (
            {
                **SYSMON,
                "service": "security",
                "category": "",
                "event_code": "5145",
                "native": {"ShareName": "\\\\*\\C$"},
            },
            "security 5145 · \\\\*\\C$ · PC04",
        ),
        ({**SYSMON, "process": "a.exe", "file": "b.dll"}, "process access · a.exe · b.dll · PC04"),
        ({**NOWHERE, "message": "Connection closed", "device": ""}, "Connection closed"),
        ({**NOWHERE, "service": "notice", "event_code": "notice", "device": "notice", "class_uid": 0}, "notice"),
        ({**NOWHERE, "device": ""}, "-"),
    ],
)
def test_a_row_says_what_happened(changes: dict[str, Any], words: str) -> None:
    assert what_of({**EVENT, **changes}) == words


def test_what_the_server_refuses_is_an_error_with_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    refusal = httpx2.Response(400, content=json.dumps({"detail": "There is no column 'x'."}))
    Answering(lambda _: refusal).install(monkeypatch)
    with pytest.raises(InvalidInputError, match="no column 'x'"):
        run("search", "-w", "x=1")


def with_late(count: int) -> Answering:
    """One stored event, and so many older ones that arrived lately."""

    def reply(request: httpx2.Request) -> object:
        if request.url.path.endswith("/histogram"):
            return {"items": [], "late": count}
        return {"items": [EVENT], "next": None}

    return Answering(reply)


def test_a_search_by_arrival_says_when_events_were_received(monkeypatch: pytest.MonkeyPatch) -> None:
    server = with_late(7).install(monkeypatch)
    out, err = run("search", "--by-arrival", "--limit", "1")
    assert "RECEIVED" in out
    assert "2026-06-03" in out
    assert (len(server.asked), err) == (1, "")


@pytest.mark.parametrize("bounds", [("--limit", "1"), ("--since", "2026-05-01T00:00:00Z")])
def test_a_search_says_when_older_events_arrived_lately(
    monkeypatch: pytest.MonkeyPatch, bounds: tuple[str, str]
) -> None:
    server = with_late(7).install(monkeypatch)
    out, err = run("search", "-w", "src_ip=10.0.0.1", *bounds)
    assert "RECEIVED" not in out
    assert "7 events from before 2026-05-" in err
    assert "--by-arrival" in err
    asked = server.asked[-1].url.params
    assert asked["where"] == "src_ip=10.0.0.1"
    assert 0 < int(asked["since"]) <= EVENT["time"]


@pytest.mark.parametrize("options", [(), ("--limit", "1", "--until", "2026-06-01T00:00:00Z")])
def test_a_search_that_shows_everything_or_ends_before_now_has_no_such_hint(
    monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    server = with_late(7).install(monkeypatch)
    assert run("search", *options)[1] == ""
    assert len(server.asked) == 1


def test_nothing_is_said_of_late_events_where_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    with_late(0).install(monkeypatch)
    assert run("search", "--limit", "1")[1] == ""


def test_batches_that_were_set_aside_are_listed_and_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    item = {"id": 7, "source": "eve", "records": 3, "set_aside_at": EVENT["time"], "reason": "it died"}

    def reply(request: httpx2.Request) -> object:
        return {"items": [item]} if request.method == "GET" else httpx2.Response(202, content=b'{"batch":9}')

    server = Answering(reply).install(monkeypatch)
    out, _ = run("set-aside")
    assert "it died" in out
    assert "2026-05-28" in out
    assert json.loads(run("set-aside", "-o", "json")[0]) == [item]
    assert "Batch 7 waits again, as batch 9." in run("retry", "7")[1]
    assert (server.asked[-1].method, server.asked[-1].url.path) == ("POST", "/api/v2/set-aside/7/retry")
