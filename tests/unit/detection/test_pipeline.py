import dataclasses
import json
import tracemalloc
from collections.abc import Sequence
from typing import Any, cast

import msgspec
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from netsentinel.detection import pipeline as pipeline_module
from netsentinel.detection.build import build_pipeline
from netsentinel.detection.content import bundled_rules
from netsentinel.detection.guessing import PasswordGuessing
from netsentinel.detection.model import BatchResult, Finding
from netsentinel.detection.pipeline import MAX_DEPTH, MAX_REJECTED_LINES, Origin, Pipeline, Tally
from netsentinel.detection.ports import Detector
from netsentinel.detection.rules import SigmaDetector
from netsentinel.detection.rules import detector as rules_module
from netsentinel.detection.rules.load import load_text
from netsentinel.events.formats import FORMATS, GenericFormat
from netsentinel.events.lines import Unreadable
from netsentinel.events.model import MAX_REJECTED_BYTES, Event, Logsource
from netsentinel.events.ports import InboxBatch
from netsentinel.events.rows import RowEvent
from netsentinel.kernel.clock import from_iso
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId
from tests.unit.detection.build_events import START

EVE = {"timestamp": "2026-01-01T00:00:00.5Z", "event_type": "flow", "src_ip": "10.0.0.1"}
ZEEK = {"ts": START, "uid": "C1", "_path": "ssh", "id.orig_h": "203.0.113.66", "auth_success": False}


class Watcher:
    """A detector that remembers what it saw, and says so."""

    name = "watcher"

    def __init__(self, *, remembers: bool = True, classes: frozenset[int] = frozenset()) -> None:
        self.remembers = remembers
        self.classes = classes
        self.seen: list[Event] = []

    def analyze_events(self, events: list[Event]) -> list[Finding]:
        self.seen += events
        return []

    def snapshot(self) -> bytes:
        return str(len(self.seen)).encode()

    def restore(self, state: bytes) -> None:
        self.restored = state


def batch(*lines: bytes | dict[str, Any], source: str = "s", form: str = "", done: bool = False) -> InboxBatch:
    body = b"\n".join(json.dumps(line).encode() if isinstance(line, dict) else line for line in lines)
    return InboxBatch(7, DEFAULT_TENANT, source, form, 0, len(lines), zstandard.ZstdCompressor().compress(body), done)


def analyze(*lines: bytes | dict[str, Any], form: str = "", **options: Any) -> BatchResult:
    return Pipeline(FORMATS, (), **options).analyze(batch(*lines, form=form))


