import pytest

from netsentinel.analytics.windows import length_of, window_of
from netsentinel.kernel.clock import DAY, HOUR, MINUTE, SECOND
from netsentinel.kernel.errors import InvalidInputError
from netsentinel.tasks.timeline import WIDTHS, kept_width

NOON = 1_780_000_000_000_000


@pytest.mark.parametrize(
    ("text", "length"), [("1m", MINUTE), ("15m", 15 * MINUTE), ("24h", DAY), ("7d", 7 * DAY), ("90d", 90 * DAY)]
)
def test_a_window_is_a_number_and_a_unit(text: str, length: int) -> None:
    assert length_of(text) == length


@pytest.mark.parametrize("text", ["", "0m", "91d", "1", "h", "1w", "-1h", "1.5h", " 1h", "1h ", "\u0661h", "99999h"])
def test_what_is_no_window_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match="is no window"):
        length_of(text)


@pytest.mark.parametrize("length", [MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, DAY, 7 * DAY, 30 * DAY, 90 * DAY, 61 * MINUTE])
@pytest.mark.parametrize("now", [NOON, NOON + 1, NOON + 7 * HOUR + 13 * MINUTE + SECOND - 1])
def test_buckets_cover_the_window_and_are_sums_of_what_is_kept(length: int, now: int) -> None:
    window = window_of(length, now)
    assert window.since <= now - length < window.since + window.bucket_us, "no more than a bucket too much"
    assert now < window.until <= now + window.bucket_us
    starts = window.starts()
    assert len(starts) <= 62
    assert all(start % window.bucket_us == 0 for start in starts)
    assert starts[-1] + window.bucket_us == window.until
    assert window.bucket_us % kept_width(window.bucket_us) == 0
    assert kept_width(window.bucket_us) in WIDTHS
