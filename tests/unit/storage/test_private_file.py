from pathlib import Path

import pytest

from netsentinel.kernel import disk
from netsentinel.kernel.errors import UnavailableError
from netsentinel.storage import private_file
from netsentinel.storage.private_file import only_one, private_folder, private_key, read_private, write_private


def test_a_key_is_made_once_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "new" / "audit.key"
    first = private_key(path)
    assert len(bytes.fromhex(first)) == 32
    assert private_key(path) == first
    assert path.stat().st_mode & 0o777 == 0o600


def test_reading_takes_the_file_away_from_others(tmp_path: Path) -> None:
    path = tmp_path / "open.key"
    path.write_text("secret\n", encoding="ascii")
    path.chmod(0o644)
    assert read_private(path) == "secret"
    assert path.stat().st_mode & 0o777 == 0o600


def test_writing_replaces_and_leaves_nothing_beside(tmp_path: Path) -> None:
    path = tmp_path / "k"
    write_private(path, "one")
    write_private(path, "two")
    assert read_private(path) == "two"
    assert [item.name for item in tmp_path.iterdir()] == ["k"]


def test_keys_and_what_is_written_are_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[set[str]] = []
    monkeypatch.setattr(private_file, "sync", lambda folder: synced.append({one.name for one in folder.iterdir()}))
    private_key(tmp_path / "audit.key")
    write_private(tmp_path / "local.key", "k")
    assert synced == [{"audit.key"}, {"audit.key", "local.key"}]


def test_a_missing_file_is_empty(tmp_path: Path) -> None:
    assert read_private(tmp_path / "none") == ""


def test_the_lock_is_held_by_one_and_free_afterwards(tmp_path: Path) -> None:
    lock = tmp_path / "new" / "server.lock"
    with only_one(lock, "taken"), pytest.raises(UnavailableError, match="taken"), only_one(lock, "taken"):
        pass
    with only_one(lock, "taken"):
        assert lock.exists()


def test_every_folder_that_is_made_is_its_owners_and_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(disk, "sync", synced.append)
    private_folder(tmp_path / "data" / "demo")
    private_folder(tmp_path / "data" / "demo")
    assert {folder.stat().st_mode & 0o777 for folder in (tmp_path / "data", tmp_path / "data" / "demo")} == {0o700}
    assert synced == [tmp_path, tmp_path / "data"]


def test_what_is_no_folder_is_not_taken_for_one(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    with pytest.raises(FileExistsError):
        private_folder(tmp_path / "data")
