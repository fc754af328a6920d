import pytest

from netsentinel.cli.options import stretch_of, time_of
from netsentinel.kernel.clock import DAY, HOUR, MINUTE, SECOND
from netsentinel.kernel.errors import InvalidInputError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("90s", 90 * SECOND),
        ("1h30m", 90 * MINUTE),
        ("2d", 2 * DAY),
        ("1d1h1m1s", DAY + HOUR + MINUTE + SECOND),
        ("0s", 0),
    ],
)
def test_a_stretch_of_time_is_written_as_people_say_it(text: str, expected: int) -> None:
    assert stretch_of(text) == expected


@pytest.mark.parametrize("text", ["1", "s", "1m1h", "1.5h", "-1s", " 1s", "1s ", "\u0661s", "1w"])
def test_what_is_no_stretch_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match="no stretch of time"):
        stretch_of(text)


def test_a_time_is_iso_8601() -> None:
    assert time_of("1970-01-01T00:01:00Z") == MINUTE
    assert time_of("") == 0
    with pytest.raises(InvalidInputError, match="no time"):
        time_of("tomorrow")
