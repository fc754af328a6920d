import struct
from ipaddress import ip_address

import pytest

from netsentinel.events.captures.packets import Arp, CutError, Other, Packet, decode
from tests.unit.events.captures.craft import CLIENT, ETHERNET, SERVER, ip, tcp, udp

V6 = ("2001:db8::1", "2001:db8::2")
UDP = ip(udp(1_234, 53, b"abc"), 17)
PLAIN = UDP[2:]


def packet(data: bytes, link: int = 1) -> Packet:
    found = decode(link, data, 7)
    assert isinstance(found, Packet)
    return found


@pytest.mark.parametrize(
    ("link", "data"),
    [
        (1, ETHERNET + UDP),
        (1, ETHERNET + b"\x81\x00\x00\x05" + UDP),
        (1, ETHERNET + b"\x88\xa8\x00\x05\x81\x00\x00\x06" + UDP),
        (1, ETHERNET + b"\x88\x64\x11\x00\x00\x01\x00\x21\x00\x21" + PLAIN),
        (101, PLAIN),
        (228, PLAIN),
        (0, b"\x02\x00\x00\x00" + PLAIN),
        (108, b"\x00\x00\x00\x02" + PLAIN),
        (113, bytes(14) + UDP),
        (276, b"\x08\x00" + bytes(18) + PLAIN),
        (104, b"\x0f\x00\x08\x00" + PLAIN),
        (9, b"\xff\x03\x00\x21" + PLAIN),
        (1, ETHERNET + ip(PLAIN, 4, "1.1.1.1", "2.2.2.2")),
        (1, ETHERNET + ip(b"\x20\x00\x08\x00\x00\x00\x00\x01" + PLAIN, 47, "1.1.1.1", "2.2.2.2")),
    ],
)
def test_wrappings(link: int, data: bytes) -> None:
    found = packet(data, link)
    assert (found.src, found.dst) == (ip_address(CLIENT).packed, ip_address(SERVER).packed)
    assert (found.sport, found.dport, found.payload, found.carried, found.time) == (1_234, 53, b"abc", 3, 7)


def test_ipv6_with_extension_headers_and_tcp() -> None:
    segment = tcp(40_000, 443, 9, 0x12, b"xy")
    headers = b"\x3c\x00" + bytes(6) + b"\x06\x00" + bytes(6)
    found = packet(ETHERNET + ip(headers + segment, 0, *V6))
    assert (found.protocol, found.dport, found.flags, found.seq, found.payload) == (6, 443, 0x12, 9, b"xy")
    assert found.src == ip_address(V6[0]).packed


def test_padding_of_the_frame_is_no_payload_and_a_cut_payload_keeps_its_length() -> None:
    assert packet(ETHERNET + UDP + bytes(20)).payload == b"abc"
    cut = packet((ETHERNET + UDP)[:-2])
    assert (cut.payload, cut.carried) == (b"a", 3)


def test_later_fragments_have_no_ports() -> None:
    later = bytearray(ETHERNET + UDP)
    later[20:22] = b"\x00\x05"
    assert packet(bytes(later)).fragment
    six = ip(b"\x11\x00\x00\x88\x00\x00\x00\x01" + bytes(16), 44, *V6)
    assert packet(ETHERNET + six).fragment


def test_arp() -> None:
    body = struct.pack(
        "!HHBBH6s4s6s4s", 1, 0x800, 6, 4, 2, b"\x02" * 6, b"\x0a\x00\x00\x01", b"\x03" * 6, b"\x0a\x00\x00\x02"
    )
    found = decode(1, ETHERNET + b"\x08\x06" + body, 5)
    assert isinstance(found, Arp)
    assert (found.operation, found.orig_h, found.resp_h) == (2, "10.0.0.1", "10.0.0.2")
    assert (found.src_mac, found.orig_hw, found.resp_hw) == (
        "02:00:00:00:00:01",
        "02:02:02:02:02:02",
        "03:03:03:03:03:03",
    )


def test_other_protocols_are_named() -> None:
    assert decode(1, ETHERNET + b"\x88\xcc" + bytes(40), 0) == Other("ethertype 0x88cc")
    assert decode(1, ETHERNET + b"\x00\x26" + bytes(40), 0) == Other("802.3")
    assert decode(1, ETHERNET + b"\x08\x06\x00\x06" + bytes(40), 0) == Other("ARP that is not for IPv4 over Ethernet")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x00" * 5, "the Ethernet header is cut: the packet has 5 of 14 bytes"),
        ((ETHERNET + UDP)[:20], "the IPv4 header is cut"),
        ((ETHERNET + UDP)[:36], "the UDP header is cut"),
        (ETHERNET + b"\x08\x00\x65" + UDP[3:], "the IPv4 header is wrong: version 6"),
        (ETHERNET + b"\x08\x00\x41" + UDP[3:], "the IPv4 header is wrong"),
        (ETHERNET + ip(tcp(1, 2, 0, 2), 6)[:-8], "the TCP header is cut"),
        (ETHERNET + ip(tcp(1, 2, 0, 2)[:12] + b"\xf0" + bytes(7), 6), "the TCP header is wrong: 60 bytes"),
        (ETHERNET + ip(b"\x00\x00" + bytes(6), 0, *V6), "is cut"),
        (ETHERNET + ip(b"\x00\x00" * 4 * 20 + bytes(200), 0, *V6), "more than 16 IPv6 extension headers"),
        (ETHERNET + b"\x81\x00\x00", "the VLAN tag is cut"),
        (ETHERNET + b"\x08\x06\x00", "the ARP message is cut"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(CutError, match=reason):
        decode(1, data, 0)


def test_an_unknown_link_type_and_an_endless_tunnel() -> None:
    with pytest.raises(CutError, match="link type 147"):
        decode(147, b"abc", 0)
    inner = PLAIN
    for _ in range(9):
        inner = ip(inner, 4)[2:]
    with pytest.raises(CutError, match="wrapped more than 4 times"):
        decode(101, inner, 0)
