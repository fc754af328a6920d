"""One suite for schedules on the three kinds of stores: in memory, on SQLite and on PostgreSQL."""

from dataclasses import replace

import pytest

from netsentinel.kernel.clock import DAY, HOUR, MINUTE, SECOND, from_iso, to_iso
from netsentinel.kernel.entries import EntryRegistry
from netsentinel.kernel.errors import ConflictError, NotAllowedError, NotFoundError
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import Permission, Principal, Role
from netsentinel.scheduler import By, Misfire, Overlap, Run, RunOutcome, ScheduleFilter, Trigger, TriggerKind
from netsentinel.scheduler.errors import InvalidScheduleError, ScheduleNameTakenError, SystemScheduleError
from netsentinel.scheduler.store_sql import SqlRuns  # noqa: F401 - the suite is theirs, by way of the bench
from netsentinel.scheduler.testing import MemoryRuns  # noqa: F401 - the same
from netsentinel.storage.dialect import POSTGRES, SQLITE
from netsentinel.tasks import TaskState
from netsentinel.tasks.model import Reason
from tests.unit.scheduler.bench import OTHER, STRANGER, SYSTEM, Site, T, draft, memory_site, sql_site

pytestmark = pytest.mark.anyio

ANA = Principal("u-ana", "user", T, Role.ANALYST, "ana", frozenset(Permission))
NIGHTLY = Trigger(kind=TriggerKind.CRON, cron="30 2 * * *", zone="Europe/Berlin")


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, clock: FakeClock, entry_registry: EntryRegistry) -> Site:
    if request.param == "memory":
        return memory_site(clock, entry_registry)
    database = request.getfixturevalue(f"{request.param}_database")
    return sql_site(database, SQLITE if request.param == "sqlite" else POSTGRES, clock, entry_registry)


def outcomes(runs: list[Run]) -> list[RunOutcome]:
    return [run.outcome for run in runs]


async def test_an_interval_fires_once_per_time_and_moves_on(site: Site) -> None:
    begin = site.clock.now()
    schedule = await site.make()
    assert schedule.next_at == begin + MINUTE
    assert await site.after(MINUTE - 1) == []
    (run,) = await site.after(1)
    assert (run.by, run.tick, run.at, run.number, run.outcome) == (
        By.TIME,
        begin + MINUTE,
        begin + MINUTE,
        1,
        RunOutcome.SUBMITTED,
    )
    assert await site.fire() == []
    task = await site.task(run)
    assert (task.action, task.origin, task.principal) == ("test.echo", f"schedule:{schedule.id}", SYSTEM.id)
    await site.finish_all()
    (second,) = await site.after(MINUTE)
    assert (second.tick, second.number) == (begin + 2 * MINUTE, 2)
    assert [run.id for run in await site.history(schedule)] == [run.id, second.id]
    kept = await site.schedules.get(T, schedule.id)
    assert (kept.fired, kept.last_task, kept.next_at) == (2, second.task_id, begin + 3 * MINUTE)


async def test_a_schedule_comes_back_as_it_was_stated(site: Site) -> None:
    stated = draft(
        "everything",
        trigger=Trigger(kind=TriggerKind.EVENT, on="alert.raised", where={"level": ("high", "critical"), "n.m": 3}),
        input={"text": "hi", "number": 7},
        jitter=5 * SECOND,
        overlap=Overlap.REPLACE,
        misfire=Misfire.BACKFILL,
        backfill=3,
        grace=HOUR,
        priority=9,
    )
    schedule = await site.schedules.create(SYSTEM, stated)
    assert schedule.draft == stated
    assert await site.schedules.get(T, schedule.id) == schedule
    assert await site.schedules.get(T, "everything") == schedule
    assert await site.schedules.all(T) == [schedule]


