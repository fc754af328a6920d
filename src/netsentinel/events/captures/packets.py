"""From the bytes of a packet to who speaks to whom: Ethernet, VLANs, IPv4, IPv6, TCP, UDP, ICMP, ARP.

Sources: IEEE 802.3 and 802.1Q, RFC 791, 8200, 9293, 768, 792, 4443, 826; link types of tcpdump.org/linktypes.html.
"""

import struct
from dataclasses import dataclass
from functools import lru_cache
from socket import AF_INET, AF_INET6, inet_ntop

from netsentinel.kernel.types import Micros

TCP, UDP, ICMP, ICMP6 = 6, 17, 1, 58
FIN, SYN, RST, ACK = 1, 2, 4, 16

_LOOP = 108
_ARP, _IP, _IP6 = 0x0806, 0x0800, 0x86DD
_TAGS = frozenset({0x8100, 0x88A8, 0x9100})
_PPPOE = 0x8864
_MOST_TAGS = 8
_MOST_HEADERS = 16
"""IPv6 extension headers that are walked through."""
_TUNNELS = {4: _IP, 41: _IP6}
_GRE = 47
_MOST_TUNNELS = 4
_EXTENSIONS = frozenset({0, 43, 60, 135, 139, 140})
_FRAGMENT, _AUTHENTICATION = 44, 51
_NULL_FAMILIES = {2: _IP, 24: _IP6, 28: _IP6, 30: _IP6}
_PPP_KINDS = {0x0021: _IP, 0x0057: _IP6}
_LENGTH_IS_SMALL = 1_536
"""Below it, the two bytes after the addresses are a length (802.3), and no type."""


class CutError(ValueError):
    """A packet ends before its own headers do, or its headers contradict themselves."""


@dataclass(slots=True)
class Packet:
    """An IP packet, as far as connections need it."""

    time: Micros
    src: bytes
    dst: bytes
    protocol: int
    sport: int
    """Port; type of an ICMP message."""
    dport: int
    """Port; code of an ICMP message."""
    length: int
    """Bytes of the IP packet, by its own header."""
    payload: bytes
    """What was captured of what TCP, UDP or ICMP carry."""
    carried: int
    """How long the payload was on the wire."""
    flags: int = 0
    seq: int = 0
    fragment: bool = False
    """A later piece of a packet: it has no ports."""


@dataclass(slots=True)
class Arp:
    """An ARP message for IPv4 over Ethernet."""

    time: Micros
    operation: int
    src_mac: str
    dst_mac: str
    orig_hw: str
    orig_h: str
    resp_hw: str
    resp_h: str


@dataclass(frozen=True, slots=True)
class Other:
    """A packet of a protocol that is not looked into."""

    name: str


def decode(link: int, data: bytes, time: Micros) -> Packet | Arp | Other:
    """What a captured packet says.

    Raises:
        CutError: a header is cut or wrong; the sentence says which.
    """
    kind, at = _link(link, data)
    for _ in range(_MOST_TUNNELS + 1):
        if kind == _IP:
            found = _ipv4(data, at, time)
        elif kind == _IP6:
            found = _ipv6(data, at, time)
        elif kind == _ARP:
            return _arp(data, at, time)
        else:
            return Other(f"ethertype 0x{kind:04x}" if kind >= _LENGTH_IS_SMALL else "802.3")
        if isinstance(found, Packet):
            return found
        kind, at = found
    raise CutError(f"the packet is wrapped more than {_MOST_TUNNELS} times")


def address(raw: bytes) -> str:
    """An address as text."""
    return _address(raw)


@lru_cache(maxsize=16_384)
def _address(raw: bytes) -> str:
    return inet_ntop(AF_INET if len(raw) == 4 else AF_INET6, raw)  # noqa: PLR2004 - bytes of an IPv4 address


def _need(data: bytes, end: int, what: str) -> None:
    if len(data) < end:
        raise CutError(f"{what} is cut: the packet has {len(data)} of {end} bytes")


