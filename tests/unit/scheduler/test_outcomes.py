"""How the task of a run ended is noted, and told once."""

from typing import Any

import pytest

from netsentinel.kernel.clock import MINUTE, SECOND
from netsentinel.kernel.entries import Entry, EntryRegistry
from netsentinel.kernel.testing import FakeClock
from netsentinel.scheduler import Outcomes, Run
from netsentinel.scheduler.entries import TASK_EXECUTED, ScheduleExecuted
from netsentinel.storage.testing import MemoryDatabase
from tests.unit.scheduler.bench import Site, T, memory_site

pytestmark = pytest.mark.anyio


@pytest.fixture
def site(clock: FakeClock, entry_registry: EntryRegistry) -> Site:
    return memory_site(clock, entry_registry)


def ended(run: Run, at: int, **changes: Any) -> Entry:
    payload = {"action": "test.echo", "state": "dead", "origin": f"schedule:{run.schedule_id}", "error": "It broke."}
    return Entry(9, T, "task.dead", at, "system", run.task_id, payload | changes, (3,), audited=False)


async def test_the_end_is_told_once_with_how_long_it_took(site: Site) -> None:
    schedule = await site.make()
    (run,) = await site.after(MINUTE)
    outcomes, entry = Outcomes(site.stores), ended(run, run.at + 3 * SECOND)
    for _ in range(2):
        await site.db.write(lambda tx: outcomes.on_task_ended(tx, entry))
    assert isinstance(site.db, MemoryDatabase)
    told = [new for new in site.db.entries if new.kind == TASK_EXECUTED]
    assert [(new.subject, new.cause) for new in told] == [(schedule.id, (3, 9))]
    payload = told[0].payload
    assert isinstance(payload, ScheduleExecuted)
    assert (payload.name, payload.state, payload.took, payload.error) == ("tidy up", "dead", 3 * SECOND, "It broke.")
    (kept,) = await site.history(schedule)
    assert (kept.state, kept.ended_at) == ("dead", run.at + 3 * SECOND)


async def test_tasks_of_others_are_none_of_its_business(site: Site) -> None:
    await site.make()
    (run,) = await site.after(MINUTE)
    outcomes = Outcomes(site.stores)
    for changes in ({"origin": "request:7"}, {"origin": ""}):
        entry = ended(run, run.at, **changes)
        await site.db.write(lambda tx, entry=entry: outcomes.on_task_ended(tx, entry))
    assert isinstance(site.db, MemoryDatabase)
    assert not [new for new in site.db.entries if new.kind == TASK_EXECUTED]


async def test_the_end_is_told_although_the_schedule_is_gone(site: Site) -> None:
    schedule = await site.make()
    (run,) = await site.after(MINUTE)
    await site.db.write(lambda tx: site.stores.schedules.delete(tx, T, schedule.id))
    entry = ended(run, run.at)
    await site.db.write(lambda tx: Outcomes(site.stores).on_task_ended(tx, entry))
    assert isinstance(site.db, MemoryDatabase)
    assert [new.payload.name for new in site.db.entries if new.kind == TASK_EXECUTED] == [""]  # type: ignore[attr-defined]
