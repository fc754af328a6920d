from typing import Any

import pytest

from netsentinel.cli.output import Output
from netsentinel.cli.schedules import show_runs, show_schedules, trigger_of, words_of
from netsentinel.kernel.clock import DAY, MINUTE, SECOND
from netsentinel.kernel.errors import InvalidInputError

RUN = {
    "at": 0,
    "tick": 0,
    "by": "time",
    "outcome": "submitted",
    "state": "dead",
    "reason": "",
    "task_id": "tsk_1",
    "schedule_id": "sch_1",
}
SCHEDULE: dict[str, Any] = {
    "name": "nightly",
    "action": "lake.tend",
    "trigger": {"kind": "cron", "cron": "0 3 * * *", "zone": "UTC"},
    "enabled": True,
    "next_at": 60 * SECOND,
    "last_run": RUN,
    "fired": 7,
}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"cron": "@daily"}, {"kind": "cron", "cron": "@daily", "zone": "UTC"}),
        ({"cron": "@daily", "zone": "Asia/Tokyo"}, {"kind": "cron", "cron": "@daily", "zone": "Asia/Tokyo"}),
        ({"every": "90s"}, {"kind": "interval", "every": 90 * SECOND, "at": 0}),
        (
            {"every": "2d", "at": "1970-01-01T00:01:00Z"},
            {"kind": "interval", "every": 2 * DAY, "at": MINUTE},
        ),
        ({"at": "1970-01-01T00:01:00Z"}, {"kind": "once", "at": MINUTE}),
        ({"on": "alert.raised"}, {"kind": "event", "on": "alert.raised", "where": {}}),
        (
            {"on": "a.b", "where": ["level=high", "level=critical", "n=3", "b=true", 'text="3"', "x=a=b"]},
            {
                "kind": "event",
                "on": "a.b",
                "where": {"level": ["high", "critical"], "n": 3, "b": True, "text": "3", "x": "a=b"},
            },
        ),
    ],
)
def test_options_state_a_trigger(options: dict[str, Any], expected: dict[str, Any]) -> None:
    assert trigger_of(**options) == expected


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"cron": "@daily", "every": "1h"},
        {"at": "2030-01-01", "on": "a.b"},
        {"cron": "@daily", "where": ["a=b"]},
        {"every": "soon"},
        {"at": "soon"},
        {"on": "a.b", "where": ["a"]},
        {"on": "a.b", "where": ["=a"]},
    ],
)
def test_what_states_no_trigger_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError):
        trigger_of(**options)


@pytest.mark.parametrize(
    ("trigger", "words"),
    [
        (SCHEDULE["trigger"], "0 3 * * * (UTC)"),
        ({"kind": "interval", "every": 90 * SECOND}, "every 1 minute 30 seconds"),
        ({"kind": "interval", "every": 2 * DAY}, "every 2 days"),
        ({"kind": "interval", "every": DAY}, "every day"),
        ({"kind": "once", "at": 0}, "once at 1970-01-01T00:00:00.000000Z"),
        ({"kind": "event", "on": "alert.raised"}, "on alert.raised"),
    ],
)
def test_a_trigger_in_words(trigger: dict[str, Any], words: str) -> None:
    assert words_of(trigger) == words


def test_a_list_says_when_it_fires_next_and_what_came_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    show_schedules([SCHEDULE], Output.TABLE)
    said = capsys.readouterr().out
    assert "1970-01-01T00:01:00" in said
    assert "dead" in said
    show_schedules([{**SCHEDULE, "enabled": False, "last_run": None}], Output.TABLE)
    said = capsys.readouterr().out
    assert "paused" in said
    assert "never" in said
    show_schedules([SCHEDULE], Output.JSON)
    assert '"fired":7' in capsys.readouterr().out


def test_a_history_says_what_came_of_a_run_that_has_not_ended(capsys: pytest.CaptureFixture[str]) -> None:
    show_runs([{**RUN, "state": ""}], Output.TABLE)
    assert "submitted" in capsys.readouterr().out
    show_runs([RUN], Output.JSON)
    assert '"task_id":"tsk_1"' in capsys.readouterr().out
