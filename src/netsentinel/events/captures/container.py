"""The files that packets come in: pcap of all kinds, and pcapng. Whatever a file claims, one packet is held at a time.

Sources: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from netsentinel.kernel.clock import SECOND
from netsentinel.kernel.types import Micros

MAX_PACKET_BYTES = 256 * 1024
"""Longest packet as captured; libpcap's own limit. A file that claims a longer one is broken."""

_MAX_BLOCK_BYTES = 16 * 1024 * 1024
"""Longest pcapng block that is skipped over or read; longer ones make the rest of the file unreadable."""
_MAX_INTERFACES = 1_000

_PCAPS: dict[bytes, tuple[str, int]] = {
    b"\xd4\xc3\xb2\xa1": ("<", 1),
    b"\xa1\xb2\xc3\xd4": (">", 1),
    b"\x4d\x3c\xb2\xa1": ("<", 1_000),
    b"\xa1\xb2\x3c\x4d": (">", 1_000),
    b"\x34\xcd\xb2\xa1": ("<", 1),
    b"\xa1\xb2\xcd\x34": (">", 1),
}
"""Magic -> byte order, and how many of its fractions are a microsecond. The last two are Kuznetzov's variant."""
_KUZNETZOV = frozenset({b"\x34\xcd\xb2\xa1", b"\xa1\xb2\xcd\x34"})
_PCAPNG = b"\x0a\x0d\x0d\x0a"
MAGICS = (*_PCAPS, _PCAPNG)
"""How captures begin."""

_SECTION, _INTERFACE, _OLD_PACKET, _SIMPLE, _ENHANCED = 0x0A0D0D0A, 1, 2, 3, 6
_IF_TSRESOL, _IF_TSOFFSET = 9, 14


class Readable(Protocol):
    """What captures are read from."""

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes; fewer than asked for only at the end."""
        ...


@dataclass(frozen=True, slots=True)
class Frame:
    """One packet as it was captured."""

    time: Micros
    link: int
    """Link type, as tcpdump numbers them."""
    data: bytes
    length: int
    """Bytes on the wire; more than `data` when the capture cut it."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A place in the file that is no packet, and why."""

    reason: str
    data: bytes = b""


class _Bytes:
    """Reads exactly as much as is asked for, from a start that was read already."""

    def __init__(self, head: bytes, stream: Readable) -> None:
        self._head = head
        self._stream = stream
        self._at = 0

    def take(self, size: int) -> bytes:
        end = self._at + size
        if end <= len(self._head):
            piece = self._head[self._at : end]
            self._at = end
            return piece
        parts = [self._head[self._at :]]
        left = size - len(parts[0])
        while left:
            more = self._stream.read(max(left, _AHEAD))
            if not more:
                break
            parts.append(more)
            left -= min(left, len(more))
        held = b"".join(parts)
        self._head, self._at = held, min(size, len(held))
        return held[:size]

    def skip(self, size: int) -> bool:
        """Whether there was so much to leave out."""
        while size:
            piece = len(self.take(min(size, _AHEAD)))
            if not piece:
                return False
            size -= piece
        return True


_AHEAD = 256 * 1024


def frames(head: bytes, stream: Readable) -> Iterator[Frame | Broken]:
    """Every packet of a capture, in the order of the file.

    Args:
        head: the first bytes, which were read to see what it is.
        stream: what follows.
    """
    source = _Bytes(head, stream)
    magic = source.take(4)
    if magic == _PCAPNG:
        yield from _Pcapng(source).frames()
    elif magic in _PCAPS:
        yield from _pcap(source, magic)
    else:
        yield Broken("the file is no packet capture", magic)


