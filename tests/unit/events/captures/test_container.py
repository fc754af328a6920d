import struct

import pytest

from netsentinel.events.captures.container import MAX_PACKET_BYTES
from tests.unit.events.captures.craft import ETHERNET, block, ip, pcap, pcapng, read, udp

PACKET = ETHERNET + ip(udp(4_000, 9_999, b"hello"), 17)
PACKETS = [(1_780_000_000.25, PACKET), (1_780_000_001.5, PACKET)]
NANOSECONDS = struct.pack("<HHB3xHH", 9, 1, 9, 0, 0)
SHIFTED = struct.pack("<HHqHH", 14, 8, 1_000_000_000, 0, 0)


@pytest.mark.parametrize(
    "content",
    [
        pcap(PACKETS),
        pcap(PACKETS, order=">"),
        pcap(PACKETS, nano=True),
        pcapng(PACKETS),
        pcapng(PACKETS, order=">"),
        pcapng(PACKETS, options=NANOSECONDS, units=10**9),
        pcapng([(time - 1_000_000_000, data) for time, data in PACKETS], options=SHIFTED),
        pcapng(PACKETS) + pcapng([]),
        pcapng(PACKETS).replace(PACKET, PACKET) + block(0x0BAD, b"a block of a kind that is not known"),
    ],
)
@pytest.mark.parametrize("head", [4, 30, 10_000])
def test_every_kind_of_file_gives_the_same(content: bytes, head: int) -> None:
    found = read(content, head)
    conn = found.one("conn")
    assert (conn["ts"], conn["duration"], conn["orig_pkts"], conn["orig_bytes"]) == (1_780_000_000.25, 1.25, 2, 10)
    assert found.rejected == []


def test_simple_and_old_packet_blocks() -> None:
    simple = block(3, struct.pack("<I", len(PACKET)) + PACKET)
    old = block(2, struct.pack("<HHIIII", 0, 0, 0, 7, len(PACKET), len(PACKET)) + PACKET)
    assert read(pcapng([]) + simple + old).account.used == 2


@pytest.mark.parametrize("cut", [1, 10, 24, 30, 45, 70])
def test_a_capture_that_ends_early_is_read_up_to_there(cut: int) -> None:
    found = read(pcap(PACKETS)[:-cut] if cut < 70 else pcap(PACKETS)[:10])
    assert len(found.rejected) == 1
    assert found.account.used == (0 if cut == 70 else 1)
    assert "cut" in found.rejected[0] or "ends within" in found.rejected[0]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (pcap([]) + struct.pack("<IIII", 1, 0, MAX_PACKET_BYTES + 1, 5), "claims 262,145 bytes"),
        (pcapng([]) + struct.pack("<II", 6, 0xFFFFFFF0), "claims 4,294,967,280 bytes"),
        (pcapng([]) + struct.pack("<II", 6, 8), "claims 8 bytes"),
        (pcapng([]) + struct.pack("<III", 6, 64, 0), "ends within a block"),
        (pcapng([]) + struct.pack("<II", 0x0BAD, 64), "ends within a block"),
        (pcapng([]) + b"\x06\x00", "ends within a block's header"),
    ],
)
def test_a_file_that_lies_is_left_there(content: bytes, reason: str) -> None:
    (told,) = read(content).rejected
    assert reason in told


def test_blocks_that_contradict_themselves_do_not_stop_the_rest() -> None:
    nowhere = block(6, struct.pack("<IIIII", 9, 0, 0, 4, 4) + b"abcd")
    longer = block(6, struct.pack("<IIIII", 0, 0, 0, 4_000, 4_000) + b"abcd")
    short = block(6, b"ab")
    good = pcapng([(1.0, PACKET)])
    found = read(good[: good.index(struct.pack("<I", 6), 30)] + nowhere + longer + short + good)
    assert (len(found.rejected), found.account.used) == (3, 1)


def test_something_else_is_no_capture() -> None:
    assert read(b"GIF89a").rejected == ["packet 1: the file is no packet capture: 47494638"]
