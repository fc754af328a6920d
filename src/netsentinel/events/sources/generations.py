"""The generations of a rotated log file: which bytes were read, wherever rotation has put them meanwhile.

A generation is one sequence of bytes that only grows. Rotation by renaming moves it to another name; copy-truncate
moves it to another inode; both start a new generation at the path. A generation is therefore known by its inode and by
what was read of it: its first bytes, and the last ones before the offset.
"""

import errno
import os
import re
import secrets
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from netsentinel.kernel.clock import Clock

HEAD_BYTES: Final = 1024
TAIL_BYTES: Final = 64
PIECE_BYTES: Final = 1024 * 1024
"""Read at once; a longer line is handed over cut (the server rejects it, and keeps it as that), its rest is skipped."""

PIECE_LINES: Final = 50_000
"""Lines handed over at once; a server takes 100,000 records in one batch."""

_FORGET_AFTER: Final = 50
"""Looks in a row that find other files and a generation nowhere, before it is given up."""

_BOM: Final = b"\xef\xbb\xbf"
_PACKED: Final = (".gz", ".bz2", ".xz", ".zst", ".zip")


@dataclass(slots=True)
class Generation:
    """One sequence of bytes and how far it is read."""

    stream: str
    """Its name for the server, at random."""
    device: int
    inode: int
    offset: int = 0
    head: bytes = b""
    """Its first bytes, as far as they were ever handed over, at most `HEAD_BYTES`."""
    tail: bytes = b""
    """The bytes before the offset, at most `TAIL_BYTES`."""
    is_skipping: bool = False
    """Whether the offset is inside a line whose beginning was handed over, or is not wanted."""
    file: int = -1
    """Its open descriptor, -1 when it is closed."""
    is_current: bool = False
    """Whether the path names it."""
    missing: int = 0
    """Looks in a row that found it nowhere; it is remembered with it, or many restarts would let it stay for ever."""
    recorded: int = 0
    """The server's end, where that is beyond the offset: up to there nothing is handed over."""

    def lies_in(self, file: int) -> bool:
        """Whether an open file holds all that was read of it."""
        return (
            os.fstat(file).st_size >= self.offset
            and os.pread(file, len(self.head), 0) == self.head
            and os.pread(file, len(self.tail), self.offset - len(self.tail)) == self.tail
        )

    def may_lie_in(self, file: int) -> bool:
        """Whether an open file holds all that was read of it, or is a shorter copy with the same beginning."""
        size = os.fstat(file).st_size
        if not self.head or not size:
            return False
        return self.lies_in(file) or (size < self.offset and _begins_alike(file, size, self.head))

    def move(self, offset: int, *, is_skipping: bool = False) -> None:
        """Have it read up to here, from its open file."""
        self.offset, self.is_skipping = offset, is_skipping
        self.head = os.pread(self.file, min(offset, HEAD_BYTES), 0)
        length = min(offset, TAIL_BYTES)
        self.tail = os.pread(self.file, length, offset - length)

    def hold(self, file: int, *, is_current: bool) -> None:
        """Read from this open file from now on; the descriptor is duplicated."""
        self.close()
        self.file, self.is_current, self.missing = os.dup(file), is_current, 0
        found = os.fstat(file)
        self.device, self.inode = found.st_dev, found.st_ino

    def close(self) -> None:
        """Let go of the file."""
        if self.file >= 0:
            os.close(self.file)
        self.file = -1


def _begins_alike(file: int, size: int, head: bytes) -> bool:
    length = min(size, len(head))
    return os.pread(file, length, 0) == head[:length]


@dataclass(frozen=True, slots=True)
class Piece:
    """Whole lines of a generation, to be handed over and then acknowledged."""

    start: int
    end: int
    body: bytes
    """Empty when there is nothing to hand over: blank lines, or the rest of a line that was too long."""
    after: Generation = field(repr=False)
    """How far its generation is when the piece is acknowledged."""

    @property
    def stream(self) -> str:
        """Its generation's name."""
        return self.after.stream


@dataclass(slots=True)
class _Found:
    """An open file of this look."""

    file: int
    key: tuple[int, int]
    changed: int
    is_current: bool

    @property
    def size(self) -> int:
        return os.fstat(self.file).st_size


