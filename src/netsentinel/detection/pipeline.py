"""The pipeline: one batch of raw lines in, findings and rejected lines out. No clock, no I/O."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, cast

import msgspec
import zstandard

from netsentinel.detection.fingerprint import clean
from netsentinel.detection.model import MOST_AT_ONCE, BatchResult, Finding
from netsentinel.detection.ports import Detector, Frugal
from netsentinel.events.lake.spool import SpoolWriter
from netsentinel.events.lines import MAX_LINE_BYTES, LongLine, Unreadable, split_lines
from netsentinel.events.model import MAX_REJECTED_BYTES, Event, Logsource
from netsentinel.events.ports import Format, InboxBatch, LineFormat
from netsentinel.events.rows import RowFormat, RowReader
from netsentinel.events.surrogates import without_lone_surrogates
from netsentinel.events.tables import TableReader
from netsentinel.kernel.types import Micros, TenantId

SNAPSHOT_VERSION = 2
"""Grows when a detector's state changes its meaning; an unknown version means a fresh start."""

_READ = 512 * 1024
"""Bytes unpacked at a time; no more than twice as many of a batch are held, whatever its size."""

MOST_FOUND = 128 * 1024 * 1024
"""So much all findings of a batch may take: about 100,000 of the usual size."""
_FINDING_BYTES = 1_000
"""What a finding takes beside the values that it lists, about."""

MAX_REJECTED_LINES = 1_000
"""So many rejected lines of one batch are kept; the others are only counted."""

MAX_DEPTH = 64
"""Deepest nesting of a record. A deeper one could be stored, but not everything that reads it later could follow."""

_MAX_SOURCES = 4096
_MAX_ROW_SOURCES = 256

_LONG = 4 * 1024
"""Bytes of an event; of a longer one, the names that detectors remember are looked at."""
_REMEMBERED = (
    *("src_ip", "dst_ip", "src_mac", "user", "device", "connection_uid", "protocol", "app_protocol", "event_code"),
    *("ja3", "http_method", "dns_type", "file_hash", "process"),
)

_format_of = attrgetter("format")
_time_of = attrgetter("time")
_class_of = attrgetter("class_uid")

_JSON_STARTS = frozenset({b"{", b"[", b'"'})
_CSV = "csv"
"""Who states this format says that the first line is a header, whatever its names."""


