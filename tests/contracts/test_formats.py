"""What every format promises, for each that is registered."""

import json
from typing import Any

import pytest

from netsentinel.events.formats import FORMATS
from netsentinel.events.model import Event
from netsentinel.events.ports import Format
from netsentinel.kernel.types import DEFAULT_TENANT

SAMPLES: dict[str, list[dict[str, Any]]] = {
    "suricata": [
        {
            "timestamp": "2021-06-06T15:57:37.272281+0200",
            "event_type": "flow",
            "src_ip": "10.0.0.1",
            "flow": {"bytes_toserver": 1},
        },
        {"timestamp": "2026-01-01T00:00:00.000001Z", "event_type": "stats", "stats": {"uptime": 5}},
        {"timestamp": "2026-01-01T00:00:00Z", "event_type": "something-new"},
    ],
    "zeek": [
        {"ts": 1588205199.82437, "uid": "C1", "id.orig_h": "10.0.0.1", "conn_state": "SF"},
        {"@stream": "dns", "ts": 1588205199, "id_orig_h": "10.0.0.1", "query": "a.example"},
        {"_path": "weird", "ts": "2026-01-01T00:00:00.5Z", "name": "x"},
        {"ts": 1588205199.8, "note": "Scan::Port_Scan", "msg": "x"},
    ],
    "windows": [
        {"Event": {"System": {"EventID": 4624, "Channel": "Security"}, "EventData": {"IpAddress": "10.0.0.1"}}},
        {"EventID": 1, "Channel": "Microsoft-Windows-Sysmon/Operational", "@timestamp": "2026-01-01T00:00:00Z"},
        {"winlog": {"event_id": 1, "channel": "Security"}, "@timestamp": "2026-01-01T00:00:00Z"},
    ],
    "json": [{"anything": "goes"}],
}

STRANGE: list[dict[str, Any]] = [
    {},
    {"timestamp": None, "event_type": None},
    {"timestamp": "now", "event_type": "flow"},
    {"timestamp": "2026-01-01T00:00:00Z", "event_type": "flow", "flow": 5, "src_ip": ["x"], "src_port": "many"},
    {"timestamp": "2026-01-01T00:00:00Z", "event_type": "http", "http": {"url": 5, "status": {}, "hostname": None}},
    {"timestamp": "2026-01-01T00:00:00Z", "event_type": "dns", "dns": {"queries": [5], "rrname": None}},
    {"timestamp": "2026-01-01T00:00:00Z", "event_type": "alert", "alert": {"severity": 1e400, "action": 7}},
    {"timestamp": "2026-01-01T00:00:00Z", "event_type": "flow", "flow": {"start": "x", "end": "y", "age": -1}},
    {"ts": None, "uid": "C1"},
    {"ts": "yesterday", "uid": "C1"},
    {"ts": 1e300, "uid": "C1"},
    {"ts": True, "uid": "C1"},
    {"ts": 1, "uid": 5, "id": {"orig_h": 7}, "conn_state": 3, "duration": "long", "orig_bytes": -1},
    {"ts": 1, "_path": 5, "id.orig_h": None, "id.orig_p": "x"},
    {"ts": 1, "_path": "files", "tx_hosts": 5, "rx_hosts": [], "seen_bytes": 2**80},
    {"Event": {"System": None}},
    {"Event": {"System": {"EventID": {"#text": "1"}, "Provider": []}, "EventData": {"Data": [None, 5, {"@Name": 3}]}}},
    {"EventID": [1], "Channel": 5, "SourcePort": "-", "TimeCreated": "?"},
    {"Event": {"System": {}}},
]


@pytest.fixture(params=sorted(FORMATS))
def format_(request: pytest.FixtureRequest) -> Format:
    return FORMATS[request.param]


def samples(format_: Format) -> list[dict[str, Any]]:
    return SAMPLES[format_.name]


def columns(event: Event) -> dict[str, Any]:
    return {name: getattr(event, name) for name in Event.__struct_fields__}


def test_every_format_has_samples() -> None:
    assert SAMPLES.keys() == FORMATS.keys()


def test_it_is_registered_under_its_name(format_: Format) -> None:
    assert FORMATS[format_.name] is format_


def test_it_keeps_what_it_was_given(format_: Format) -> None:
    for record in samples(format_):
        raw = json.dumps(record).encode()
        event = format_.parse(json.loads(raw), raw, DEFAULT_TENANT, "sensor-1")
        assert event.raw == raw
        assert (event.tenant, event.source, event.format) == (DEFAULT_TENANT, "sensor-1", format_.name)
        for name, value in record.items():
            assert event.native[name] == value


def test_only_it_recognises_its_samples(format_: Format) -> None:
    expected = [] if format_.name == "json" else [format_.name]  # that one takes what nobody recognises
    for record in samples(format_):
        assert [name for name, other in FORMATS.items() if other.recognises(record)] == expected


def test_columns_have_their_types_whatever_comes(format_: Format) -> None:
    kinds = {name: type(value) for name, value in columns(_event(format_, samples(format_)[0])).items()}
    for record in (*samples(format_), *STRANGE):
        assert isinstance(format_.recognises(record), bool)
        event = _event_or_reason(format_, record)
        if isinstance(event, str):
            assert event, "a reason for the person who looks at rejected lines"
        else:
            assert {name: type(value) for name, value in columns(event).items()} == kinds


def test_the_same_record_gives_the_same_event(format_: Format) -> None:
    for record in samples(format_):
        assert columns(_event(format_, record)) == columns(_event(format_, record))


def test_a_log_source_is_stated_in_lower_case(format_: Format) -> None:
    for record in samples(format_):
        logsource = _event(format_, record).logsource
        for word in (logsource.product, logsource.category, logsource.service):
            assert word == word.lower()


def _event_or_reason(format_: Format, record: dict[str, Any]) -> Event | str:
    try:
        return _event(format_, record)
    except ValueError as error:
        return str(error)


def _event(format_: Format, record: dict[str, Any]) -> Event:
    return format_.parse(record, b"raw", DEFAULT_TENANT, "sensor-1")
