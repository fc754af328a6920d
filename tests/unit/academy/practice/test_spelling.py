"""How typed answers are compared."""

import pytest

from netsentinel.academy.practice.model import Number, Unit
from netsentinel.academy.practice.spelling import distance, number_of, plain, typos_let_pass


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("The  TCP-Handshake.", "tcp handshake"),
        ("Café", "cafe"),
        ("a", "a"),
        ("port_scan", "port scan"),
        ("", ""),
        ("...", ""),
    ],
)
def test_spellings_that_are_the_same(text: str, same: str) -> None:
    assert plain(text) == same


def test_figures_take_no_typing_error() -> None:
    assert [typos_let_pass(one) for one in ("t1046", "port", "ports", "beaconing", "exfiltration")] == [0, 0, 1, 1, 2]


@pytest.mark.parametrize(
    ("first", "second", "far"),
    [
        ("beacon", "beacon", 0),
        ("baecon", "beacon", 1),
        ("beacn", "beacon", 1),
        ("bacn", "beacon", 2),
        ("x", "beacon", 3),
    ],
)
def test_distance_counts_swaps_once(first: str, second: str, far: int) -> None:
    assert distance(first, second, 2) == far == distance(second, first, 2)


_BYTES = Number(value=1500, unit="B", units=(Unit("KB", 1000), Unit("KiB", 1024)))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1500", 1500),
        ("1,500", 1500),
        ("1 500 B", 1500),
        ("1.5 KB", 1500),
        ("1,5 kb", 1500),
        ("1.5e3", 1500),
        ("-3", -3),
        ("\N{MINUS SIGN}3", -3),
        ("2KiB", 2048),
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
        ("1,234,567", 1234567),
        ("12.", 12),
        ("1500 apples", None),
        ("about 3", None),
        ("1.2.3", None),
        ("", None),
        ("e5", None),
    ],
)
def test_numbers_with_units(text: str, value: float | None) -> None:
    assert number_of(text, _BYTES) == value


def test_hostile_numbers_end_quickly() -> None:
    assert number_of("1" * 100_000, _BYTES) is not None
    assert number_of("1," * 100_000 + "x", _BYTES) is None
    assert number_of("9e999", _BYTES) == float("inf")
