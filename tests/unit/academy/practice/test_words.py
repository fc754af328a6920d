"""How times are said."""

import pytest

from netsentinel.academy.practice.words import ago, percent, span
from netsentinel.kernel.clock import DAY, HOUR, MINUTE


@pytest.mark.parametrize(
    ("time", "said"),
    [
        (0, "moments"),
        (MINUTE, "1 minute"),
        (2 * MINUTE, "2 minutes"),
        (HOUR, "1 hour"),
        (26 * HOUR, "1 day"),
        (9 * DAY, "9 days"),
    ],
)
def test_times_are_said_in_the_largest_unit(time: int, said: str) -> None:
    assert span(time) == said
    assert ago(time) == f"{said} ago"


def test_shares_are_whole_percent() -> None:
    assert percent(0.896) == "90 %"
