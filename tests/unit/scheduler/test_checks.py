"""What is refused before a schedule is kept, and why."""

from dataclasses import replace

import pytest

from netsentinel.kernel.clock import DAY, SECOND
from netsentinel.kernel.entries import EntryRegistry
from netsentinel.kernel.errors import NotAllowedError
from netsentinel.kernel.types import Permission, Principal, Role
from netsentinel.scheduler import ScheduleDraft, Trigger, TriggerKind
from netsentinel.scheduler.checks import checked, checked_trigger
from netsentinel.scheduler.errors import InvalidScheduleError
from netsentinel.tasks.errors import InvalidTaskInputError, UnknownActionError
from tests.unit.scheduler.bench import SYSTEM, T, draft
from tests.unit.tasks.bench import registry as actions

NOW = 1_780_000_000 * SECOND
ANALYST = Principal("usr_2", "user", T, Role.ANALYST, "Ann", frozenset({Permission.TASKS_WRITE}))
VIEWER = Principal("usr_3", "user", T, Role.VIEWER, "Vic", frozenset({Permission.TASKS_READ}))


@pytest.mark.parametrize(
    ("stated", "says"),
    [
        (draft(""), "A name has"),
        (draft(" x"), "A name has"),
        (draft("a\nb"), "A name has"),
        (draft("x" * 101), "A name has"),
        (draft(jitter=-1), "Jitter and grace"),
        (draft(grace=DAY + 1), "Jitter and grace"),
        (draft(backfill=0), "A backfill"),
        (draft(priority=10), "A priority"),
        (draft(trigger=Trigger(kind=TriggerKind.INTERVAL, every=SECOND - 1)), "An interval is"),
        (draft(trigger=Trigger(kind=TriggerKind.INTERVAL, every=SECOND, at=1 << 60)), "A time is from 1970"),
        (draft(trigger=Trigger(kind=TriggerKind.ONCE, at=NOW)), "in the future"),
        (draft(trigger=Trigger(kind=TriggerKind.CRON, cron="61 * * * *")), "'61' is no minute"),
        (draft(trigger=Trigger(kind=TriggerKind.CRON, cron="* * * * *", zone="Nowhere")), "no time zone"),
        (draft(trigger=Trigger(kind=TriggerKind.EVENT, on="")), "no name of an event"),
        (draft(trigger=Trigger(kind=TriggerKind.EVENT, on="Alert Raised")), "no name of an event"),
        (
            draft(trigger=Trigger(kind=TriggerKind.EVENT, on="x", where={str(n): n for n in range(21)})),
            "at most 20 fields",
        ),
    ],
)
def test_the_impossible_is_refused_in_a_sentence(
    stated: ScheduleDraft, says: str, entry_registry: EntryRegistry
) -> None:
    with pytest.raises(InvalidScheduleError) as refused:
        checked(SYSTEM, stated, actions(), entry_registry, NOW)
    assert says in refused.value.detail


def test_a_schedule_does_only_what_its_maker_may(entry_registry: EntryRegistry) -> None:
    assert checked(ANALYST, draft(), actions(), entry_registry, NOW).action == "test.echo"
    with pytest.raises(NotAllowedError):
        checked(VIEWER, draft(), actions(), entry_registry, NOW)
    on_login = draft(trigger=Trigger(kind=TriggerKind.EVENT, on="login.failed"))
    with pytest.raises(NotAllowedError, match="audit:read"):
        checked(ANALYST, on_login, actions(), entry_registry, NOW)
    assert checked(SYSTEM, on_login, actions(), entry_registry, NOW).trigger.on == "login.failed"


def test_the_action_and_its_input_are_looked_at(entry_registry: EntryRegistry) -> None:
    with pytest.raises(UnknownActionError):
        checked(SYSTEM, replace(draft(), action="nothing"), actions(), entry_registry, NOW)
    with pytest.raises(InvalidTaskInputError):
        checked(SYSTEM, draft(input={"number": "seven"}), actions(), entry_registry, NOW)


def test_what_belongs_to_other_kinds_is_left_out() -> None:
    crowded = Trigger(kind=TriggerKind.CRON, cron="@daily", every=5, at=7, on="x", where={"a": 1})
    assert checked_trigger(crowded, NOW) == Trigger(kind=TriggerKind.CRON, cron="@daily")
    assert checked_trigger(Trigger(kind=TriggerKind.INTERVAL, every=SECOND), NOW).at == NOW + SECOND
