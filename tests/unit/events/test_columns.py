import pytest
from hypothesis import given
from hypothesis import strategies as st

from netsentinel.events.columns import epoch_seconds, first, iso_time, number, table, text
from netsentinel.kernel.clock import from_iso, to_iso


@given(st.integers(0, 4_000_000_000_000_000))
def test_iso_times_are_read_to_the_microsecond(at: int) -> None:
    assert iso_time(to_iso(at)) == at


@pytest.mark.parametrize(
    "said",
    [
        "2021-06-06T15:57:37.272281+0200",
        "2021-06-06T15:57:37.272281-05:30",
        "2021-06-06 15:57:37",
        "2021-06-06T15:57:37.5Z",
        "2021-06-06T15:57:37.2722Z",
    ],
)
def test_every_spelling_means_what_the_clock_says(said: str) -> None:
    assert iso_time(said) == from_iso(said)


def test_digits_behind_the_microseconds_are_left_out() -> None:
    assert iso_time("2019-04-27T15:57:27.0876132Z") == from_iso("2019-04-27T15:57:27.087613Z")
    assert iso_time("2019-04-27T15:57:27.123456789+02:00") == from_iso("2019-04-27T15:57:27.123456+02:00")


@pytest.mark.parametrize("said", ["", "soon", "2021-06-06T15:57:37.27228x+0200", "2021-13-06T15:57:37.272281Z"])
def test_what_is_no_time_is_an_error(said: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        iso_time(said)


def test_epoch_seconds_keep_the_microsecond_that_was_meant() -> None:
    assert epoch_seconds(1588205199.82437) == 1588205199824370
    assert epoch_seconds(5) == 5_000_000
    for impossible in (-1, 1e300, float("inf")):
        with pytest.raises(ValueError, match="outside of the years"):
            epoch_seconds(impossible)


def test_readers_give_their_own_type_or_nothing() -> None:
    assert [text("a"), text(1), text(None)] == ["a", "", ""]
    assert [number(5), number(5.9), number("80"), number("x"), number(True), number(None)] == [5, 5, 80, 0, 0, 0]
    assert number(float("inf")) == 0
    assert [table({"a": 1}), table([1]), table(None)] == [{"a": 1}, {}, {}]
    assert [first([1, 2]), first([]), first("x")] == [1, None, "x"]
