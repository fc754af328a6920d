import socket

import httpx2
import pytest

from netsentinel.events import SourceReport
from netsentinel.kernel.types import DEFAULT_TENANT, Role
from netsentinel.storage import Tx
from tests.unit.api.v2.conftest import Desk

pytestmark = pytest.mark.anyio


async def fill(desk: Desk, count: int) -> None:
    def record(tx: Tx) -> None:
        for number in range(count):
            report = SourceReport(DEFAULT_TENANT, f"s{number}", "zeek", 10, 1, 99, 5, "not JSON")
            desk.sources.record(tx, report, desk.clock.now())
            desk.sources.keep_rejected(tx, DEFAULT_TENANT, f"s{number}", [(b"\xff?", "not JSON")], desk.clock.now())

    await desk.database.write(record)


async def test_sources_come_with_their_counts(desk: Desk) -> None:
    await fill(desk, 2)
    items = (await desk.get("/api/v2/sources")).json()["items"]
    assert [(item["name"], item["events"], item["rejected"], item["last_error"]) for item in items] == [
        ("s0", 10, 1, "not JSON"),
        ("s1", 10, 1, "not JSON"),
    ]


@pytest.mark.parametrize("count", [1, 30])
async def test_the_list_costs_the_same_however_long_it_is(desk: Desk, count: int) -> None:
    await fill(desk, count)
    await desk.get("/api/v2/sources")
    assert desk.statements == 3


async def test_a_rejected_line_is_shown_with_its_reason(desk: Desk) -> None:
    await fill(desk, 1)
    (item,) = (await desk.get("/api/v2/sources/s0/rejected")).json()["items"]
    assert item == {"at": desk.clock.now(), "line": "\ufffd?", "reason": "not JSON"}
    assert (await desk.get("/api/v2/sources/other/rejected")).json() == {"items": []}
    assert (await desk.get("/api/v2/sources/s0/rejected?limit=0")).status_code == 400


SYSLOG = {"name": "fw", "kind": "syslog", "options": {"port": 5599}}


async def test_a_configured_source_is_listed_with_how_it_is_doing(desk: Desk) -> None:
    made = await desk.call("POST", "/api/v2/sources", json=SYSLOG)
    assert made.status_code == 201
    item = made.json()
    assert (item["name"], item["kind"], item["origin"], item["enabled"]) == ("fw", "syslog", "api", True)
    assert item["state"] == "stopped"  # nothing runs sources in this test
    assert item["options"]["port"] == 5599
    assert item["options"]["address"] == "127.0.0.1"
    assert (item["rate"], len(item["series"])) == (0, 60)
    assert (await desk.get("/api/v2/sources/fw")).json() == item
    assert (await desk.get("/api/v2/sources")).json()["items"] == [item]
    assert (await desk.get("/api/v2/sources/other")).status_code == 404


async def test_a_source_that_sends_unasked_is_listed_as_such(desk: Desk) -> None:
    await fill(desk, 1)
    item = (await desk.get("/api/v2/sources/s0")).json()
    assert (item["kind"], item["origin"], item["state"], item["events"]) == ("", "", "unmanaged", 10)


async def test_what_is_left_out_of_a_change_stays(desk: Desk) -> None:
    await desk.call("POST", "/api/v2/sources", json=SYSLOG)
    changed = (await desk.call("PUT", "/api/v2/sources/fw", json={"enabled": False})).json()
    assert (changed["enabled"], changed["state"], changed["options"]["port"]) == (False, "disabled", 5599)
    changed = (await desk.call("PUT", "/api/v2/sources/fw", json={"options": {"port": 5600}, "format": "cef"})).json()
    assert (changed["options"]["port"], changed["stated_format"], changed["enabled"]) == (5600, "cef", False)
    assert (await desk.call("DELETE", "/api/v2/sources/fw")).status_code == 204
    assert (await desk.get("/api/v2/sources/fw")).status_code == 404
    kinds = [entry.kind for entry in await desk.journal.read(0, 100) if entry.kind.startswith("source.")]
    assert kinds == ["source.created", "source.changed", "source.changed", "source.removed"]


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        (SYSLOG | {"kind": "carrier-pigeon"}, 400, "known are"),
        (SYSLOG | {"format": "morse"}, 400, "There is no format"),
        (SYSLOG | {"name": "-"}, 400, "A source's name"),
        (SYSLOG | {"options": {"port": 0}}, 400, "port"),
        (SYSLOG | {"options": {"prot": 5599}}, 400, "prot"),
        (SYSLOG | {"options": {"port": 514}}, 403, "NETSENTINEL_SOURCE_PORTS"),
        (SYSLOG | {"options": {"address": "0.0.0.0"}}, 403, "NETSENTINEL_SOURCE_ADDRESSES"),  # noqa: S104 - refused
        (SYSLOG | {"options": {"senders": ["here"]}}, 400, "here"),
        (SYSLOG | {"options": {"tls": True}}, 400, "certificate"),
        ({"name": "w", "kind": "watch", "options": {"path": "/etc/passwd"}}, 403, "NETSENTINEL_SOURCE_FOLDERS"),
        ({"name": "w", "kind": "watch", "options": {"path": "etc/passwd"}}, 400, "absolute"),
    ],
)
async def test_what_cannot_or_may_not_be_is_refused_with_a_reason(
    desk: Desk, body: dict[str, object], status: int, told: str
) -> None:
    refused = await desk.call("POST", "/api/v2/sources", json=body)
    assert (refused.status_code, told in refused.json()["detail"]) == (status, True), refused.text
    assert (await desk.get("/api/v2/sources")).json() == {"items": []}


