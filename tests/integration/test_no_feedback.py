"""What fails and listens to failures comes to an end: the causes of an entry bound every chain and every loop."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

import pytest

from netsentinel.kernel.clock import SECOND
from netsentinel.kernel.entries import MAX_CAUSE_DEPTH, Entry, EntryRegistry
from netsentinel.kernel.errors import UnavailableError
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import Permission, system_principal
from netsentinel.recovery import RetryPolicy
from netsentinel.scheduler import EventTrigger, Outcomes, Overlap, RunOutcome, Trigger, TriggerKind
from netsentinel.storage import Journal, SqliteDatabase, Tx
from netsentinel.storage.dialect import SQLITE
from netsentinel.tasks import Reporter, TaskRequest, action
from netsentinel.tasks.entries import DLQ_ENTRY_ADDED, ENDED_KINDS, RETRY_ATTEMPT, TASK_DEAD
from netsentinel.tasks.worker import Worker
from netsentinel.wiring.reactions import DurableReaction, Handlers
from netsentinel.wiring.runner import MAX_ATTEMPTS, ReactionRunner
from netsentinel.wiring.upkeep import Nothing
from tests.unit.scheduler.bench import Site, T, draft, sql_site

pytestmark = pytest.mark.anyio
FAILURES = (RETRY_ATTEMPT, DLQ_ENTRY_ADDED, TASK_DEAD, "scheduler.schedule_skipped", "scheduler.task_executed")


@action("test.fail", permission=Permission.TASKS_WRITE, retry=RetryPolicy.fixed(delay=SECOND // 100, max_attempts=2))
async def fail(_input: Nothing, _reporter: Reporter) -> None:
    """Fail, whatever happens."""
    raise UnavailableError("It never works.")


class Loop:
    """Tasks that fail, on a worker, and everything that listens to their failures."""

    def __init__(self, site: Site, journal: Journal) -> None:
        self.site, self.journal = site, journal
        site.tasks.service.actions.add(fail)
        self.outcomes = journal.follow("outcomes", ENDED_KINDS)
        self.note = Outcomes(site.stores).on_task_ended
        self.trigger = EventTrigger(site.db, journal, site.stores, site.firing, site.schedules)

    async def settle(self, react: Callable[[], Awaitable[object]]) -> Counter[str]:
        """Work until twenty rounds in a row bring nothing new; how often each kind of entry was written."""
        worker = asyncio.create_task(Worker(self.site.db, self.site.tasks.engine, self.site.tasks.hints).run())
        seen, quiet = -1, 0
        try:
            async with asyncio.timeout(60):
                while quiet < 20:
                    await react()
                    self.site.clock.advance(SECOND)
                    self.site.tasks.hints.give()
                    await asyncio.sleep(0.02)
                    count = len(await self.journal.read(0, 5_000))
                    quiet = quiet + 1 if count == seen else 0
                    seen = count
        finally:
            worker.cancel()
            await asyncio.gather(worker, return_exceptions=True)
        return Counter(entry.kind for entry in await self.journal.read(0, 5_000))


@pytest.fixture
def loop(sqlite_database: SqliteDatabase, entry_registry: EntryRegistry, audit_key: bytes, clock: FakeClock) -> Loop:
    site = sql_site(sqlite_database, SQLITE, clock, entry_registry)
    return Loop(site, Journal(sqlite_database, entry_registry, audit_key))


async def test_schedules_on_failures_whose_tasks_fail_fire_once_each(loop: Loop) -> None:
    for kind in FAILURES:
        trigger = Trigger(kind=TriggerKind.EVENT, on=kind)
        text = draft(kind, action="test.fail", trigger=trigger, overlap=Overlap.QUEUE)
        await loop.site.schedules.create(system_principal(), text)

    async def react() -> None:
        while await loop.outcomes.step(loop.note):
            continue
        await loop.trigger.catch_up()

    await loop.site.tasks.submit("test.fail")
    found = await loop.settle(react)
    runs = (await loop.site.schedules.runs(T, limit=500)).items
    assert Counter(run.outcome for run in runs) == {RunOutcome.SUBMITTED: 3}, "on the retry, the letter and the end"
    assert found[TASK_DEAD] == found[DLQ_ENTRY_ADDED] == 4, "the first task, and one for each of the three"
    assert found["scheduler.task_executed"] == 3


async def test_a_reaction_that_answers_failures_by_tasks_that_fail_ends(loop: Loop) -> None:
    """Nothing in the table does this. If somebody adds it, the depth of causes ends it, and the entry is parked."""

    def answer(tx: Tx, entry: Entry) -> None:
        cause = (*entry.cause, entry.seq)
        loop.site.tasks.service.submit_in(tx, system_principal(), TaskRequest(action="test.fail", cause=cause))

    runner, reaction = _runner(loop, answer)
    await loop.site.tasks.submit("test.fail")
    found = await loop.settle(lambda: runner.catch_up(reaction))
    assert found[TASK_DEAD] == MAX_CAUSE_DEPTH, "one for each depth of the chain of causes"
    assert (runner.parked, runner.failures) == (1, MAX_ATTEMPTS)


def _runner(loop: Loop, handler: Callable[[Tx, Entry], None]) -> tuple[ReactionRunner, DurableReaction]:
    class NoLive:
        def listen(self, kinds: object, listener: object) -> None:
            """Nobody tells of entries."""

    async def no_pause(_seconds: float) -> None:
        return

    def nothing(*_: object) -> None:
        return

    handlers = Handlers(**dict.fromkeys(Handlers.__dataclass_fields__, nothing))
    reaction = DurableReaction("answers", (TASK_DEAD,), "Answers failures.", lambda _: handler)
    runner = ReactionRunner(loop.journal, handlers, NoLive(), loop.site.clock, reactions=(reaction,), pause=no_pause)
    return runner, reaction
