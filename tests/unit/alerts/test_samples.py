import msgspec
import pytest

from netsentinel.alerts.samples import native_event, sample_of
from tests.unit.alerts.factories import finding


def test_a_sample_keeps_what_its_own_finding_said() -> None:
    found = finding(src_ip="192.0.2.1", dst_ip="192.0.2.2", user="root", device="fw", source="zeek")
    sample = sample_of(found)
    assert (sample.src_ip, sample.dst_ip, sample.user, sample.device, sample.source) == (
        "192.0.2.1",
        "192.0.2.2",
        "root",
        "fw",
        "zeek",
    )
    assert (sample.at, sample.matched) == (found.time, found.matched)


def test_an_event_that_is_no_json_is_kept_as_text() -> None:
    assert msgspec.json.decode(native_event(b"not \xff json")) == "not \ufffd json"


@pytest.mark.parametrize("depth", [10, 900, 5_000, 100_000])
def test_no_nesting_makes_an_event_that_cannot_be_told(depth: int) -> None:
    raw = b'{"a":' + b"[" * depth + b"]" * depth + b"}"
    told = msgspec.json.encode(native_event(raw))
    assert msgspec.json.decode(told, type=msgspec.Raw) is not None
    if depth >= 5_000:
        assert msgspec.json.decode(told) == raw.decode()
