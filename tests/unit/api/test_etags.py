import pytest

from netsentinel.api.etags import based_on, precondition, tagged
from netsentinel.kernel.errors import ConflictError, PreconditionFailedError

THING = {"name": "a"}


def test_a_tag_says_the_version_and_what_the_answer_is() -> None:
    first, second = tagged(THING, 3), tagged({"name": "b"}, 3)
    assert first.headers["etag"].startswith('"3-')
    assert first.headers["etag"] != second.headers["etag"]
    assert first.headers["etag"] == tagged(THING, 3).headers["etag"]


def test_nothing_comes_back_while_a_tag_holds() -> None:
    tag = tagged(THING, 3).headers["etag"]
    for header in (tag, f'"x", {tag}', f"W/{tag}", "*"):
        same = tagged(THING, 3, header)
        assert (same.status_code, same.body, same.headers["etag"]) == (304, b"", tag)
    assert tagged(THING, 4, tag).status_code == 200
    assert tagged(THING, 3, "nonsense").status_code == 200


@pytest.mark.parametrize("header", ['"3-abc"', '"1-x", "3-y"', '"3"'])
def test_a_change_may_name_the_version_it_is_based_on(header: str) -> None:
    assert based_on(header, 3) == 3


@pytest.mark.parametrize("header", ['"2-abc"', "3", "", 'W/"3-abc"', '"33-abc"'])
def test_a_change_that_names_another_one_is_refused(header: str) -> None:
    with pytest.raises(PreconditionFailedError) as refused:
        based_on(header, 3)
    assert refused.value.extra == {"version": 3}


@pytest.mark.parametrize("header", [None, "*"])
def test_a_change_need_not_name_any(header: str | None) -> None:
    assert based_on(header, 3) is None


def test_a_race_is_a_failed_precondition_only_for_those_who_asked() -> None:
    with pytest.raises(PreconditionFailedError), precondition(3):
        raise ConflictError("It is at 4.", version=4)
    with pytest.raises(ConflictError, match="4"), precondition(None):
        raise ConflictError("It is at 4.", version=4)
    with pytest.raises(ConflictError, match="taken"), precondition(3):
        raise ConflictError("The name is taken.", name="x")
