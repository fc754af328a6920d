import pytest

from netsentinel.analytics import Analytics, Sources
from netsentinel.analytics.service import timelines
from netsentinel.kernel.clock import DAY, HOUR, MINUTE, SECOND
from netsentinel.kernel.entries import EntryRegistry
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId, system_principal
from netsentinel.recovery import BreakerBoard, BreakerChange, Breakers, BreakerView, Command, Mode, Outcome
from netsentinel.recovery.retry import Failure, Fault
from netsentinel.recovery.store_sql import SqlBreakers
from netsentinel.scheduler import Overlap
from netsentinel.scheduler.entries import TASK_EXECUTED
from netsentinel.scheduler.outcomes import Outcomes
from netsentinel.storage import Journal, SqliteDatabase
from netsentinel.storage.dialect import SQLITE
from netsentinel.tasks import TaskFilter, TaskState
from netsentinel.tasks.engine import End
from netsentinel.tasks.entries import ENDED_KINDS
from tests.unit.scheduler.bench import DONE, Site, sql_site

pytestmark = pytest.mark.anyio
T = DEFAULT_TENANT
OTHER = TenantId("other")
LATER = Failure(Fault.RETRYABLE, "unavailable", "Later.")
NEVER = Failure(Fault.POISON, "no-such-host", "The host is unknown.")


class House:
    """Analytics over a database in which tasks, breakers and schedules are moved by hand."""

    def __init__(self, site: Site, journal: Journal) -> None:
        self.site, self.journal, self.clock = site, journal, site.clock
        self.breakers = Breakers(site.db, SqlBreakers(), site.clock)
        self.board = BreakerBoard(site.db, SqlBreakers(), site.clock, self.breakers)
        stores = site.tasks.engine.stores
        sources = Sources(site.db, stores.figures, stores.timeline, self.board, site.schedules)
        self.analytics = Analytics(sources, site.clock)
        self.outcomes = Outcomes(site.stores)

    async def run(self, *failures: Failure | None) -> None:
        """Run as many tasks at once, each with its end."""
        for _ in failures:
            await self.site.tasks.submit()
        leases = await self.site.tasks.lease()
        ends = [
            End(lease.task, failure=failure) if failure else End(lease.task, result=DONE)
            for lease, failure in zip(leases, failures, strict=True)
        ]
        await self.site.tasks.finish(*ends)

    async def note_ends(self) -> None:
        """What the reaction to ended tasks does."""
        follower = self.journal.follow("runs", ENDED_KINDS)
        while await follower.step(self.outcomes.on_task_ended):
            continue


@pytest.fixture
def house(sqlite_database: SqliteDatabase, entry_registry: EntryRegistry, audit_key: bytes, clock: FakeClock) -> House:
    site = sql_site(sqlite_database, SQLITE, clock, entry_registry)
    return House(site, Journal(sqlite_database, entry_registry, audit_key))


async def test_retries_over_time(house: House) -> None:
    await house.run(None, None, LATER, NEVER)
    house.clock.advance(20 * MINUTE)
    await house.site.tasks.promote()
    await house.site.tasks.finish(*[End(lease.task, failure=LATER) for lease in await house.site.tasks.lease()])
    found = await house.analytics.retry(T, HOUR)
    assert (found.succeeded, found.failed, found.retried) == (2, 1, 2)
    assert found.success_rate == pytest.approx(2 / 3)
    assert (found.waiting, found.parked) == (1, 0)
    assert [(one.attempt, one.failed) for one in found.distribution] == [(1, 2), (2, 1)]
    assert [(one.error_code, one.fault, one.failed) for one in found.causes] == [
        ("unavailable", "retryable", 2),
        ("no-such-host", "poison", 1),
    ]
    assert [(one.succeeded, one.failed, one.retried) for one in found.buckets if one.succeeded + one.retried] == [
        (2, 1, 1),
        (0, 0, 1),
    ]
    assert len(found.buckets) == len(range(found.since, found.until, found.bucket_us))
    assert (await house.analytics.retry(T, MINUTE)).retried == 1
    assert (await house.analytics.retry(T, 30 * DAY)).retried == 2, "coarse counts say the same"
    empty = await house.analytics.retry(OTHER, HOUR)
    assert (empty.succeeded, empty.success_rate, empty.distribution) == (0, None, ())


