import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from netsentinel.events.lines import LineSplitter, LongLine, split_lines
from netsentinel.events.model import MAX_REJECTED_BYTES


def lines(body: bytes, step: int, max_line: int = 1000) -> list[bytes]:
    chunks = (body[at : at + step] for at in range(0, len(body), step))
    return [line for found in split_lines(chunks, max_line) for line in found]


@given(st.lists(st.sampled_from([b"", b" ", b"{}", b'{"a": 1}', b"\r", b"x" * 30])), st.integers(1, 40))
def test_where_the_chunks_end_makes_no_difference(parts: list[bytes], step: int) -> None:
    body = b"\n".join(parts)
    assert lines(body, step) == [part.rstrip(b"\r") for part in parts if part.strip()]


@example("\n          \n", 60, 5)
@example("a\n          \na\n", 60, 5)
@given(st.text(" \t\r\n\n\na", max_size=60), st.integers(1, 60), st.integers(1, 60))
def test_blank_lines_are_no_records_unless_they_are_too_long(text: str, step: int, max_line: int) -> None:
    body = text.encode()
    kept = [line for line in body.split(b"\n") if len(line) > max_line or line.strip()]
    found = lines(body, step, max_line)
    assert [isinstance(line, LongLine) for line in found] == [len(line) > max_line for line in kept]
    assert all(
        line.startswith(shown) if isinstance(shown, LongLine) else line.rstrip(b"\r") == shown
        for shown, line in zip(found, kept, strict=True)
    )


@pytest.mark.parametrize("blank", [b"\n", b"\r\n", b"\t\n", b"   \n"])
def test_blank_lines_are_not_looked_at_one_by_one(blank: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are no records, so that no limit of records bounds them."""
    size, step, taken = 2_000_000, 256 * 1024, 0
    take = LineSplitter._take

    def count(splitter: LineSplitter, line: bytes, found: list[bytes]) -> None:
        nonlocal taken
        taken += 1
        take(splitter, line, found)

    monkeypatch.setattr(LineSplitter, "_take", count)
    assert lines(blank * (size // len(blank)), step, 1024 * 1024) == []
    assert taken <= 3 * (size // step + 1)
    taken = 0
    mostly = ((blank * (100_000 // len(blank))) + b"{}\n") * (size // 100_000)
    assert len(lines(mostly, step, 1024 * 1024)) == 20
    assert taken <= 20 + 3 * (size // step + 1)


def test_windows_line_ends_and_a_missing_last_one() -> None:
    assert lines(b'{"a":1}\r\n\r\n{"b":2}', 5) == [b'{"a":1}', b'{"b":2}']


@given(st.integers(1, 300))
def test_a_long_line_is_cut_and_the_next_one_is_whole(step: int) -> None:
    before, long, after = lines(b"short\n" + b"x" * 200 + b"\nnext", step, max_line=100)
    assert [bytes(before), bytes(after)] == [b"short", b"next"]
    assert isinstance(long, LongLine)
    assert b"x" * 100 in long
    assert not isinstance(before, LongLine)
    assert not isinstance(after, LongLine)


def test_an_endless_line_is_not_held() -> None:
    splitter = LineSplitter(max_line=1_000_000)
    for _ in range(200):
        assert splitter.feed(b"x" * 1_000_000) == []
        held = len(splitter._rest) + len(splitter._cut)
        assert held <= 1_000_000
    (line,) = splitter.finish()
    assert isinstance(line, LongLine)
    assert len(line) == MAX_REJECTED_BYTES
