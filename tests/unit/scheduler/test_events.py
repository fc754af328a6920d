"""Schedules on events: once for each entry, filters, named events, and nothing that goes round in circles."""

from typing import Any

import pytest

from netsentinel.kernel.entries import EntryRegistry, NewEntry
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import TenantId
from netsentinel.models.entries import MODEL_DRIFT, ModelDrifted
from netsentinel.scheduler import By, EventTrigger, Outcomes, RunOutcome, Schedule, Trigger, TriggerKind
from netsentinel.scheduler.entries import SCHEDULE_TRIGGERED, TASK_EXECUTED
from netsentinel.scheduler.errors import InvalidScheduleError
from netsentinel.scheduler.events import matches
from netsentinel.storage import Journal, SqliteDatabase
from netsentinel.storage.dialect import SQLITE
from netsentinel.storage.testing import happened
from netsentinel.tasks.entries import ENDED_KINDS
from tests.unit.scheduler.bench import OTHER, SYSTEM, Site, T, sql_site

pytestmark = pytest.mark.anyio


@pytest.fixture
def site(sqlite_database: SqliteDatabase, clock: FakeClock, entry_registry: EntryRegistry) -> Site:
    return sql_site(sqlite_database, SQLITE, clock, entry_registry)


@pytest.fixture
def events_journal(sqlite_database: SqliteDatabase, entry_registry: EntryRegistry, audit_key: bytes) -> Journal:
    return Journal(sqlite_database, entry_registry, audit_key)


@pytest.fixture
def trigger(site: Site, events_journal: Journal) -> EventTrigger:
    return EventTrigger(site.db, events_journal, site.stores, site.firing, site.schedules)


def on(name: str = "test.happened", **where: Any) -> Trigger:
    return Trigger(kind=TriggerKind.EVENT, on=name, where=where)


async def happen(site: Site, *texts: str, tenant: TenantId = T, cause: tuple[int, ...] = ()) -> None:
    for text in texts:
        entry = happened(text, tenant=tenant, cause=cause)
        await site.db.write(lambda tx, entry=entry: tx.append(entry))


async def runs_of(site: Site, schedule: Schedule) -> list[RunOutcome]:
    return [run.outcome for run in await site.history(schedule)]


async def test_what_happened_before_does_not_fire_it_and_each_later_entry_does_once(
    site: Site, trigger: EventTrigger, events_journal: Journal
) -> None:
    await happen(site, "too early")
    schedule = await site.make(trigger=on(), overlap="queue")
    await trigger.catch_up()
    assert await site.history(schedule) == []
    await happen(site, "one", "two")
    await trigger.catch_up()
    await trigger.catch_up()
    other_process = EventTrigger(site.db, events_journal, site.stores, site.firing, site.schedules)
    await other_process.catch_up()
    history = await site.history(schedule)
    assert [(run.by, run.outcome) for run in history] == [(By.EVENT, RunOutcome.SUBMITTED)] * 2
    entries = await events_journal.read(0, 100, kinds=["test.happened"])
    assert [run.event_seq for run in history] == [entry.seq for entry in entries[1:]]
    assert (await site.task(history[0])).cause == (entries[1].seq,)


async def test_the_drift_of_a_model_fires_a_schedule_on_it_and_only_that_of_its_line(
    site: Site, trigger: EventTrigger
) -> None:
    retrain = await site.make("retrain", trigger=on(MODEL_DRIFT, line="flows"))
    for line in ("flows", "others"):
        drift = ModelDrifted(id="mdl_1", line=line, number=1, what="score", measure="psi", value=0.4, limit=0.25)
        await site.db.write(lambda tx, drift=drift: tx.append(NewEntry(MODEL_DRIFT, T, SYSTEM.id, "mdl_1", drift)))
    await trigger.catch_up()
    (run,) = await site.history(retrain)
    assert (run.by, run.outcome) == (By.EVENT, RunOutcome.SUBMITTED)
    assert (await site.task(run)).cause == (run.event_seq,)


async def test_a_schedule_made_later_is_not_passed_over(site: Site, trigger: EventTrigger) -> None:
    await site.make("first", trigger=on("test.other"))
    await trigger.catch_up()
    second = await site.make("second", trigger=on())
    await happen(site, "now")
    await trigger.catch_up()
    assert await runs_of(site, second) == [RunOutcome.SUBMITTED]


async def test_a_filter_chooses(site: Site, trigger: EventTrigger) -> None:
    schedule = await site.make(trigger=on(text=("b", "c")), overlap="queue")
    await happen(site, "a", "b", "c", "d")
    await trigger.catch_up()
    assert len(await site.history(schedule)) == 2