async def test_a_tenant_sees_and_changes_its_own_only(site: Site) -> None:
    mine = await site.make()
    theirs = await site.make(principal=STRANGER)
    assert await site.schedules.all(OTHER) == [theirs]
    for call in (
        site.schedules.get(OTHER, mine.id),
        site.schedules.delete(STRANGER, mine.id),
        site.schedules.enable(STRANGER, mine.id, enabled=False),
        site.schedules.trigger(STRANGER, mine.id),
        site.schedules.update(STRANGER, mine.id, draft()),
    ):
        with pytest.raises(NotFoundError):
            await call
    runs = await site.after(MINUTE)
    assert {run.tenant for run in runs} == {T, OTHER}
    page = await site.schedules.runs(OTHER, limit=10)
    assert [run.schedule_id for run in page.items] == [theirs.id]


async def test_names_are_taken_once(site: Site) -> None:
    first = await site.make("one")
    second = await site.make("two")
    with pytest.raises(ScheduleNameTakenError):
        await site.make("one")
    with pytest.raises(ScheduleNameTakenError):
        await site.schedules.update(SYSTEM, second.id, draft("one"))
    assert (await site.schedules.update(SYSTEM, first.id, draft("one", priority=1))).draft.priority == 1


async def test_an_update_is_refused_when_somebody_was_faster(site: Site) -> None:
    schedule = await site.make()
    changed = await site.schedules.update(SYSTEM, schedule.id, draft(priority=1), version=1)
    assert changed.version == 2
    with pytest.raises(ConflictError):
        await site.schedules.update(SYSTEM, schedule.id, draft(priority=2), version=1)


async def test_an_update_of_something_else_does_not_move_the_next_time(site: Site) -> None:
    schedule = await site.make(trigger=NIGHTLY)
    site.clock.advance(MINUTE)
    changed = await site.schedules.update(SYSTEM, schedule.id, draft(trigger=NIGHTLY, priority=1))
    assert (changed.next_at, changed.due_at) == (schedule.next_at, schedule.due_at)
    moved = await site.schedules.update(SYSTEM, schedule.id, draft(trigger=replace(NIGHTLY, cron="30 3 * * *")))
    assert schedule.next_at is not None
    assert moved.next_at == schedule.next_at + HOUR


async def test_a_paused_schedule_does_not_fire_and_goes_on_from_now(site: Site) -> None:
    schedule = await site.make()
    paused = await site.schedules.enable(SYSTEM, schedule.id, enabled=False)
    assert (paused.next_at, paused.due_at) == (None, None)
    assert await site.after(10 * MINUTE) == []
    resumed = await site.schedules.enable(SYSTEM, schedule.id, enabled=True)
    assert resumed.next_at == site.clock.now() + MINUTE
    assert await site.schedules.enable(SYSTEM, schedule.id, enabled=True) == resumed
    assert len(await site.after(MINUTE)) == 1


async def test_once_is_once(site: Site) -> None:
    at = site.clock.now() + HOUR
    schedule = await site.make(trigger=Trigger(kind=TriggerKind.ONCE, at=at))
    assert [run.tick for run in await site.after(2 * HOUR)] == [at]  # late, but made up for
    assert (await site.schedules.get(T, schedule.id)).next_at is None
    assert await site.after(DAY) == []


async def test_triggered_by_hand_it_fires_beside_its_times_even_while_paused(site: Site) -> None:
    schedule = await site.make(enabled=False)
    run = await site.schedules.trigger(SYSTEM, schedule.id)
    assert (run.by, run.outcome) == (By.HAND, RunOutcome.SUBMITTED)
    assert (await site.schedules.get(T, schedule.id)).next_at is None
    assert (await site.schedules.trigger(SYSTEM, schedule.id)).outcome is RunOutcome.SKIPPED
    await site.finish_all()
    assert (await site.schedules.trigger(SYSTEM, schedule.id)).outcome is RunOutcome.SUBMITTED


async def test_overlap_skip_leaves_the_time_out(site: Site) -> None:
    schedule = await site.make(overlap=Overlap.SKIP)
    assert outcomes(await site.after(MINUTE)) == [RunOutcome.SUBMITTED]
    (skipped,) = await site.after(MINUTE)
    assert (skipped.outcome, skipped.reason, skipped.task_id) == (
        RunOutcome.SKIPPED,
        "The run before has not ended.",
        "",
    )
    await site.finish_all()
    assert outcomes(await site.after(MINUTE)) == [RunOutcome.SUBMITTED]
    assert (await site.schedules.get(T, schedule.id)).fired == 3