class Generations:
    """Follows one path through its rotations. Files are read as they are at the moment; nothing is locked."""

    def __init__(
        self,
        path: Path,
        clock: Clock,
        known: Iterable[Generation] | None = None,
        *,
        from_end: bool = False,
        linger_s: float = 60.0,
    ) -> None:
        """Construction looks at nothing.

        Args:
            path: the log file; it need not exist yet.
            clock: what files' times are compared with.
            known: what was known when it was last followed; None for the first time.
            from_end: the first time, leave out what is there already.
            linger_s: after so long without a change, the unfinished last line of a rotated file is taken as it is.
        """
        self._path = path
        self._clock = clock
        self._is_first = known is None
        self._from_end = from_end
        self._linger_ns = int(linger_s * 1e9)
        self._siblings = _sibling_names(path.name)
        self.known: list[Generation] = list(known or ())
        """In the order in which they are read; the current one last."""

    def close(self) -> None:
        """Let go of all files."""
        for generation in self.known:
            generation.close()

    def look(self) -> bool:
        """Find out where every generation is by now; whether one came or went."""
        before = [generation.stream for generation in self.known]
        found = self._scan()
        try:
            self._match(found)
        finally:
            for file in found:
                os.close(file.file)
        self.known = [one for one in self.known if one.missing < _FORGET_AFTER]
        self.known.sort(key=lambda one: one.is_current)
        self._is_first = False
        return [generation.stream for generation in self.known] != before

    def read(self) -> Piece | None:
        """The next lines, from the oldest generation that has some."""
        for generation in self.known:
            if generation.file >= 0 and (piece := self._piece(generation)) is not None:
                return piece
        return None

    def waiting(self) -> int:
        """Bytes that are there and not acknowledged."""
        return sum(max(0, os.fstat(one.file).st_size - one.offset) for one in self.known if one.file >= 0)

    def announce(self, piece: Piece) -> bool:
        """Note what a generation begins with, before the first of it is handed over; whether that was to be noted.

        Else a crash before the acknowledgement, with a truncation meanwhile, would let the bytes that come next be
        taken for the ones that the server has.
        """
        generation = next(one for one in self.known if one.stream == piece.stream)
        if piece.start or len(generation.head) >= len(piece.after.head):
            return False
        generation.head = piece.after.head
        return True

    def acknowledge(self, piece: Piece, recorded: int = 0) -> None:
        """Remember that a piece is on disk.

        Args:
            piece: what was read last.
            recorded: the end that the server has: the piece's, or another when it had more than is remembered here.
        """
        generation = next(one for one in self.known if one.stream == piece.stream)
        if recorded not in (0, piece.end):
            generation.recorded = recorded  # the bytes up to there are read again, but not handed over again
            return
        after = piece.after
        generation.offset, generation.head, generation.tail = after.offset, after.head, after.tail
        generation.is_skipping = after.is_skipping

    def _scan(self) -> list[_Found]:
        """Open the path, then everything that rotation may have made of it; each inode once, the oldest first."""
        found: dict[tuple[int, int], _Found] = {}
        self._open(self._path, found, is_current=True)
        try:
            siblings = [path for path in self._path.parent.iterdir() if self._siblings.fullmatch(path.name)]
        except FileNotFoundError:
            siblings = []
        for path in siblings:
            if path.suffix not in _PACKED:
                self._open(path, found, is_current=False)
        return sorted(found.values(), key=lambda file: (file.is_current, file.changed))

    def _open(self, path: Path, found: dict[tuple[int, int], _Found], *, is_current: bool) -> None:
        try:
            # An earlier generation is a file that was renamed: a link with such a name is somebody's trick.
            only_files = 0 if is_current else os.O_NOFOLLOW
            file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | only_files)
        except FileNotFoundError:
            return
        except OSError as error:
            if error.errno == errno.ELOOP:
                return
            raise
        state = os.fstat(file)
        key = (state.st_dev, state.st_ino)
        if key in found or not stat.S_ISREG(state.st_mode):
            os.close(file)
            return
        found[key] = _Found(file, key, state.st_mtime_ns, is_current)

    def _match(self, found: list[_Found]) -> None:
        unknown: list[_Found] = []
        seen: set[str] = set()
        # One that nothing was read of would take any file for its own that got its inode: those that know better first.
        told_apart = sorted(self.known, key=lambda one: not one.head)
        for file in found:
            for one in told_apart:
                if one.stream not in seen and self._is_same(one, file):
                    one.hold(file.file, is_current=file.is_current)
                    seen.add(one.stream)
                    break
            else:
                unknown.append(file)
        for one in self.known:
            if one.stream not in seen and not self._seek(one, unknown):
                # Nothing was ever handed over of one without a head: wherever it is, it is found as a new one.
                # A look that finds no file at all says nothing: the folder may not be mounted.
                one.missing = one.missing + bool(found) if one.head else _FORGET_AFTER
        for file in unknown:
            if file.is_current or (file.size and not self._is_copy(file, found)):
                self._begin(file)

    def _is_same(self, one: Generation, file: _Found) -> bool:
        if (one.device, one.inode) != file.key or not one.lies_in(file.file):
            return False
        # Of a generation nobody has read from, the inode is all that is known; a copy may have got it meanwhile.
        return bool(one.head) or file.is_current or one.file >= 0

    def _seek(self, lost: Generation, unknown: list[_Found]) -> bool:
        """Look for a generation that is not where it was: still open though unlinked or moved away, or in a copy.

        Whether it is known what became of it.
        """
        lost.is_current = False
        if lost.file >= 0 and lost.lies_in(lost.file):
            state = os.fstat(lost.file)
            is_over = state.st_size <= lost.offset and self._is_quiet(state.st_mtime_ns)
            lost.missing = _FORGET_AFTER if is_over else 0
            if is_over:
                lost.close()
            return True
        lost.close()
        for file in unknown:
            if lost.head and lost.lies_in(file.file):
                lost.hold(file.file, is_current=file.is_current)
            elif not file.is_current and len(lost.head) <= file.size and lost.may_lie_in(file.file):
                lost.hold(file.file, is_current=False)  # more was read of it than was copied
                lost.move(file.size)
            else:
                continue
            unknown.remove(file)
            return True
        return False

    def _is_copy(self, file: _Found, found: list[_Found]) -> bool:
        """Whether a file has the bytes of another one: copied for a rotation that has not truncated the original yet.

        When it has, the original's generation is lost, and found again in the copy.
        """
        if any(one.may_lie_in(file.file) for one in self.known if (one.device, one.inode) != file.key):
            return True
        size = file.size
        ends = (0, max(0, size - HEAD_BYTES))
        here = [os.pread(file.file, min(size, HEAD_BYTES), at) for at in ends]
        return any(
            other is not file
            and other.size >= size
            and [os.pread(other.file, min(size, HEAD_BYTES), at) for at in ends] == here
            and (other.is_current or other.changed >= file.changed)
            for other in found
        )

    def _begin(self, file: _Found) -> None:
        """A new generation. What was rotated before the path was followed for the first time is left out."""
        one = Generation(secrets.token_hex(8), *file.key)
        one.hold(file.file, is_current=file.is_current)
        if self._is_first and (self._from_end or not file.is_current):
            size = file.size
            ends_open = size > 0 and os.pread(file.file, 1, size - 1) != b"\n"
            one.move(size, is_skipping=ends_open and file.is_current)
        self.known.append(one)

    def _piece(self, one: Generation) -> Piece | None:
        data = os.pread(one.file, PIECE_BYTES, one.offset)
        if not data:
            if not one.is_current and self._is_named(one):
                one.close()  # the next look opens it again; only what may vanish is held open
            return None
        taken, is_skipping = self._cut(one, data)
        if not taken:
            return None
        end = one.offset + len(taken)
        head = max(one.head, (one.head[: one.offset] + taken)[:HEAD_BYTES], key=len)
        after = replace(
            one, offset=end, head=head, tail=(one.tail + taken)[-TAIL_BYTES:], is_skipping=is_skipping, file=-1
        )
        if not (after.lies_in(one.file) and head.startswith(one.head)):
            # It was truncated meanwhile, or what was announced of it is gone: the next look finds out where it is.
            return None
        is_wanted = not one.is_skipping and one.recorded <= one.offset
        body = taken.lstrip(b"\0") if is_wanted else b""  # a writer that keeps its place leaves a hole of zeros
        return Piece(one.offset, end, body if body.removeprefix(_BOM).strip() else b"", after)

    def _cut(self, one: Generation, data: bytes) -> tuple[bytes, bool]:
        """What can be taken of the bytes at the offset, and whether the line goes on behind it unwanted."""
        if one.recorded > one.offset:
            taken = data[: one.recorded - one.offset]
            return taken, not taken.endswith(b"\n")
        if one.is_skipping:
            end = data.find(b"\n") + 1
            return (data[:end], False) if end else (data, True)
        *lines, _ = data.split(b"\n", PIECE_LINES)
        if lines:
            return data[: sum(map(len, lines)) + len(lines)], False
        if len(data) >= PIECE_BYTES:
            return data, True
        is_final = not one.is_current and self._is_quiet(os.fstat(one.file).st_mtime_ns)
        return (data, False) if is_final else (b"", False)

    def _is_named(self, one: Generation) -> bool:
        return bool(os.fstat(one.file).st_nlink) and one.missing == 0

    def _is_quiet(self, changed_ns: int) -> bool:
        return self._clock.now() * 1_000 - changed_ns > self._linger_ns


def _sibling_names(name: str) -> re.Pattern[str]:
    """How logrotate and its kind name what was `name`: `name.1`, `name-20260131`, `name.old`, `stem-20260131.ext`."""
    stem, dot, ending = name.rpartition(".")
    later = rf"{re.escape(name)}[._-](?:\d[\w.:-]*|old|prev)"
    if not stem:
        return re.compile(later)
    return re.compile(rf"{later}|{re.escape(stem)}[._-]\d[\d._:T-]*{re.escape(dot + ending)}")
