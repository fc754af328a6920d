from netsentinel.events.formats import GenericFormat
from netsentinel.kernel.clock import from_iso
from netsentinel.kernel.types import DEFAULT_TENANT


def test_common_names_fill_the_columns() -> None:
    record = {
        "@timestamp": "2026-01-01T00:00:00Z",
        "source.ip": "10.0.0.1",
        "dest_ip": "10.0.0.2",
        "username": "ann",
        "host": "h",
    }
    event = GenericFormat().parse(record, b"raw", DEFAULT_TENANT, "s")
    assert (event.src_ip, event.dst_ip, event.user, event.device) == ("10.0.0.1", "10.0.0.2", "ann", "h")
    assert event.time == from_iso("2026-01-01T00:00:00")


def test_times_in_seconds_and_none_at_all() -> None:
    parse = GenericFormat().parse
    assert parse({"ts": 1.5}, b"", DEFAULT_TENANT, "s").time == 1_500_000
    assert parse({"time": "soon", "ts": 10**30}, b"", DEFAULT_TENANT, "s").time == 0
    assert parse({}, b"", DEFAULT_TENANT, "s").time == 0


def test_it_recognises_nothing_by_itself() -> None:
    assert not GenericFormat().recognises({"anything": 1})