async def test_overlap_queue_lets_the_next_one_wait(site: Site) -> None:
    await site.make(overlap=Overlap.QUEUE)
    runs = [*await site.after(MINUTE), *await site.after(MINUTE), *await site.after(MINUTE)]
    assert [(await site.task(run)).state for run in runs] == [
        TaskState.QUEUED,
        TaskState.WAITING,
        TaskState.WAITING,
    ]
    assert len(await site.tasks.lease()) == 1
    assert await site.tasks.lease() == []


async def test_overlap_replace_cancels_the_one_before(site: Site) -> None:
    await site.make(overlap=Overlap.REPLACE)
    (first,) = await site.after(MINUTE)
    (second,) = await site.after(MINUTE)
    task = await site.task(first)
    assert (task.state, task.reason) == (TaskState.CANCELLED, Reason.REPLACED)
    assert (await site.task(second)).state is TaskState.QUEUED
    await site.finish_all()
    assert (await site.task(second)).state is TaskState.SUCCEEDED


HOURS_LATE = 5


@pytest.mark.parametrize(
    ("misfire", "expected"),
    [
        (Misfire.SKIP, [(RunOutcome.MISSED, -1)]),
        (Misfire.COALESCE, [(RunOutcome.SUBMITTED, -1)]),
        (Misfire.BACKFILL, [(RunOutcome.SUBMITTED, -3), (RunOutcome.SUBMITTED, -2), (RunOutcome.SUBMITTED, -1)]),
    ],
)
async def test_times_that_passed_while_nobody_could_fire(
    site: Site, misfire: Misfire, expected: list[tuple[RunOutcome, int]]
) -> None:
    every = Trigger(kind=TriggerKind.INTERVAL, every=HOUR)
    begin = site.clock.now()
    schedule = await site.make(trigger=every, misfire=misfire, backfill=3)
    runs = await site.after(HOURS_LATE * HOUR + 10 * MINUTE)
    newest = begin + (HOURS_LATE + 1) * HOUR
    assert [(run.outcome, (run.tick - newest) // HOUR) for run in runs] == expected
    assert (await site.schedules.get(T, schedule.id)).next_at == newest
    if misfire is Misfire.BACKFILL:  # one after the other, whatever the overlap policy
        assert len(await site.tasks.lease()) == 1
    assert await site.fire() == []
    on_time = await site.after(50 * MINUTE)
    assert [run.tick for run in on_time] == [newest]


async def test_a_month_of_missed_seconds_is_made_up_for_by_the_latest_only(site: Site) -> None:
    every = Trigger(kind=TriggerKind.CRON, cron="* * * * * *")
    await site.make(trigger=every, misfire=Misfire.BACKFILL, backfill=5)
    runs = await site.after(30 * DAY)
    now = site.clock.now() // SECOND * SECOND
    assert [run.tick for run in runs] == [now - n * SECOND for n in (4, 3, 2, 1, 0)]
    assert [run.number for run in runs] == [1, 2, 3, 4, 5]
    page = await site.schedules.runs(T, limit=3)
    assert [run.number for run in page.items] == [5, 4, 3]
    rest = await site.schedules.runs(T, limit=3, cursor=page.next)
    assert ([run.number for run in rest.items], rest.next) == ([2, 1], None)


async def test_jitter_puts_a_time_off_by_the_same_everywhere(site: Site) -> None:
    begin = site.clock.now()
    schedule = await site.make(jitter=40 * SECOND)
    assert schedule.next_at == begin + MINUTE
    assert schedule.due_at is not None
    assert begin + MINUTE <= schedule.due_at <= begin + MINUTE + 40 * SECOND
    delays = set[int]()
    for number in range(1, 21):
        kept = await site.schedules.get(T, schedule.id)
        assert kept.next_at == begin + number * MINUTE
        assert kept.due_at is not None
        assert site.schedules.next_runs(kept, 3)[0] == kept.due_at
        delays.add(kept.due_at - kept.next_at)
        assert await site.after(kept.due_at - 1 - site.clock.now()) == []
        (run,) = await site.after(1)
        assert run.tick == kept.next_at
        await site.finish_all()
    assert len(delays) > 10


async def test_a_clock_set_back_a_day_does_not_stop_it_for_a_day(site: Site) -> None:
    schedule = await site.make()
    await site.after(MINUTE)
    await site.finish_all()
    assert await site.after(-DAY) == []
    again = await site.schedules.get(T, schedule.id)
    assert again.next_at is not None
    assert site.clock.now() < again.next_at <= site.clock.now() + MINUTE
    (run,) = await site.after(MINUTE)
    assert (run.outcome, run.number) == (RunOutcome.SUBMITTED, 2)


async def test_a_clock_set_back_a_little_fires_nothing_twice(site: Site) -> None:
    schedule = await site.make()
    (first,) = await site.after(MINUTE)
    await site.finish_all()
    site.clock.advance(-30 * SECOND)
    assert await site.fire() == []
    assert await site.after(40 * SECOND) == []
    (second,) = await site.after(50 * SECOND)
    assert second.tick == first.tick + MINUTE
    assert len(await site.history(schedule)) == 2


async def test_daylight_saving_over_the_whole_way(site: Site) -> None:
    site.clock.advance(from_iso("2026-10-24T12:00:00") - site.clock.now())
    await site.make(trigger=NIGHTLY)
    fired: list[str] = []
    for _ in range(72 * 2):
        fired += [to_iso(run.tick)[:16] for run in await site.after(30 * MINUTE)]
        await site.finish_all()
    assert fired == ["2026-10-25T00:30", "2026-10-26T01:30", "2026-10-27T01:30"]


async def test_a_refused_task_is_a_run_with_the_reason(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    schedule = await site.make()
    monkeypatch.setattr(site.tasks.engine.registry, "_actions", {})
    (run,) = await site.after(MINUTE)
    assert (run.outcome, run.task_id) == (RunOutcome.REFUSED, "")
    assert "test.echo" in run.reason
    assert (await site.schedules.get(T, schedule.id)).next_at == site.clock.now() + MINUTE


async def test_whoever_left_fires_nothing_more_until_somebody_else_saves_it(site: Site) -> None:
    schedule = await site.make(principal=ANA)
    (run,) = await site.after(MINUTE)
    assert (await site.task(run)).principal == ANA.id
    await site.finish_all()
    site.gone.add(ANA.id)
    (run,) = await site.after(MINUTE)
    assert (run.outcome, run.task_id) == (RunOutcome.REFUSED, "")
    assert "Save it again" in run.reason
    await site.schedules.update(SYSTEM, schedule.id, draft())
    (run,) = await site.after(MINUTE)
    assert run.outcome is RunOutcome.SUBMITTED


async def test_a_schedule_may_do_what_its_owner_may_do_now(site: Site) -> None:
    await site.make(principal=ANA)
    site.viewers.add(ANA.id)
    (run,) = await site.after(MINUTE)
    assert run.outcome is RunOutcome.REFUSED
    assert "needs the permission" in run.reason


async def test_systems_own_schedules_can_be_paused_and_nothing_else(site: Site) -> None:
    made = await site.schedules.ensure_system(SYSTEM, draft("journal"))
    assert made.is_system
    paused = await site.schedules.enable(SYSTEM, made.id, enabled=False)
    site.clock.advance(MINUTE)
    again = await site.schedules.ensure_system(SYSTEM, draft("journal"))
    assert again == paused
    slower = Trigger(kind=TriggerKind.INTERVAL, every=HOUR)
    renewed = await site.schedules.ensure_system(SYSTEM, draft("journal", trigger=slower))
    assert (renewed.id, renewed.draft.enabled, renewed.draft.trigger.every) == (made.id, False, HOUR)
    with pytest.raises(SystemScheduleError):
        await site.schedules.delete(SYSTEM, made.id)
    with pytest.raises(SystemScheduleError):
        await site.schedules.update(SYSTEM, made.id, draft("mine now"))
    assert (await site.schedules.trigger(SYSTEM, made.id)).outcome is RunOutcome.SUBMITTED


async def test_deleting_keeps_the_history(site: Site) -> None:
    schedule = await site.make()
    await site.after(MINUTE)
    await site.schedules.delete(SYSTEM, schedule.id)
    assert await site.after(HOUR) == []
    assert len(await site.history(schedule)) == 1
    with pytest.raises(NotFoundError):
        await site.schedules.get(T, schedule.id)


async def test_counts_over_time(site: Site) -> None:
    begin = site.clock.now()
    schedule = await site.make()
    for _ in range(4):
        await site.after(MINUTE)
    await site.make("other")
    until = begin + 4 * MINUTE + 1
    counts = await site.schedules.counts(T, since=begin, until=until, buckets=2, schedule_id=schedule.id)
    assert [(count.at > begin, count.outcome, count.runs) for count in counts] == [
        (False, RunOutcome.SKIPPED, 1),
        (False, RunOutcome.SUBMITTED, 1),
        (True, RunOutcome.SKIPPED, 2),
    ]
    assert sum(count.runs for count in await site.schedules.counts(T, since=begin, until=until, buckets=1)) == 4
    assert await site.schedules.counts(OTHER, since=begin, until=until, buckets=2) == []


async def test_the_end_of_a_task_is_noted_once(site: Site) -> None:
    await site.make()
    (run,) = await site.after(MINUTE)
    now = site.clock.now() + SECOND
    runs = site.stores.runs
    ended = await site.db.write(lambda tx: runs.end(tx, T, run.task_id, "succeeded", now))
    assert ended == replace(run, state="succeeded", ended_at=now)
    assert await site.db.write(lambda tx: runs.end(tx, T, run.task_id, "dead", now)) is None
    assert await site.db.write(lambda tx: runs.end(tx, OTHER, run.task_id, "dead", now)) is None
    assert await site.db.write(lambda tx: runs.end(tx, T, "", "dead", now)) is None


async def test_old_runs_are_forgotten(site: Site) -> None:
    schedule = await site.make()
    await site.after(MINUTE)
    await site.after(91 * DAY)
    assert await site.schedules.forget_old() == 1
    assert [run.number for run in await site.history(schedule)] == [2]


async def test_the_overview_has_the_newest_run_of_each(site: Site) -> None:
    twice, never = await site.make("b", overlap=Overlap.QUEUE), await site.make("a", enabled=False)
    gone = await site.make("c")
    await site.make("theirs", principal=STRANGER)
    await site.after(MINUTE)
    await site.schedules.delete(SYSTEM, gone.id)
    (second,) = [run for run in await site.after(MINUTE) if run.tenant == T]
    whole = await site.schedules.overview(T)
    assert [(schedule.id, run) for schedule, run in whole.items] == [(never.id, None), (twice.id, second)]
    assert (second.number, whole.next) == (2, None)
    first = await site.schedules.overview(T, limit=1)
    rest = await site.schedules.overview(T, limit=1, cursor=first.next)
    assert ((*first.items, *rest.items), rest.next) == (whole.items, None)


async def test_the_overview_is_narrowed(site: Site) -> None:
    await site.make("A one")
    await site.make("a two", enabled=False)
    await site.make("b")

    async def names(where: ScheduleFilter) -> list[str]:
        return [schedule.draft.name for schedule, _ in (await site.schedules.overview(T, where)).items]

    assert await names(ScheduleFilter(text="A ")) == ["A one", "a two"]
    assert await names(ScheduleFilter(text="A ", enabled=False)) == ["a two"]
    assert await names(ScheduleFilter(action="no.such")) == []


async def test_a_tenant_has_so_many_schedules_at_most(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netsentinel.scheduler.service.MOST_SCHEDULES", 2)
    await site.make("one")
    await site.make("two")
    await site.make("theirs", principal=STRANGER)
    with pytest.raises(InvalidScheduleError, match="at most 2 schedules"):
        await site.make("three")


async def test_who_may_not_run_an_action_does_not_let_its_schedule_go_on(site: Site) -> None:
    schedule = await site.make()
    planner = Principal("u-bo", "user", T, Role.ANALYST, "bo", frozenset({Permission.SCHEDULES_WRITE}))
    await site.schedules.enable(planner, schedule.id, enabled=False)
    with pytest.raises(NotAllowedError, match="tasks:write"):
        await site.schedules.enable(planner, schedule.id, enabled=True)
