"""The intake: takes a body of events, checks it, and has it durable in the inbox before it says yes."""

import asyncio
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import zstandard

from netsentinel.events.array import array_items, is_array, one_value
from netsentinel.events.lines import LineSplitter
from netsentinel.events.meter import SourceMeter
from netsentinel.events.ports import Inbox, InboxBatch
from netsentinel.events.positions import StreamPosition
from netsentinel.events.unpack import UnpackLimits, unpack
from netsentinel.kernel.clock import Clock
from netsentinel.kernel.errors import InvalidInputError, MalformedBodyError, TooLargeError, UnavailableError
from netsentinel.kernel.types import MIB, TenantId
from netsentinel.storage.ports import Database, Tx

if TYPE_CHECKING:  # detection processes read this module, too, and need not load what reads settings
    from netsentinel.kernel.settings import Settings

_ZSTD_LEVEL = 1
"""Level 1 packs EVE lines about 8:1 at several hundred MB/s; a batch lives for seconds."""

_LINES = frozenset(
    {"application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"}
    | {"text/plain", "text/csv", "text/tab-separated-values"}
)
_JSON = "application/json"
_SOURCE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@-]{0,127}")
_BOM = b"\xef\xbb\xbf"
_NEWLINES_TO_SPACES = bytes.maketrans(b"\r\n", b"  ")


MAX_RECORDS = 100_000
"""Most records of one POST. Each costs memory beyond its bytes, here and in detection."""

_PACK_STEP = 256 * 1024
"""Bytes of records that are compressed at a time."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one POST of events may be; every figure is a setting (`intake_*`)."""

    max_body_bytes: int = 32 * MIB
    """As sent."""
    max_unpacked_bytes: int = 128 * MIB
    max_ratio: int = 100
    """Highest compression ratio that is believed."""
    max_backlog: int = 2_000
    """Batches waiting for detection before the intake says "later"; tenants that hold less than their share of it may
    go on, up to twice as many batches in all."""
    retry_after_s: int = 5
    """How long a sender is asked to wait then."""
    inline_bytes: int = 64 * 1024
    """Bodies up to this size are handled on the event loop; larger ones in a thread."""
    max_parallel: int = 2
    """Large bodies handled at once; the others wait."""

    @classmethod
    def of(cls, settings: "Settings") -> "Limits":
        """The limits that the settings ask for."""
        return cls(
            max_body_bytes=settings.intake_max_body_mib * MIB,
            max_unpacked_bytes=settings.intake_max_unpacked_mib * MIB,
            max_ratio=settings.intake_max_ratio,
            max_backlog=settings.intake_max_backlog,
        )


@dataclass(frozen=True, slots=True)
class Accepted:
    """The batch is on disk."""

    batch: int
    """Its id: the order of arrival; 0 for a duplicate."""
    records: int
    """How many records were taken; each ends as an event or as a rejected line. 0 for a duplicate."""
    duplicate: bool = False
    """Whether the batch, or its beginning, is here already; nothing was stored. Go on from `position`."""
    position: int = 0
    """Recorded end of the batch's stream; 0 for a batch that stated no position."""


@dataclass(frozen=True, slots=True)
class _Packed:
    raw: bytes
    records: int