class Counter(Watcher):
    """Says how many events it was given at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[int] = []

    def analyze_events(self, events: list[Event]) -> list[Finding]:
        self.calls.append(len(events))
        return []


@pytest.mark.parametrize("end", [b"", b"\n"])
def test_the_last_record_comes_with_those_before_it(end: bytes) -> None:
    body = b"\n".join([json.dumps(ZEEK).encode()] * 100) + end
    counter = Counter()
    result = Pipeline(FORMATS, [counter]).analyze(dataclasses.replace(batch(), raw=zstandard.compress(body)))
    assert (result.events, result.size, counter.calls) == (100, len(body), [100])


def test_every_record_becomes_an_event_or_a_rejected_line() -> None:
    watcher = Watcher()
    lines = [EVE, b"no JSON", b"[1]", b'{"a": 1}', b'{"a": "\xff"}', {**EVE, "timestamp": "soon"}, ZEEK, b"[" * 5_000]
    result = Pipeline(FORMATS, [watcher]).analyze(batch(*lines))
    assert (result.batch, result.events, result.rejected) == (7, 2, 6)
    assert [event.format for event in watcher.seen] == ["suricata", "zeek"]
    reasons = [reason for _, reason in result.rejected_lines]
    assert reasons[0] == "the line is no JSON, and in none of the known formats"
    assert reasons[1] == "the record is no JSON object"
    assert reasons[2] == "the record is in none of the known formats"
    assert "UTF-8" in reasons[3]
    assert reasons[4] == "'soon' is no EVE timestamp"
    assert all(reasons)
    assert [line for line, _ in result.rejected_lines][:2] == [b"no JSON", b"[1]"]
    assert result.size == len(
        b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
    )


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from([b"", b"{}", b"\xff", b"[", b'{"a":1}', json.dumps(EVE).encode(), b" ", b"\r"]), max_size=30
    )
)
def test_read_is_parsed_plus_rejected(lines: list[bytes]) -> None:
    result = analyze(*lines)
    assert result.events + result.rejected == sum(1 for line in lines if line.strip())


def test_the_columns_of_the_result() -> None:
    result = analyze(EVE, {**EVE, "timestamp": "2026-01-02T00:00:00Z"}, ZEEK)
    assert result.format == "suricata"
    assert result.last_event_at == START * 1_000_000
    assert analyze(b"junk").last_event_at == 0
    assert analyze(b"junk", form="zeek").format == "zeek"


def test_a_long_record_is_cut_and_rejected() -> None:
    result = analyze({**EVE, "x": "y" * 300_000}, EVE, max_line=100_000)
    assert (result.events, result.rejected) == (1, 1)
    ((line, reason),) = result.rejected_lines
    assert len(line) == MAX_REJECTED_BYTES
    assert reason == "the record is longer than 100000 bytes"
    ((short, _),) = analyze(b"j" * (MAX_REJECTED_BYTES * 2)).rejected_lines
    assert len(short) == MAX_REJECTED_BYTES


@pytest.mark.parametrize("call", ["analyze", "reject"])
def test_of_many_rejected_lines_only_some_are_kept_and_all_are_counted(call: str) -> None:
    pipeline, given = Pipeline(FORMATS, ()), batch(*(b"{%d" % number for number in range(5_000)))
    result = pipeline.analyze(given) if call == "analyze" else pipeline.reject(given, "why")
    assert (result.events, result.rejected, len(result.rejected_lines)) == (0, 5_000, MAX_REJECTED_LINES)
    assert [line for line, _ in result.rejected_lines[-2:]] == [b"{998", b"{4999"]


def test_half_a_surrogate_pair_does_not_hide_a_record_from_the_rules() -> None:
    line = rb'{"ts":%d,"uid":"C1","_path":"ssh","auth_success":false,"x":"a\ud800b\ud83d\ude00"}' % START
    result = Pipeline(FORMATS, detectors()).analyze(batch(line))
    assert (result.events, result.rejected) == (1, 0)
    (finding,) = result.findings
    assert json.loads(finding.raw)["x"] == "a\ufffdb\U0001f600"
    assert msgspec.json.decode(finding.raw)


def nested(depth: int) -> bytes:
    inner = b'{"a":[' * (depth // 2 - 1) + b'{"b":{}}' * (depth % 2 == 0) + b'{"b":{"c":{}}}' * (depth % 2)
    return inner + b"]}" * (depth // 2 - 1)


@pytest.mark.parametrize("fallback", [None, GenericFormat()])
def test_a_record_has_a_deepest_nesting(fallback: GenericFormat | None) -> None:
    deep = [{**EVE, "x": json.loads(nested(depth))} for depth in (MAX_DEPTH - 1, MAX_DEPTH, 600)]
    result = analyze(*deep, {**EVE, "x": [[]] * 200}, {**EVE, "x": "[" * 200}, fallback=fallback)
    assert (result.events, result.rejected) == (3, 2)
    assert {reason for _, reason in result.rejected_lines} == {"the record is nested more than 64 deep"}


def test_a_stated_format_is_used_and_nothing_else() -> None:
    result = analyze(ZEEK, EVE, form="zeek")
    assert (result.events, result.rejected_lines[0][1]) == (1, "a Zeek record needs ts")
    assert analyze(EVE, form="cobol").rejected_lines[0][1] == "there is no format 'cobol'"


def test_records_of_several_formats_may_come_mixed() -> None:
    watcher = Watcher()
    Pipeline(FORMATS, [watcher]).analyze(batch(EVE, ZEEK, EVE, {"EventID": 1, "Channel": "Security"}, ZEEK))
    assert [event.format for event in watcher.seen] == ["suricata", "zeek", "suricata", "windows", "zeek"]


SYSLOG = b"Nov 21 08:59:01 web-1 sshd[4711]: Failed password for root from 203.0.113.9 port 50022 ssh2"
ZEEK_TABLE = [
    b"#separator \\x09",
    b"#path\tconn",
    b"#fields\tts\tuid\tid.orig_h",
    b"#types\ttime\tstring\taddr",
    b"1.5\tC1\t10.0.0.1",
    b"2.5\tC2",
    b"#close\t2020",
]


def test_lines_of_text_are_recognised() -> None:
    watcher = Watcher()
    lines = [SYSLOG, EVE, b"CEF:0|V|P|1|x|y|1|src=10.0.0.1", b"  " + json.dumps(EVE).encode(), b"hello"]
    result = Pipeline(FORMATS, [watcher]).analyze(batch(*lines))
    assert [event.format for event in watcher.seen] == ["syslog", "suricata", "cef", "suricata"]
    assert (result.events, result.rejected) == (4, 1)
    syslog = json.loads(watcher.seen[0].raw)
    assert syslog == watcher.seen[0].native
    assert syslog["_line"] == SYSLOG.decode()


def test_a_year_comes_from_the_receipt() -> None:
    watcher = Watcher()
    received = dataclasses.replace(batch(SYSLOG), received_at=from_iso("2026-01-01T00:00:00Z"))
    Pipeline(FORMATS, [watcher]).analyze(received)
    assert watcher.seen[0].time == from_iso("2025-11-21T08:59:01Z")


def test_a_header_is_for_the_lines_after_it_and_for_its_batch_only() -> None:
    watcher = Watcher()
    pipeline = Pipeline(FORMATS, [watcher])
    result = pipeline.analyze(batch(*ZEEK_TABLE, SYSLOG, EVE))
    assert [event.format for event in watcher.seen] == ["zeek", "syslog", "suricata"]
    assert result.rejected_lines == ((b"2.5\tC2", "the row has 2 fields; its header has 3"),)
    assert watcher.seen[0].native == json.loads(watcher.seen[0].raw)
    assert watcher.seen[0].src_ip == "10.0.0.1"
    assert pipeline.analyze(batch(b"3.5\tC1\t10.0.0.1")).events == 0


@settings(deadline=None)
@given(
    st.lists(st.sampled_from([*ZEEK_TABLE, SYSLOG, b"ts,a,b", b"1,2,3", b"1,2", b"#", b"\xff,", b"{}", b" {", b"CEF:"]))
)
def test_read_is_headers_plus_parsed_plus_rejected(lines: list[bytes]) -> None:
    tally = Tally()
    Pipeline(FORMATS, (), fallback=GenericFormat()).examine(lines, Origin(DEFAULT_TENANT, "s"), tally)
    assert tally.headers + tally.events + len(tally.rejected) == len(lines)


def test_rows_of_csv() -> None:
    watcher = Watcher()
    flows = [b"StartTime,SrcAddr,DstAddr", b"2019/04/04 16:23:00,10.0.0.1,10.0.0.2"]
    Pipeline(FORMATS, [watcher]).analyze(batch(*flows))
    assert [event.format for event in watcher.seen] == ["netflow"]
    anything = [b"name,colour,size", b"x,red,5"]
    assert analyze(*anything).events == 0
    assert analyze(*anything, form="csv").events == 1


def test_a_stated_format_of_lines() -> None:
    assert analyze(SYSLOG, b"hello", form="syslog").rejected_lines == ((b"hello", "the line is no syslog message"),)
    assert analyze(SYSLOG, form="zeek").events == 0


def test_what_the_reader_could_not_read_is_rejected_with_its_reason() -> None:
    tally = Tally()
    Pipeline(FORMATS, ()).examine([Unreadable(b"record 7", "broken")], Origin(DEFAULT_TENANT, "s"), tally)
    assert tally.rejected == [(b"record 7", "broken")]


def test_a_fallback_takes_what_nobody_recognises() -> None:
    result = analyze({"a": 1}, EVE, fallback=GenericFormat())
    assert (result.events, result.rejected) == (2, 0)


def test_raw_bytes_and_origin_go_with_the_event() -> None:
    watcher = Watcher()
    line = b'{"timestamp":"2026-01-01T00:00:00Z",  "event_type":"flow"}'
    Pipeline(FORMATS, [watcher]).analyze(batch(line + b"\r", source="ids-7"))
    (event,) = watcher.seen
    assert (event.raw, event.source, event.tenant) == (line, "ids-7", DEFAULT_TENANT)


def test_a_record_without_a_time_has_the_time_of_its_arrival_whenever_it_is_read() -> None:
    arrived, watcher = 1_800_000_000_000_000, Watcher()
    records = dataclasses.replace(
        batch({"a": 1}, {"timestamp": "2026-01-01T00:00:00Z"}, form="json"), received_at=arrived
    )
    pipeline = Pipeline(FORMATS | {"json": GenericFormat()}, [watcher])
    assert pipeline.analyze(records).last_event_at == arrived
    pipeline.analyze(dataclasses.replace(records, done=True))
    assert [event.time for event in watcher.seen] == [arrived, 1_767_225_600_000_000] * 2
    offline = Watcher()
    tally = Tally()
    Pipeline(FORMATS, [offline], fallback=GenericFormat()).examine(
        [b'{"a": 1}'], Origin(DEFAULT_TENANT, "s", "", 9), tally
    )
    assert [event.time for event in offline.seen] == [0]


RULE = "title: t\nlogsource: {product: zeek}\ndetection:\n    s: {auth_success: false}\n    condition: s\n"


def detectors() -> list[Detector]:
    return [SigmaDetector(load_text(RULE).rules), PasswordGuessing()]


def guesses(first: int, count: int) -> list[dict[str, Any]]:
    return [{**ZEEK, "ts": START + second, "uid": f"C{second}"} for second in range(first, first + count)]


def test_findings_beyond_what_can_be_told_are_left_out_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline_module, "MOST_FOUND", 25_000)
    rules = load_text("title: t\nlogsource: {product: zeek}\ndetection:\n    s: {uid: C1}\n    condition: s\n").rules
    few, many = (Pipeline(FORMATS, [SigmaDetector(rules)]).analyze(batch(*[ZEEK] * count)) for count in (20, 40))
    assert (len(few.findings), few.is_cut) == (20, False)
    assert (20 <= len(many.findings) < 30, many.is_cut, many.events) == (True, True, 40)


@pytest.mark.parametrize(("matches", "is_cut"), [(20, False), (21, True)])
def test_what_a_detector_leaves_out_is_said_too(monkeypatch: pytest.MonkeyPatch, matches: int, *, is_cut: bool) -> None:
    for module in (pipeline_module, rules_module):
        monkeypatch.setattr(module, "MOST_AT_ONCE", 20)
    rules = load_text("title: t\nlogsource: {product: zeek}\ndetection:\n    s: {uid: C1}\n    condition: s\n").rules
    result = Pipeline(FORMATS, [SigmaDetector(rules)]).analyze(batch(*[ZEEK] * matches))
    assert (len(result.findings), result.is_cut) == (20, is_cut)


def test_a_done_batch_updates_the_state_and_has_no_findings() -> None:
    pipeline = Pipeline(FORMATS, detectors())
    first = pipeline.analyze(batch(*guesses(0, 6)))
    assert [finding.detector for finding in first.findings] == ["sigma"] * 6
    replayed = Pipeline(FORMATS, detectors())
    assert replayed.analyze(batch(*guesses(0, 6), done=True)).findings == ()
    assert replayed.snapshot() == pipeline.snapshot()
    second = replayed.analyze(batch(*guesses(6, 6)))
    assert sorted(finding.detector for finding in second.findings) == ["password_guessing"] + ["sigma"] * 6


def test_a_detector_that_forgets_is_not_bothered_with_old_batches() -> None:
    keen, forgetful = Watcher(), Watcher(remembers=False)
    Pipeline(FORMATS, [keen, forgetful]).analyze(batch(EVE, done=True))
    assert (len(keen.seen), len(forgetful.seen)) == (1, 0)


def test_a_snapshot_restores_exactly() -> None:
    one, other = Pipeline(FORMATS, detectors()), Pipeline(FORMATS, detectors())
    one.analyze(batch(*guesses(0, 7)))
    other.restore(one.snapshot())
    assert other.snapshot() == one.snapshot()
    assert other.analyze(batch(*guesses(7, 7))) == one.analyze(batch(*guesses(7, 7)))


@pytest.mark.parametrize("state", [b"", b"junk", b"\x82\xa7version\x63\xa9detectors\x80"])
def test_a_snapshot_that_cannot_be_used_is_a_fresh_start_with_a_warning(state: bytes) -> None:
    warnings: list[str] = []
    pipeline = Pipeline(FORMATS, detectors(), warn=warnings.append)
    pipeline.analyze(batch(*guesses(0, 7)))
    pipeline.restore(state)
    assert pipeline.snapshot() == Pipeline(FORMATS, detectors()).snapshot()
    assert bool(warnings) is bool(state)


def test_tenants_share_nothing() -> None:
    pipeline = Pipeline(FORMATS, detectors())
    raw = batch(*guesses(0, 6)).raw
    for number, tenant in enumerate(("a", "b")):
        result = pipeline.analyze(InboxBatch(number, TenantId(tenant), "s", "", 0, 6, raw))
        assert {finding.detector for finding in result.findings} == {"sigma"}
        assert {finding.tenant for finding in result.findings} == {tenant}


def test_the_same_batch_gives_the_same_result(tmp_path: Any) -> None:
    (tmp_path / "r.yml").write_text(RULE, encoding="utf-8")
    results = [build_pipeline([tmp_path]).pipeline.analyze(batch(*guesses(0, 40), EVE, b"junk")) for _ in range(2)]
    assert results[0] == results[1]


NAMES = (
    "timestamp", "event_type", "flow", "http", "dns", "tls", "alert", "ftp", "smb", "krb5", "smtp", "url", "status",
    "src_ip", "dest_ip", "src_port", "dest_port", "proto", "app_proto", "rrname", "queries", "severity", "start", "end",
    "ts", "uid", "_path", "@stream", "id", "id.orig_h", "id_orig_h", "orig_h", "conn_state", "duration", "note",
    "auth_success", "event", "dataset", "Event", "System", "EventData", "EventID", "Channel", "Data", "#text",
    "#attributes", "@Name", "winlog", "event_data", "IpAddress", "bytes_toserver", "pkts_toclient", "tcp", "state",
)  # fmt: skip
VALUES = (
    "", "x", "flow", "http", "dns", "conn", "ssh", "2026-01-01T00:00:00Z", "10.0.0.1", "::1", "tcp", "S0", "Security",
    "-", "\x00", "é", "9" * 400, 0, -1, 2**63, 1e308, 1.5, True, False, None,
)  # fmt: skip
junk = st.recursive(
    st.sampled_from(VALUES),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
    max_leaves=12,
)
frames = st.sampled_from([EVE, ZEEK, {**ZEEK, "_path": "conn"}, {"EventID": 4625, "Channel": "Security"}, {}])
records = st.builds(
    lambda frame, more: {**frame, **more}, frames, st.dictionaries(st.sampled_from(NAMES), junk, max_size=8)
)


@pytest.fixture(scope="module")
def everything() -> Pipeline:
    return build_pipeline([bundled_rules()], fallback=GenericFormat()).pipeline


@settings(max_examples=400, deadline=None)
@given(lines=st.lists(records, min_size=1, max_size=4))
def test_nothing_that_is_json_can_stop_it(everything: Pipeline, lines: list[dict[str, Any]]) -> None:
    result = everything.analyze(batch(*lines))
    assert result.events + result.rejected == len(lines)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(result), type=BatchResult) == result
    assert abs(result.last_event_at) < 2**63


class _WithoutRows(Pipeline):
    """The pipeline as it would be if every line were read the general way."""

    def _rows_of(self, origin: Origin) -> None:
        return None


FLAT = {"EventID": 1, "Channel": "Microsoft-Windows-Sysmon/Operational", "UtcTime": "2026-03-02 10:00:00.123"}
MIXED: tuple[bytes | dict[str, Any], ...] = (
    {**FLAT, "Image": "a.exe", "CommandLine": "a"},
    {**FLAT, "Image": "b.exe", "CommandLine": "b", "User": "ann"},
    {**FLAT, "Image": {"deep": ["c"]}},
    {"Event": {"System": {"EventID": 1, "Channel": "Security"}}},
    {"EventID": 4625, "Channel": "Security", "IpAddress": "10.0.0.9", "TargetUserName": "ann", "logtype": 1},
    {"EventID": 7, "Provider_Name": "x"},
    EVE,
    ZEEK,
    b'{"EventID":1,"Channel":"x"',
    b'{"EventID":null,"Channel":"x"}',
    b'{"EventID":1,"Channel":"\\ud800"}',
    b"no JSON",
    b'  {"EventID":1,"Channel":"x"}',
)


@settings(deadline=None)
@given(st.lists(st.sampled_from(MIXED), max_size=60), st.sampled_from(["", "windows"]), st.integers(1, 20))
def test_rows_change_nothing_but_the_time_it_takes(lines: list[Any], form: str, size: int) -> None:
    results: list[Any] = []
    for kind in (Pipeline, _WithoutRows):
        watcher = Watcher()
        pipeline = kind(FORMATS, [watcher])
        said = [
            pipeline.analyze(batch(*lines[start : start + size], form=form)) for start in range(0, len(lines), size)
        ]
        seen = [{name: getattr(event, name) for name in Event.__struct_fields__} for event in watcher.seen]
        results.append((said, seen))
    assert results[0] == results[1]


def test_flat_records_of_a_known_kind_come_as_rows() -> None:
    watcher = Watcher()
    Pipeline(FORMATS, [watcher]).analyze(batch(*[{**FLAT, "Image": f"{number}.exe"} for number in range(50)]))
    assert sum(isinstance(event, RowEvent) for event in watcher.seen) > 40


def test_a_detector_is_only_shown_events_when_one_has_a_class_that_it_looks_at() -> None:
    everything, network, names = Watcher(), Watcher(classes=frozenset({4001})), Watcher(classes=frozenset({4003}))
    flow = {"timestamp": "2026-03-02T10:00:00.000000+0000", "event_type": "flow", "src_ip": "10.0.0.1"}
    Pipeline(FORMATS, (everything, network, names)).analyze(batch(flow))
    assert (len(everything.seen), len(network.seen), len(names.seen)) == (1, 1, 0)


@pytest.mark.parametrize("length", [200, 100_000])
def test_detectors_are_told_no_endless_names(length: int) -> None:
    def event(number: int) -> dict[str, Any]:
        name = f"{number}" + "x" * length
        login = {"EventID": 4625, "Channel": name, "Provider_Name": "p", "Computer": name, "TargetUserName": name}
        login["NewProcessName"] = name
        return {**login, "IpAddress": name} if number % 2 else {**ZEEK, "uid": name, "id.orig_h": name}

    watcher, guessing = Watcher(), PasswordGuessing()
    pipeline = Pipeline(FORMATS, [watcher, guessing], fallback=GenericFormat())
    pipeline.analyze(batch(*map(event, range(20))))
    assert {len(one.src_ip) for one in watcher.seen} <= {length + 1, length + 2, 255}
    assert all(len(one.user) + len(one.device) + len(one.connection_uid) <= 510 for one in watcher.seen)
    assert all(len(one.logsource.service) <= 255 and len(one.process) <= 255 for one in watcher.seen)
    assert len(guessing.snapshot()) < 20 * 2 * 400
    assert watcher.seen[-1].native["IpAddress"] == "19" + "x" * length, "rules look at all of it"


@pytest.mark.parametrize("kind", ["Channel", "_path", "event_type"])
def test_endless_kinds_of_events_are_not_remembered(kind: str) -> None:
    told = {"Channel": {"EventID": 1, "Provider_Name": "p"}, "_path": {"ts": START}, "event_type": EVE}[kind]
    engine = SigmaDetector(load_text("title: t\nlogsource: {category: x}\ndetection: {s: {a: 1}, condition: s}").rules)
    pipeline = Pipeline(FORMATS, [engine], fallback=GenericFormat())
    tracemalloc.start()
    for number in range(60):
        assert pipeline.analyze(batch({**told, kind: f"{number}" + "x" * 100_000})).events == 1
        if number == 29:
            before, _ = tracemalloc.get_traced_memory()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert after - before < 1_000_000


class Spelled(GenericFormat):
    """All that an event can say is this name."""

    name_said = "x" * 5_000

    def parse(self, record: dict[str, Any], raw: bytes, tenant: TenantId, source: str) -> Event:
        event = super().parse(record, raw, tenant, source)
        for field in msgspec.structs.fields(Event):
            if field.type is str and field.name not in {"source", "format"}:
                setattr(event, field.name, self.name_said)
        event.logsource = Logsource(*[self.name_said] * 3)
        return event


class KeptNames:
    """In place of the file of stored events: how long their names were."""

    taken = 0

    def __init__(self) -> None:
        self.lengths: list[int] = []

    def begin(self, batch: InboxBatch) -> None: ...

    def keep(self, events: Sequence[Event]) -> None:
        self.lengths += [len(one.user) for one in events]


def test_every_name_that_detectors_remember_is_short_and_every_stored_one_whole() -> None:
    watcher, kept = Watcher(), KeptNames()
    pipeline = Pipeline({}, [watcher], fallback=Spelled(), spool=cast("Any", kept))
    pipeline.analyze(batch({"message": "x" * 5_000}))
    (event,) = watcher.seen
    long = {
        field.name
        for field in msgspec.structs.fields(Event)
        if field.type is str and len(getattr(event, field.name)) > 255
    }
    looked_at = {"domain", "url", "user_agent", "message", "signature", "referrer", "dns_answer"}
    assert long <= looked_at | {"process", "parent_process", "command_line", "file", "action"}
    assert [len(said) for said in (event.logsource.product, event.logsource.category, event.logsource.service)] == [
        255
    ] * 3
    assert kept.lengths == [5_000]
