from itertools import pairwise
from typing import Any

import pytest

from netsentinel.kernel.clock import DAY, HOUR, MINUTE, to_iso
from netsentinel.kernel.types import Role
from tests.unit.api.v2.conftest import Desk

pytestmark = pytest.mark.anyio
PATH = "/api/v2/scheduler/schedules"
HOURLY = {"kind": "interval", "every": HOUR}


def text(name: str = "greet", **changes: Any) -> dict[str, Any]:
    return {"name": name, "action": "test.greet", "input": {"name": "Ada"}, "trigger": HOURLY, **changes}


async def make(desk: Desk, name: str = "greet", **changes: Any) -> dict[str, Any]:
    made = await desk.call("POST", PATH, json=text(name, **changes))
    assert made.status_code == 201, made.text
    return made.json()


async def test_a_schedule_is_made_listed_and_fires(desk: Desk) -> None:
    made = await make(desk)
    assert (made["next_at"], made["last_run"], made["version"]) == (desk.clock.now() + HOUR, None, 1)
    await make(desk, "another", trigger={"kind": "event", "on": "webhook.received", "where": {"n": [1, True, "x"]}})
    desk.clock.advance(HOUR)
    await desk.schedules.fire_due()
    event, hourly = (await desk.get(PATH)).json()["items"]
    assert desk.statements == 2
    assert (event["name"], event["next_at"], event["trigger"]["where"]) == ("another", None, {"n": [1, True, "x"]})
    assert (hourly["fired"], hourly["last_run"]["outcome"]) == (1, "submitted")
    task = (await desk.get(f"/api/v2/tasks/{hourly['last_run']['task_id']}")).json()
    assert (task["input"], task["task"]["origin"]) == ({"name": "Ada"}, f"schedule:{made['id']}")
    assert (await desk.get(f"{PATH}/{made['id']}")).json() == hourly
    assert (await desk.get(f"{PATH}/greet")).json() == hourly


async def test_a_schedule_is_stated_anew_unless_somebody_was_faster(desk: Desk) -> None:
    made = await make(desk)
    anew = text("renamed", trigger={"kind": "cron", "cron": "0 3 * * *", "zone": "Europe/Berlin"}, overlap="queue")
    changed = await desk.call("PUT", f"{PATH}/{made['id']}", json={**anew, "version": 1})
    assert (changed.json()["name"], changed.json()["overlap"], changed.json()["version"]) == ("renamed", "queue", 2)
    refused = await desk.call("PUT", f"{PATH}/renamed", json={**anew, "version": 1})
    assert refused.status_code == 409
    await make(desk)
    taken = await desk.call("PUT", f"{PATH}/renamed", json=text("greet"))
    assert (taken.status_code, taken.json()["code"]) == (409, "schedule-name-taken")
    assert (await desk.call("PUT", f"{PATH}/none", json=text())).status_code == 404


async def test_it_is_paused_triggered_resumed_and_deleted(desk: Desk) -> None:
    await make(desk)
    paused = (await desk.call("POST", f"{PATH}/greet/pause")).json()
    assert (paused["enabled"], paused["next_at"]) == (False, None)
    assert (await desk.get(f"{PATH}/greet/next")).json()["items"] == []
    run = (await desk.call("POST", f"{PATH}/greet/trigger")).json()
    assert (run["by"], run["outcome"]) == ("hand", "submitted")
    second = (await desk.call("POST", f"{PATH}/greet/trigger")).json()
    assert (second["outcome"], second["reason"]) == ("skipped", "The run before has not ended.")
    assert (await desk.call("POST", f"{PATH}/greet/resume")).json()["enabled"] is True
    times = (await desk.get(f"{PATH}/greet/next?count=3")).json()["items"]
    assert [later - earlier for earlier, later in pairwise(times)] == [HOUR, HOUR]
    page = (await desk.get(f"{PATH}/greet/runs?limit=1")).json()
    assert [item["number"] for item in page["items"]] == [2]
    rest = (await desk.get(f"{PATH}/greet/runs", Role.VIEWER)).json()
    assert [item["number"] for item in rest["items"]] == [2, 1]
    older = (await desk.get(f"{PATH}/greet/runs?cursor={page['next']}")).json()
    assert ([item["number"] for item in older["items"]], older["next"]) == ([1], None)
    assert (await desk.call("DELETE", f"{PATH}/greet", Role.VIEWER)).status_code == 403
    assert (await desk.call("DELETE", f"{PATH}/greet")).status_code == 204
    assert (await desk.get(f"{PATH}/greet")).status_code == 404
    kept = (await desk.get("/api/v2/scheduler/runs")).json()["items"]
    assert [item["number"] for item in kept] == [2, 1]


async def test_a_trigger_is_tried_out_without_being_kept(desk: Desk) -> None:
    path = "/api/v2/scheduler/preview"
    trigger = {"kind": "cron", "cron": "0 2 29 2 *", "zone": "Europe/Berlin"}
    found = (await desk.call("POST", path, Role.VIEWER, json={"trigger": trigger, "count": 2})).json()["items"]
    assert [to_iso(time)[5:16] for time in found] == ["02-29T01:00", "02-29T01:00"]
    assert found[1] - found[0] == 4 * 365 * DAY + DAY
    assert (await desk.get(PATH)).json()["items"] == []
    wrong = await desk.call("POST", path, json={"trigger": {"kind": "cron", "cron": "61 * * * *"}})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "invalid-schedule")
    assert "expected 0 to 59" in wrong.json()["detail"]


