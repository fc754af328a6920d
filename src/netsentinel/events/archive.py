"""How much may come out of packed files: a bomb is an error with a name, long before memory or patience ends."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipInfo

from netsentinel.kernel.errors import TooLargeError

MAX_MEMBERS = 10_000
MAX_UNPACKED_BYTES = 1024 * 1024 * 1024
"""Most that is read of one archive."""
MAX_RATIO = 100
"""Highest compression ratio that is believed, of what is larger than `RATIO_FLOOR`."""
RATIO_FLOOR = 16 * 1024 * 1024

_SMALL_STEP = 4096
"""Bytes at a time of methods that unpack their whole input at once."""


@dataclass(slots=True)
class Budget:
    """What may still come out of one archive."""

    archive: str
    left: int

    def take(self, size: int) -> None:
        """Count what came out.

        Raises:
            TooLargeError: that was more than is read of one archive.
        """
        self.left -= size
        if self.left < 0:
            raise TooLargeError(
                f"{self.archive} unpacks to more than {MAX_UNPACKED_BYTES} bytes; unpack it and name the folder.",
                limit=MAX_UNPACKED_BYTES,
            )


class Unpacking:
    """A stream that unpacks, read with limits.

    Args:
        name: for the error.
        stream: gives what is unpacked.
        packed: size before, in bytes.
        budget: of the archive that it is in.
        step: most that is read at once, in bytes; 0 for as much as is asked for.
    """

    def __init__(self, name: str, stream: BinaryIO, packed: int, budget: Budget | None, *, step: int = 0) -> None:
        self._name = name
        self._stream = stream
        self._limit = max(RATIO_FLOOR, packed * MAX_RATIO)
        self._budget = budget
        self._step = step
        self._out = 0

    def read(self, size: int = -1) -> bytes:
        """The next bytes.

        Raises:
            TooLargeError: more comes out than is believed or read.
        """
        chunk = self._stream.read(min(size, self._step) if self._step and size > 0 else size)
        self._out += len(chunk)
        if self._out > self._limit:
            raise TooLargeError(
                f"{self._name} unpacks to more than {MAX_RATIO} times its size; unpack it yourself if you trust it.",
                limit=self._limit,
            )
        if self._budget is not None:
            self._budget.take(len(chunk))
        return chunk


def step_of(member: ZipInfo) -> int:
    """How much of a member may be read at once."""
    return 0 if member.compress_type in {ZIP_STORED, ZIP_DEFLATED} else _SMALL_STEP


def check_members(archive: str, members: int) -> None:
    """Whether an archive does not hold too many files.

    Raises:
        TooLargeError: it does.
    """
    if members > MAX_MEMBERS:
        raise TooLargeError(f"{archive} holds more than {MAX_MEMBERS:,} files.", limit=MAX_MEMBERS)


def skipped(where: str, names: Iterable[str]) -> str:
    """What to say of files that were not read, by their endings; empty when there are none."""
    endings = Counter(_ending(name) or "no ending" for name in names)
    if not endings:
        return ""
    listed = ", ".join(f"{ending} ({count:,})" for ending, count in sorted(endings.items()))
    return f"{where}: {endings.total():,} file(s) were not read, by their endings: {listed}."


def _ending(name: str) -> str:
    """What a name ends in; of a packed file with the ending below, which is why it was not read."""
    suffixes = [suffix.lower() for suffix in Path(name).suffixes]
    return "".join(suffixes[-2:] if suffixes[-1:] == [".gz"] else suffixes[-1:])