class IntakeService:
    """Accepts batches of events. One call is one inbox row and one commit.

    Args:
        db: where the inbox is.
        inbox: where batches wait for detection.
        clock: the time of arrival.
        limits: what a batch may be, and how many may wait.
        formats: those that may be named.
        meter: counts what sources send.
        check_disk: raises `StorageFullError` while there is no more space than what was accepted needs.
    """

    def __init__(
        self,
        db: Database,
        inbox: Inbox,
        clock: Clock,
        limits: Limits | None = None,
        *,
        formats: Collection[str] = (),
        meter: SourceMeter | None = None,
        check_disk: Callable[[], object] = lambda: None,
    ) -> None:
        self._db = db
        self._inbox = inbox
        self._clock = clock
        self._limits = limits or Limits()
        self._formats = frozenset(formats)
        self._meter = meter or SourceMeter(clock)
        self._check_disk = check_disk
        self._large = asyncio.Semaphore(self._limits.max_parallel)

    async def accept(
        self,
        tenant: TenantId,
        source: str,
        format: str,  # noqa: A002 - the wire's name
        body: bytes,
        content_type: str,
        content_encoding: str,
        position: StreamPosition | None = None,
    ) -> Accepted:
        """Keep a body of events until it is processed; returns after the commit.

        A line that is no event does not fail its batch: the pipeline rejects it with a reason, and it is kept.

        Args:
            tenant: who sends.
            source: the source's name: letters, digits and `._:/@-`, at most 128.
            format: name of a format, or empty to recognise each record.
            body: NDJSON, lines of text, or a JSON array, as sent.
            content_type: `application/x-ndjson`, `text/plain` or `application/json`, parameters ignored.
            content_encoding: empty, `gzip` or `zstd`.
            position: where the body stands in its stream. One that begins before the stream's recorded end is not
                stored again, whoever sends it and however often.

        Raises:
            InvalidInputError: unknown content type, encoding or format, or an impossible source name.
            TooLargeError: the body is larger than allowed, or it holds more than `MAX_RECORDS` records.
            DecompressionLimitError: it unpacks to more than allowed.
            MalformedBodyError: broken compression, an invalid JSON array, or no record at all.
            UnavailableError: too many batches wait; `retry_after` says for how many seconds to hold.
            StorageFullError: the disk is at its reserve, which detection and the lake need for what is here.
        """
        kind = self._check(source, format, content_type)
        limits = self._limits
        if len(body) > limits.max_body_bytes:
            raise TooLargeError(
                f"The body has {len(body)} bytes; at most {limits.max_body_bytes} are taken at once.",
                limit=limits.max_body_bytes,
            )
        self._check_disk()
        await self._check_backlog(tenant)
        encoding = content_encoding.strip().lower()
        if len(body) <= limits.inline_bytes and not encoding:
            packed = self._pack(kind, body, encoding)
        else:
            async with self._large:
                packed = await asyncio.to_thread(self._pack, kind, body, encoding)
        batch = InboxBatch(
            id=0,
            tenant=tenant,
            source=source,
            format=format,
            received_at=self._clock.now(),
            records=packed.records,
            raw=packed.raw,
        )
        accepted = await self._db.write(lambda tx: self._put(tx, batch, position))
        self._meter.count(tenant, source, accepted.records)
        return accepted

    def _put(self, tx: Tx, batch: InboxBatch, position: StreamPosition | None) -> Accepted:
        if position is None:
            return Accepted(self._inbox.put(tx, batch), batch.records)
        recorded = self._inbox.advance(tx, batch.tenant, batch.source, position, batch.received_at)
        if recorded is not None:
            return Accepted(0, 0, duplicate=True, position=recorded)
        return Accepted(self._inbox.put(tx, batch), batch.records, position=position.end)

    def _check(self, source: str, format: str, content_type: str) -> str:  # noqa: A002 - the wire's name
        if not _SOURCE_NAME.fullmatch(source):
            raise InvalidInputError("A source's name has letters, digits and . _ : / @ -, at most 128 characters.")
        if format and self._formats and format not in self._formats:
            known = ", ".join(sorted(self._formats))
            raise InvalidInputError(f"There is no format {format[:64]!r}; known are {known}.", known=known)
        kind = content_type.partition(";")[0].strip().lower()
        if kind == _JSON or kind in _LINES:
            return kind
        raise InvalidInputError(
            f"The content type {content_type[:64]!r} is not supported; "
            "send application/x-ndjson, text/plain or application/json."
        )

    async def _check_backlog(self, tenant: TenantId) -> None:
        """When the inbox is full, those that have no more in it than their share may go on, up to as much again."""
        backlog = await self._db.read(self._inbox.backlog)
        most, waiting = self._limits.max_backlog, sum(held.batches for held in backlog.values())
        if waiting < most:
            return
        own = backlog[tenant].batches if tenant in backlog else 0
        if waiting >= 2 * most or own >= max(1, most // len(backlog)):
            raise UnavailableError(
                f"{waiting} batches wait for detection; please send again later.",
                retry_after=self._limits.retry_after_s,
            )

    def _pack(self, kind: str, body: bytes, encoding: str) -> _Packed:
        limits = UnpackLimits(self._limits.max_unpacked_bytes, self._limits.max_ratio)
        chunks = unpack(body, encoding, limits)
        packed = _pack_array(b"".join(chunks)) if kind == _JSON else _pack_lines(chunks)
        if packed.records == 0:
            raise MalformedBodyError("The body holds no event.")
        return packed


def _pack_lines(chunks: Iterable[bytes]) -> _Packed:
    """Compress line by line of input, so that an unpacked body is never held as a whole."""
    packer = zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compressobj()
    splitter, records, parts, start = LineSplitter(), 0, list[bytes](), True
    for given in chunks:
        chunk = given.removeprefix(_BOM) if start else given
        start = False
        records += len(splitter.feed(chunk))
        _check_records(records)
        parts.append(packer.compress(chunk))
    records += len(splitter.finish())
    _check_records(records)
    parts.append(packer.flush())
    return _Packed(b"".join(parts), records)


def _check_records(records: int) -> None:
    if records > MAX_RECORDS:
        raise TooLargeError(
            f"The body holds more than {MAX_RECORDS:,} records; send them in several requests.", limit=MAX_RECORDS
        )


def _pack_array(body: bytes) -> _Packed:
    """A JSON array, or one JSON object, as lines. A line end inside a record is white space: it becomes a blank."""
    text = body.removeprefix(_BOM)
    if not is_array(text):
        return _Packed(zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(_as_line(one_value(text))), 1)
    packer = zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compressobj()
    records, parts, lines = 0, list[bytes](), bytearray()
    for item in array_items(text):
        records += 1
        _check_records(records)
        lines += _as_line(item) + b"\n"
        if len(lines) >= _PACK_STEP:
            parts.append(packer.compress(lines))
            lines.clear()
    parts.append(packer.compress(lines.removesuffix(b"\n")))
    parts.append(packer.flush())
    return _Packed(b"".join(parts), records)


def _as_line(record: bytes) -> bytes:
    return record.translate(_NEWLINES_TO_SPACES)