def _link(link: int, data: bytes) -> tuple[int, int]:  # noqa: PLR0911 - one answer per link type
    """The type of what the frame carries, and where that begins; the numbers are those of tcpdump's list."""
    match link:
        case 1:  # Ethernet
            return _ethernet(data)
        case 101 | 12 | 14 | 228 | 229:  # IP without a frame
            _need(data, 1, "the IP header")
            return (_IP6 if data[0] >> 4 == 6 else _IP), 0  # noqa: PLR2004 - the version
        case 0 | 108:  # BSD loopback
            _need(data, 4, "the loopback header")
            family = int.from_bytes(data[:4], "big" if link == _LOOP or data[0] == 0 else "little")
            return _NULL_FAMILIES.get(family, 0), 4
        case 113:  # Linux cooked
            _need(data, 16, "the cooked header")
            return _tagged(data, 14)
        case 276:  # Linux cooked, version 2
            _need(data, 20, "the cooked header")
            kind = int.from_bytes(data[:2], "big")
            return kind, 20
        case 104:  # Cisco HDLC
            _need(data, 4, "the HDLC header")
            return int.from_bytes(data[2:4], "big"), 4
        case 9:  # PPP
            _need(data, 4, "the PPP header")
            at = 2 if data[0] == 0xFF else 0  # noqa: PLR2004 - an address that PPP may leave out
            return _PPP_KINDS.get(int.from_bytes(data[at : at + 2], "big"), 0), at + 2
        case _:
            raise CutError(f"packets of link type {link} are not read")


def _ethernet(data: bytes) -> tuple[int, int]:
    _need(data, 14, "the Ethernet header")
    return _tagged(data, 12)


def _tagged(data: bytes, at: int) -> tuple[int, int]:
    """The type after VLAN tags and a PPPoE header."""
    kind = (data[at] << 8) | data[at + 1]
    for _ in range(_MOST_TAGS):
        if kind not in _TAGS:
            break
        at += 4
        _need(data, at + 2, "the VLAN tag")
        kind = (data[at] << 8) | data[at + 1]
    at += 2
    if kind == _PPPOE:
        _need(data, at + 8, "the PPPoE header")
        return _PPP_KINDS.get(int.from_bytes(data[at + 6 : at + 8], "big"), 0), at + 8
    return kind, at


def _ipv4(data: bytes, at: int, time: Micros) -> Packet | tuple[int, int]:
    _need(data, at + 20, "the IPv4 header")
    first = data[at]
    size = (first & 15) * 4
    total = (data[at + 2] << 8) | data[at + 3]
    if first >> 4 != 4 or size < 20:  # noqa: PLR2004 - the version, and the shortest header
        raise CutError(f"the IPv4 header is wrong: version {first >> 4}, {size} bytes")
    if total and total < size:
        raise CutError(f"the IPv4 header is wrong: a packet of {total} bytes with a header of {size}")
    _need(data, at + size, "the IPv4 header")
    end = at + (total or len(data) - at)  # 0 where the network card cuts packets (TSO)
    src, dst, protocol = data[at + 12 : at + 16], data[at + 16 : at + 20], data[at + 9]
    offset = ((data[at + 6] & 0x1F) << 8) | data[at + 7]
    if offset:
        return Packet(time, src, dst, protocol, 0, 0, end - at, b"", 0, fragment=True)
    inner = _inner(data, at + size, protocol)
    if inner is not None:
        return inner
    return _transport(data, at + size, end, end - at, protocol, src, dst, time)


