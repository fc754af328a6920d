import pytest

from netsentinel.events.formats.lines import as_text, classic_time, month_number
from netsentinel.kernel.clock import from_iso, to_iso


def test_bytes_become_escapes() -> None:
    assert as_text("é".encode() + b"\xff") == "é\\xff"


def test_the_latest_year_that_fits() -> None:
    assert to_iso(classic_time("Mar  3 04:05:06", from_iso("2024-03-03T00:00:00Z")))[:10] == "2024-03-03"
    assert to_iso(classic_time("Mar  5 04:05:06", from_iso("2024-03-03T00:00:00Z")))[:10] == "2023-03-05"


def test_months() -> None:
    assert month_number("Dec") == 12
    with pytest.raises(ValueError, match=r".+"):
        month_number("Foo")
