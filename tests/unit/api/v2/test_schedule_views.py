from netsentinel.api.v2.schedule_views import ScheduleText, item_of, run_of
from netsentinel.kernel.types import DEFAULT_TENANT
from netsentinel.scheduler import By, Misfire, Overlap, Run, RunOutcome, Schedule, Trigger, TriggerKind

STATED = {
    "name": "nightly",
    "action": "lake.tend",
    "input": {"a": 1},
    "trigger": {"kind": "event", "on": "alert.raised", "where": {"level": ["high", "critical"], "n": 1, "b": True}},
    "enabled": False,
    "jitter": 5,
    "overlap": "replace",
    "misfire": "backfill",
    "backfill": 3,
    "grace": 7,
    "priority": 9,
}


def test_everything_that_is_stated_reaches_the_draft_and_comes_back() -> None:
    draft = ScheduleText.model_validate(STATED).as_draft()
    assert draft.trigger == Trigger(
        kind=TriggerKind.EVENT, on="alert.raised", where={"level": ("high", "critical"), "n": 1, "b": True}
    )
    assert draft.trigger.where["b"] is True, "a truth is no number"
    assert (draft.overlap, draft.misfire) == (Overlap.REPLACE, Misfire.BACKFILL)
    schedule = Schedule(
        id="sch_1",
        tenant=DEFAULT_TENANT,
        draft=draft,
        next_at=10,
        due_at=12,
        created_by="usr_1",
        created_at=1,
        updated_at=2,
    )
    item = item_of(schedule, None)
    for name in set(STATED) - {"trigger"}:
        assert getattr(item, name) == STATED[name], name
    assert item.trigger == draft.trigger
    assert (item.next_at, item.last_run) == (12, None), "when it fires, jitter included"


def test_a_run_keeps_every_field_but_its_tenant() -> None:
    run = Run(
        id="run_1",
        tenant=DEFAULT_TENANT,
        schedule_id="sch_1",
        number=4,
        by=By.EVENT,
        tick=1,
        at=2,
        outcome=RunOutcome.REFUSED,
        reason="No such action.",
        task_id="tsk_1",
        event_seq=9,
        state="dead",
        ended_at=3,
    )
    item = run_of(run)
    for name in Run.__dataclass_fields__.keys() - {"tenant"}:
        assert getattr(item, name) == getattr(run, name), name
