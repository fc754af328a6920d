import httpx2
import msgspec
import pytest
import typer
from typer.testing import CliRunner

from netsentinel.academy.courses import Draft
from netsentinel.academy.courses.folder import bundled_courses, read_folder
from netsentinel.cli.courses import _day, courses_app
from tests.unit.cli.answering import Answering


def test_a_day_ends_at_its_end() -> None:
    assert (_day(""), _day("1970-01-01")) == (0, 86_399_000_000)
    with pytest.raises(typer.BadParameter):
        _day("tomorrow")


def test_a_draft_travels_as_json_and_comes_back() -> None:
    _, draft = read_folder(bundled_courses() / "reading-network-alerts")
    assert msgspec.convert(msgspec.to_builtins(draft), Draft) == draft


@pytest.mark.parametrize(
    ("stated", "warns"),
    [
        ({"teaches": [], "techniques": []}, True),
        ({"teaches": [{"concept": "c", "name": "C"}], "techniques": []}, False),
        ({"teaches": [], "techniques": ["T1046"]}, False),
    ],
)
def test_publishing_what_teaches_nothing_is_answered_with_a_warning(
    monkeypatch: pytest.MonkeyPatch, stated: dict[str, object], warns: bool
) -> None:
    def reply(request: httpx2.Request) -> object:
        assert request.url.path == "/api/v2/courses/alerts/publish"
        return {"number": 2, "lessons": [stated, {"teaches": [], "techniques": []}]}

    Answering(reply).install(monkeypatch)
    result = CliRunner().invoke(courses_app, ["publish", "alerts"], catch_exceptions=False)
    assert "Version 2 is published: 2 lessons." in result.stderr
    assert ("CAUTION: none says what it teaches" in result.stderr) is warns
