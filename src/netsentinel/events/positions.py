"""Where a batch stands in the stream it was cut from, so that one that is sent again is recognised."""

import re
from dataclasses import dataclass
from typing import Final, Self

from netsentinel.kernel.clock import DAY
from netsentinel.kernel.errors import InvalidInputError
from netsentinel.kernel.types import Micros

HEADER: Final = "X-Source-Position"
"""The request header that carries a position."""

POSITIONS_KEPT: Final[Micros] = 90 * DAY
"""A stream that has not moved for so long is forgotten; its last batch would then be stored again."""

_FORM: Final = re.compile(r"([A-Za-z0-9_-]{1,64}):([0-9]{1,18})-([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class StreamPosition:
    """A batch is the bytes from `start` to `end` (exclusive) of a stream that its sender named."""

    stream: str
    """Made once for each file (or other sequence) whose bytes never change: at random, so that two never share one."""
    start: int
    end: int

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The position in a header's value `<stream>:<start>-<end>`; None when it is empty.

        Raises:
            InvalidInputError: it has another form, or does not end after its start.
        """
        if not text:
            return None
        match = _FORM.fullmatch(text)
        if match is None or int(match[2]) >= int(match[3]):
            raise InvalidInputError(f"{HEADER} takes <stream>:<start>-<end>, with the end beyond the start.")
        return cls(match[1], int(match[2]), int(match[3]))

    def __str__(self) -> str:
        """As in the header."""
        return f"{self.stream}:{self.start}-{self.end}"
