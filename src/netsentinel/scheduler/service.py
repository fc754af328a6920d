"""What people and other features do with schedules: make, change, pause, trigger and look at them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from netsentinel.kernel.clock import DAY, Clock
from netsentinel.kernel.cursor import decode_cursor, encode_cursor
from netsentinel.kernel.entries import EntryRegistry, NewEntry
from netsentinel.kernel.errors import ConflictError, NotFoundError
from netsentinel.kernel.ids import new_id
from netsentinel.kernel.types import JsonObject, Micros, Principal, TenantId
from netsentinel.scheduler.checks import check_action, check_event, checked, checked_trigger
from netsentinel.scheduler.entries import EVENT_ANNOUNCED, SCHEDULE_CHANGED, EventAnnounced, ScheduleChanged
from netsentinel.scheduler.errors import InvalidScheduleError, ScheduleNameTakenError, SystemScheduleError
from netsentinel.scheduler.firing import Fired, Firing, Replaced, ScheduleStores
from netsentinel.scheduler.model import (
    By,
    Run,
    RunCount,
    RunPage,
    Schedule,
    ScheduleDraft,
    ScheduleFilter,
    SchedulePage,
    Trigger,
    TriggerKind,
)
from netsentinel.scheduler.timing import planned, put_off, ticks_between
from netsentinel.storage.ports import Database, ReadTx, Tx
from netsentinel.storage.rows import newest_seq
from netsentinel.tasks import TaskService
from netsentinel.tasks.errors import TaskStateError
from netsentinel.tasks.model import Reason

MAX_PREVIEW: Final = 1_000
MOST_SCHEDULES: Final = 1_000
KEEP_RUNS_DAYS: Final = 90
_FORGET_BATCH: Final = 1_000
_END_OF_TIME: Final = 1 << 62

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Scheduling:
    """What schedules stand on."""

    db: Database
    stores: ScheduleStores
    firing: Firing
    tasks: TaskService
    clock: Clock
    registry: EntryRegistry
    newest: Callable[[ReadTx], int] = newest_seq
    """The journal's newest `seq`: a schedule on an event waits for later ones."""


