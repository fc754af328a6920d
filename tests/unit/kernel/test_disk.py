"""The disk's reserve."""

import errno
import os
from pathlib import Path

import pytest

from netsentinel.kernel import disk
from netsentinel.kernel.disk import check_room, free_bytes, make_folder, sync, write_whole
from netsentinel.kernel.errors import StorageFullError


def test_free_space_is_that_of_the_disk_even_before_the_folder_is_there(tmp_path: Path) -> None:
    assert free_bytes(tmp_path) > 0
    assert free_bytes(tmp_path / "not" / "there") > 0


def test_files_and_folders_can_be_had_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"x")
    done: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda number: done.append(str(Path(f"/proc/self/fd/{number}").readlink())))
    sync(tmp_path / "file")
    sync(tmp_path)
    assert done == [str(tmp_path / "file"), str(tmp_path)]


def test_a_folder_is_made_with_those_around_it_and_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[tuple[Path, list[str]]] = []
    monkeypatch.setattr(disk, "sync", lambda folder: synced.append((folder, [one.name for one in folder.iterdir()])))
    make_folder(tmp_path / "a" / "b", 0o700)
    make_folder(tmp_path / "a" / "b")
    assert synced == [(tmp_path, ["a"]), (tmp_path / "a", ["b"])]
    assert (tmp_path / "a" / "b").stat().st_mode & 0o077 == 0


def test_a_file_is_replaced_in_one_step_and_is_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, done = tmp_path / "a" / "state.json", list[tuple[str, bytes]]()

    def note(number: int) -> None:
        at = Path(f"/proc/self/fd/{number}").readlink()
        done.append((at.name, path.read_bytes() if path.exists() else b""))

    write_whole(path, b"much that was before")
    write_whole(path.with_suffix(".new"), b"what an ended one has left")
    monkeypatch.setattr(os, "fsync", note)
    write_whole(path, b"new")
    assert done == [("state.new", b"much that was before"), ("a", b"new")]
    assert path.read_bytes() == b"new"
    assert [one.name for one in path.parent.iterdir()] == ["state.json"]
    assert {path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o077} == {0o600, 0}


def test_of_what_a_full_disk_did_not_take_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    path = tmp_path / "state.json"
    write_whole(path, b"before")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="full"):
        write_whole(path, b"after")
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("state.json", b"before")]


def test_what_fits_beside_the_reserve_is_taken(tmp_path: Path) -> None:
    assert check_room(tmp_path / "not" / "there", 0, 1) > 0
    free = free_bytes(tmp_path)
    with pytest.raises(StorageFullError) as caught:
        check_room(tmp_path, free // 2, free)
    assert "for" in caught.value.detail
    assert caught.value.extra["retry_after"] > 0


def test_below_the_reserve_nothing_is_taken(tmp_path: Path) -> None:
    with pytest.raises(StorageFullError, match=r"MiB of the disk are free; the reserve is"):
        check_room(tmp_path, 2**60)
