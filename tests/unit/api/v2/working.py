"""A worker's part of a task, for the routes that show what became of it."""

from typing import Any

import msgspec

from netsentinel.recovery.retry import Failure, Fault
from netsentinel.tasks import Pool
from netsentinel.tasks.engine import End
from tests.unit.api.v2.conftest import Desk


async def submit(desk: Desk, **fields: Any) -> Any:
    body = {"action": "test.greet", "input": {"name": "Ada"}, **fields}
    return await desk.call("POST", "/api/v2/tasks", json=body)


async def work(desk: Desk, failure: Failure | None = None, result: bytes = b'"hello Ada"') -> str:
    """Run the next task as a worker would; its id."""

    def turn(tx: Any) -> str:
        (lease,) = desk.engine.lease(tx, "wrk_1", {Pool.LOOP: 1}).leases
        given = None if failure else msgspec.Raw(result)
        desk.engine.finish(tx, [End(lease.task, result=given, failure=failure)])
        return lease.task.id

    return await desk.write(turn)


POISON = Failure(Fault.PERMANENT, "no-such-host", "The host is unknown.")