async def test_a_name_is_taken_once(desk: Desk) -> None:
    await desk.call("POST", "/api/v2/sources", json=SYSLOG)
    assert (await desk.call("POST", "/api/v2/sources", json=SYSLOG)).status_code == 409
    assert (await desk.call("PUT", "/api/v2/sources/other", json={"enabled": False})).status_code == 404
    assert (await desk.call("DELETE", "/api/v2/sources/other")).status_code == 404


async def test_a_viewer_configures_nothing(desk: Desk) -> None:
    for method, path in (("POST", ""), ("PUT", "/fw"), ("DELETE", "/fw"), ("POST", "/fw/test")):
        refused = await desk.call(method, f"/api/v2/sources{path}", Role.VIEWER, json=SYSLOG)
        assert refused.status_code == 403, (method, path)


async def test_the_shelf_says_what_can_be_configured(desk: Desk) -> None:
    shelf = (await desk.get("/api/v2/source-kinds")).json()
    assert {"http", "syslog", "watch"} <= {kind["name"] for kind in shelf["kinds"]}
    syslog = next(kind for kind in shelf["kinds"] if kind["name"] == "syslog")
    assert syslog["schema"]["properties"]["port"]["default"] == 5514
    assert "zeek" in shelf["formats"]
    assert shelf["folders"] == [str(desk.folder / "incoming")]
    assert (shelf["addresses"], shelf["ports"], shelf["tls"]) == (["127.0.0.1", "::1"], [[1024, 65535]], False)


@pytest.mark.usefixtures("socket_enabled")
async def test_a_source_is_tried_out(desk: Desk) -> None:
    await desk.call("POST", "/api/v2/sources", json=SYSLOG)
    found = (await desk.call("POST", "/api/v2/sources/fw/test")).json()
    assert found["ok"], found
    assert "127.0.0.1:5599 (TCP and UDP) can be opened." in found["sentence"]
    with socket.create_server(("127.0.0.1", 5599)):
        found = (await desk.call("POST", "/api/v2/sources/fw/test")).json()
    assert not found["ok"]
    assert "127.0.0.1:5599 (TCP) cannot be opened" in found["sentence"]
    assert (await desk.call("POST", "/api/v2/sources/other/test")).status_code == 404


async def post_with(desk: Desk, key: str, source: str) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/x-ndjson"}
    query = f"?source={source}" if source else ""
    return await desk.call("POST", f"/api/v2/events{query}", content=b'{"a":1}', headers=headers)


async def test_a_sources_key_sends_as_this_source_only(desk: Desk) -> None:
    await desk.call("POST", "/api/v2/sources", json={"name": "door", "kind": "http"})
    made = (await desk.call("POST", "/api/v2/sources/door/keys", json={})).json()
    assert made["source"] == "door"
    assert (await post_with(desk, made["text"], "")).status_code == 202
    assert (await post_with(desk, made["text"], "door")).status_code == 202
    refused = await post_with(desk, made["text"], "window")
    assert (refused.status_code, refused.json()["source"]) == (403, "door")
    item = (await desk.get("/api/v2/sources/door")).json()
    assert (item["waiting"], item["series"][-1]) == (2, 2)
    read = await desk.call("GET", "/api/v2/sources", headers={"Authorization": f"Bearer {made['text']}"})
    assert read.status_code == 403


async def test_a_disabled_or_removed_source_takes_nothing(desk: Desk) -> None:
    await desk.call("POST", "/api/v2/sources", json={"name": "door", "kind": "http"})
    key = (await desk.call("POST", "/api/v2/sources/door/keys", json={})).json()["text"]
    await desk.call("PUT", "/api/v2/sources/door", json={"enabled": False})
    assert (await post_with(desk, key, "door")).status_code == 403
    await desk.call("PUT", "/api/v2/sources/door", json={"enabled": True})
    assert (await post_with(desk, key, "door")).status_code == 202
    await desk.call("DELETE", "/api/v2/sources/door")
    assert (await post_with(desk, key, "door")).status_code == 401
