"""What readers of recordings share: what they find, and how far they look."""

from dataclasses import dataclass
from typing import BinaryIO, Final

from netsentinel.academy.extraction.errors import UnreadableTextError

MOST_PARTS: Final = 20_000
"""Parts of a file that are looked at: a film of four hours in pieces of one second has 14,400."""
MOST_CODECS: Final = 8
_MOST_MS: Final = 1_000 * 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What a recording is. What its headers do not say is 0 or empty."""

    duration_ms: int = 0
    width: int = 0
    """Pixels, of the first picture."""
    height: int = 0
    codecs: tuple[str, ...] = ()
    """As the container names them, each once."""


class Parts:
    """Counts the parts that are looked at."""

    def __init__(self) -> None:
        self._left = MOST_PARTS

    def take(self) -> None:
        """Another part.

        Raises:
            UnreadableTextError: these are too many.
        """
        self._left -= 1
        if self._left < 0:
            raise UnreadableTextError(f"It has more than {MOST_PARTS:,} parts.")


def exactly(file: BinaryIO, count: int) -> bytes:
    """So many bytes.

    Raises:
        ValueError: the file ends before.
    """
    data = file.read(max(0, count))
    if len(data) != count:
        raise ValueError("The file ends within a header.")
    return data


def size_of(file: BinaryIO) -> int:
    """Bytes of a file; afterwards it is at its beginning."""
    size = file.seek(0, 2)
    file.seek(0)
    return size


def milliseconds(count: float, per_second: float) -> int:
    """How long so many samples take; 0 for what no recording is."""
    if per_second <= 0 or not count > 0:
        return 0
    found = count * 1_000 / per_second
    return int(found) if found <= _MOST_MS else 0


def printable(codec: bytes) -> str:
    """The name of a codec without what does not belong into a text."""
    text = codec.decode("latin-1").strip("\0 ")
    return "".join(char for char in text if char.isascii() and char.isprintable())[:40]
