"""Webhooks over HTTP: what the routes take and give, and what they keep to themselves."""

from typing import Any

import pytest

from netsentinel.kernel.types import Role
from tests.unit.api.v2.conftest import Desk

pytestmark = pytest.mark.anyio
PATH = "/api/v2/webhooks"
TEXT: dict[str, Any] = {"url": "https://example.org/hook/token", "events": ["alert.*", "task.dead"], "description": "x"}


async def made(desk: Desk, **changes: Any) -> dict[str, Any]:
    answer = await desk.call("POST", PATH, json=TEXT | changes)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_registering_shows_the_secret_once(desk: Desk) -> None:
    new = await made(desk)
    assert new["secret"].startswith("whsec_")
    assert new["webhook"]["events"] == ["alert.*", "task.dead"]
    name = new["webhook"]["id"]
    for answer in (await desk.get(PATH), await desk.get(f"{PATH}/{name}"), await desk.get(f"{PATH}/{name}/deliveries")):
        assert answer.status_code == 200
        assert "whsec_" not in answer.text
    rotated = await desk.call("POST", f"{PATH}/{name}/rotate")
    assert rotated.json()["secret"] not in {"", new["secret"]}
    assert rotated.json()["webhook"]["old_secret_until"] > 0


async def test_paths_of_urls_are_for_writers(desk: Desk) -> None:
    name = (await made(desk))["webhook"]["id"]
    assert (await desk.get(f"{PATH}/{name}")).json()["url"] == "https://example.org/…"
    assert (await desk.get(f"{PATH}/{name}", Role.ANALYST)).json()["url"] == TEXT["url"]
    assert (await desk.get(PATH)).json()["items"][0]["url"] == "https://example.org/…"


async def test_the_list_costs_a_fixed_number_of_statements(desk: Desk) -> None:
    await made(desk)
    await desk.get(PATH)
    few = desk.statements
    for _ in range(10):
        await made(desk)
    assert len((await desk.get(PATH)).json()["items"]) == 11
    assert desk.statements == few


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"url": "http://127.0.0.1/"}, "forbidden-target"),
        ({"url": "http://[::ffff:10.0.0.1]/"}, "forbidden-target"),
        ({"url": "https://u:p@example.org/"}, "invalid-url"),
        ({"url": "https://example.org:9/"}, "invalid-url"),
        ({"events": ["none.such"]}, "invalid-webhook"),
        ({"events": ["login.failed"]}, "invalid-webhook"),
        ({"events": []}, "invalid-input"),
        ({"secret": "mine"}, "invalid-input"),
        ({"url": ""}, "invalid-input"),
    ],
)
async def test_what_is_refused(desk: Desk, change: dict[str, Any], code: str) -> None:
    answer = await desk.call("POST", PATH, json=TEXT | change)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


async def test_change_and_delete(desk: Desk) -> None:
    name = (await made(desk))["webhook"]["id"]
    body = TEXT | {"enabled": False, "events": ["*"], "version": 1}
    changed = await desk.call("PUT", f"{PATH}/{name}", json=body)
    assert (changed.json()["enabled"], changed.json()["stopped_by"], changed.json()["version"]) == (False, "hand", 2)
    assert (await desk.call("PUT", f"{PATH}/{name}", json=body)).status_code == 409
    assert (await desk.call("DELETE", f"{PATH}/{name}")).status_code == 204
    for method, path in (("GET", name), ("DELETE", name), ("POST", f"{name}/test"), ("GET", f"{name}/deliveries")):
        answer = await desk.call(method, f"{PATH}/{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


async def test_test_deliveries_and_replay(desk: Desk) -> None:
    name = (await made(desk))["webhook"]["id"]
    whole = (await desk.call("POST", f"{PATH}/{name}/test")).json()
    assert whole["delivery"]["state"] == "delivered"
    assert whole["attempts"][0]["response_body"] == "taken"
    assert {"name": "x-by", "value": "the other side"} in whole["attempts"][0]["response_headers"]
    assert '"type":"webhook.test"' in whole["body"]
    page = (await desk.get(f"{PATH}/{name}/deliveries?state=delivered&event=webhook.test")).json()
    assert [one["id"] for one in page["items"]] == [whole["delivery"]["id"]]
    place = f"{PATH}/{name}/deliveries/{whole['delivery']['id']}"
    assert (await desk.get(place, Role.ANALYST)).json()["body"] == whole["body"]
    assert (await desk.get(place)).status_code == 403
    assert (await desk.call("POST", f"{place}/replay")).json()["state"] == "pending"
    assert (await desk.call("POST", f"{place}/replay")).json()["code"] == "delivery-under-way"
    done = await desk.call("POST", f"{PATH}/{name}/replay", json={"since": 0, "until": 2**53})
    assert done.json() == {"replayed": 0, "added": 0, "is_complete": True, "next": 0}
    answer = await desk.call("POST", f"{PATH}/{name}/replay", json={"since": 5, "until": 5})
    assert answer.json()["code"] == "invalid-webhook"
    assert (await desk.get(f"{PATH}/{name}/deliveries?state=lost")).status_code == 400


async def test_the_events_that_one_may_be_told_of(desk: Desk) -> None:
    names = {one["name"] for one in (await desk.get(f"{PATH}/events")).json()["items"]}
    assert {
        "error_recovery.retry_attempt",
        "error_recovery.circuit_breaker_opened",
        "error_recovery.dlq_entry_added",
        "scheduler.task_executed",
        "scheduler.schedule_triggered",
        "alert.raised",
    } <= names
    assert "login.failed" not in names
    assert "login.failed" in {one["name"] for one in (await desk.get(f"{PATH}/events", Role.ADMIN)).json()["items"]}


async def test_a_change_is_refused_when_somebody_was_faster(desk: Desk) -> None:
    path = f"{PATH}/{(await made(desk))['webhook']['id']}"
    tag = (await desk.get(path, Role.ANALYST)).headers["etag"]
    assert (await desk.call("GET", path, headers={"If-None-Match": tag}, role=Role.ANALYST)).status_code == 304
    mine = await desk.call("PUT", path, json=TEXT | {"description": "y"}, headers={"If-Match": tag})
    assert (mine.status_code, mine.json()["description"]) == (200, "y")
    for method, place, options in (("PUT", path, {"json": TEXT}), ("POST", f"{path}/rotate", {}), ("DELETE", path, {})):
        late = await desk.call(method, place, headers={"If-Match": tag}, **options)
        assert (late.status_code, late.json()["code"]) == (412, "precondition-failed"), method
    assert (await desk.call("DELETE", path, headers={"If-Match": mine.headers["etag"]})).status_code == 204
    assert (await desk.call("DELETE", path, headers={"If-Match": "*"})).status_code == 404
