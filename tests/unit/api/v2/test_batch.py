import pytest

from netsentinel.kernel.types import Role, Tier
from netsentinel.recovery.retry import Failure, Fault
from tests.unit.alerts.factories import alert
from tests.unit.api.v2.conftest import Desk
from tests.unit.api.v2.working import POISON, submit, work

pytestmark = pytest.mark.anyio

PATH = "/api/v2/batch/operations"
LATER = Failure(Fault.RETRYABLE, "unavailable", "Later.")
SCHEDULE = {
    "name": "nightly",
    "action": "test.greet",
    "input": {"name": "Ada"},
    "trigger": {"kind": "once", "at": 4_000_000_000_000_000},
}


async def test_document_003s_own_example_with_one_that_fails(desk: Desk) -> None:
    await submit(desk)
    waiting = await work(desk, LATER)
    queued = (await submit(desk)).json()["task"]["id"]
    told = await desk.call(
        "POST",
        PATH,
        json={
            "operations": [
                {"op": "retry", "task_id": waiting},
                {"op": "skip", "task_id": queued},
                {"op": "trigger", "event": "webhook.received"},
                {"op": "cancel", "task_id": "tsk_none"},
            ]
        },
    )
    assert told.status_code == 200
    report = told.json()
    assert (report["succeeded"], report["failed"], report["is_applied"]) == (3, 1, True)
    assert [(one["id"], one["state"]) for one in report["results"]] == [
        (waiting, "queued"),
        (queued, "cancelled"),
        ("webhook.received", "announced"),
        ("", ""),
    ]
    problem = report["results"][3]["problem"]
    assert (problem["status"], problem["code"]) == (404, "not-found")
    assert (await desk.get(f"/api/v2/tasks/{queued}")).json()["task"]["reason"] == "skipped"


async def test_the_other_operations(desk: Desk) -> None:
    letters = []
    for _ in range(2):
        await submit(desk)
        letters.append(await work(desk, POISON))
    await desk.database.write(lambda tx: desk.stores.alerts.save(tx, alert(1)))
    made = await desk.call("POST", "/api/v2/scheduler/schedules", json=SCHEDULE)
    assert made.status_code == 201, made.text
    told = await desk.call(
        "POST",
        PATH,
        json={
            "operations": [
                {"op": "resubmit", "task_id": letters[0], "input": {"name": "Grace"}},
                {"op": "resolve", "task_id": letters[1], "note": "known"},
                {"op": "acknowledge", "alert_id": "alr_0001", "note": "seen"},
                {
                    "op": "suppress",
                    "conditions": [{"field": "entity", "values": ["192.0.2.9"]}],
                    "reason": "a test",
                    "alert_id": "alr_0001",
                },
                {"op": "trigger", "schedule": "nightly"},
                {"op": "trigger"},
            ]
        },
    )
    results = told.json()["results"]
    assert [one["status"] for one in results] == [200, 200, 200, 200, 200, 400], told.text
    assert (await desk.get(f"/api/v2/tasks/{results[0]['id']}")).json()["input"] == {"name": "Grace"}
    assert (await desk.get("/api/v2/dlq/entries?resolved=false")).json()["items"] == []
    shown = (await desk.get("/api/v2/alerts/alr_0001")).json()
    assert shown["alert"]["status"] == "acknowledged"
    assert "seen" in [one["text"] for one in shown["activity"]]
    assert (await desk.get("/api/v2/suppressions")).json()["items"][0]["id"] == results[3]["id"]
    assert (await desk.get(f"/api/v2/tasks/{results[4]['id']}")).json()["task"]["action"] == "test.greet"


async def test_a_viewer_may_ask_and_is_refused_for_each(desk: Desk) -> None:
    operations = [{"op": "skip", "task_id": "tsk_1"}, {"op": "acknowledge", "alert_id": "alr_1"}]
    told = (await desk.call("POST", PATH, Role.VIEWER, json={"operations": operations})).json()
    assert {one["problem"]["code"] for one in told["results"]} == {"not-allowed"}


