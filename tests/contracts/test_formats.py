"""What every format promises, for each that is registered."""

import json
import random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netsentinel.detection.rules.fields import everything
from netsentinel.events.formats import FORMATS
from netsentinel.events.model import Event
from netsentinel.events.ports import Format, LineFormat
from netsentinel.kernel.clock import from_iso
from netsentinel.kernel.types import DEFAULT_TENANT

RECEIVED_AT = from_iso("2026-11-21T09:00:00Z")

LINES: dict[str, list[bytes]] = {
    "syslog": [
        b"<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \xef\xbb\xbf'su root' failed for lonvick",
        b'<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 app 8710 - [a@1 k="v\\"w"][b@1] Hello',
        b"<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8",
        b"Nov 21 08:59:01 web-1 sshd[4711]: Failed password for invalid user admin from 203.0.113.9 port 50022 ssh2",
        b"2026-11-21T08:59:01.5+00:00 web-1 CRON[99]: (root) CMD (true)",
        b"Nov 21 08:59:01 web-1 sudo:   eve : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/sh -c id",
    ],
    "cef": [
        b"CEF:0|Security|threatmanager|1.0|100|a \\| b|10|src=10.0.0.1 rt=Nov 21 2026 08:59:01.5 msg=a\\=b c",
        b"<134>Nov 21 08:59:01 fw-1 CEF:0|Palo Alto|PAN-OS|10|deny|deny|Low|rt=1763715541000 act=deny proto=TCP",
        b"CEF:1|V|P|1|x|y|Very-High|",
    ],
    "auditd": [
        b'type=EXECVE msg=audit(1364481363.243:24287): argc=3 a0="sh" a1="-c" a2=6964203B206C73',
        (
            b'type=USER_LOGIN msg=audit(1764481363.243:7): pid=1 uid=0 auid=4294967295 msg=\'op=login acct="root" '
            b'exe="/usr/sbin/sshd" hostname=? addr=203.0.113.9 terminal=ssh res=failed\''
        ),
        (
            b"node=db-1 type=SYSCALL msg=audit(1364481363.243:24287): arch=c000003e syscall=2 success=no exit=-13 "
            b'exe="/bin/cat" key="sshd_config"\x1dARCH=x86_64 SYSCALL=open AUID="eve"'
        ),
    ],
    "web": [
        b'127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326',
        b'203.0.113.9 - - [21/Nov/2026:08:59:01 +0000] "POST /login?a=1 HTTP/1.1" 401 - "http://x/" "curl/8 \\"x\\""',
        b'shop.example:443 2001:db8::1 - - [21/Nov/2026:08:59:01 +0000] "\\x16\\x03" 400 0 "-" "-" 0.005',
    ],
    "sysmon_linux": [
        (
            b'Nov 21 08:59:01 web-1 sysmon: <Event><System><Provider Name="Linux-Sysmon" Guid="{f}"/>'
            b"<EventID>1</EventID>"
            b'<TimeCreated SystemTime="2026-11-21T08:59:01.000000000Z"/><Channel>Linux-Sysmon/Operational</Channel>'
            b'<Computer>web-1</Computer></System><EventData><Data Name="RuleName">-</Data>'
            b'<Data Name="Image">/bin/sh</Data><Data Name="CommandLine">sh -c &quot;id&quot;</Data></EventData></Event>'
        ),
    ],
}

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
        {"winlog.event_id": 1, "winlog.channel": "Security", "winlog.event_data.User": "eve"},
        {"EventID": 1, "Channel": "Linux-Sysmon/Operational", "Image": "/bin/sh"},
    ],
    "cowrie": [
        {
            "eventid": "cowrie.login.failed",
            "timestamp": "2018-05-10T00:09:28.188455Z",
            "src_ip": "185.222.209.151",
            "session": "ab29aebee4e6",
            "username": "root",
            "password": "x",
        },
        {"eventid": "cowrie.session.closed", "timestamp": "2025-05-10T00:09:28.188455Z", "duration": "1.4"},
        {"eventid": "cowrie.something.new", "timestamp": "2025-05-10T00:09:28Z"},
    ],
    "opencanary": [
        {
            "logtype": 2000,
            "node_id": "canary",
            "logdata": {"USERNAME": "ubuntu", "PASSWORD": "x"},
            "src_host": "10.0.0.1",
            "src_port": 5,
            "dst_host": "10.0.0.2",
            "dst_port": 21,
            "utc_time": "2026-11-21 06:16:49.296200",
        },
        {"logtype": 1001, "node_id": "canary", "logdata": {}, "local_time": "2026-11-21 06:16:49.296200"},
        {"logtype": 99999, "node_id": "c", "logdata": {}, "local_time_adjusted": "2026-11-21 06:16:49", "dst_port": -1},
    ],
    "netflow": [
        {"StartTime": "2019/04/04 16:23:00.325010", "Proto": "udp", "SrcAddr": "10.8.0.69", "DstAddr": "8.8.8.8"},
        {"StartTime": "1554395000.5", "Proto": "icmp", "SrcAddr": "a", "Sport": "0x0008", "DstAddr": "b", "Dur": "1.5"},
        {"ts": "2019-04-04 16:23:00", "te": "2019-04-04 16:23:01", "sa": "10.0.0.1", "da": "10.0.0.2", "pr": "TCP"},
    ],
    **{
        name: [form.decode(line, RECEIVED_AT) for line in LINES[name]]
        for name, form in FORMATS.items()
        if isinstance(form, LineFormat)
    },
    "json": [{"anything": "goes"}],
    "csv": [{"anything": "goes", "ts": "1554395000.5"}],
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
    {"winlog.event_id": {}, "winlog.channel": 5},
    {"eventid": "cowrie.x", "timestamp": 5},
    {"eventid": 5},
    {"eventid": "cowrie.x", "timestamp": "2026-01-01T00:00:00Z", "duration": 1e300, "src_port": [], "username": 7},
    {"logtype": True, "node_id": 1, "logdata": 5},
    {"logtype": 3001, "node_id": 5, "logdata": 5, "utc_time": "2026-01-01", "dst_port": "x", "src_host": None},
    {"SrcAddr": 5, "DstAddr": None, "StartTime": 7},
    {"SrcAddr": "a", "DstAddr": "b", "StartTime": "1", "Sport": "0xzz", "TotPkts": "1e999", "Dur": "-1", "State": 4},
    {"message": 5, "hostname": 5, "syslog_version": None},
    {"message": "x", "appname": 5, "severity_code": 99, "timestamp": "never"},
    {"message": "x", "appname": "sshd", "severity_code": -7, "facility": [], "timestamp": ""},
    {"deviceVendor": 5, "cef_version": 0},
    {"deviceVendor": "v", "cef_version": 0, "severity": "11", "rt": "soon"},
    {"deviceVendor": "v", "cef_version": 0, "severity": {}, "rt": "Foo 99 2020 00:00:00"},
    {"type": "EXECVE", "time": "x", "audit_serial": 5},
    {"type": 5, "time": "1.0"},
    {"c-ip": 5, "cs-method": None, "sc-status": "x", "timestamp": "2026-01-01"},
    {"c-ip": 5, "cs-method": None, "sc-status": "x", "timestamp": 5},
    {"EventID": {}, "Channel": "Linux-Sysmon/Operational"},
    {"timestamp": "nan", "ts": "inf", "time": "-1"},
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


