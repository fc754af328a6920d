"""How syslog messages stand in a TCP stream (RFC 6587): counted octets, or one to a line.

A message becomes one line. Line ends inside of it become `#012`, as rsyslog writes them. One that is longer than
allowed comes in several lines, so that nothing of it is lost.
"""

import re
from typing import Final

MAX_MESSAGE: Final = 64 * 1024
"""Longest message that comes as one line (RFC 5425 asks for 8,192 bytes)."""

_COUNT: Final = re.compile(rb"([1-9]\d{0,8}) ")
_COUNTED_START: Final = re.compile(rb"[1-9]\d{0,8} <")
_MAYBE_COUNTED: Final = re.compile(rb"[1-9]\d{0,8} ?")
_TRAILER: Final = b"\r\n\0"


class Framer:
    """Cuts the bytes of one connection into messages. Which framing it uses shows at the connection's first bytes."""

    def __init__(self, max_message: int = MAX_MESSAGE) -> None:
        self._max = max_message
        self._rest = b""
        self._is_counted: bool | None = None
        self._left = 0
        """Octets of the present message that have yet to come, after a part of it was handed on."""
        self.error = ""
        """What was wrong with the framing, once something was."""

    def feed(self, data: bytes) -> bytes:
        """The messages that end in these bytes, each with a line end behind it."""
        data = self._rest + data if self._rest else data
        if self._is_counted is None:
            if _MAYBE_COUNTED.fullmatch(data):
                self._rest = data
                return b""
            self._is_counted = _COUNTED_START.match(data) is not None
        return self._counted(data) if self._is_counted else self._lines(data)

    def finish(self) -> bytes:
        """What is left when the connection has ended: a last line without its end, or a part of a counted message."""
        rest, self._rest = self._rest, b""
        if not rest:
            return b""
        if self._is_counted:
            self.error = "A connection ended inside a message; its beginning was kept."
            rest = _COUNT.sub(b"", rest, count=1) if not self._left else rest
        return as_line(rest) if self._is_counted else self._lines(rest + b"\n")

    def _lines(self, data: bytes) -> bytes:
        if b"\0" in data:
            data = data.replace(b"\0", b"\n")  # some senders end messages so (RFC 6587 3.4.2)
        body, end, rest = data.rpartition(b"\n")
        body += end
        while len(rest) > self._max:
            self.error = f"A message was longer than {self._max:,} bytes and came in several lines."
            body, rest = body + rest[: self._max] + b"\n", rest[self._max :]
        self._rest = rest
        return body

    def _counted(self, data: bytes) -> bytes:
        found: list[bytes] = []
        at = 0
        while at < len(data):
            if not self._left:
                count = _COUNT.match(data, at)
                if count is None:
                    if _MAYBE_COUNTED.fullmatch(data, at):
                        break
                    self.error = "A message did not begin with its length; the rest of the connection is read by lines."
                    self._is_counted = False
                    return b"".join(found) + self._lines(data[at:])
                size, start = int(count[1]), count.end()
            else:
                size, start = self._left, at
            if size <= self._max:
                if len(data) - start < size:
                    break
                found.append(as_line(data[start : start + size]))
                at, self._left = start + size, 0
                continue
            if len(data) - start < self._max:
                break
            self.error = f"A message was longer than {self._max:,} bytes and came in several lines."
            found.append(as_line(data[start : start + self._max]))
            at, self._left = start + self._max, size - self._max
        self._rest = data[at:]
        return b"".join(found)


def as_line(message: bytes) -> bytes:
    """A message as one line with its end; empty when there is nothing in it."""
    message = message.strip(_TRAILER)
    if not message or message.isspace():
        return b""
    return message.replace(b"\r\n", b"#012").replace(b"\n", b"#012") + b"\n"
