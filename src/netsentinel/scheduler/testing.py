"""In-memory fakes of the ports of schedules; they pass the same contract suite as the SQL stores."""

from collections import Counter
from collections.abc import Collection
from dataclasses import replace

from netsentinel.kernel.types import Micros, TenantId
from netsentinel.scheduler.model import Run, RunCount, Schedule
from netsentinel.storage.ports import ReadTx, Tx


class MemorySchedules:
    """Schedules in a dictionary."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Schedule] = {}

    def insert(self, tx: Tx, schedule: Schedule) -> bool:
        """Keep a new one; False when its name is taken."""
        return self.save(tx, schedule)

    def save(self, tx: Tx, schedule: Schedule) -> bool:
        """Replace what is kept of it; False when its name is taken by another."""
        other = self.by_name(tx, schedule.tenant, schedule.draft.name)
        if other is not None and other.id != schedule.id:
            return False
        self._kept[schedule.tenant, schedule.id] = schedule
        return True

    def delete(self, tx: Tx, tenant: TenantId, schedule_id: str) -> None:
        """Forget it."""
        self._kept.pop((tenant, schedule_id), None)

    def lock(self, tx: Tx, tenant: TenantId, schedule_id: str) -> Schedule | None:
        """The schedule; nobody else is here."""
        return self._kept.get((tenant, schedule_id))

    def get(self, tx: ReadTx, tenant: TenantId, schedule_id: str) -> Schedule | None:
        """The schedule, when it belongs to the tenant."""
        return self._kept.get((tenant, schedule_id))

    def by_name(self, tx: ReadTx, tenant: TenantId, name: str) -> Schedule | None:
        """The schedule of that name."""
        return next((one for one in self._kept.values() if (one.tenant, one.draft.name) == (tenant, name)), None)

    def all(self, tx: ReadTx, tenant: TenantId) -> list[Schedule]:
        """The tenant's schedules by name."""
        return sorted((one for one in self._kept.values() if one.tenant == tenant), key=lambda one: one.draft.name)

    def due(self, tx: Tx, now: Micros, limit: int) -> list[Schedule]:
        """Schedules whose time has come."""
        found = [(one.due_at, one.id, one) for one in self._kept.values() if one.due_at is not None]
        return [one for due, _, one in sorted(found, key=lambda item: item[:2]) if due <= now][:limit]

    def turned_back(self, tx: Tx, after: Micros, limit: int) -> list[Schedule]:
        """Schedules whose next time was worked out after `after`."""
        return [one for one in self._kept.values() if one.due_at is not None and one.planned_at > after][:limit]

    def next_due(self, tx: ReadTx) -> Micros | None:
        """When the next one is due."""
        return min((one.due_at for one in self._kept.values() if one.due_at is not None), default=None)

    def names(self, tx: ReadTx) -> list[str]:
        """Every name of an event that an enabled schedule waits for."""
        drafts = [one.draft for one in self._kept.values()]
        return sorted({draft.trigger.on for draft in drafts if draft.enabled and draft.trigger.on})

    def on(self, tx: Tx, tenant: TenantId, name: str) -> list[Schedule]:
        """Enabled schedules of the tenant that wait for this event, by name."""
        return [one for one in self.all(tx, tenant) if one.draft.enabled and one.draft.trigger.on == name != ""]


class MemoryRuns:
    """Runs in a list."""

    def __init__(self) -> None:
        self._runs: dict[str, Run] = {}

    def add(self, tx: Tx, run: Run) -> None:
        """Keep a new one."""
        if any((one.schedule_id, one.number) == (run.schedule_id, run.number) for one in self._runs.values()):
            raise ValueError(f"firing {run.number} of {run.schedule_id} is there already")
        self._runs[run.id] = run

    def end(self, tx: Tx, tenant: TenantId, task_id: str, state: str, at: Micros) -> Run | None:
        """Note how the task of a run ended."""
        for run in self._runs.values():
            if (run.tenant, run.task_id, run.state) == (tenant, task_id, "") and task_id:
                ended = self._runs[run.id] = replace(run, state=state, ended_at=at)
                return ended
        return None

    def page(self, tx: ReadTx, tenant: TenantId, schedule_id: str | None, limit: int, after: str | None) -> list[Run]:
        """Runs by id, newest first, beginning below `after`."""
        found = [
            run
            for run in self._runs.values()
            if run.tenant == tenant and schedule_id in (None, run.schedule_id) and (after is None or run.id < after)
        ]
        return sorted(found, key=lambda run: run.id, reverse=True)[:limit]

    def latest(self, tx: ReadTx, tenant: TenantId) -> list[Run]:
        """The newest run of each schedule."""
        mine = [run for run in self._runs.values() if run.tenant == tenant]
        newest = {run.schedule_id: run for run in sorted(mine, key=lambda run: run.number)}
        return sorted(newest.values(), key=lambda run: run.id)

    def counts(
        self, tx: ReadTx, tenant: TenantId, schedule_id: str | None, since: Micros, until: Micros, width: Micros
    ) -> list[RunCount]:
        """How many runs there were in each stretch."""
        found = Counter(
            ((run.at - since) // width, run.outcome, run.state)
            for run in self._runs.values()
            if run.tenant == tenant and schedule_id in (None, run.schedule_id) and since <= run.at < until
        )
        return [
            RunCount(since + stretch * width, outcome, state, runs)
            for (stretch, outcome, state), runs in sorted(found.items())
        ]

    def started_by(self, tx: ReadTx, tenant: TenantId, seqs: Collection[int]) -> bool:
        """Whether one of these entries fired a schedule."""
        return any(run.tenant == tenant and run.event_seq in seqs for run in self._runs.values() if run.event_seq)

    def forget(self, tx: Tx, before: Micros, limit: int) -> int:
        """Delete runs from before; how many went."""
        gone = sorted((run.at, run.id) for run in self._runs.values() if run.at < before)[:limit]
        for _, run_id in gone:
            del self._runs[run_id]
        return len(gone)
