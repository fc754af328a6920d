"""HTTP/1 as it passes by: requests paired with their answers. Bodies are counted, not kept.

Sources: RFC 9110 and 9112; field names as Zeek's http.log has them.
"""

import base64
import binascii
from collections import deque
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from netsentinel.events.captures.ports import Fact
from netsentinel.kernel.types import Micros

METHODS = (
    b"GET ",
    b"POST ",
    b"HEAD ",
    b"PUT ",
    b"DELETE ",
    b"OPTIONS ",
    b"CONNECT ",
    b"PATCH ",
    b"TRACE ",
    b"PROPFIND ",
)
"""How a client's bytes begin when they are HTTP."""

_MAX_HEAD = 64 * 1024
_MAX_TEXT = 8 * 1024
"""Characters of one value that are kept."""
_MAX_WAITING = 64
_NO_BODY = frozenset({204, 304})
_SWITCHING = 101


class _State(Enum):
    HEAD = auto()
    BODY = auto()
    """So many bytes as were announced, or a chunk."""
    CHUNK = auto()
    """The line before a chunk."""
    CHUNK_END = auto()
    TRAILER = auto()
    REST = auto()
    """A body until the connection ends."""
    LOST = auto()


@dataclass(slots=True)
class _Side:
    """One direction: heads are collected, bodies counted."""

    state: _State = _State.HEAD
    part: bytearray = field(default_factory=bytearray)
    left: int = 0
    body: int = 0
    chunked: bool = False

    def lose(self) -> None:
        """Nothing more of this direction can be understood."""
        self.state = _State.LOST
        self.part.clear()

    def expect(self, headers: dict[str, str]) -> bool:
        """Prepare for the body that the headers announce; whether there is one."""
        self.body, self.left, self.chunked = 0, 0, False
        if "chunked" in headers.get("transfer-encoding", "").lower():
            self.chunked, self.state = True, _State.CHUNK
            return True
        length = headers.get("content-length", "")
        if length and not (length.isascii() and length.isdigit() and len(length) < 20):  # noqa: PLR2004 - digits of 2**64
            self.lose()
            return True
        self.left = int(length or 0)
        self.state = _State.BODY if self.left else _State.HEAD
        return self.left > 0

    def collect(self, data: bytes, at: int) -> tuple[bytes | None, int]:
        """Take bytes up to the end of a head or a line: that, without its end, or None; and where the rest begins."""
        before = len(self.part)
        self.part += data[at:]
        if self.state is _State.HEAD:
            found, width = self.part.find(b"\r\n\r\n", max(0, before - 3)), 4
            bare = self.part.find(b"\n\n", max(0, before - 1), found if found >= 0 else len(self.part))
            if bare >= 0:
                found, width = bare, 2
        else:
            found, width = self.part.find(b"\n", before), 1
        if found < 0:
            if len(self.part) > _MAX_HEAD:
                self.lose()
            return None, len(data)
        piece = bytes(self.part[:found])
        self.part.clear()
        return piece, at + found + width - before


@dataclass(slots=True)
class _Exchange:
    """A request, and what is known of its answer."""

    time: Micros
    fields: dict[str, Any]
    method: str = ""


