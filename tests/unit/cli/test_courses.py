import msgspec
import pytest
import typer

from netsentinel.academy.courses import Draft
from netsentinel.academy.courses.folder import bundled_courses, read_folder
from netsentinel.cli.courses import _day


def test_a_day_ends_at_its_end() -> None:
    assert (_day(""), _day("1970-01-01")) == (0, 86_399_000_000)
    with pytest.raises(typer.BadParameter):
        _day("tomorrow")


def test_a_draft_travels_as_json_and_comes_back() -> None:
    _, draft = read_folder(bundled_courses() / "reading-network-alerts")
    assert msgspec.convert(msgspec.to_builtins(draft), Draft) == draft
