"""The reaction to tasks that ended: the run of a schedule learns how its task went, and the journal tells of it."""

from netsentinel.kernel.entries import Entry, NewEntry
from netsentinel.scheduler.entries import TASK_EXECUTED, ScheduleExecuted
from netsentinel.scheduler.firing import ScheduleStores, origin_of
from netsentinel.storage.ports import Tx


class Outcomes:
    """Notes how the tasks of schedules ended."""

    def __init__(self, stores: ScheduleStores) -> None:
        self._stores = stores

    def on_task_ended(self, tx: Tx, entry: Entry) -> None:
        """React to the end of a task. Doing it twice changes nothing."""
        if not entry.payload.get("origin", "").startswith(origin_of("")):
            return
        run = self._stores.runs.end(tx, entry.tenant, entry.subject, str(entry.payload["state"]), entry.at)
        if run is None:
            return
        schedule = self._stores.schedules.get(tx, entry.tenant, run.schedule_id)
        told = ScheduleExecuted(
            name=schedule.draft.name if schedule else "",
            action=str(entry.payload["action"]),
            run=run.id,
            task=run.task_id,
            state=run.state,
            tick=run.tick,
            took=max(0, entry.at - run.at),
            error=str(entry.payload.get("error", "")),
        )
        cause = (*entry.cause, entry.seq)
        tx.append(NewEntry(TASK_EXECUTED, entry.tenant, entry.principal, run.schedule_id, told, cause))
