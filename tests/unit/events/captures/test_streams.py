from hypothesis import given
from hypothesis import strategies as st

from netsentinel.events.captures.packets import ACK, TCP, Packet
from netsentinel.events.captures.streams import Side

TEXT = bytes(range(256)) * 4


def piece(start: int, data: bytes, base: int = 0, carried: int = -1) -> Packet:
    size = len(data) if carried < 0 else carried
    return Packet(0, b"", b"", TCP, 1, 2, 40, data, size, flags=ACK, seq=(base + start) & 0xFFFFFFFF)


def begun(base: int = 0) -> Side:
    side = Side()
    side.begin(base)
    return side


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)), max_size=30),
    st.integers(0, 0xFFFFFFFF),
    st.randoms(use_true_random=False),
)
def test_bytes_come_out_once_and_in_order(more: list[tuple[int, int]], base: int, random: object) -> None:
    """Whatever is repeated, overlaps or is late, also where the numbers wrap."""
    pieces = [(start, TEXT[start : start + size]) for start, size in more] + [
        (start, TEXT[start : start + 8]) for start in range(0, 80, 8)
    ]
    random.shuffle(pieces)  # type: ignore[attr-defined]
    side = begun(base)
    got = b"".join(part for start, data in pieces for part in side.take(piece(start, data, base)))
    assert got == TEXT[: len(got)]
    assert len(got) >= 80
    assert side.held == 0


def test_little_is_held_of_what_is_ahead() -> None:
    side = begun()
    for start in range(10, 200_000, 1_000):
        assert side.take(piece(start, bytes(1_000))) == []
        assert side.held <= 66_000
    assert side.missing


def test_a_packet_that_the_capture_cut_leaves_a_gap() -> None:
    side = begun()
    assert side.take(piece(0, b"abc", carried=10)) == [b"abc"]
    assert side.missing


def test_bytes_that_are_sent_twice_count_once() -> None:
    side = begun(0xFFFFFFF0)
    for start, size in ((0, 100), (0, 100), (50, 100), (150, 50)):
        side.advance(0xFFFFFFF0 + start, size)
    assert side.highest == 200
