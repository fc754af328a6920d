"""Workers die at random moments: no acknowledged task is lost, no effect is committed twice."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from netsentinel.kernel.errors import UnavailableError
from netsentinel.storage import sqlite as sqlite_module
from tests.crash.harness import ROUNDS, Crash, KillHarness
from tests.crash.lossy_vfs import LossyVFS
from tests.crash.seeds import seeded, tell
from tests.crash.task_ledger import TaskLedger, examine_tasks, finish_everything, open_ledger

ROOT = Path(__file__).resolve().parents[2]
SCENARIO = Path(__file__).parent / "scenarios" / "task_worker.py"
FEW, MANY = 20, int(os.environ.get(ROUNDS, "1000"))
KILLS_PER_DATABASE = 20
LOSSES, MANY_LOSSES, LOSSES_PER_DATABASE = 20, 500, 5


@pytest.mark.parametrize(
    "kills",
    [
        pytest.param(FEW, marks=pytest.mark.timeout(300)),
        pytest.param(MANY, marks=[pytest.mark.long, pytest.mark.timeout(0)]),
    ],
)
def test_kills_lose_no_task_and_double_no_effect(tmp_path: Path, kills: int) -> None:
    rng = seeded()
    acknowledged, slowest, ended = 0, 0.0, dict[str, int]()
    for first in range(0, kills, KILLS_PER_DATABASE):
        path = tmp_path / f"{first}.db"

        def check(crash: Crash, path: Path = path) -> None:
            held = asyncio.run(examine_tasks(path))
            assert crash.acknowledged <= held, f"round {crash.round}: {len(crash.acknowledged - held)} are lost"

        harness = KillHarness(
            [sys.executable, SCENARIO, path], rng, environment={"PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"}
        )
        report = harness.run(min(KILLS_PER_DATABASE, kills - first), check)
        acknowledged += report.acknowledged
        slowest = max(slowest, report.slowest_start_s)
        for state, count in asyncio.run(finish_everything(path)).items():
            ended[state] = ended.get(state, 0) + count
        asyncio.run(examine_tasks(path))
    tell(f"{kills} kills, {acknowledged} acknowledged tasks, ended as {ended}, slowest start {slowest:.2f} s")
    assert acknowledged > kills
    assert set(ended) <= {"succeeded", "dead"}  # dead: a worker died under it three times
    assert ended["succeeded"] > acknowledged * 0.5


async def _work_until_the_power_goes(path: Path, vfs: LossyVFS, name: str) -> set[str]:
    """Clients submit and a worker works until nothing is written any more; the acknowledged tasks."""
    acknowledged: set[str] = set()

    async def client(number: int, ledger: TaskLedger) -> None:
        for count in range(100_000):
            acknowledged.add(await ledger.submit(f"{name}-{number}-{count}", count))

    async def until_cut() -> None:
        while not vfs.is_cut:
            await asyncio.sleep(0.002)

    try:
        async with open_ledger(path, vfs.vfs_name) as ledger:
            work = [asyncio.create_task(client(n, ledger)) for n in range(4)]
            work.append(asyncio.create_task(ledger.worker().run()))
            await until_cut()
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)
    except UnavailableError:
        pass  # it went while the database was being opened
    assert vfs.is_cut
    return acknowledged


@pytest.mark.anyio
@pytest.mark.parametrize(
    "rounds", [LOSSES, pytest.param(MANY_LOSSES, marks=[pytest.mark.long, pytest.mark.timeout(0)])]
)
async def test_losing_power_loses_no_task_and_doubles_no_effect(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rounds: int
) -> None:
    rng = seeded()
    path, acknowledged, total = tmp_path / "0" / "netsentinel.db", set[str](), 0
    for number in range(1, rounds + 1):
        if number % LOSSES_PER_DATABASE == 1:
            path, acknowledged = tmp_path / f"{number}-new" / "netsentinel.db", set()
        monkeypatch.setattr(sqlite_module, "_CHECKPOINT_PAGES", rng.choice((5, 40, 1_000)))
        vfs = LossyVFS(f"lossy-tasks-{number}", rng, rng.randrange(50, 1_500))
        new = await _work_until_the_power_goes(path, vfs, str(number))
        acknowledged |= new
        total += len(new)
        path = tmp_path / str(number) / "netsentinel.db"
        vfs.survive(path.parent)
        vfs.unregister()
        missing = acknowledged - await examine_tasks(path)
        assert not missing, f"round {number}: {len(missing)} are lost"
    tell(f"{rounds} losses of power, {total} acknowledged tasks")
    assert total > rounds