async def test_dead_letters_over_time(house: House) -> None:
    await house.run(NEVER, NEVER)
    died = house.clock.now()
    house.clock.advance(HOUR // 2)
    letters = house.site.tasks.service.dead_letters
    dead = (await house.analytics.dlq(T, HOUR)).groups
    assert [(one.action, one.error_code, one.letters) for one in dead] == [("test.echo", "no-such-host", 2)]
    listed = await house.site.tasks.service.page(T, TaskFilter(states=(TaskState.DEAD,)), limit=9)
    await letters.resolve(system_principal(), listed.items[0].id, "known")
    found = await house.analytics.dlq(T, HOUR)
    assert (found.open, found.oldest_at, found.added, found.resolved) == (1, died, 2, 1)
    assert [(one.added, one.resolved) for one in found.buckets if one.added or one.resolved] == [(2, 0), (0, 1)]
    later = await house.analytics.dlq(T, MINUTE)
    assert (later.open, later.added, later.resolved) == (1, 0, 1)
    assert (await house.analytics.dlq(OTHER, HOUR)).open == 0


async def test_breakers_over_time(house: House) -> None:
    begin = house.clock.now()
    house.clock.advance(10 * MINUTE)
    for _ in range(20):
        house.breakers.record("smtp", T, Outcome.FAILURE, SECOND)
    await house.breakers.flush()
    opened = house.clock.now()
    house.clock.advance(10 * MINUTE)
    await house.board.command(system_principal(), "smtp", Command.RESET)
    closed = house.clock.now()
    house.breakers.record("ldap", T, Outcome.SUCCESS, SECOND)
    await house.breakers.flush()
    house.clock.advance(10 * MINUTE)
    found = await house.analytics.circuit_breaker(T, HOUR)
    ldap, smtp = found.timeline
    assert [(span.mode, span.start, span.end) for span in ldap.spans] == [("closed", found.since, found.until)]
    assert [(span.mode, span.start, span.end) for span in smtp.spans] == [
        ("closed", begin - HOUR // 2, opened),
        ("open", opened, closed),
        ("closed", closed, found.until),
    ]
    assert (found.opened, [change.reason for change in found.changes]) == (1, ["failure rate", "reset"])
    late = await house.analytics.circuit_breaker(T, 15 * MINUTE)
    assert [span.mode for span in late.timeline[1].spans] == ["open", "closed"]
    assert late.opened == 0
    assert (await house.analytics.circuit_breaker(OTHER, HOUR)).timeline == ()


async def test_schedules_over_time(house: House) -> None:
    schedule = await house.site.make(overlap=Overlap.SKIP)
    await house.site.make("paused", enabled=False)
    await house.site.after(MINUTE)
    await house.site.after(MINUTE)
    await house.site.finish_all()
    await house.note_ends()
    await house.site.after(MINUTE)
    await house.site.tasks.finish(*[End(lease.task, failure=NEVER) for lease in await house.site.tasks.lease()])
    await house.note_ends()
    found = await house.analytics.scheduler(T, HOUR)
    assert (found.submitted, found.skipped, found.missed, found.refused) == (2, 1, 0, 0)
    assert (found.succeeded, found.failed, found.success_rate) == (1, 1, 0.5)
    assert (found.schedules, found.paused) == (2, 1)
    assert found.next_at == (await house.site.schedules.get(T, schedule.id)).due_at
    assert sum(one.submitted for one in found.buckets) == 2
    assert len([one for one in found.buckets if one.submitted or one.skipped]) == 3
    assert (await house.analytics.scheduler(OTHER, HOUR)).next_at is None
    told = [entry for entry in await house.journal.read(0, 500) if entry.kind == TASK_EXECUTED]
    assert [entry.payload["state"] for entry in told] == ["succeeded", "dead"]


async def test_the_summary_is_of_the_last_hour_and_of_now(house: House) -> None:
    await house.run(None, LATER, NEVER)
    for _ in range(20):
        house.breakers.record("smtp", T, Outcome.FAILURE, SECOND)
    await house.breakers.flush()
    await house.site.make()
    await house.site.after(MINUTE)
    await house.site.after(MINUTE)
    found = await house.analytics.summary(T)
    assert (found.succeeded, found.failed, found.retried, found.waiting, found.parked) == (1, 1, 1, 1, 0)
    assert (found.breakers_open, found.letters_open, found.letters_added) == (1, 1, 1)
    assert (found.runs_submitted, found.runs_failed, found.runs_skipped) == (1, 0, 1)
    house.clock.advance(2 * HOUR)
    later = await house.analytics.summary(T)
    assert (later.succeeded, later.letters_added, later.letters_open, later.waiting) == (0, 0, 1, 1)


def test_a_timeline_has_no_gaps_and_begins_with_what_was_before_the_first_change() -> None:
    def change(at: int, before: Mode, after: Mode) -> BreakerChange:
        return BreakerChange(T, "smtp", at, before, after, 0, "", 0, 0, 0)

    changes = [
        change(20, Mode.OPEN, Mode.HALF_OPEN),
        change(20, Mode.HALF_OPEN, Mode.OPEN),
        change(30, Mode.OPEN, Mode.CLOSED),
    ]
    (found,) = timelines([], changes, 10, 40)
    assert [(span.mode, span.start, span.end) for span in found.spans] == [
        ("open", 10, 20),
        ("open", 20, 30),
        ("closed", 30, 40),
    ]


def test_a_breaker_without_changes_was_as_it_is() -> None:
    view = BreakerView(T, "smtp", Mode.FORCED_OPEN, 0, 0, 0, 0, 0, 0, 0.0, 0.0, 1, 0.5, 0.5, 0)
    (found,) = timelines([view], [], 10, 40)
    assert [(span.mode, span.start, span.end) for span in found.spans] == [("forced_open", 10, 40)]