def test_every_text_of_the_event_stands_in_its_record(format_: Format) -> None:
    """Keywords are looked for in the record's JSON before they are looked for in the event."""
    for record in [*samples(format_), *STRANGE]:
        try:
            event = format_.parse(record, b"", DEFAULT_TENANT, "sensor-1")
        except ValueError:
            continue
        assert {text for _, text in everything(event.native)} <= {text for _, text in everything(record)}


def test_only_it_recognises_its_samples(format_: Format) -> None:
    expected = [] if format_.name in {"json", "csv"} else [format_.name]  # those take what nobody recognises
    if format_.name == "sysmon_linux":
        expected = ["windows"]  # which reads its JSON
    for record in samples(format_):
        assert [name for name, other in FORMATS.items() if other.recognises(record)] == expected


@pytest.fixture(params=sorted(LINES))
def line_format(request: pytest.FixtureRequest) -> LineFormat:
    form = FORMATS[request.param]
    assert isinstance(form, LineFormat)
    return form


def test_the_first_that_recognises_a_line_is_its_format(line_format: LineFormat) -> None:
    """A sensor's events may come inside of syslog, so syslog is asked last."""
    forms = [form for form in FORMATS.values() if isinstance(form, LineFormat)]
    assert {form.name for form in forms} == LINES.keys()
    for line in LINES[line_format.name]:
        takers = [form.name for form in forms if form.recognises_line(line)]
        assert takers[0] == line_format.name
        assert takers[1:] in ([], ["syslog"])


def test_a_decoded_line_can_be_stored(line_format: LineFormat) -> None:
    for line in LINES[line_format.name]:
        record = line_format.decode(line, RECEIVED_AT)
        assert msgspec.json.decode(msgspec.json.encode(record)) == record
        assert line_format.parse(record, line, DEFAULT_TENANT, "s").time > 0 or b"CEF:1" in line


@settings(deadline=None, max_examples=150)
@given(st.randoms(use_true_random=False))
def test_a_corrupt_line_is_an_event_or_has_a_reason(chance: random.Random) -> None:
    for name, lines in LINES.items():
        form = FORMATS[name]
        assert isinstance(form, LineFormat)
        line = corrupt(chance.choice(lines), chance)
        assert isinstance(form.recognises_line(line), bool)
        assert _line_event_or_reason(form, line)


@settings(deadline=None, max_examples=150)
@given(st.randoms(use_true_random=False))
def test_a_corrupt_record_is_an_event_or_has_a_reason(chance: random.Random) -> None:
    for name, records in SAMPLES.items():
        line = corrupt(json.dumps(chance.choice(records)).encode(), chance)
        try:
            record = msgspec.json.decode(line, type=dict[str, Any])
        except (msgspec.DecodeError, ValueError):
            continue
        FORMATS[name].recognises(record)
        assert _event_or_reason(FORMATS[name], record)


def corrupt(line: bytes, chance: random.Random) -> bytes:
    """A few bytes changed, lost, doubled, or the end cut off."""
    changed = bytearray(line)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(changed) or 1)
        kind = chance.randrange(4)
        if kind == 0 and changed:
            changed[at] = chance.randrange(256)
        elif kind == 1:
            del changed[at : at + chance.randint(1, 20)]
        elif kind == 2:
            changed[at:at] = changed[at : at + chance.randint(1, 20)]
        elif chance.random() < 0.2:
            del changed[at:]
    return bytes(changed).replace(b"\n", b"")


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


def _line_event_or_reason(format_: LineFormat, line: bytes) -> Event | str:
    try:
        record = format_.decode(line, RECEIVED_AT)
        event = format_.parse(record, line, DEFAULT_TENANT, "s")
    except ValueError as error:
        return str(error)
    assert msgspec.json.encode(event.native)
    return event


def _event_or_reason(format_: Format, record: dict[str, Any]) -> Event | str:
    try:
        return _event(format_, record)
    except ValueError as error:
        return str(error)


def _event(format_: Format, record: dict[str, Any]) -> Event:
    return format_.parse(record, b"raw", DEFAULT_TENANT, "sensor-1")
