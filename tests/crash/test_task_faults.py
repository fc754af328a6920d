"""Workers go on when the disk was full for a while, and when the clock is set back a day."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from netsentinel.kernel.clock import DAY, SystemClock
from netsentinel.kernel.errors import StorageFullError
from netsentinel.kernel.types import Micros
from tests.crash.faulty_vfs import FaultyVFS
from tests.crash.task_ledger import TaskLedger, examine_tasks, finish_everything, open_ledger

pytestmark = pytest.mark.anyio


class SetClock(SystemClock):
    """The system's clock, moved."""

    moved: Micros = 0

    def now(self) -> Micros:
        return super().now() + self.moved


@pytest.fixture
def disk(request: pytest.FixtureRequest) -> Iterator[FaultyVFS]:
    vfs = FaultyVFS(f"tasks-{request.node.name}")
    yield vfs
    vfs.unregister()


@asynccontextmanager
async def working(ledger: TaskLedger) -> AsyncGenerator[None]:
    run = asyncio.create_task(ledger.worker().run())
    try:
        yield
    finally:
        run.cancel()
        await asyncio.gather(run, return_exceptions=True)


async def count(ledger: TaskLedger, state: str) -> int:
    row = await ledger.db.read(lambda tx: tx.row("SELECT COUNT(*) FROM tasks WHERE state = ?", (state,)))
    return 0 if row is None else int(row[0])


async def until(ledger: TaskLedger, succeeded: int) -> None:
    async with asyncio.timeout(40):
        while await count(ledger, "succeeded") < succeeded:
            await asyncio.sleep(0.02)


async def submit_on_and_on(ledger: TaskLedger, acknowledged: set[str]) -> None:
    for number in range(10_000):
        acknowledged.add(await ledger.submit(f"more-{number}", number))


@pytest.mark.timeout(120)
async def test_a_full_disk_holds_tasks_up_and_loses_none(tmp_path: Path, disk: FaultyVFS) -> None:
    path = tmp_path / "netsentinel.db"
    async with open_ledger(path, disk.vfs_name) as ledger, working(ledger):
        acknowledged = {await ledger.submit(f"before-{n}", n) for n in range(10)}
        asking = [asyncio.create_task(ledger.submit(f"while-{n}", n)) for n in range(50)]
        await asyncio.sleep(0)
        disk.space = 0
        for outcome in await asyncio.gather(*asking, return_exceptions=True):
            if isinstance(outcome, str):
                acknowledged.add(outcome)
            else:
                assert isinstance(outcome, StorageFullError), outcome
        # The log may have had room left in it for a moment; before long everybody is told.
        with pytest.raises(StorageFullError):
            await submit_on_and_on(ledger, acknowledged)
        disk.space = None
        acknowledged |= {await ledger.submit(f"after-{n}", n) for n in range(10)}
        await until(ledger, len(acknowledged))
    assert await examine_tasks(path) == acknowledged
    assert await finish_everything(path) == {"succeeded": len(acknowledged)}


@pytest.mark.timeout(120)
@pytest.mark.parametrize("jump", [-DAY, DAY])
async def test_a_clock_that_jumps_a_day_stops_nobody(tmp_path: Path, jump: Micros) -> None:
    path, clock = tmp_path / "netsentinel.db", SetClock()
    async with open_ledger(path, clock=clock) as ledger, working(ledger):
        # Every seventh fails at first, so that some wait for their next attempt when the clock jumps.
        await asyncio.gather(*(ledger.submit(f"before-{n}", n) for n in range(0, 140, 7)))
        clock.moved = jump
        await asyncio.gather(*(ledger.submit(f"after-{n}", n) for n in range(70)))
        await until(ledger, 90)
    await examine_tasks(path)
