"""Syslog messages in a TCP stream, however the stream is cut."""

import random

import pytest

from netsentinel.events.sources.framing import Framer, as_line

LINES = b"<34>Oct 11 22:14:15 host su: one\n<34>two\r\n\n<13>three\0<14>four\n"
COUNTED = b"".join(b"%d %s" % (len(m), m) for m in (b"<34>one", b"<34>two\nlines\n", b"<13>" + b"x" * 300, b"<1>\0"))


def cut(data: bytes, seed: int) -> list[bytes]:
    chance = random.Random(seed)  # noqa: S311 - dice, not secrets
    pieces = list[bytes]()
    while data:
        size = chance.choice((1, 2, 3, 7, 50, 400))
        pieces.append(data[:size])
        data = data[size:]
    return pieces


def read(pieces: list[bytes], *, most: int = 1_000) -> tuple[list[bytes], str]:
    framer = Framer(most)
    body = b"".join(framer.feed(piece) for piece in pieces) + framer.finish()
    assert not body or body.endswith(b"\n")
    return [line.rstrip(b"\r") for line in body.split(b"\n") if line], framer.error


@pytest.mark.parametrize("seed", range(30))
def test_lines_come_whole_however_they_are_cut(seed: int) -> None:
    expected = [b"<34>Oct 11 22:14:15 host su: one", b"<34>two", b"<13>three", b"<14>four"]
    assert read(cut(LINES, seed)) == (expected, "")


@pytest.mark.parametrize("seed", range(30))
def test_counted_messages_come_whole_however_they_are_cut(seed: int) -> None:
    expected = [b"<34>one", b"<34>two#012lines", b"<13>" + b"x" * 300, b"<1>"]
    assert read(cut(COUNTED, seed)) == (expected, "")


def test_a_last_line_without_its_end_is_kept() -> None:
    assert read([b"<1>a\n<1>b"]) == ([b"<1>a", b"<1>b"], "")


def test_a_connection_that_ends_inside_a_counted_message_says_so_and_keeps_what_came() -> None:
    lines, error = read([b"7 <34>one20 <34>and then"])
    assert lines == [b"<34>one", b"<34>and then"]
    assert "ended inside a message" in error


def test_a_wrong_count_loses_nothing() -> None:
    lines, error = read([b"7 <34>one<34>no count\n<34>more\n"])
    assert lines == [b"<34>one", b"<34>no count", b"<34>more"]
    assert "did not begin with its length" in error


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("message", [b"<34>" + b"y" * 2_500, b"<34>" + b"z" * 996])
def test_a_long_message_comes_in_several_lines(message: bytes, seed: int) -> None:
    for data in (message + b"\n<1>b\n", b"%d %s5 <1>b\n" % (len(message), message)):
        lines, error = read(cut(data, seed))
        assert b"".join(lines) == message + b"<1>b"
        assert lines[-1] == b"<1>b"
        assert ("several lines" in error) == (len(message) > 1_000)


def test_numbers_alone_are_lines() -> None:
    assert read([b"12 drummers\n", b"11 pipers\n"]) == ([b"12 drummers", b"11 pipers"], "")
    assert read([b"1", b"2"]) == ([b"12"], "")


@pytest.mark.parametrize(("message", "line"), [(b"", b""), (b" \n", b""), (b"a\r\nb\n", b"a#012b\n"), (b"a", b"a\n")])
def test_a_message_is_one_line(message: bytes, line: bytes) -> None:
    assert as_line(message) == line
