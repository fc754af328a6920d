"""What is looked at before a schedule is kept: its trigger, its figures, and whether its maker may run its action."""

import re
from dataclasses import replace
from typing import Final

from netsentinel.kernel.clock import DAY, SECOND
from netsentinel.kernel.entries import EntryRegistry
from netsentinel.kernel.errors import NotAllowedError
from netsentinel.kernel.types import Micros, Permission, Principal
from netsentinel.scheduler.errors import InvalidScheduleError
from netsentinel.scheduler.firing import MAX_BACKFILL
from netsentinel.scheduler.model import ScheduleDraft, Trigger, TriggerKind
from netsentinel.scheduler.timing import cron_of
from netsentinel.tasks import ActionRegistry, check_inner

_NAME: Final = re.compile(r"\S(.{0,98}\S)?")
_EVENT: Final = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*", re.ASCII)
_LONGEST_EVENT: Final = 100
_MOST_CONDITIONS: Final = 20
_LATEST: Final = 253_370_764_800 * SECOND
"""9999-01-01: the calendar ends soon after."""


def check_event(name: str) -> None:
    """Refuse what is no name of an event.

    Raises:
        InvalidScheduleError: it is not.
    """
    if not _EVENT.fullmatch(name) or len(name) > _LONGEST_EVENT:
        raise InvalidScheduleError(f"{name[:120]!r} is no name of an event, such as webhook.received.")


def check_action(principal: Principal, draft: ScheduleDraft, actions: ActionRegistry) -> None:
    """Refuse a principal who may not run the action.

    Raises:
        UnknownActionError: there is no such action.
        InnerActionError: only the server asks for it.
        NotAllowedError: the principal lacks its permission.
    """
    action = actions[draft.action]
    check_inner(action)
    if not principal.may(action.permission):
        raise NotAllowedError(f"{draft.action} needs the permission {action.permission}.", permission=action.permission)


def checked_trigger(trigger: Trigger, now: Micros) -> Trigger:
    """The trigger with nothing of other kinds, and with the first time of an interval filled in.

    Raises:
        InvalidScheduleError: it is impossible.
    """
    match trigger.kind:
        case TriggerKind.CRON:
            cron_of(trigger.cron, trigger.zone)
            return Trigger(kind=trigger.kind, cron=trigger.cron, zone=trigger.zone)
        case TriggerKind.INTERVAL:
            if not SECOND <= trigger.every <= 3_660 * DAY:
                raise InvalidScheduleError("An interval is from a second to ten years.")
            return Trigger(kind=trigger.kind, every=trigger.every, at=_time(trigger.at or now + trigger.every))
        case TriggerKind.ONCE:
            if trigger.at <= now:
                raise InvalidScheduleError("A schedule for once needs a time in the future.")
            return Trigger(kind=trigger.kind, at=_time(trigger.at))
        case TriggerKind.EVENT:
            check_event(trigger.on)
            if len(trigger.where) > _MOST_CONDITIONS:
                raise InvalidScheduleError(f"A filter has at most {_MOST_CONDITIONS} fields.")
            return Trigger(kind=trigger.kind, on=trigger.on, where=dict(trigger.where))


def checked(
    principal: Principal, draft: ScheduleDraft, actions: ActionRegistry, registry: EntryRegistry, now: Micros
) -> ScheduleDraft:
    """The draft, ready to be kept.

    Raises:
        InvalidScheduleError: its trigger or a figure is impossible.
        NetSentinelError: the principal may not run the action or hear of the event, or the action takes no such input.
    """
    if not _NAME.fullmatch(draft.name):
        raise InvalidScheduleError("A name has 1 to 100 characters on one line, without spaces around it.")
    if not 0 <= draft.jitter <= DAY or not 0 <= draft.grace <= DAY:
        raise InvalidScheduleError("Jitter and grace are from 0 to a day.")
    if not 1 <= draft.backfill <= MAX_BACKFILL:
        raise InvalidScheduleError(f"A backfill is from 1 to {MAX_BACKFILL:,} runs.")
    if not 0 <= draft.priority <= 9:  # noqa: PLR2004 - tasks' own range
        raise InvalidScheduleError("A priority is from 0 to 9.")
    trigger = checked_trigger(draft.trigger, now)
    if trigger.on in registry and registry[trigger.on].audited and not principal.may(Permission.AUDIT_READ):
        raise NotAllowedError(f"{trigger.on} needs the permission {Permission.AUDIT_READ}.")
    check_action(principal, draft, actions)
    action = actions[draft.action]
    value, _ = action.pack_input(draft.input)
    action.validate(value, principal)
    return replace(draft, trigger=trigger)


def _time(at: Micros) -> Micros:
    if not 0 <= at <= _LATEST:
        raise InvalidScheduleError("A time is from 1970 to 9998.")
    return at
