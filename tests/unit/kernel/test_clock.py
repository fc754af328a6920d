import pytest
from hypothesis import given
from hypothesis import strategies as st

from netsentinel.kernel.clock import DAY, HOUR, MINUTE, SECOND, SystemClock, from_iso, to_iso


def test_units() -> None:
    assert (MINUTE, HOUR, DAY) == (60 * SECOND, 3_600 * SECOND, 86_400 * SECOND)


@given(st.integers(-(10**15), 10**16))
def test_a_time_survives_its_text(at: int) -> None:
    assert from_iso(to_iso(at)) == at


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T02:00:00.000001+0200", 1),
        ("1970-01-01T00:00:01", SECOND),
    ],
)
def test_offsets_are_heeded_and_utc_is_assumed(text: str, expected: int) -> None:
    assert from_iso(text) == expected


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="nonsense"):
        from_iso("nonsense")


def test_the_system_clock_moves_forward_in_microseconds() -> None:
    clock = SystemClock()
    first = clock.now()
    assert 10**15 < first <= clock.now() < 10**16
