from pathlib import Path

import pytest

from netsentinel.cli.output import Output
from netsentinel.cli.tasks import json_of, segment, show_items, show_view
from netsentinel.kernel.errors import InvalidInputError

TASK = {
    "id": "tsk_1",
    "action": "lake.tend",
    "state": "waiting",
    "reason": "not_before",
    "attempt": 2,
    "percent": 50.4,
    "updated_at": 0,
    "error": "",
    "error_code": "unavailable",
}


def test_an_input_is_json_or_a_file_of_it(tmp_path: Path) -> None:
    file = tmp_path / "input.json"
    file.write_text('{"days": 3}')
    assert json_of('{"days": 2}') == {"days": 2}
    assert json_of(f"@{file}") == {"days": 3}


@pytest.mark.parametrize("given", ["no json", "@/no/such/file", ""])
def test_what_is_no_json_is_refused(given: str) -> None:
    with pytest.raises(InvalidInputError, match="no JSON"):
        json_of(given)


def test_an_id_stays_one_segment_of_the_path() -> None:
    assert segment("../alerts?x") == "..%2Falerts%3Fx"


def test_a_list_says_why_a_task_waits(capsys: pytest.CaptureFixture[str]) -> None:
    show_items([TASK], Output.TABLE)
    out = capsys.readouterr().out
    assert "waiting (not_before)" in out
    assert "50 %" in out
    assert "unavailable" in out


def test_a_view_shows_attempts_and_leaves_out_what_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    attempt = {
        "number": 1,
        "outcome": "failed",
        "started_at": 0,
        "ended_at": None,
        "error": "Later.",
        "error_code": "unavailable",
    }
    view = {"task": TASK, "input": {"days": 3}, "result": None, "checkpoint": None, "attempts": [attempt]}
    show_view(view, Output.TABLE)
    out = capsys.readouterr().out
    assert 'input: {"days":3}' in out
    assert "Later." in out
    assert "result" not in out
    show_view(view, Output.JSON)
    assert '"number":1' in capsys.readouterr().out
