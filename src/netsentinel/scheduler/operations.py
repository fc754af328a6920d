"""What a batch can do with schedules: fire one, or say that something happened."""

from typing import Any

import msgspec

from netsentinel.kernel.errors import InvalidInputError
from netsentinel.kernel.types import Permission, Principal
from netsentinel.scheduler.service import Schedules
from netsentinel.storage.ports import Tx
from netsentinel.tasks.batch import Applied, Operation


class Triggered(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An event with its data, or a schedule by its id or name."""

    event: str = ""
    data: dict[str, Any] = {}
    schedule: str = ""


def schedule_operations(schedules: Schedules) -> tuple[Operation, ...]:
    """Trigger, with the permission of its routes."""

    def trigger(tx: Tx, principal: Principal, wanted: Triggered) -> Applied:
        if bool(wanted.event) == bool(wanted.schedule):
            raise InvalidInputError("State an event or a schedule.")
        if wanted.event:
            schedules.announce_in(tx, principal, wanted.event, wanted.data)
            return Applied(wanted.event, "announced")
        schedule = schedules.get_in(tx, principal.tenant, wanted.schedule)
        run, replaced = schedules.trigger_in(tx, principal, schedule.id)
        return Applied(run.task_id or run.id, run.outcome, lambda: schedules.cancel(replaced))

    return (Operation("trigger", Permission.SCHEDULES_WRITE, Triggered, trigger),)
