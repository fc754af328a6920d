import json

import pytest

from netsentinel.cli.output import print_json, print_table, printable, stretch_words, talk
from netsentinel.kernel.clock import DAY, HOUR, MINUTE, SECOND


def test_data_goes_to_stdout_and_talk_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"a": [1, "\u00e9"]})
    talk("working")
    said = capsys.readouterr()
    assert json.loads(said.out) == {"a": [1, "\u00e9"]}
    assert said.err == "working\n"


def test_a_table_has_its_columns_and_is_not_cut_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("NAME", "WHAT"), [("a", "x" * 300), ("[b]", 2)])
    said = capsys.readouterr().out
    assert "x" * 300 in said
    assert "[b]" in said
    assert said.split()[:2] == ["NAME", "WHAT"]


def test_a_cell_cannot_forge_a_row(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("NAME",), [("192.0.2.1\nforged row",)])
    assert capsys.readouterr().out.splitlines()[1].strip() == "192.0.2.1\ufffdforged row"


def test_log_data_cannot_drive_the_terminal() -> None:
    assert printable("\x1b[2Jgone\x07\u202e") == "\ufffd[2Jgone\ufffd\ufffd"
    assert printable("line\n\ttab \u00fc") == "line\n\ttab \u00fc"


@pytest.mark.parametrize(
    ("stretch", "words"),
    [
        (2 * DAY, "2 days"),
        (HOUR + 30 * MINUTE, "1 hour 30 minutes"),
        (90 * SECOND, "1 minute 30 seconds"),
        (SECOND, "1 second"),
        (SECOND // 2, "0.5 seconds"),
        (0, "0 seconds"),
    ],
)
def test_a_stretch_of_time_is_said_with_nothing_rounded(stretch: int, words: str) -> None:
    assert stretch_words(stretch) == words
