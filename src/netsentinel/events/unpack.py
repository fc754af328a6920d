"""Unpacking compressed input in small steps, so that a bomb is noticed before it has grown."""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import zstandard

from netsentinel.kernel.errors import DecompressionLimitError, InvalidInputError, MalformedBodyError

_STEP = 256 * 1024
"""Largest chunk that is handed on, in bytes."""

_GZIP_FEED = 16 * 1024
"""Input of one step of gzip: what is left of a step is copied once per member."""

_ZSTD_FEED = 512
"""Input of one step of zstd: at the highest ratio of the format this grows to about 16 MiB."""

_ZSTD_MAX_WINDOW = 8 * 1024 * 1024
"""RFC 9659: the largest window that zstd may use over HTTP."""

MAX_MEMBERS = 10_000
"""So many gzip members or zstd frames may stand one after the other. Empty ones cost time and give no output."""

RATIO_FLOOR = 16 * 1024 * 1024
"""So much may come out of any input, however well it was compressed, as from a file in an archive. Senders make batches
of up to 10 MiB, and events of Windows pack up to 366 times at level 1 of zstd: of 50 recorded attacks, 5 held batches
of 10 MiB beyond 100 times and 15 such batches of 1 MiB."""


@dataclass(frozen=True, slots=True)
class UnpackLimits:
    """How much may come out."""

    max_bytes: int
    max_ratio: int


class _Meter:
    def __init__(self, limits: UnpackLimits, given: int) -> None:
        self._limit = min(limits.max_bytes, max(RATIO_FLOOR, given * limits.max_ratio))
        self._why = (
            "which is the most that is taken at once"
            if self._limit == limits.max_bytes
            else f"more than {limits.max_ratio} times its size: send smaller batches, or compress them less"
        )
        self._total = 0

    def count(self, size: int) -> None:
        self._total += size
        if self._total > self._limit:
            raise DecompressionLimitError(
                f"The body unpacks to more than {self._limit} bytes, {self._why}.", limit=self._limit
            )


def unpack(body: bytes, encoding: str, limits: UnpackLimits) -> Iterator[bytes]:
    """The body in chunks, unpacked.

    Args:
        body: as sent.
        encoding: the Content-Encoding: empty, `identity`, `gzip` or `zstd`.
        limits: how much may come out.

    Raises:
        InvalidInputError: the encoding is not supported.
        MalformedBodyError: the body is not what its encoding says, or it ends early.
        DecompressionLimitError: more comes out than allowed.
    """
    meter = _Meter(limits, len(body))
    if encoding in {"", "identity"}:
        chunks: Iterable[bytes | memoryview] = (memoryview(body),)
    elif encoding in {"gzip", "x-gzip"}:
        chunks = _gzip(body)
    elif encoding == "zstd":
        chunks = _zstd(body)
    else:
        raise InvalidInputError(
            f"The content encoding {encoding[:32]!r} is not supported; send gzip, zstd or none.", supported="gzip, zstd"
        )
    for chunk in chunks:
        meter.count(len(chunk))
        if type(chunk) is bytes and len(chunk) <= _STEP:
            yield chunk
        else:
            yield from (bytes(chunk[at : at + _STEP]) for at in range(0, len(chunk), _STEP))


def _gzip(body: bytes) -> Iterator[bytes]:
    view, at, members = memoryview(body), 0, 0
    try:
        while at < len(body):
            members += 1
            _check_members(members, "gzip members")
            member = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
            while not member.eof:
                piece = view[at : at + _GZIP_FEED]
                chunk = member.decompress(piece, _STEP)
                at += len(piece) - len(member.unconsumed_tail) - len(member.unused_data)
                if chunk:
                    yield chunk
                elif not piece and not member.eof:
                    raise MalformedBodyError("The gzip body ends before its end.")
            at = _after_zeros(view, at)
    except zlib.error as error:
        raise MalformedBodyError(f"The body is no valid gzip: {error}.") from None


def _after_zeros(view: memoryview, at: int) -> int:
    """Behind the padding that may follow a member."""
    while at < len(view) and view[at] == 0:
        piece = bytes(view[at : at + _GZIP_FEED])
        left = len(piece.lstrip(b"\0"))
        at += len(piece) - left
        if left:
            break
    return at


def _check_members(members: int, what: str) -> None:
    if members > MAX_MEMBERS:
        raise DecompressionLimitError(f"The body has more than {MAX_MEMBERS:,} {what}.", limit=MAX_MEMBERS)


def _zstd(body: bytes) -> Iterator[bytes]:
    view, at, frames = memoryview(body), 0, 0
    try:
        while at < len(body):
            frames += 1
            _check_members(frames, "zstd frames")
            frame = zstandard.ZstdDecompressor(max_window_size=_ZSTD_MAX_WINDOW).decompressobj()
            while not frame.eof:
                if at >= len(body):
                    raise MalformedBodyError("The zstd body ends before its end.")
                piece = view[at : at + _ZSTD_FEED]
                chunk = frame.decompress(piece)
                at += len(piece)
                if chunk:
                    yield chunk
            at -= len(frame.unused_data)
    except zstandard.ZstdError as error:
        raise MalformedBodyError(f"The body is no valid zstd: {error}.") from None
