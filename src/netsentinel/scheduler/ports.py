"""Where schedules and their runs are kept."""

from collections.abc import Collection
from typing import Protocol

from netsentinel.kernel.types import Micros, TenantId
from netsentinel.scheduler.model import Run, RunCount, Schedule
from netsentinel.storage.ports import ReadTx, Tx


class ScheduleStore(Protocol):
    """Keeps schedules."""

    def insert(self, tx: Tx, schedule: Schedule) -> bool:
        """Keep a new one; False when its name is taken."""
        ...

    def save(self, tx: Tx, schedule: Schedule) -> bool:
        """Replace what is kept of it; False when its name is taken by another."""
        ...

    def delete(self, tx: Tx, tenant: TenantId, schedule_id: str) -> None:
        """Forget it. Its runs stay."""
        ...

    def lock(self, tx: Tx, tenant: TenantId, schedule_id: str) -> Schedule | None:
        """The schedule, which no other transaction changes before this one ends."""
        ...

    def get(self, tx: ReadTx, tenant: TenantId, schedule_id: str) -> Schedule | None:
        """The schedule, when it belongs to the tenant."""
        ...

    def by_name(self, tx: ReadTx, tenant: TenantId, name: str) -> Schedule | None:
        """The schedule of that name."""
        ...

    def all(self, tx: ReadTx, tenant: TenantId) -> list[Schedule]:
        """The tenant's schedules by name."""
        ...


class DueStore(Protocol):
    """Finds the schedules that must fire; of all tenants, for the system itself."""

    def due(self, tx: Tx, now: Micros, limit: int) -> list[Schedule]:
        """Enabled schedules whose time has come, locked; those that another process has locked are left out."""
        ...

    def turned_back(self, tx: Tx, after: Micros, limit: int) -> list[Schedule]:
        """Enabled schedules whose next time was worked out after `after`; locked as in `due`."""
        ...

    def next_due(self, tx: ReadTx) -> Micros | None:
        """When the next one is due."""
        ...

    def names(self, tx: ReadTx) -> list[str]:
        """Every name of an event that an enabled schedule waits for."""
        ...

    def on(self, tx: Tx, tenant: TenantId, name: str) -> list[Schedule]:
        """Enabled schedules of the tenant that wait for this event, locked, by name."""
        ...


class RunStore(Protocol):
    """Keeps the runs of schedules."""

    def add(self, tx: Tx, run: Run) -> None:
        """Keep a new one."""
        ...

    def end(self, tx: Tx, tenant: TenantId, task_id: str, state: str, at: Micros) -> Run | None:
        """Note how the task of a run ended; the run as it is then, or None when it had ended or is nobody's."""
        ...

    def page(self, tx: ReadTx, tenant: TenantId, schedule_id: str | None, limit: int, after: str | None) -> list[Run]:
        """Runs by id, newest first, beginning below `after`; of all schedules with None."""
        ...

    def latest(self, tx: ReadTx, tenant: TenantId) -> list[Run]:
        """The newest run of each of the tenant's schedules that has fired."""
        ...

    def counts(
        self, tx: ReadTx, tenant: TenantId, schedule_id: str | None, since: Micros, until: Micros, width: Micros
    ) -> list[RunCount]:
        """How many runs there were with `since <= at < until`, in stretches of `width` from `since` on."""
        ...

    def started_by(self, tx: ReadTx, tenant: TenantId, seqs: Collection[int]) -> bool:
        """Whether one of these entries fired a schedule."""
        ...

    def forget(self, tx: Tx, before: Micros, limit: int) -> int:
        """Delete runs from before; how many went. Of all tenants."""
        ...