async def test_an_atomic_batch_that_fails_is_a_problem_with_the_results(desk: Desk) -> None:
    queued = (await submit(desk)).json()["task"]["id"]
    operations = [{"op": "cancel", "task_id": queued}, {"op": "cancel", "task_id": "tsk_none"}]
    told = await desk.call("POST", PATH, json={"operations": operations, "atomic": True})
    assert (told.status_code, told.json()["code"]) == (409, "batch-failed")
    assert [one["status"] for one in told.json()["results"]] == [424, 404]
    assert (await desk.get(f"/api/v2/tasks/{queued}")).json()["task"]["state"] == "queued"


async def test_a_dry_run_changes_nothing(desk: Desk) -> None:
    queued = (await submit(desk)).json()["task"]["id"]
    operations = [{"op": "cancel", "task_id": queued}]
    told = (await desk.call("POST", PATH, json={"operations": operations, "dry_run": True})).json()
    assert (told["results"][0]["state"], told["is_applied"]) == ("cancelled", False)
    assert (await desk.get(f"/api/v2/tasks/{queued}")).json()["task"]["state"] == "queued"


async def test_more_than_a_hundred_become_a_task(desk: Desk) -> None:
    operations = [{"op": "skip", "task_id": f"tsk_{n}"} for n in range(101)]
    told = await desk.call("POST", PATH, json={"operations": operations})
    assert (told.status_code, told.json()["action"]) == (202, "batch.operations")
    assert told.headers["location"] == f"/api/v2/tasks/{told.json()['id']}"
    kept = (await desk.call("GET", f"/api/v2/tasks/{told.json()['id']}")).json()["input"]
    assert kept["operations"][100] == {"op": "skip", "args": {"task_id": "tsk_100"}}
    assert (await desk.call("POST", PATH, Role.VIEWER, json={"operations": operations})).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        {"operations": []},
        {"operations": [{"op": "explode", "task_id": "x"}]},
        {"operations": [{"op": "retry"}]},
        {"operations": [{"op": "retry", "task_id": "x", "more": 1}]},
        {"operations": [{"op": "retry", "task_id": "x"}] * 1_001},
    ],
)
async def test_what_cannot_be_understood(desk: Desk, body: object) -> None:
    told = await desk.call("POST", PATH, json=body)
    assert (told.status_code, told.json()["code"]) == (400, "invalid-input")


async def test_each_operation_counts_as_a_request_and_all_are_refused_together(desk: Desk) -> None:
    desk.tier = Tier.STANDARD
    body = {"operations": [{"op": "retry", "task_id": "tsk_none"}] * 100}
    first = await desk.call("POST", "/api/v2/batch/operations", json=body)
    assert first.headers["RateLimit"].startswith('"minute";r=20;')
    refused = await desk.call("POST", "/api/v2/batch/operations", json=body)
    assert (refused.status_code, refused.json()["code"]) == (429, "rate-limited")
    assert refused.headers["RateLimit"].startswith('"minute";r=19;')


async def test_the_task_of_a_batch_cannot_be_asked_for_by_name(desk: Desk) -> None:
    operations = [{"op": "retry", "args": {"task_id": "tsk_none"}}] * 900
    body = {"action": "batch.operations", "input": {"operations": operations}}
    told = await desk.call("POST", "/api/v2/tasks", json=body)
    assert (told.status_code, told.json()["code"]) == (403, "inner-action")
    schedule = {"name": "sneaky", "action": "batch.operations", "input": {"operations": operations}}
    schedule["trigger"] = {"kind": "cron", "cron": "* * * * *"}
    told = await desk.call("POST", "/api/v2/scheduler/schedules", json=schedule)
    assert (told.status_code, told.json()["code"]) == (403, "inner-action")
    listed = (await desk.get("/api/v2/actions")).json()["items"]
    assert listed
    assert "batch.operations" not in {one["name"] for one in listed}
