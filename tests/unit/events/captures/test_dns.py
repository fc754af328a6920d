import struct

import pytest

from netsentinel.events.captures.dns import DnsError, parse
from tests.unit.events.captures.craft import Talk, Tape, taped

QUESTION = b"\x03wWw\x07example\x03org\x00"


def message(number: int = 7, flags: int = 0x0100, kind: int = 1, answers: bytes = b"", count: int = 0) -> bytes:
    head = struct.pack("!HHHHHH", number, flags, 1, count, 0, 0)
    return head + QUESTION + struct.pack("!HH", kind, 1) + answers


def answer(kind: int, data: bytes, ttl: int = 60) -> bytes:
    return b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, ttl, len(data)) + data


def test_a_question_and_its_answer_are_one_record() -> None:
    tape = Tape()
    tape.udp(message(), 4_000, 53)
    both = answer(5, b"\x04host\xc0\x10") + answer(1, b"\x01\x02\x03\x04", 30)
    tape.udp(message(flags=0x8580, answers=both, count=2), 4_000, 53, back=True)
    found = taped(tape).one("dns")
    assert (found["query"], found["qtype_name"], found["qclass_name"]) == ("www.example.org", "A", "C_INTERNET")
    assert (found["answers"], found["TTLs"]) == (["host.example.org", "1.2.3.4"], [60.0, 30.0])
    assert (found["rcode_name"], found["rtt"], found["trans_id"]) == ("NOERROR", 0.01, 7)
    assert (found["AA"], found["TC"], found["RD"], found["RA"], found["rejected"]) == (True, False, True, True, False)
    assert taped(tape).one("conn")["service"] == "dns"


def test_what_nobody_answers_and_what_nobody_asked() -> None:
    tape = Tape()
    tape.udp(message(1), 4_000, 53)
    tape.udp(message(1), 4_000, 53)
    tape.udp(message(2, flags=0x8183), 4_001, 53, back=True)
    asked, answered = sorted(taped(tape).of("dns"), key=lambda one: one["trans_id"])
    assert "rcode" not in asked
    assert (answered["rcode_name"], "rtt" in answered) == ("NXDOMAIN", False)


@pytest.mark.parametrize(
    ("kind", "data", "text"),
    [
        (28, bytes(15) + b"\x01", "::1"),
        (16, b"\x02ab\x03c\xffd", "TXT 2 ab TXT 3 c\\xffd"),
        (15, b"\x00\x0a\x02mx\xc0\x10", "mx.example.org"),
        (33, bytes(6) + b"\x03srv\x00", "srv"),
        (6, b"\x02ns\x00\x00", "ns"),
        (65, b"\x00\x01\x00", "<unknown type=65>"),
    ],
)
def test_answers_are_written_as_zeek_writes_them(kind: int, data: bytes, text: str) -> None:
    found = parse(message(flags=0x8180, kind=kind, answers=answer(kind, data), count=1))
    assert found.answers == [(text, 60)]


def test_over_tcp_in_pieces() -> None:
    asked = message()
    talk = Talk(Tape(), dport=53).open()
    whole = struct.pack("!H", len(asked)) + asked
    for at in range(0, len(whole), 5):
        talk.says(whole[at : at + 5])
    talk.hears(struct.pack("!H", len(asked)) + message(flags=0x8180))
    found = taped(talk.tape).one("dns")
    assert (found["query"], found["proto"], found["rcode"]) == ("www.example.org", "tcp", 0)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        message()[:-3],
        struct.pack("!HHHHHH", 1, 0, 1, 0, 0, 0) + b"\xc0\x0c\x00\x01\x00\x01",
        struct.pack("!HHHHHH", 1, 0, 1, 0, 0, 0) + b"\xc0\x50\x00\x01\x00\x01",
        struct.pack("!HHHHHH", 1, 0, 1, 0, 0, 0) + (b"\x3f" + b"a" * 63) * 5 + b"\x00\x00\x01\x00\x01",
        struct.pack("!HHHHHH", 1, 0, 1, 0, 0, 0) + b"\x80abc",
        struct.pack("!HHHHHH", 1, 0, 60_000, 0, 0, 0) + b"\x00\x00\x01\x00\x01" * 5_000,
    ],
)
def test_hostile_messages_end_soon_and_make_no_record(data: bytes) -> None:
    with pytest.raises(DnsError):
        parse(data)
    tape = Tape()
    tape.udp(data, 4_000, 53)
    found = taped(tape)
    assert (found.of("dns"), found.account.used) == ([], 1)


def test_very_many_questions_without_answer_are_told_and_not_all_kept() -> None:
    tape = Tape()
    for number in range(300):
        tape.udp(message(number), 4_000, 53)
        tape.time -= 0.0099
    assert len(taped(tape).of("dns")) == 300