def _ipv6(data: bytes, at: int, time: Micros) -> Packet | tuple[int, int]:
    _need(data, at + 40, "the IPv6 header")
    if data[at] >> 4 != 6:  # noqa: PLR2004 - the version
        raise CutError(f"the IPv6 header is wrong: version {data[at] >> 4}")
    carried = (data[at + 4] << 8) | data[at + 5]
    end = at + 40 + carried if carried else len(data)
    src, dst, protocol = data[at + 8 : at + 24], data[at + 24 : at + 40], data[at + 6]
    place = at + 40
    for _ in range(_MOST_HEADERS):
        if protocol in _EXTENSIONS:
            _need(data, place + 8, "an IPv6 extension header")
            protocol, place = data[place], place + 8 + data[place + 1] * 8
        elif protocol == _AUTHENTICATION:
            _need(data, place + 8, "an IPv6 extension header")
            protocol, place = data[place], place + 8 + data[place + 1] * 4
        elif protocol == _FRAGMENT:
            _need(data, place + 8, "an IPv6 extension header")
            offset = ((data[place + 2] << 8) | data[place + 3]) >> 3
            protocol, place = data[place], place + 8
            if offset:
                return Packet(time, src, dst, protocol, 0, 0, end - at, b"", 0, fragment=True)
        else:
            break
    else:
        raise CutError(f"the packet has more than {_MOST_HEADERS} IPv6 extension headers")
    inner = _inner(data, place, protocol)
    if inner is not None:
        return inner
    return _transport(data, place, end, end - at, protocol, src, dst, time)


def _inner(data: bytes, at: int, protocol: int) -> tuple[int, int] | None:
    """What a tunnel carries, and where it begins."""
    if protocol in _TUNNELS:
        return _TUNNELS[protocol], at
    if protocol != _GRE:
        return None
    _need(data, at + 4, "the GRE header")
    flags, kind = data[at], (data[at + 2] << 8) | data[at + 3]
    if kind not in {_IP, _IP6} or data[at + 1] & 7:
        return None
    return kind, at + 4 + 4 * bool(flags & 0x80) + 4 * bool(flags & 0x20) + 4 * bool(flags & 0x10)


_TCP_HEAD = struct.Struct("!HHIIBB")


def _transport(
    data: bytes, at: int, end: int, length: int, protocol: int, src: bytes, dst: bytes, time: Micros
) -> Packet:
    if protocol == TCP:
        _need(data, at + 20, "the TCP header")
        sport, dport, seq, _, offset, flags = _TCP_HEAD.unpack_from(data, at)
        size = (offset >> 4) * 4
        if size < 20 or at + size > end:  # noqa: PLR2004 - the shortest header
            raise CutError(f"the TCP header is wrong: {size} bytes in a packet with room for {end - at}")
        begins = at + size
        return Packet(
            time, src, dst, TCP, sport, dport, length, data[begins:end], end - begins, flags=flags & 0x3F, seq=seq
        )
    if protocol == UDP:
        _need(data, at + 8, "the UDP header")
        sport, dport = (data[at] << 8) | data[at + 1], (data[at + 2] << 8) | data[at + 3]
        if at + 8 > end:
            raise CutError("the UDP header is wrong: it does not fit into its packet")
        return Packet(time, src, dst, UDP, sport, dport, length, data[at + 8 : end], end - at - 8)
    if protocol in {ICMP, ICMP6}:
        _need(data, at + 4, "the ICMP header")
        body = data[at + 8 : end]
        return Packet(time, src, dst, protocol, data[at], data[at + 1], length, body, max(0, end - at - 8))
    return Packet(time, src, dst, protocol, 0, 0, length, b"", max(0, end - at))


def _arp(data: bytes, at: int, time: Micros) -> Arp | Other:
    _need(data, at + 28, "the ARP message")
    if data[at : at + 6] != b"\x00\x01\x08\x00\x06\x04":
        return Other("ARP that is not for IPv4 over Ethernet")
    operation = (data[at + 6] << 8) | data[at + 7]
    frame = at >= 14  # noqa: PLR2004 - there is an Ethernet header before it
    return Arp(
        time=time,
        operation=operation,
        src_mac=_mac(data[6:12]) if frame else "",
        dst_mac=_mac(data[0:6]) if frame else "",
        orig_hw=_mac(data[at + 8 : at + 14]),
        orig_h=_address(data[at + 14 : at + 18]),
        resp_hw=_mac(data[at + 18 : at + 24]),
        resp_h=_address(data[at + 24 : at + 28]),
    )


def _mac(raw: bytes) -> str:
    return raw.hex(":")