def _pcap(source: _Bytes, magic: bytes) -> Iterator[Frame | Broken]:
    order, per_micro = _PCAPS[magic]
    rest = source.take(20)
    if len(rest) < 20:  # noqa: PLR2004 - the size of the file's header
        yield Broken("the capture's header is cut", rest)
        return
    link = struct.unpack(order + "HHiIII", rest)[5] & 0x0FFF_FFFF
    header = struct.Struct(order + "IIII" + ("8x" if magic in _KUZNETZOV else ""))
    size = header.size
    take, unpack = source.take, header.unpack
    while head := take(size):
        if len(head) < size:
            yield Broken("the capture ends within a packet's header", head)
            return
        seconds, fraction, held, length = unpack(head)
        if held > MAX_PACKET_BYTES:
            yield Broken(f"a packet claims {held:,} bytes; the rest of the capture cannot be read", head)
            return
        data = take(held)
        if len(data) < held:
            yield Broken(f"the capture ends within a packet ({len(data):,} of {held:,} bytes)", data)
            return
        yield Frame(seconds * SECOND + fraction // per_micro, link, data, length)


@dataclass(frozen=True, slots=True)
class _Interface:
    link: int
    snap: int
    per_second: int
    """Units of its times in a second."""
    offset: int
    """Seconds that are added to its times."""


class _Pcapng:
    """Reads a pcapng file block by block."""

    def __init__(self, source: _Bytes) -> None:
        self._source = source
        self._order = "<"
        self._interfaces: list[_Interface] = []

    def frames(self) -> Iterator[Frame | Broken]:
        """Its packets. A block that cannot be read is one `Broken`."""
        head = _PCAPNG
        while True:
            head += self._source.take(8 - len(head))
            if not head:
                return
            if len(head) < 8:  # noqa: PLR2004 - type and length
                yield Broken("the capture ends within a block's header", head)
                return
            if head.startswith(_PCAPNG):
                mark = self._source.take(4)
                self._order = ">" if mark == b"\x1a\x2b\x3c\x4d" else "<"
                self._interfaces = []
                taken = 12
            else:
                taken = 8
            kind, total = struct.unpack(self._order + "II", head)
            if total < taken + 4 or total % 4 or total > _MAX_BLOCK_BYTES:
                yield Broken(f"a block claims {total:,} bytes; the rest of the capture cannot be read", head)
                return
            if kind in {_INTERFACE, _OLD_PACKET, _SIMPLE, _ENHANCED}:
                body = self._source.take(total - taken)
                complete = len(body) == total - taken
            else:
                body = b""
                complete = self._source.skip(total - taken)
            if not complete:
                yield Broken("the capture ends within a block", body[:MAX_PACKET_BYTES])
                return
            found = self._block(kind, body[:-4])
            if found is not None:
                yield found
            head = b""

    def _block(self, kind: int, body: bytes) -> Frame | Broken | None:
        try:
            match kind:
                case 1:
                    return self._interface(body)
                case 3:
                    (length,) = struct.unpack_from(self._order + "I", body)
                    interface = self._interfaces[0]
                    held = min(length, interface.snap or length, len(body) - 4)
                    return Frame(0, interface.link, body[4 : 4 + held], length)
                case 2:
                    number, _, high, low, held, length = struct.unpack_from(self._order + "HHIIII", body)
                    return self._packet(number, (high << 32) | low, body[20 : 20 + held], held, length)
                case 6:
                    number, high, low, held, length = struct.unpack_from(self._order + "IIIII", body)
                    return self._packet(number, (high << 32) | low, body[20 : 20 + held], held, length)
                case _:
                    return None
        except (struct.error, IndexError):
            return Broken("a block is too short, or names an interface that does not exist", body[:MAX_PACKET_BYTES])

    def _packet(self, number: int, units: int, data: bytes, held: int, length: int) -> Frame | Broken:
        interface = self._interfaces[number]
        if len(data) < held or held > MAX_PACKET_BYTES:
            return Broken(f"a packet claims {held:,} bytes; its block holds {len(data):,}", data[:MAX_PACKET_BYTES])
        time = units * SECOND // interface.per_second + interface.offset * SECOND
        return Frame(time, interface.link, data, length)

    def _interface(self, body: bytes) -> Broken | None:
        link, _, snap = struct.unpack_from(self._order + "HHI", body)
        if len(self._interfaces) >= _MAX_INTERFACES:
            return Broken(f"the capture has more than {_MAX_INTERFACES:,} interfaces", body[:64])
        per_second, offset, at = SECOND, 0, 8
        while at + 4 <= len(body):
            code, size = struct.unpack_from(self._order + "HH", body, at)
            value = body[at + 4 : at + 4 + size]
            if code == 0:
                break
            if code == _IF_TSRESOL and len(value) == 1:
                per_second = 2 ** (value[0] & 0x7F) if value[0] & 0x80 else 10 ** min(value[0], 18)
            elif code == _IF_TSOFFSET and len(value) == 8:  # noqa: PLR2004 - a 64-bit number
                (offset,) = struct.unpack(self._order + "q", value)
            at += 4 + size + (-size % 4)
        self._interfaces.append(_Interface(link, snap, per_second, offset))
        return None
