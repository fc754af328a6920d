import io
import struct
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netsentinel.detection.pipeline import Origin, Pipeline, Tally
from netsentinel.events.captures import capture_records
from netsentinel.events.captures.packets import SYN
from netsentinel.events.formats import FORMATS
from netsentinel.kernel.types import DEFAULT_TENANT
from tests.unit.events.captures.craft import CLIENT, ETHERNET, SERVER, Talk, Tape, ip, pcap, pcapng, read, taped, udp
from tests.unit.events.captures.test_dns import answer, message
from tests.unit.events.captures.test_http import ASK, OK
from tests.unit.events.captures.test_tls import client_hello, server_hello


def everything() -> Tape:
    tape = Tape()
    Talk(tape).open().says(ASK).hears(OK).close()
    Talk(tape, sport=40_001, dport=443).open().says(client_hello()).hears(server_hello()).reset()
    tape.udp(message(), 4_000, 53)
    tape.udp(message(flags=0x8180, answers=answer(1, b"\x01\x02\x03\x04"), count=1), 4_000, 53, back=True)
    body = struct.pack("!HHBBH6s4s6s4s", 1, 0x800, 6, 4, 2, b"\x02" * 6, b"\x0a\0\0\x01", b"\xff" * 6, b"\x0a\0\0\x02")
    tape.packets.append((tape.time, b"\xff" * 6 + ETHERNET[6:] + b"\x08\x06" + body))
    tape.put(b"\x88\xcc" + bytes(40))
    tape.put(b"\x08\x00\x45\x00")
    return tape


def test_every_packet_is_used_or_named_or_rejected() -> None:
    found = taped(everything())
    assert (found.account.packets, found.account.used, found.account.rejected) == (19, 17, 1)
    assert found.account.others == {"ethertype 0x88cc": 1}
    assert found.rejected == [
        "packet 19: the IPv4 header is cut: the packet has 16 of 34 bytes: " + (ETHERNET + b"\x08\0\x45\0").hex()
    ]
    stats = found.records[-1]
    assert (stats["_path"], stats["pkts_proc"], stats["pkts_rejected"], stats["connections"]) == ("stats", 19, 1, 3)
    sentence = "x: 19 packets: 16 in 3 connections, 1 of ARP, 1 of other protocols, 1 rejected."
    assert found.account.describe("x") == sentence


def test_records_are_events_like_zeeks() -> None:
    pipeline, tally = Pipeline(FORMATS, ()), Tally()
    kept = []
    pipeline._detectors = (
        type(
            "Keep",
            (),
            {
                "remembers": False,
                "name": "k",
                "classes": frozenset(),
                "analyze_events": lambda _, e: kept.extend(e) or [],
            },
        )(),
    )  # type: ignore[assignment]
    lines = list(capture_records(b"", io.BytesIO(pcap(everything().packets))))
    pipeline.examine(lines, Origin(DEFAULT_TENANT, "capture"), tally)
    assert tally.formats == {"zeek": 8}
    assert [reason for _, reason in tally.rejected] == [
        "packet 19: the IPv4 header is cut: the packet has 16 of 34 bytes"
    ]
    by_log = {event.event_code: event for event in kept}
    assert by_log.keys() == {"conn", "http", "ssl", "dns", "arp", "stats"}
    assert (by_log["http"].url, by_log["http"].http_status, by_log["http"].src_ip) == ("/a?b=c", 200, CLIENT)
    assert (by_log["ssl"].domain, by_log["dns"].dns_answer, by_log["dns"].dst_ip) == ("example.org", "1.2.3.4", SERVER)
    assert (by_log["arp"].src_ip, by_log["arp"].native["dst_mac"]) == ("10.0.0.1", "ff:ff:ff:ff:ff:ff")
    assert by_log["ssl"].ja3


WHOLE = (pcap(everything().packets), pcapng(everything().packets))


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(WHOLE),
    st.lists(st.tuples(st.integers(0, 4_000), st.integers(0, 255)), max_size=12),
    st.integers(0, 4_000),
)
def test_damage_never_stops_it_and_never_loses_count(content: bytes, damage: list[tuple[int, int]], cut: int) -> None:
    broken = bytearray(content)
    for at, value in damage:
        broken[at % len(broken)] = value
    read(bytes(broken[: len(broken) - cut % len(broken)]) if cut % 3 == 0 else bytes(broken))


@pytest.mark.untraced
def test_memory_stays_small_however_long_a_capture_is() -> None:
    tape = Tape()
    for number in range(6_000):
        Talk(tape, sport=1_024 + number % 60_000, src=f"10.{number % 200}.0.5").send(flags=SYN)
        tape.put(ip(udp(number + 1_024, 53, message(number)), 17))
    content = io.BytesIO(pcap(tape.packets))
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    count = sum(1 for _ in capture_records(content.read(4), content))
    peak = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    assert count == 18_001
    assert peak < 30_000_000