class Schedules:
    """Everything one can do with schedules. `on_change` is called when the next due time may have moved."""

    def __init__(self, ground: Scheduling) -> None:
        self._db = ground.db
        self._stores = ground.stores
        self._firing = ground.firing
        self._tasks = ground.tasks
        self._clock = ground.clock
        self._registry = ground.registry
        self._newest = ground.newest
        self._listeners: list[Callable[[], None]] = []

    def on_change(self, listener: Callable[[], None]) -> None:
        """Have `listener` called, on the event loop, when a schedule of this process was changed."""
        self._listeners.append(listener)

    # Changing.

    async def create(self, principal: Principal, draft: ScheduleDraft) -> Schedule:
        """Make a schedule. Its tasks belong to whoever made it.

        Raises:
            InvalidScheduleError: its trigger or a figure is impossible.
            ScheduleNameTakenError: the tenant has one of that name.
            NetSentinelError: the principal may not run the action, or it takes no such input.
        """
        draft = self._checked(principal, draft)
        now = self._clock.now()
        schedule = Schedule(
            id=new_id("sch", now),
            tenant=principal.tenant,
            draft=draft,
            created_by=principal.id,
            created_at=now,
            updated_at=now,
        )

        def insert(tx: Tx) -> Schedule:
            tx.alone(f"schedules of {principal.tenant}")
            if len(self._stores.schedules.all(tx, principal.tenant)) >= MOST_SCHEDULES:
                raise InvalidScheduleError(f"A tenant has at most {MOST_SCHEDULES:,} schedules.")
            fresh = _planned(replace(schedule, from_seq=self._newest(tx)), now)
            if not self._stores.schedules.insert(tx, fresh):
                raise _taken(draft.name)
            self._announce(tx, principal, fresh, "created")
            return fresh

        return await self._write(insert)

    async def update(
        self, principal: Principal, schedule_id: str, draft: ScheduleDraft, *, version: int | None = None
    ) -> Schedule:
        """State a schedule anew. Its tasks belong to whoever changed it last.

        Raises:
            NotFoundError: the tenant has no such schedule.
            SystemScheduleError: it is NetSentinel's own.
            ConflictError: it is no longer at `version`.
            NetSentinelError: as for `create`.
        """
        draft = self._checked(principal, draft)

        def change(tx: Tx) -> Schedule:
            old = self._own(tx, principal.tenant, schedule_id)
            _check_version(old, version)
            now = self._clock.now()
            was_waiting_for = old.draft.trigger.on if old.draft.enabled else ""
            is_same_event = draft.trigger.on == was_waiting_for != ""
            fresh = replace(
                old,
                draft=draft,
                created_by=principal.id,
                updated_at=now,
                version=old.version + 1,
                from_seq=old.from_seq if is_same_event else self._newest(tx),
            )
            is_same_time = draft.trigger == old.draft.trigger and draft.jitter == old.draft.jitter
            if not (is_same_time and draft.enabled and old.draft.enabled):
                fresh = _planned(fresh, now)
            if not self._stores.schedules.save(tx, fresh):
                raise _taken(draft.name)
            self._announce(tx, principal, fresh, "updated")
            return fresh

        return await self._write(change)

    async def enable(
        self, principal: Principal, schedule_id: str, *, enabled: bool, version: int | None = None
    ) -> Schedule:
        """Pause a schedule, or let it go on from now. Repeating it changes nothing.

        Raises:
            NotFoundError: the tenant has no such schedule.
            ConflictError: it is no longer at `version`.
            NotAllowedError: the principal may not run what would go on.
        """

        def change(tx: Tx) -> Schedule:
            old = self._locked(tx, principal.tenant, schedule_id)
            _check_version(old, version)
            if old.draft.enabled is enabled:
                return old
            if enabled:
                check_action(principal, old.draft, self._tasks.actions)
            now = self._clock.now()
            fresh = replace(
                old,
                draft=replace(old.draft, enabled=enabled),
                updated_at=now,
                version=old.version + 1,
                from_seq=self._newest(tx),
            )
            fresh = _planned(fresh, now)
            self._stores.schedules.save(tx, fresh)
            self._announce(tx, principal, fresh, "enabled" if enabled else "disabled")
            return fresh

        return await self._write(change)

    async def delete(self, principal: Principal, schedule_id: str, *, version: int | None = None) -> None:
        """Delete a schedule. Its tasks and its history stay.

        Raises:
            NotFoundError: the tenant has no such schedule.
            SystemScheduleError: it is NetSentinel's own.
            ConflictError: it is no longer at `version`.
        """

        def remove(tx: Tx) -> None:
            old = self._own(tx, principal.tenant, schedule_id)
            _check_version(old, version)
            self._stores.schedules.delete(tx, principal.tenant, schedule_id)
            self._announce(tx, principal, old, "deleted")

        await self._write(remove)

    async def ensure_system(self, principal: Principal, draft: ScheduleDraft) -> Schedule:
        """Make or renew one of NetSentinel's own schedules. Whether it is paused stays as somebody left it."""
        draft = self._checked(principal, draft)

        def ensure(tx: Tx) -> Schedule:
            now = self._clock.now()
            found = self._stores.schedules.by_name(tx, principal.tenant, draft.name)
            if found is None:
                new = Schedule(
                    id=new_id("sch", now),
                    tenant=principal.tenant,
                    draft=draft,
                    is_system=True,
                    created_by=principal.id,
                    created_at=now,
                    updated_at=now,
                )
                self._stores.schedules.insert(tx, _planned(new, now))
                return new
            wanted = replace(draft, enabled=found.draft.enabled)
            if draft.trigger.kind is TriggerKind.INTERVAL is found.draft.trigger.kind:
                wanted = replace(wanted, trigger=replace(draft.trigger, at=found.draft.trigger.at))
            if wanted == found.draft and found.is_system:
                return found
            fresh = _planned(replace(found, draft=wanted, is_system=True, created_by=principal.id, updated_at=now), now)
            self._stores.schedules.save(tx, fresh)
            return fresh

        return await self._write(ensure)

    # Firing.

    async def trigger(self, principal: Principal, schedule_id: str) -> Run:
        """Fire a schedule now, paused or not; its times stay. The task belongs to whoever triggers it.

        Raises:
            NotFoundError: the tenant has no such schedule.
            NotAllowedError: the principal may not run the action.
        """
        run, replaced = await self._db.write(lambda tx: self.trigger_in(tx, principal, schedule_id))
        await self.cancel(replaced)
        return run

    def trigger_in(self, tx: Tx, principal: Principal, schedule_id: str) -> tuple[Run, list[Replaced]]:
        """`trigger` in the caller's transaction; whoever calls cancels what is replaced once that is committed.

        Raises:
            NetSentinelError: as for `trigger`.
        """
        schedule = self._locked(tx, principal.tenant, schedule_id)
        check_action(principal, schedule.draft, self._tasks.actions)
        _, run, replaced = self._firing.fire(tx, schedule, By.HAND, principal=principal)
        return run, replaced

    async def announce(self, principal: Principal, name: str, data: JsonObject | None = None) -> None:
        """Say that something happened, so that schedules on an event of that name fire.

        Raises:
            InvalidScheduleError: the name is not possible.
        """
        await self._db.write(lambda tx: self.announce_in(tx, principal, name, data))

    def announce_in(self, tx: Tx, principal: Principal, name: str, data: JsonObject | None = None) -> None:
        """`announce` in the caller's transaction.

        Raises:
            InvalidScheduleError: the name is not possible.
        """
        check_event(name)
        if name in self._registry:
            raise InvalidScheduleError(f"{name} is an entry of the journal, which only its feature announces.")
        told = EventAnnounced(name=name, data=dict(data or {}))
        tx.append(NewEntry(EVENT_ANNOUNCED, principal.tenant, principal.id, name, told))

    async def fire_due(self) -> Fired:
        """Fire everything whose time has come."""
        fired = await self._db.write(self._firing.fire_due)
        await self.cancel(fired.replaced)
        return fired

    async def cancel(self, replaced: tuple[Replaced, ...] | list[Replaced]) -> None:
        """Cancel tasks whose successors wait for them."""
        for one in replaced:
            try:
                await self._tasks.cancel(one.principal, one.task_id, Reason.REPLACED)
            except (TaskStateError, NotFoundError):
                continue  # it ended meanwhile, which is what was wanted

    async def next_due(self) -> Micros | None:
        """When the next schedule is due."""
        return await self._db.read(self._stores.due.next_due)

    # Looking.

    async def all(self, tenant: TenantId) -> list[Schedule]:
        """The tenant's schedules by name."""
        return await self._db.read(lambda tx: self._stores.schedules.all(tx, tenant))

    async def overview(
        self,
        tenant: TenantId,
        where: ScheduleFilter | None = None,
        *,
        limit: int = MOST_SCHEDULES,
        cursor: str | None = None,
    ) -> SchedulePage:
        """The tenant's schedules by name, each with its newest run.

        Raises:
            InvalidCursorError: the cursor is not from this list.
        """
        after = str(decode_cursor(cursor, str)[0]) if cursor else None
        where = where or ScheduleFilter()

        def read(tx: ReadTx) -> list[tuple[Schedule, Run | None]]:
            newest = {run.schedule_id: run for run in self._stores.runs.latest(tx, tenant)}
            return [
                (schedule, newest.get(schedule.id))
                for schedule in self._stores.schedules.all(tx, tenant)
                if where.fits(schedule.draft) and (after is None or schedule.draft.name > after)
            ]

        found = await self._db.read(read)
        items = tuple(found[:limit])
        return SchedulePage(items, encode_cursor((items[-1][0].draft.name,)) if len(found) > limit else None)

    async def get(self, tenant: TenantId, id_or_name: str) -> Schedule:
        """A schedule by its id, or by its name.

        Raises:
            NotFoundError: the tenant has no such schedule.
        """
        return await self._db.read(lambda tx: self.get_in(tx, tenant, id_or_name))

    def get_in(self, tx: ReadTx, tenant: TenantId, id_or_name: str) -> Schedule:
        """`get` in the caller's transaction.

        Raises:
            NotFoundError: the tenant has no such schedule.
        """
        schedules = self._stores.schedules
        found = schedules.get(tx, tenant, id_or_name) or schedules.by_name(tx, tenant, id_or_name)
        if found is None:
            raise _missing(id_or_name)
        return found

    def preview(self, trigger: Trigger, count: int) -> list[Micros]:
        """The next times of a trigger from now on, before jitter; none for events.

        Raises:
            InvalidScheduleError: the trigger is impossible.
        """
        now = self._clock.now()
        trigger = checked_trigger(trigger, now)
        return ticks_between(trigger, now, _END_OF_TIME, min(count, MAX_PREVIEW))

    def next_runs(self, schedule: Schedule, count: int) -> list[Micros]:
        """When the schedule fires next, jitter included; none while it is paused."""
        if schedule.next_at is None or not schedule.draft.enabled:
            return []
        ticks = ticks_between(schedule.draft.trigger, schedule.next_at - 1, _END_OF_TIME, min(count, MAX_PREVIEW))
        return [put_off(schedule.id, tick, schedule.draft.jitter) for tick in ticks]

    async def runs(
        self, tenant: TenantId, *, schedule_id: str | None = None, limit: int, cursor: str | None = None
    ) -> RunPage:
        """The history: runs of one schedule, or of all, newest first.

        Raises:
            InvalidCursorError: the cursor is not from this list.
        """
        after = str(decode_cursor(cursor, str)[0]) if cursor else None
        found = await self._db.read(lambda tx: self._stores.runs.page(tx, tenant, schedule_id, limit + 1, after))
        items = tuple(found[:limit])
        return RunPage(items, encode_cursor((items[-1].id,)) if len(found) > limit else None)

    async def counts(
        self, tenant: TenantId, *, since: Micros, until: Micros, buckets: int, schedule_id: str | None = None
    ) -> list[RunCount]:
        """How runs went between two times, in so many stretches of equal width.

        Raises:
            InvalidScheduleError: there is no time between the two.
        """
        if until <= since or buckets < 1:
            raise InvalidScheduleError("A window ends after it begins, and has at least one bucket.")
        width = max(1, -(-(until - since) // buckets))
        return await self._db.read(lambda tx: self._stores.runs.counts(tx, tenant, schedule_id, since, until, width))

    async def forget_old(self) -> int:
        """Delete runs of more than 90 days ago, in small transactions; how many went."""
        before, gone = self._clock.now() - KEEP_RUNS_DAYS * DAY, 0
        while True:
            batch = await self._db.write(lambda tx: self._stores.runs.forget(tx, before, _FORGET_BATCH))
            gone += batch
            if batch < _FORGET_BATCH:
                return gone

    # What several of these need.

    async def _write(self, change: Callable[[Tx], T]) -> T:
        result = await self._db.write(change)
        for listener in self._listeners:
            listener()
        return result

    def _checked(self, principal: Principal, draft: ScheduleDraft) -> ScheduleDraft:
        return checked(principal, draft, self._tasks.actions, self._registry, self._clock.now())

    def _locked(self, tx: Tx, tenant: TenantId, schedule_id: str) -> Schedule:
        found = self._stores.schedules.lock(tx, tenant, schedule_id)
        if found is None:
            raise _missing(schedule_id)
        return found

    def _own(self, tx: Tx, tenant: TenantId, schedule_id: str) -> Schedule:
        """A locked schedule that people may change."""
        found = self._locked(tx, tenant, schedule_id)
        if found.is_system:
            raise SystemScheduleError(
                f"{found.draft.name} is NetSentinel's own schedule: it can be paused and triggered, nothing else."
            )
        return found

    @staticmethod
    def _announce(tx: Tx, principal: Principal, schedule: Schedule, change: str) -> None:
        told = ScheduleChanged(name=schedule.draft.name, change=change)
        tx.append(NewEntry(SCHEDULE_CHANGED, schedule.tenant, principal.id, schedule.id, told))


def _planned(schedule: Schedule, now: Micros) -> Schedule:
    tick, due, at = planned(schedule, now, now)
    return replace(schedule, next_at=tick, due_at=due, planned_at=at)


def _check_version(schedule: Schedule, version: int | None) -> None:
    if version is not None and version != schedule.version:
        raise ConflictError(f"The schedule is at version {schedule.version}, not {version}.", version=schedule.version)


def _taken(name: str) -> ScheduleNameTakenError:
    return ScheduleNameTakenError(f"There is a schedule of the name {name!r} already.", name=name)


def _missing(id_or_name: str) -> NotFoundError:
    return NotFoundError(f"There is no schedule {id_or_name[:120]}.")
