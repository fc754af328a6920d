from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from netsentinel.kernel.types import DEFAULT_TENANT, Role, TenantId, system_principal
from netsentinel.tasks import TaskRequest
from tests.unit.api.v2.conftest import Desk
from tests.unit.api.v2.working import submit, work

pytestmark = pytest.mark.anyio


async def test_a_task_is_made_and_looked_at(desk: Desk) -> None:
    answer = await submit(desk, priority=7)
    assert answer.status_code == 201
    task = answer.json()["task"]
    assert (task["action"], task["state"], task["priority"]) == ("test.greet", "queued", 7)
    await work(desk)
    view = (await desk.get(f"/api/v2/tasks/{task['id']}")).json()
    assert (view["task"]["state"], view["input"]["name"], view["result"]) == ("succeeded", "Ada", "hello Ada")
    assert [attempt["outcome"] for attempt in view["attempts"]] == ["succeeded"]
    assert view["principal_name"] == "analyst key"
    assert (await desk.get(f"/api/v2/tasks/{task['id']}/result")).json() == "hello Ada"


async def test_the_file_that_a_task_left_is_handed_out_and_runs_nothing(desk: Desk) -> None:
    task_id = (await submit(desk)).json()["task"]["id"]
    assert (await desk.get(f"/api/v2/tasks/{task_id}/file")).status_code == 404

    async def pieces() -> AsyncIterator[bytes]:
        yield b"<script>1</script>"

    task = await desk.tasks.get(DEFAULT_TENANT, task_id)
    kept = await desk.files.keep(task, "a report.html", "text/html; charset=utf-8", pieces())
    await work(desk, result=msgspec.json.encode({"file": kept}))
    answer = await desk.get(f"/api/v2/tasks/{task_id}/file")
    assert (answer.status_code, answer.content) == (200, b"<script>1</script>")
    assert answer.headers["content-disposition"].startswith("attachment; filename")
    shown = await desk.get(f"/api/v2/tasks/{task_id}/file?show=true")
    assert shown.headers["content-disposition"].startswith("inline")
    assert shown.headers["content-type"] == "text/html; charset=utf-8"
    assert shown.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    other = await desk.get("/api/v2/tasks/tsk_none/file")
    assert other.status_code == 404


async def test_a_file_takes_the_permission_of_its_action(desk: Desk) -> None:
    made = await desk.tasks.submit(system_principal(), TaskRequest(action="test.confide", input={"name": "Ada"}))
    answer = await desk.get(f"/api/v2/tasks/{made.task.id}/file", role=Role.ANALYST)
    assert (answer.status_code, answer.json()["permission"]) == (403, "audit:read")
    assert (await desk.get(f"/api/v2/tasks/{made.task.id}/file", role=Role.ADMIN)).status_code == 404
    assert (await desk.get(f"/api/v2/tasks/{made.task.id}/result", role=Role.ANALYST)).status_code == 403
    shown = (await desk.get(f"/api/v2/tasks/{made.task.id}", role=Role.ANALYST)).json()
    assert (shown["task"]["action"], shown["input"]) == ("test.confide", None)
    whole = (await desk.get(f"/api/v2/tasks/{made.task.id}", role=Role.ADMIN)).json()
    assert whole["input"] == {"name": "Ada"}


async def test_the_same_request_again_gives_the_same_task(desk: Desk) -> None:
    first, second = await submit(desk, request_id="r-1"), await submit(desk, request_id="r-1")
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["task"]["id"] == second.json()["task"]["id"]
    assert second.json()["is_duplicate"]


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"action": "no.such"}, 404, "unknown-action"),
        ({"input": {"times": 2}}, 400, "invalid-task-input"),
        ({"input": {"name": "x" * 1_100_000}}, 413, "too-large"),
        ({"priority": 10}, 400, "invalid-input"),
        ({"surprise": 1}, 400, "invalid-input"),
        ({"deadline_ms": 0}, 400, "invalid-input"),
    ],
)
async def test_bad_requests_are_refused_with_their_reason(
    desk: Desk, fields: dict[str, Any], status: int, code: str
) -> None:
    answer = await submit(desk, **fields)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_lists_are_filtered_and_paged_by_a_fixed_number_of_statements(desk: Desk) -> None:
    for _ in range(5):
        await submit(desk)
    await work(desk)
    first = (await desk.get("/api/v2/tasks?limit=3")).json()
    assert desk.statements == 1
    rest = (await desk.get(f"/api/v2/tasks?limit=3&cursor={first['next']}")).json()
    assert len({task["id"] for task in first["items"] + rest["items"]}) == 5
    assert rest["next"] is None
    done = (await desk.get("/api/v2/tasks?state=succeeded,failed")).json()["items"]
    assert len(done) == 1
    assert (await desk.get("/api/v2/tasks?state=sleeping")).json()["code"] == "invalid-filter"
    assert (await desk.get("/api/v2/tasks?action=other.one")).json()["items"] == []


async def test_a_task_is_paused_resumed_skipped_and_not_twice(desk: Desk) -> None:
    task = (await submit(desk)).json()["task"]["id"]

    async def do(what: str) -> tuple[int, str]:
        answer = await desk.call("POST", f"/api/v2/tasks/{task}/{what}")
        return answer.status_code, str(answer.json().get("code") or answer.json()["state"])

    assert await do("pause") == (200, "paused")
    assert await do("resume") == (200, "queued")
    assert await do("resume") == (409, "task-state")
    assert await do("skip") == (200, "cancelled")
    assert await do("cancel") == (409, "task-state")


async def test_another_tenants_task_is_not_there(desk: Desk) -> None:
    other = system_principal(TenantId("other"))
    made = await desk.tasks.submit(other, TaskRequest(action="test.greet", input={"name": "Eve"}))
    assert (await desk.get(f"/api/v2/tasks/{made.task.id}")).status_code == 404
    assert (await desk.call("POST", f"/api/v2/tasks/{made.task.id}/cancel")).status_code == 404
    assert (await desk.get("/api/v2/tasks")).json()["items"] == []


async def test_a_viewer_looks_and_does_not_touch(desk: Desk) -> None:
    task = (await submit(desk)).json()["task"]["id"]
    assert (await desk.get(f"/api/v2/tasks/{task}")).status_code == 200
    assert (await desk.call("POST", f"/api/v2/tasks/{task}/cancel", Role.VIEWER)).status_code == 403
    assert (await desk.call("POST", "/api/v2/tasks", Role.VIEWER, json={"action": "test.greet"})).status_code == 403


async def test_the_timeline_is_of_the_last_hour_if_nothing_is_stated(desk: Desk) -> None:
    await submit(desk)
    desk.clock.advance(2_000_000)
    found = (await desk.get("/api/v2/tasks/timeline")).json()
    assert found["until"] - found["since"] == 3_600_000_000
    assert [task["action"] for task in found["tasks"]] == ["test.greet"]
    assert (await desk.get("/api/v2/tasks/timeline?since=5&until=4")).status_code == 400


async def test_actions_say_what_they_take(desk: Desk) -> None:
    listed = (await desk.get("/api/v2/actions")).json()["items"]
    (greet,) = (one for one in listed if one["name"] == "test.greet")
    assert (greet["name"], greet["summary"], greet["permission"]) == ("test.greet", "Greet somebody.", "alerts:read")
    assert "name" in str(greet["input"])
