import pytest

from netsentinel.detection.rules.model import Part
from netsentinel.detection.rules.values import Value, number_of, part_of


def test_a_value_is_lowered_in_every_script() -> None:
    assert Value("ÄΣ").low == "ÄΣ".lower()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5", 5),
        ("-5", -5),
        ("5.5", 5.5),
        ("1e3", 1000),
        ("", None),
        ("inf", None),
        ("1_0", None),
        ("٣", None),
        (" 5", None),
    ],
)
def test_what_is_a_number(text: str, expected: float | None) -> None:
    assert number_of(text) == expected


def test_a_number_that_is_too_long_is_none() -> None:
    assert number_of("9" * 100_000) is None


def test_a_time_out_of_range_has_no_parts() -> None:
    assert part_of("99999999999999999999", Part.YEAR) is None
    assert part_of("tomorrow", Part.YEAR) is None