async def test_tenants_and_paused_schedules_are_left_alone(site: Site, trigger: EventTrigger) -> None:
    schedule = await site.make(trigger=on())
    paused = await site.make("paused", trigger=on(), enabled=False)
    await happen(site, "x", tenant=OTHER)
    await trigger.catch_up()
    assert await site.history(schedule) == []
    await happen(site, "x")
    await trigger.catch_up()
    assert await runs_of(site, schedule) == [RunOutcome.SUBMITTED]
    resumed = await site.schedules.enable(SYSTEM, paused.id, enabled=True)
    await trigger.catch_up()
    assert await site.history(resumed) == []


async def test_somebody_announces_an_event_by_name(site: Site, trigger: EventTrigger) -> None:
    schedule = await site.make(trigger=on("webhook.received", source="github"))
    await site.schedules.announce(SYSTEM, "webhook.received", {"source": "gitlab"})
    await site.schedules.announce(SYSTEM, "webhook.received", {"source": "github"})
    await site.schedules.announce(SYSTEM, "something.else", {"source": "github"})
    await trigger.catch_up()
    assert len(await site.history(schedule)) == 1
    with pytest.raises(InvalidScheduleError):
        await site.schedules.announce(SYSTEM, "no name")


async def test_nobody_announces_what_a_feature_tells(site: Site) -> None:
    with pytest.raises(InvalidScheduleError, match="only its feature"):
        await site.schedules.announce(SYSTEM, "task.succeeded", {})


async def test_what_a_schedule_brings_about_starts_no_other(
    site: Site, trigger: EventTrigger, events_journal: Journal
) -> None:
    """A schedule on the end of any task would start itself for ever: its own task ends, too."""
    loop = await site.make("loop", trigger=on("task.succeeded"))
    await site.make("watcher", trigger=on("scheduler.task_executed"))
    task = await site.tasks.submit()
    outcomes, follower = Outcomes(site.stores), events_journal.follow("outcomes", ENDED_KINDS)
    for _ in range(10):
        await site.finish_all()
        while await follower.step(outcomes.on_task_ended):
            pass
        await trigger.catch_up()
    assert [run.outcome for run in await site.history(loop)] == [RunOutcome.SUBMITTED]
    (executed,) = await events_journal.read(0, 10, kinds=[TASK_EXECUTED])
    assert executed.payload["state"] == "succeeded"
    assert len(await events_journal.read(0, 10, kinds=[SCHEDULE_TRIGGERED])) == 1
    assert (await site.tasks.get(task)).is_final


async def test_a_chain_of_causes_that_is_too_long_ends_as_a_refused_run(site: Site, trigger: EventTrigger) -> None:
    schedule = await site.make(trigger=on())
    await happen(site, "deep", cause=tuple(range(1_000, 1_008)))
    await trigger.catch_up()
    assert await runs_of(site, schedule) == [RunOutcome.REFUSED]


async def test_two_schedules_on_one_event_both_fire(site: Site, trigger: EventTrigger) -> None:
    schedules = [await site.make(name, trigger=on()) for name in ("a", "b")]
    await happen(site, "x")
    await trigger.catch_up()
    assert [await runs_of(site, one) for one in schedules] == [[RunOutcome.SUBMITTED]] * 2


async def test_replacing_by_an_event_cancels_the_task_before(site: Site, trigger: EventTrigger) -> None:
    schedule = await site.make(trigger=on(), overlap="replace")
    await happen(site, "x", "y")
    await trigger.catch_up()
    first, second = await site.history(schedule)
    assert ((await site.task(first)).state, (await site.task(second)).state) == ("cancelled", "queued")


def test_what_a_filter_means() -> None:
    payload = {"level": "high", "n": 1, "flag": True, "tags": ["a", "b"], "in": {"deep": None, "list": [1, 2]}}
    for where, expected in [
        ({}, True),
        ({"level": "high"}, True),
        ({"level": ("low", "high")}, True),
        ({"level": ()}, False),
        ({"n": 1.0}, True),
        ({"n": True}, False),
        ({"flag": 1}, False),
        ({"flag": True}, True),
        ({"tags": "b"}, True),
        ({"tags": "c"}, False),
        ({"in.list": 2}, True),
        ({"in.deep": "x"}, False),
        ({"in.deep.er": "x"}, False),
        ({"absent": "x"}, False),
        ({"level": "high", "n": 2}, False),
    ]:
        assert matches(where, payload) is expected, where
