"""Splitting a stream of bytes into records, without ever holding an endless line."""

import re
from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import Self

from netsentinel.events.model import MAX_REJECTED_BYTES

MAX_LINE_BYTES = 1024 * 1024
"""Longest record that is read as one (the default of the setting `intake_max_line_kib`)."""

_SPACE = ord(" ")
_last = itemgetter(-1)
_BLANK_LINES = re.compile(rb"\n\s*\n")
_SHORT = 32
"""Bytes of a line with its end; where the average is below, there may be many that are blank."""


class LongLine(bytes):
    """The beginning of a record that was longer than allowed."""

    __slots__ = ()


class Unreadable(bytes):
    """A record that its reader could not make sense of, as far as it can be shown, with the reason."""

    reason: str

    def __new__(cls, record: bytes, reason: str) -> Self:
        """Keep the record with its reason."""
        made = super().__new__(cls, record)
        made.reason = reason
        return made


class LineSplitter:
    """Cuts chunks into lines. Empty lines are no records; a line that is too long comes cut, as a `LongLine`."""

    def __init__(self, max_line: int = MAX_LINE_BYTES) -> None:
        self._max_line = max_line
        self._rest = b""
        self._cut = b""
        """Beginning of a line that is already too long; its remainder is thrown away."""

    def feed(self, chunk: bytes) -> list[bytes]:
        """The records that end in this chunk, without their line ends."""
        pieces = self._split(chunk)
        if len(pieces) == 1:
            self._keep(chunk)
            return []
        head, tail = pieces[0], pieces.pop()
        found: list[bytes] = []
        if self._cut:
            found.append(LongLine(self._cut))
        else:
            pieces[0] = self._rest + head
            self._take(pieces[0], found)
        whole = pieces[1:]
        if (
            all(whole)
            and max(map(len, whole), default=0) <= self._max_line
            and min(map(_last, whole), default=0) > _SPACE
        ):
            found += whole  # most: nothing to strip, nothing to cut
        else:
            for piece in self._without_blanks(chunk, whole):
                self._take(piece, found)
        self._rest, self._cut = b"", b""
        self._keep(tail)
        return found

    def finish(self) -> list[bytes]:
        """The last record, when the stream does not end with a line end."""
        found: list[bytes] = []
        if self._cut:
            found.append(LongLine(self._cut))
        else:
            self._take(self._rest, found)
        self._rest, self._cut = b"", b""
        return found

    def _split(self, chunk: bytes) -> list[bytes]:
        """The lines. No limit of records bounds blank ones, so of a chunk that is blank only its ends are handed on."""
        if len(chunk) <= self._max_line and chunk.isspace():
            head, end, rest = chunk.partition(b"\n")
            return [head, rest.rpartition(b"\n")[2]] if end else [head]
        return chunk.split(b"\n")

    def _without_blanks(self, chunk: bytes, whole: list[bytes]) -> Iterable[bytes]:
        """The lines between the chunk's first and last line end, without most blank ones, that may be far too many."""
        if len(whole) * _SHORT < len(chunk) or len(chunk) > self._max_line:  # a blank line of that length is a record
            return filter(None, whole)
        return _BLANK_LINES.sub(b"\n", chunk).split(b"\n")[1:-1]

    def _take(self, line: bytes, found: list[bytes]) -> None:
        if len(line) > self._max_line:
            found.append(LongLine(line[:MAX_REJECTED_BYTES]))
            return
        line = line.rstrip(b"\r")
        if line and not line.isspace():
            found.append(line)

    def _keep(self, part: bytes) -> None:
        if self._cut:
            return
        if len(self._rest) + len(part) > self._max_line:
            self._cut = (self._rest + part[:MAX_REJECTED_BYTES])[:MAX_REJECTED_BYTES]
            self._rest = b""
        else:
            self._rest += part


def split_lines(chunks: Iterable[bytes], max_line: int = MAX_LINE_BYTES) -> Iterator[list[bytes]]:
    """The records of a stream, in lists as they become complete."""
    splitter = LineSplitter(max_line)
    for chunk in chunks:
        yield splitter.feed(chunk)
    yield splitter.finish()
