import os
import shutil
from pathlib import Path

import pytest

from netsentinel.events.sources import generations as module
from netsentinel.events.sources.generations import Generation, Generations
from netsentinel.kernel.clock import SystemClock


class Follower:
    """Follows a file and acknowledges all it reads; can be started again from what it knew."""

    def __init__(self, path: Path, *, from_end: bool = False, linger_s: float = 60) -> None:
        self.path = path
        self.linger_s = linger_s
        self.followed = Generations(path, SystemClock(), from_end=from_end, linger_s=linger_s)

    def restart(self) -> None:
        known = self.followed.known
        self.followed.close()
        self.followed = Generations(self.path, SystemClock(), known, linger_s=self.linger_s)

    def lines(self) -> list[str]:
        """What one look finds."""
        self.followed.look()
        body = b""
        while (piece := self.followed.read()) is not None:
            body += piece.body
            self.followed.acknowledge(piece, piece.end if piece.body else 0)
        return body.decode().splitlines()


def add(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "eve.json"


@pytest.fixture(params=["running", "restarted"])
def between(request: pytest.FixtureRequest) -> bool:
    return bool(request.param == "restarted")


@pytest.fixture
def follower(log: Path) -> Follower:
    return Follower(log)


def test_only_whole_lines(log: Path, follower: Follower) -> None:
    assert follower.lines() == []
    add(log, "one\ntw")
    assert follower.lines() == ["one"]
    assert follower.lines() == []
    assert follower.followed.waiting() == 2
    add(log, "o\n\n \r\n")
    assert follower.lines() == ["two", "", " "]
    add(log, "\n")
    assert follower.lines() == []
    assert follower.followed.waiting() == 0


def test_rotation_by_renaming(log: Path, follower: Follower, *, between: bool) -> None:
    add(log, "a\nb\nhal")
    assert follower.lines() == ["a", "b"]
    log.rename(f"{log}.1")
    add(Path(f"{log}.1"), "f\nlate\n")
    add(log, "new\n")
    if between:
        follower.restart()
    assert follower.lines() == ["half", "late", "new"]
    add(Path(f"{log}.1"), "very late\n")
    assert follower.lines() == ["very late"]


def test_rotations_that_nobody_saw(log: Path, follower: Follower, *, between: bool) -> None:
    add(log, "a\n")
    assert follower.lines() == ["a"]
    add(log, "b\n")
    log.rename(f"{log}.2")
    add(log, "c\n")
    os.utime(log, (2_000_000_000, 2_000_000_000))
    log.rename(f"{log}.1")
    add(log, "d\n")
    if between:
        follower.restart()
    assert follower.lines() == ["b", "c", "d"]
    assert follower.lines() == []


def test_copy_and_truncate(log: Path, follower: Follower, *, between: bool) -> None:
    add(log, "a\nb\n")
    assert follower.lines() == ["a", "b"]
    add(log, "c\n")
    shutil.copy(log, f"{log}.1")
    assert follower.lines() == ["c"], "the copy holds nothing new while the original is there"
    add(log, "lost to the copy\n")
    assert follower.lines() == ["lost to the copy"]
    os.truncate(log, 0)
    add(log, "d\n")
    if between:
        follower.restart()
    assert follower.lines() == ["d"]
    assert follower.lines() == []


def test_what_is_only_in_the_copy(log: Path, follower: Follower, *, between: bool) -> None:
    add(log, "a\n")
    assert follower.lines() == ["a"]
    add(log, "b\n")
    shutil.copy(log, f"{log}.1")
    os.truncate(log, 0)
    add(log, "and now more than was there before\n")
    if between:
        follower.restart()
    assert sorted(follower.lines()) == ["and now more than was there before", "b"]
    assert follower.lines() == []


def test_truncated_and_full_again_at_once(log: Path, follower: Follower) -> None:
    add(log, "a1\n")
    assert follower.lines() == ["a1"]
    log.write_text("b1\nb2\n")
    assert follower.lines() == ["b1", "b2"]


def test_an_unfinished_copy_is_left_alone(log: Path, follower: Follower) -> None:
    add(log, "aaaa\nbbbb\n")
    assert follower.lines() == ["aaaa", "bbbb"]
    add(Path(f"{log}.1"), "aaaa\nb")
    assert follower.lines() == []
    add(Path(f"{log}.1"), "bbb\n")
    assert follower.lines() == []


def test_an_unlinked_file_is_read_to_its_end(log: Path, follower: Follower) -> None:
    add(log, "a\n")
    assert follower.lines() == ["a"]
    with log.open("a") as writer:
        log.unlink()
        add(log, "x\n")
        writer.write("b\n")
        writer.flush()
        assert follower.lines() == ["b", "x"]


def test_a_half_line_nobody_finishes_is_taken_at_last(log: Path) -> None:
    follower = Follower(log, linger_s=0)
    add(log, "half")
    assert follower.lines() == []
    log.rename(f"{log}.1")
    add(log, "x\n")
    assert follower.lines() == ["halfx"]


def test_the_first_time_rotated_files_are_left_out(log: Path) -> None:
    add(Path(f"{log}.1"), "old\n")
    add(Path(f"{log}.2.gz"), "packed\n")
    add(log.with_name("eve-20260101.json"), "older\n")
    add(log.with_name("eve-summary.json"), "another log\n")
    add(log, "a\n")
    follower = Follower(log)
    assert follower.lines() == ["a"]
    add(log.with_name("eve-20260101.json"), "late\n")
    assert follower.lines() == ["late"]


def test_the_first_time_from_the_end(log: Path) -> None:
    add(log, "old\nhal")
    follower = Follower(log, from_end=True)
    assert follower.lines() == []
    add(log, "f\nnew\n")
    assert follower.lines() == ["new"]


def test_a_line_that_is_too_long_is_cut(log: Path, follower: Follower, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PIECE_BYTES", 10)
    add(log, "short\n" + "x" * 25 + "\nnext\n")
    assert follower.lines() == ["short", "x" * 10 + "next"], "the rest of it is skipped"


def test_zeros_of_a_writer_that_kept_its_place_are_no_line(log: Path, follower: Follower) -> None:
    with log.open("w") as writer:
        writer.write("a\n")
        writer.flush()
        assert follower.lines() == ["a"]
        os.truncate(log, 0)
        writer.write("b\n")
    assert follower.lines() == ["b"]


@pytest.mark.parametrize(("recorded", "rest"), [(6, ["d", "e"]), (4, ["c", "d", "e"]), (10, [])])
def test_what_the_server_has_is_not_handed_over_again(
    log: Path, follower: Follower, recorded: int, rest: list[str]
) -> None:
    add(log, "a\n")
    assert follower.lines() == ["a"]
    add(log, "b\nc\nd\ne\n")
    piece = follower.followed.read()
    assert piece is not None
    assert (piece.start, piece.end) == (2, 10)
    follower.followed.acknowledge(piece, recorded)
    assert follower.lines() == rest


def test_a_generation_that_is_nowhere_is_given_up(log: Path, follower: Follower) -> None:
    add(log, "a\n")
    assert follower.lines() == ["a"]
    follower.followed.close()
    log.unlink()
    add(log, "b\n")
    follower.restart()
    assert follower.lines() == ["b"]
    assert len(follower.followed.known) == 2
    for _ in range(60):
        follower.followed.look()
    assert len(follower.followed.known) == 1


def test_a_folder_that_is_empty_for_a_while_is_not_read_again(log: Path, follower: Follower, tmp_path: Path) -> None:
    add(log, "a\n")
    assert follower.lines() == ["a"]
    add(Path(f"{log}.1"), "b\n")
    assert follower.lines() == ["b"]
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    follower.followed.close()
    for path in (log, Path(f"{log}.1")):
        path.rename(elsewhere / path.name)
    follower.restart()
    for _ in range(200):
        assert follower.lines() == []
    for path in list(elsewhere.iterdir()):
        path.rename(log.with_name(path.name))
    add(log, "c\n")
    assert follower.lines() == ["c"]


def test_what_was_handed_over_and_not_acknowledged_is_known_again(log: Path, follower: Follower) -> None:
    follower.followed.look()
    add(log, "a\nb\n")
    follower.followed.look()
    piece = follower.followed.read()
    assert piece is not None
    assert follower.followed.announce(piece)
    assert not follower.followed.announce(piece)
    os.truncate(log, 0)
    add(log, "c\n")
    follower.restart()
    follower.followed.look()
    after = follower.followed.read()
    assert after is not None
    assert after.body == b"c\n"
    assert after.stream != piece.stream, "the server has bytes of that one"


def test_a_copy_that_got_the_inode_of_an_empty_file_is_still_a_copy(log: Path, follower: Follower) -> None:
    add(log, "a\n")
    assert follower.lines() == ["a"]
    shutil.copy(log, f"{log}.1")
    state = Path(f"{log}.1").stat()
    follower.followed.known.insert(0, Generation("empty", state.st_dev, state.st_ino))
    follower.restart()
    assert follower.lines() == []
    os.truncate(log, 0)
    assert follower.lines() == []


def test_a_piece_has_a_most_of_lines(log: Path, follower: Follower, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PIECE_LINES", 2)
    add(log, "a\nbb\nc\nd")
    follower.followed.look()
    piece = follower.followed.read()
    assert piece is not None
    assert piece.body == b"a\nbb\n"
    follower.followed.acknowledge(piece, piece.end)
    assert follower.lines() == ["c"]