class HttpConversation:
    """Reads the requests and answers of one connection."""

    service = "http"

    def __init__(self) -> None:
        self._requests, self._answers = _Side(), _Side()
        self._waiting: deque[_Exchange] = deque()
        self._asking: _Exchange | None = None
        """Whose body is still coming."""
        self._answering: _Exchange | None = None
        self._depth = 0

    @property
    def held(self) -> int:
        """Bytes that it keeps for later."""
        return len(self._requests.part) + len(self._answers.part) + 2_000 * len(self._waiting)

    def feed(self, data: bytes, time: Micros, *, orig: bool) -> list[Fact]:
        """What the next bytes complete."""
        side = self._requests if orig else self._answers
        found: list[Fact] = []
        at = 0
        while at < len(data) and side.state is not _State.LOST:
            if side.state is _State.REST:
                side.body += len(data) - at
                break
            if side.state is _State.BODY:
                size = min(side.left, len(data) - at)
                side.body += size
                side.left -= size
                at += size
                if side.left == 0:
                    if side.chunked:
                        side.state = _State.CHUNK_END
                    else:
                        self._ends(side, found)
                continue
            if side.state is _State.HEAD and not side.part:
                while at < len(data) and data[at] in b"\r\n":
                    at += 1
            piece, at = side.collect(data, at)
            if piece is not None:
                self._take(side, piece, time, found)
        return found

    def gap(self, *, orig: bool) -> None:
        """Bytes are missing."""
        (self._requests if orig else self._answers).lose()

    def finish(self, time: Micros) -> list[Fact]:
        """What was asked and not, or not wholly, answered."""
        del time
        found: list[Fact] = []
        if self._asking is not None:
            self._asking.fields["request_body_len"] = self._requests.body
        if self._answering is not None:
            self._say(self._answering, found)
        found += [("http", one.time, one.fields) for one in self._waiting]
        self._waiting.clear()
        self._answering = self._asking = None
        return found

    def _take(self, side: _Side, piece: bytes, time: Micros, found: list[Fact]) -> None:
        match side.state:
            case _State.HEAD if side is self._requests:
                self._request(piece, time, found)
            case _State.HEAD:
                self._answer(piece, time, found)
            case _State.CHUNK:
                side.left = _chunk_size(piece)
                side.state = _State.BODY if side.left > 0 else _State.TRAILER
                if side.left < 0:
                    side.lose()
            case _State.CHUNK_END:
                side.state = _State.CHUNK
            case _State.TRAILER:
                if not piece.strip():
                    self._ends(side, found)
            case _:
                side.lose()

    def _ends(self, side: _Side, found: list[Fact]) -> None:
        """A message of this direction is complete."""
        side.state = _State.HEAD
        if side is self._answers:
            if self._answering is not None:
                self._say(self._answering, found)
            self._answering = None
        elif self._asking is not None:
            self._asking.fields["request_body_len"] = side.body
            self._asking = None

    def _say(self, exchange: _Exchange, found: list[Fact]) -> None:
        exchange.fields["response_body_len"] = self._answers.body
        found.append(("http", exchange.time, exchange.fields))

    def _request(self, head: bytes, time: Micros, found: list[Fact]) -> None:
        line, headers = _head(head)
        words = line.split(" ", 2)
        if len(words) < 2 or not words[0].isalpha():  # noqa: PLR2004 - method and target
            self._requests.lose()
            return
        self._depth += 1
        fields: dict[str, Any] = {"trans_depth": self._depth, "method": words[0]}
        fields["uri"] = words[1][:_MAX_TEXT]
        if len(words) > 2:  # noqa: PLR2004 - the version
            fields["version"] = words[2].strip().removeprefix("HTTP/")
        for header, name in _WANTED:
            if header in headers:
                fields[name] = headers[header]
        if user := _user(headers.get("authorization", "")):
            fields["username"] = user
        fields["request_body_len"] = 0
        exchange = _Exchange(time, fields, words[0].upper())
        if len(self._waiting) >= _MAX_WAITING:
            oldest = self._waiting.popleft()
            found.append(("http", oldest.time, oldest.fields))
            self._answers.lose()  # who answers what is no longer known
        self._waiting.append(exchange)
        self._asking = exchange if self._requests.expect(headers) else None

    def _answer(self, head: bytes, time: Micros, found: list[Fact]) -> None:
        line, headers = _head(head)
        words = line.split(" ", 2)
        if len(words) < 2 or not line.startswith("HTTP/") or not words[1].isdigit() or len(words[1]) > 3:  # noqa: PLR2004 - version and code
            self._answers.lose()
            return
        code = int(words[1])
        if 100 <= code < 200 and code != _SWITCHING:  # noqa: PLR2004 - informational: the real answer follows
            return
        exchange = self._waiting.popleft() if self._waiting else _Exchange(time, {"trans_depth": 1})
        exchange.fields["status_code"] = code
        exchange.fields["status_msg"] = words[2].strip()[:_MAX_TEXT] if len(words) > 2 else ""  # noqa: PLR2004 - the reason
        self._answering = exchange
        tunnel = code == _SWITCHING or (exchange.method == "CONNECT" and code // 100 == 2)  # noqa: PLR2004 - any success
        if tunnel or exchange.method == "HEAD" or code in _NO_BODY:
            self._answers.body = 0
            self._ends(self._answers, found)
            if tunnel:
                self._requests.lose()
                self._answers.lose()
        elif not self._answers.expect(headers):
            if "content-length" in headers:
                self._ends(self._answers, found)
            else:
                self._answers.state = _State.REST


_WANTED = (("host", "host"), ("referer", "referrer"), ("user-agent", "user_agent"), ("origin", "origin"))


def _head(raw: bytes) -> tuple[str, dict[str, str]]:
    """First line, and the headers by their names in lower case; of a repeated one the first."""
    first, *lines = raw.decode("utf-8", "backslashreplace").split("\n")
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            headers.setdefault(name.strip().lower(), value.strip()[:_MAX_TEXT])
    return first.rstrip("\r"), headers


def _user(authorization: str) -> str:
    """The name in HTTP's basic authentication; never its password."""
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        said = base64.b64decode(value, validate=True).decode("utf-8", "backslashreplace")
    except (binascii.Error, ValueError):
        return ""
    return said.partition(":")[0][:256]


def _chunk_size(line: bytes) -> int:
    """Bytes of the next chunk, 0 for the last; -1 when the line does not say."""
    digits = line.partition(b";")[0].strip()
    if not digits or len(digits) > 15 or digits.strip(b"0123456789abcdefABCDEF"):  # noqa: PLR2004 - more is no size
        return -1
    return int(digits, 16)
