import pytest

from netsentinel.recovery.retry import Failure, Fault
from tests.unit.api.v2.conftest import Desk
from tests.unit.api.v2.working import POISON, submit, work

pytestmark = pytest.mark.anyio


async def test_a_dead_letter_is_shown_and_submitted_again_with_another_input(desk: Desk) -> None:
    await submit(desk)
    letter = await work(desk, POISON)
    (listed,) = (await desk.get("/api/v2/error-recovery/dlq/entries?resolved=false")).json()["items"]
    assert (listed["id"], listed["error_code"]) == (letter, "no-such-host")
    shown = (await desk.get(f"/api/v2/error-recovery/dlq/entries/{letter}")).json()
    assert [attempt["error"] for attempt in shown["attempts"]] == ["The host is unknown."]
    path = f"/api/v2/error-recovery/dlq/{letter}/resubmit"
    again = (await desk.call("POST", path, json={"input": {"name": "Grace"}})).json()
    assert (await desk.get(f"/api/v2/tasks/{again['id']}")).json()["input"] == {"name": "Grace"}
    assert (await desk.call("POST", path, json={})).status_code == 409
    assert (await desk.get("/api/v2/error-recovery/dlq/entries?resolved=false")).json()["items"] == []


async def test_dead_letters_are_resubmitted_by_filter_after_a_dry_run(desk: Desk) -> None:
    for _ in range(3):
        await submit(desk)
        await work(desk, POISON)
    path = "/api/v2/error-recovery/dlq/resubmit"
    dry = (await desk.call("POST", path, json={"error_code": "no-such-host", "dry_run": True})).json()
    assert (dry["matched"], dry["is_dry_run"]) == (3, True)
    assert (await desk.call("POST", path, json={"error_code": "other"})).json()["matched"] == 0
    made = (await desk.call("POST", path, json={"action": "test.greet"})).json()
    assert {task["state"] for task in made["items"]} == {"queued"}
    assert (await desk.call("POST", path, json={})).json()["matched"] == 0


async def test_a_dead_letter_is_resolved_with_a_note(desk: Desk) -> None:
    await submit(desk)
    letter = await work(desk, POISON)
    path = f"/api/v2/error-recovery/dlq/{letter}/resolve"
    assert (await desk.call("POST", path, json={"note": ""})).status_code == 400
    assert (await desk.call("POST", path, json={"note": "the host is gone"})).json()["resolution"] == "the host is gone"
    assert (await desk.get("/api/v2/error-recovery/dlq/entries?resolved=true")).json()["items"][0]["id"] == letter


async def test_a_retry_is_shown_and_brought_forward(desk: Desk) -> None:
    await submit(desk)
    task = await work(desk, Failure(Fault.RETRYABLE, "unavailable", "Later."))
    shown = (await desk.get(f"/api/v2/error-recovery/retry/{task}")).json()
    assert (shown["task"]["state"], shown["max_attempts"]) == ("retry_wait", 5)
    assert shown["next_at"] >= desk.clock.now()
    assert shown["attempts"][0]["outcome"] == "failed"
    assert (await desk.call("POST", f"/api/v2/error-recovery/retry/{task}/retry")).json()["state"] == "queued"
    alive = await desk.get(f"/api/v2/error-recovery/dlq/entries/{task}")
    assert alive.status_code == 404