class _Snapshot(msgspec.Struct, frozen=True):
    version: int
    detectors: dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where records come from."""

    tenant: TenantId
    source: str
    format: str = ""
    """Name of their format, or empty to recognise each."""
    received_at: Micros = 0
    """For formats whose times lack the year."""
    arrived_at: Micros = 0
    """The time that records get which state none; 0 leaves them without. The same when a batch is read again."""


@dataclass(slots=True)
class Tally:
    """What is known of the records so far."""

    events: int = 0
    size: int = 0
    last_event_at: int = 0
    headers: int = 0
    """Lines that only say how to read the lines after them; they are neither events nor rejected."""
    table: TableReader = field(default_factory=TableReader)
    """What the headers so far say about the rows below them. A batch is read by its own headers only."""
    formats: Counter[str] = field(default_factory=Counter[str])
    findings: list[Finding] = field(default_factory=list[Finding])
    found: int = 0
    """What they take, about."""
    is_cut: bool = False
    """Whether there was no room for all of them."""
    rejected: list[tuple[bytes, str]] = field(default_factory=list[tuple[bytes, str]])
    """The first of the rejected lines with their reasons, and the newest; at most `MAX_REJECTED_LINES`."""
    rejections: int = 0
    """All of them."""

    def find(self, findings: Sequence[Finding]) -> None:
        """Take up what a detector found, while there is room."""
        self.is_cut = self.is_cut or len(findings) > MOST_AT_ONCE
        for one in findings[:MOST_AT_ONCE]:
            self.found += _FINDING_BYTES + sum(len(matched.value) for matched in one.matched)
            if self.found > MOST_FOUND:
                self.is_cut = True
                return
            self.findings.append(one)

    def hand_over(self) -> list[Finding]:
        """The findings so far, which are no longer kept here: there is room for as many again."""
        findings, self.findings, self.found = self.findings, [], 0
        return findings

    def reject(self, line: bytes, reason: str) -> None:
        """Count a rejected line, and keep it if there are not too many."""
        self.rejections += 1
        if len(self.rejected) >= MAX_REJECTED_LINES:
            self.rejected.pop()
        self.rejected.append((bytes(line[:MAX_REJECTED_BYTES]), reason))


class Pipeline:
    """Reads batches and lets every detector look at their events, in order.

    Args:
        formats: by name; a record without a stated format is offered to each.
        detectors: in the order in which their findings are listed.
        max_line: a longer record is rejected, in bytes.
        fallback: the format of records that no format recognises; without one they are rejected.
        warn: told when a snapshot cannot be used.
        spool: where every event is written for the lake; without one nothing is kept.
    """

    def __init__(
        self,
        formats: Mapping[str, Format],
        detectors: Sequence[Detector],
        *,
        max_line: int = MAX_LINE_BYTES,
        fallback: Format | None = None,
        warn: Callable[[str], None] = lambda _: None,
        spool: SpoolWriter | None = None,
    ) -> None:
        self._formats = formats
        self._detectors = tuple(detectors)
        self._max_line = max_line
        self._fallback = fallback
        self._warn = warn
        self._line_formats = tuple(one for one in formats.values() if isinstance(one, LineFormat))
        self._spool = spool
        self._frugal = tuple(one for one in self._detectors if isinstance(one, Frugal))
        self._decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder()
        self._usual: dict[tuple[TenantId, str], Format] = {}
        self._switches = 0
        """How often another format became the usual one of some source."""
        self._rows: dict[tuple[TenantId, str, str], RowReader] = {}

    def analyze(self, batch: InboxBatch) -> BatchResult:
        """What the batch says. A batch that is `done` only updates detectors that remember; its findings are empty."""
        tally = Tally()
        origin = Origin(batch.tenant, batch.source, batch.format, batch.received_at, arrived_at=batch.received_at)
        if self._spool is not None:
            self._spool.begin(batch)
        for lines in split_lines(_unpacked(batch.raw, tally), self._max_line):
            self.examine(lines, origin, tally, replayed=batch.done)
        omitted = sum(one.take_omitted() for one in self._frugal)
        return _result(batch, tally, omitted, self._spool.taken if self._spool is not None else 0)

    def reject(self, batch: InboxBatch, reason: str) -> BatchResult:
        """The result of a batch that cannot be analysed: every record is kept, with the reason."""
        if self._spool is not None:
            self._spool.undo()
        tally = Tally()
        for lines in split_lines(_unpacked(batch.raw, tally), self._max_line):
            for line in lines:
                tally.reject(line, reason)
        return _result(batch, tally)

    def examine(self, lines: Iterable[bytes], origin: Origin, tally: Tally, *, replayed: bool = False) -> None:
        """Have the detectors look at some records, and add to the tally what they say.

        Args:
            lines: records without their line ends.
            origin: where they come from.
            tally: what is known so far.
            replayed: they were examined before: only update detectors that remember.
        """
        events = self._events(lines, origin, tally)
        if not events:
            return
        if origin.arrived_at and 0 in map(_time_of, events):
            for event in events:
                event.time = event.time or origin.arrived_at
        tally.events += len(events)
        tally.formats.update(map(_format_of, events))
        tally.last_event_at = max(tally.last_event_at, *map(_time_of, events))
        if self._spool is not None:
            self._spool.keep(events)
        _shorten(events)
        classes = set(map(_class_of, events))
        for detector in self._detectors:
            if detector.classes and detector.classes.isdisjoint(classes):
                continue
            if detector.remembers or not replayed:
                found = detector.analyze_events(events)
                if not replayed:
                    tally.find(found)

    def snapshot(self) -> bytes:
        """The state of all detectors that remember."""
        state = {one.name: one.snapshot() for one in self._detectors if one.remembers}
        return msgspec.msgpack.encode(_Snapshot(version=SNAPSHOT_VERSION, detectors=state))

    def restore(self, state: bytes) -> None:
        """Take over a snapshot. One of an unknown version means a fresh start, and a warning."""
        kept: dict[str, bytes] = {}
        if state:
            try:
                snapshot = msgspec.msgpack.decode(state, type=_Snapshot)
            except msgspec.DecodeError as error:
                self._warn(f"the detectors start afresh: their snapshot cannot be read ({error})")
            else:
                if snapshot.version == SNAPSHOT_VERSION:
                    kept = snapshot.detectors
                else:
                    self._warn(f"the detectors start afresh: their snapshot has version {snapshot.version}")
        for detector in self._detectors:
            detector.restore(kept.get(detector.name, b""))

    def _events(self, lines: Iterable[bytes], origin: Origin, tally: Tally) -> list[Event]:
        events: list[Event] = []
        keep = events.append
        rows, switches = self._rows_of(origin), self._switches
        left = iter(lines)
        while (line := next(left, None) if rows is None else rows.take(left, keep)) is not None:
            event = self._read(line, origin, tally)
            if self._switches != switches:
                rows, switches = self._rows_of(origin), self._switches
            if event is not None:
                if rows is not None and event.format == rows.format.name:
                    rows.learn(event.native)
                keep(event)
        return events

    def _rows_of(self, origin: Origin) -> RowReader | None:
        """Who reads the usual records of a source fast, where its format has such a way."""
        key = (origin.tenant, origin.source, origin.format)
        format_ = self._formats.get(origin.format) if origin.format else self._usual.get(key[:2])
        found = self._rows.get(key)
        if found is None or found.format is not format_:
            if not isinstance(format_, RowFormat):
                return None
            if len(self._rows) >= _MAX_ROW_SOURCES:
                self._rows.clear()
            found = self._rows[key] = RowReader(format_, origin.tenant, origin.source)
        return found

    def _read(self, line: bytes, origin: Origin, tally: Tally) -> Event | None:
        try:
            if line[:1] == b"{" and type(line) is bytes:
                return self._parse(*self._decode(line), origin)
            if type(line) is LongLine:
                tally.reject(line, f"the record is longer than {self._max_line} bytes")
                return None
            return self._parse_text(line, origin, tally)
        except (msgspec.DecodeError, ValueError, RecursionError) as error:
            tally.reject(line, _reason(error))
            return None

    def _parse_text(self, line: bytes, origin: Origin, tally: Tally) -> Event | None:
        """A line that does not begin as a JSON object does; None when it is a header."""
        if type(line) is Unreadable:
            raise ValueError(line.reason)
        misfit = ""
        if tally.table.active:
            try:
                return self._parse_row(line, origin, tally)
            except ValueError as error:
                misfit = str(error)
        format_ = self._line_format(line, origin.format)
        if format_ is not None:
            return _event(format_, line, origin)
        if misfit:
            raise ValueError(misfit)
        if tally.table.take_header(line, any_names=origin.format == _CSV):
            tally.headers += 1
            return None
        if not origin.format and line.lstrip()[:1] not in _JSON_STARTS:
            raise ValueError("the line is no JSON, and in none of the known formats")
        return self._parse(*self._decode(line), origin)

    def _parse_row(self, line: bytes, origin: Origin, tally: Tally) -> Event | None:
        if tally.table.take_header(line):
            tally.headers += 1
            return None
        record = tally.table.row(line)
        return self._parse(record, msgspec.json.encode(record), origin)

    def _line_format(self, line: bytes, stated: str) -> LineFormat | None:
        if stated:
            format_ = self._formats.get(stated)
            return format_ if isinstance(format_, LineFormat) else None
        return next((one for one in self._line_formats if one.recognises_line(line)), None)

    def _decode(self, line: bytes) -> tuple[dict[str, Any], bytes]:
        """The record of a line, and the line: repaired when half a surrogate pair in it would fail every decoder."""
        try:
            record = self._decoder.decode(line)
        except msgspec.DecodeError:
            repaired = without_lone_surrogates(line)
            if repaired == line:
                raise
            record, line = self._decoder.decode(repaired), repaired
        if line.count(b"{") + line.count(b"[") > MAX_DEPTH and _is_deeper(record, MAX_DEPTH):
            raise ValueError(f"the record is nested more than {MAX_DEPTH} deep")
        return _table(record), line

    def _parse(self, record: dict[str, Any], line: bytes, origin: Origin) -> Event:
        if origin.format:
            stated = self._formats.get(origin.format)
            if stated is None:
                raise ValueError(f"there is no format {origin.format!r}")
            return stated.parse(record, line, origin.tenant, origin.source)
        key = (origin.tenant, origin.source)
        usual = self._usual.get(key)
        if usual is None or not usual.recognises(record):
            usual = next((one for one in self._formats.values() if one.recognises(record)), self._fallback)
            if usual is None:
                raise ValueError("the record is in none of the known formats")
            self._switches += 1
            if len(self._usual) >= _MAX_SOURCES:
                self._usual.clear()
            self._usual[key] = usual
        return usual.parse(record, line, origin.tenant, origin.source)


def _shorten(events: Sequence[Event]) -> None:
    """Have them no name that is endless: detectors keep thousands of names, and whoever sends events writes them."""
    for event in events:
        if len(event.raw) > _LONG:
            for name in _REMEMBERED:
                setattr(event, name, clean(getattr(event, name)))
            of = event.logsource
            event.logsource = Logsource(clean(of.product), clean(of.category), clean(of.service))


def _result(batch: InboxBatch, tally: Tally, omitted: int = 0, kept: int = 0) -> BatchResult:
    return BatchResult(
        batch=batch.id,
        events=tally.events,
        rejected=tally.rejections,
        size=tally.size,
        format=tally.formats.most_common(1)[0][0] if tally.formats else batch.format,
        last_event_at=tally.last_event_at,
        findings=tuple(tally.findings),
        rejected_lines=tuple(tally.rejected),
        is_cut=tally.is_cut,
        omitted=omitted,
        kept=kept,
    )


def _event(format_: LineFormat, line: bytes, origin: Origin) -> Event:
    """The event of a line of text. Its record keeps the line, so that nothing of it is lost."""
    record = format_.decode(line, origin.received_at)
    record["_line"] = line.decode("utf-8", "backslashreplace")
    return format_.parse(record, msgspec.json.encode(record), origin.tenant, origin.source)


def _table(record: Any) -> dict[str, Any]:
    if type(record) is not dict:
        raise ValueError("the record is no JSON object")
    return cast("dict[str, Any]", record)


def _is_deeper(record: Any, limit: int) -> bool:
    """Whether a decoded record has more levels than that; looks at it level by level."""
    level: list[Any] = [record]
    for _ in range(limit):
        level = [value for node in level for value in _inner(node)]
        if not level:
            return False
    return True


def _inner(node: Any) -> list[Any]:
    """What is nested in a value, one level down."""
    values = cast("Iterable[Any]", node.values() if type(node) is dict else node if type(node) is list else ())
    return [value for value in values if type(value) in (dict, list)]


def _unpacked(raw: bytes, tally: Tally) -> Iterator[bytes]:
    with zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True) as reader:
        chunk = reader.read(_READ)
        while chunk:
            tally.size += len(chunk)
            following = reader.read(_READ)
            yield chunk if following or chunk.endswith(b"\n") else chunk + b"\n"
            chunk = following


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "the record is not valid UTF-8"
    if isinstance(error, RecursionError):
        return "the record is nested too deeply"
    return str(error) or type(error).__name__
