"""Operations together: each with its own outcome, all or none, and as a task that repeats nothing."""

from collections import Counter
from dataclasses import replace

import msgspec
import pytest

from netsentinel.kernel.entries import EntryRegistry, NewEntry
from netsentinel.kernel.errors import NotFoundError
from netsentinel.kernel.types import Permission, Principal
from netsentinel.storage import Journal, SqliteDatabase, Tx
from netsentinel.storage.testing import Happened
from netsentinel.tasks import TaskState
from netsentinel.tasks.batch import BATCH_ACTION, Applied, Batch, BatchRequest, Operation, OperationRequest
from netsentinel.tasks.errors import BatchFailedError
from tests.unit.tasks.bench import SYSTEM
from tests.unit.tasks.test_worker import Site

pytestmark = pytest.mark.anyio


class Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the operation below takes."""

    n: int


class Marks:
    """An operation that writes a row and an entry, and can fail."""

    def __init__(self) -> None:
        self.breaks_at = -1
        self.after: list[int] = []

    def apply(self, tx: Tx, principal: Principal, wanted: Mark) -> Applied:
        tx.run("INSERT INTO meta (key, value) VALUES (?, '')", (f"test.{wanted.n}",))
        tx.append(
            NewEntry("test.happened", principal.tenant, principal.id, str(wanted.n), Happened(text=str(wanted.n)))
        )
        if wanted.n < 0:
            raise NotFoundError(f"There is no {wanted.n}.")
        if wanted.n == self.breaks_at:
            self.breaks_at = -1
            message = "a fault of ours"
            raise RuntimeError(message)

        async def afterwards() -> None:
            self.after.append(wanted.n)

        return Applied(f"mark-{wanted.n}", "made", afterwards)


class Bench:
    """A batch over a real database and worker."""

    def __init__(self, db: SqliteDatabase, journal: Journal) -> None:
        self.site, self.marks, self.journal, self.db = Site(db, []), Marks(), journal, db
        self.may_act = True
        operation = Operation("mark", Permission.ALERTS_WRITE, Mark, self.marks.apply)
        self.batch = Batch(
            db, self.site.engine, self.site.service, lambda *_: SYSTEM if self.may_act else None, [operation]
        )
        self.site.service.actions.add(self.batch.action())

    async def rows(self) -> set[str]:
        found = await self.db.read(lambda tx: tx.rows("SELECT key FROM meta WHERE key LIKE 'test.%'"))
        return {row[0].removeprefix("test.") for row in found}

    async def told(self) -> Counter[str]:
        entries = await self.journal.read(0, 5_000)
        return Counter(entry.payload["text"] for entry in entries if entry.kind == "test.happened")


@pytest.fixture
def bench(sqlite_database: SqliteDatabase, entry_registry: EntryRegistry, audit_key: bytes) -> Bench:
    return Bench(sqlite_database, Journal(sqlite_database, entry_registry, audit_key))


def marks(*numbers: int, **flags: bool) -> BatchRequest:
    return BatchRequest(tuple(OperationRequest("mark", {"n": number}) for number in numbers), **flags)


async def test_each_has_its_own_outcome_and_all_share_a_commit(bench: Bench) -> None:
    before = bench.db.writes
    wanted = BatchRequest(
        (
            *marks(1, -1).operations,
            OperationRequest("mark", {"n": "x"}),
            OperationRequest("none"),
            *marks(2, 1).operations,
        )
    )
    failing = {1: "not-found", 2: "invalid-input", 3: "not-found"}
    with pytest.raises(Exception, match="UNIQUE"):  # a fault of ours undoes it all
        await bench.batch.run(SYSTEM, wanted)
    assert await bench.rows() == set()
    report = await bench.batch.run(SYSTEM, BatchRequest(wanted.operations[:-1]))
    assert (report.succeeded, report.failed, report.is_applied) == (2, 3, True)
    assert {one.index: one.problem.code for one in report.results if one.problem} == failing
    assert [one.status for one in report.results] == [200, 404, 400, 404, 200]
    assert (report.results[0].id, report.results[0].state) == ("mark-1", "made")
    assert await bench.rows() == {"1", "2"}
    assert await bench.told() == {"1": 1, "2": 1}
    assert bench.marks.after == [1, 2]
    assert bench.db.writes == before + 1


async def test_a_permission_is_looked_at_for_each(bench: Bench) -> None:
    nobody = replace(SYSTEM, permissions=frozenset())
    report = await bench.batch.run(nobody, marks(1))
    problem = report.results[0].problem
    assert problem is not None
    assert (problem.status, problem.code, problem.detail) == (
        403,
        "not-allowed",
        "This needs the permission alerts:write.",
    )
    assert await bench.rows() == set()


async def test_an_atomic_batch_is_kept_whole_or_not_at_all(bench: Bench) -> None:
    with pytest.raises(BatchFailedError) as failed:
        await bench.batch.run(SYSTEM, marks(1, -1, 2, atomic=True))
    assert [one["status"] for one in failed.value.extra["results"]] == [424, 404, 424]
    assert (await bench.rows(), await bench.told(), bench.marks.after) == (set(), Counter(), [])
    assert (await bench.batch.run(SYSTEM, marks(1, 2, atomic=True))).is_applied
    assert await bench.rows() == {"1", "2"}


@pytest.mark.parametrize("atomic", [True, False])
async def test_a_dry_run_says_what_would_happen_and_keeps_nothing(bench: Bench, *, atomic: bool) -> None:
    report = await bench.batch.run(SYSTEM, marks(1, 2, dry_run=True, atomic=atomic))
    assert (report.succeeded, report.is_applied, report.results[1].id) == (2, False, "mark-2")
    assert (await bench.rows(), await bench.told(), bench.marks.after) == (set(), Counter(), [])


async def test_a_large_batch_is_a_task_that_repeats_nothing_after_a_fault(bench: Bench) -> None:
    bench.marks.breaks_at = 250
    progress: list[float] = []
    bench.site.service.on_progress(lambda told: progress.append(told.percent))
    task = (await bench.batch.submit(SYSTEM, marks(*range(1, 400), -7))).task
    assert task.action == BATCH_ACTION
    async with bench.site.working():
        done = await bench.site.until(task, TaskState.SUCCEEDED, TaskState.DEAD)
    assert (done.state, done.failures) == (TaskState.SUCCEEDED, 1)
    report = msgspec.json.decode(done.result or b"")
    assert (report["succeeded"], report["failed"], len(report["results"])) == (399, 1, 400)
    assert [one["index"] for one in report["results"]] == list(range(400))
    assert await bench.rows() == {str(n) for n in range(1, 400)}
    assert set((await bench.told()).values()) == {1}
    assert max(progress) >= 25


async def test_a_large_atomic_batch_that_fails_keeps_nothing(bench: Bench) -> None:
    task = (await bench.batch.submit(SYSTEM, marks(*range(1, 300), -7, atomic=True))).task
    async with bench.site.working():
        done = await bench.site.until(task, TaskState.SUCCEEDED, TaskState.DEAD)
    report = msgspec.json.decode(done.result or b"")
    assert (report["is_applied"], report["succeeded"], report["failed"]) == (False, 0, 1)
    assert await bench.rows() == set()


async def test_whoever_may_not_act_any_more_gets_nothing_done(bench: Bench) -> None:
    bench.may_act = False
    task = (await bench.batch.submit(SYSTEM, marks(*range(1, 200)))).task
    async with bench.site.working():
        done = await bench.site.until(task, TaskState.SUCCEEDED, TaskState.DEAD)
    assert (done.state, done.error_code) == (TaskState.DEAD, "not-allowed")
    assert await bench.rows() == set()