async def test_what_was_announced_fires_what_waits_for_it(desk: Desk) -> None:
    await make(desk, trigger={"kind": "event", "on": "webhook.received", "where": {"kind": "push"}})
    path = "/api/v2/scheduler/events"
    for kind in ("pull", "push"):
        told = await desk.call("POST", path, json={"name": "webhook.received", "data": {"kind": kind}})
        assert told.status_code == 204
    await desk.event_trigger.catch_up()
    (run,) = (await desk.get(f"{PATH}/greet/runs")).json()["items"]
    assert (run["by"], run["outcome"]) == ("event", "submitted")
    assert run["event_seq"] > 0
    assert (await desk.call("POST", path, json={"name": "no name"})).status_code == 400
    assert (await desk.call("POST", path, Role.VIEWER, json={"name": "a.b"})).status_code == 403


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"trigger": {"kind": "never"}}, "invalid-input"),
        ({"trigger": {"kind": "interval", "every": 10}}, "invalid-schedule"),
        ({"trigger": {"kind": "once", "at": 1}}, "invalid-schedule"),
        ({"trigger": {"kind": "event", "on": "A B"}}, "invalid-schedule"),
        ({"trigger": {"kind": "cron", "cron": "* * * * *", "zone": "Mars/Olympus"}}, "invalid-schedule"),
        ({"name": ""}, "invalid-schedule"),
        ({"input": {"nonsense": 1}}, "invalid-task-input"),
        ({"action": "no.such"}, "unknown-action"),
        ({"jitter": DAY + 1}, "invalid-input"),
        ({"grace": MINUTE, "overlap": "panic"}, "invalid-input"),
        ({"more": 1}, "invalid-input"),
    ],
)
async def test_what_is_not_possible_is_refused_with_a_sentence(desk: Desk, changes: dict[str, Any], code: str) -> None:
    refused = await desk.call("POST", PATH, json=text(**changes))
    assert refused.json()["code"] == code, refused.text
    assert 400 <= refused.status_code < 500
    assert refused.json()["detail"]


async def test_a_change_is_refused_when_somebody_was_faster(desk: Desk) -> None:
    body = {
        "name": "tagged",
        "action": "test.greet",
        "input": {"name": "Ada"},
        "trigger": {"kind": "interval", "every": 10**9},
    }
    assert (await desk.call("POST", "/api/v2/scheduler/schedules", json=body)).status_code == 201
    path = "/api/v2/scheduler/schedules/tagged"
    tag = (await desk.get(path)).headers["etag"]
    assert (await desk.call("GET", path, headers={"If-None-Match": tag})).status_code == 304
    fired = await desk.call("POST", f"{path}/trigger")
    assert fired.status_code == 200
    assert (await desk.call("GET", path, headers={"If-None-Match": tag})).status_code == 200, (
        "its newest run is another"
    )
    mine = await desk.call("PUT", path, json={**body, "priority": 7}, headers={"If-Match": tag})
    assert (mine.status_code, mine.json()["priority"]) == (200, 7)
    for method, place, options in (
        ("PUT", path, {"json": body}),
        ("POST", f"{path}/pause", {}),
        ("POST", f"{path}/resume", {}),
        ("DELETE", path, {}),
    ):
        late = await desk.call(method, place, headers={"If-Match": tag}, **options)
        assert (late.status_code, late.json()["code"]) == (412, "precondition-failed"), method
    assert (await desk.call("DELETE", path, headers={"If-Match": mine.headers["etag"]})).status_code == 204


async def test_schedules_are_filtered_and_paged(desk: Desk) -> None:
    trigger = {"kind": "interval", "every": 10**9}
    for name, enabled in (("a one", True), ("a two", False), ("b three", True)):
        body = {"name": name, "action": "test.greet", "input": {"name": "x"}, "trigger": trigger, "enabled": enabled}
        assert (await desk.call("POST", "/api/v2/scheduler/schedules", json=body)).status_code == 201

    async def names(query: str) -> list[str]:
        return [one["name"] for one in (await desk.get(f"/api/v2/scheduler/schedules?{query}")).json()["items"]]

    assert await names("q=A%20") == ["a one", "a two"]
    assert await names("enabled=true") == ["a one", "b three"]
    assert await names("action=test.none") == []
    first = (await desk.get("/api/v2/scheduler/schedules?limit=2")).json()
    assert [one["name"] for one in first["items"]] == ["a one", "a two"]
    rest = (await desk.get(f"/api/v2/scheduler/schedules?limit=2&cursor={first['next']}")).json()
    assert ([one["name"] for one in rest["items"]], rest["next"]) == (["b three"], None)
    assert (await desk.get("/api/v2/scheduler/schedules?cursor=AAAA")).status_code == 400
