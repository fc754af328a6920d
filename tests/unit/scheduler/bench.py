"""Schedules on a bench: no worker and no timer runs, every step is taken by hand."""

from dataclasses import dataclass, replace
from typing import Any

import msgspec

from netsentinel.kernel.clock import MINUTE
from netsentinel.kernel.entries import EntryRegistry
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import DEFAULT_TENANT, Permission, Principal, Role, TenantId, system_principal
from netsentinel.scheduler import (
    Firing,
    Run,
    Schedule,
    ScheduleDraft,
    Schedules,
    ScheduleStores,
    Scheduling,
    Trigger,
    TriggerKind,
)
from netsentinel.scheduler.store_sql import SqlRuns, SqlSchedules
from netsentinel.scheduler.testing import MemoryRuns, MemorySchedules
from netsentinel.storage import Database, Dialect, ReadTx
from netsentinel.storage.testing import MemoryDatabase
from netsentinel.tasks import Task
from netsentinel.tasks.engine import End
from netsentinel.tasks.store_sql import sql_stores
from netsentinel.tasks.testing import memory_stores
from tests.unit.tasks.bench import Bench
from tests.unit.tasks.bench import bench as task_bench

T = DEFAULT_TENANT
OTHER = TenantId("other")
SYSTEM = system_principal()
STRANGER = system_principal(OTHER)
EVERY_MINUTE = Trigger(kind=TriggerKind.INTERVAL, every=MINUTE)
DONE = msgspec.Raw(b'{"text":"done"}')


def draft(name: str = "tidy up", **changes: Any) -> ScheduleDraft:
    base = ScheduleDraft(name=name, action="test.echo", trigger=EVERY_MINUTE)
    return replace(base, **changes)


@dataclass
class Site:
    db: Database
    clock: FakeClock
    tasks: Bench
    stores: ScheduleStores
    firing: Firing
    schedules: Schedules
    gone: set[str]
    """Principals that may not act any more."""
    viewers: set[str]
    """Principals that may only look."""

    async def make(self, name: str = "tidy up", *, principal: Principal = SYSTEM, **changes: Any) -> Schedule:
        return await self.schedules.create(principal, draft(name, **changes))

    async def fire(self) -> list[Run]:
        return list((await self.schedules.fire_due()).runs)

    async def after(self, micros: int) -> list[Run]:
        self.clock.advance(micros)
        return await self.fire()

    async def history(self, schedule: Schedule) -> list[Run]:
        page = await self.schedules.runs(schedule.tenant, schedule_id=schedule.id, limit=1_000)
        return list(reversed(page.items))

    async def task(self, run: Run) -> Task:
        return await self.tasks.service.get(run.tenant, run.task_id)

    async def finish_all(self) -> int:
        """Run every task that may run, one after the other."""
        count = 0
        while leases := await self.tasks.lease():
            for lease in leases:
                await self.tasks.finish(End(lease.task, result=DONE))
                count += 1
        return count


def memory_site(clock: FakeClock, registry: EntryRegistry) -> Site:
    schedules = MemorySchedules()
    return _site(MemoryDatabase(), ScheduleStores(schedules, schedules, MemoryRuns()), clock, registry, None)


def sql_site(db: Database, dialect: Dialect, clock: FakeClock, registry: EntryRegistry) -> Site:
    schedules = SqlSchedules(dialect)
    return _site(db, ScheduleStores(schedules, schedules, SqlRuns()), clock, registry, dialect)


def _site(
    db: Database, stores: ScheduleStores, clock: FakeClock, registry: EntryRegistry, dialect: Dialect | None
) -> Site:
    task_stores = sql_stores(dialect) if dialect else memory_stores()
    tasks = task_bench(db, task_stores, clock)
    gone: set[str] = set()
    viewers: set[str] = set()

    def owners(_tx: ReadTx, tenant: TenantId, principal_id: str) -> Principal | None:
        if principal_id in gone:
            return None
        rights = () if principal_id in viewers else Permission
        return Principal(principal_id, "user", tenant, Role.ADMIN, principal_id, frozenset(rights))

    firing = Firing(stores, tasks.service, task_stores.tasks, clock, owners)
    ground = Scheduling(db, stores, firing, tasks.service, clock, registry)
    if dialect is None:
        ground = replace(ground, newest=lambda _tx: 0)
    return Site(db, clock, tasks, stores, firing, Schedules(ground), gone, viewers)
