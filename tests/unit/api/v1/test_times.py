import pytest

from netsentinel.api.v1.times import written


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (1_767_225_600_999_999, "2026-01-01T00:00:00Z"),
        (-5, "1970-01-01T00:00:00Z"),
        (2**63 - 1, "9999-12-31T23:59:59Z"),
    ],
)
def test_times_are_written_to_the_second(at: int, text: str) -> None:
    assert written(at) == text
