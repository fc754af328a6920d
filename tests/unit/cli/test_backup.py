"""`netsentinel backup`, with what it opens replaced."""

import os
import shutil
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from netsentinel.cli.program import run
from netsentinel.kernel.data_folder import UNFINISHED_FILE
from netsentinel.kernel.settings import Settings
from netsentinel.storage import snapshot as module


class World:
    """A data folder, and what its database names whenever it is copied."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.copy = folder / "copy"
        self.named: list[list[str]] = [["a.parquet"]]
        self.comes: list[str] = []
        """Files that are stored while the database is copied, one at a time."""
        self.masks: list[int] = []
        """What was to be kept from others in files and folders that are made."""
        for name in (
            "netsentinel.db",
            "lake/a.parquet",
            "lake/aside/1.spool",
            "lake/server.lock",
            "rules/p.zip",
            *("netsentinel.db-wal", "netsentinel.db-shm", "local.key", "server.url", "server.lock"),
            *("cache/rule", "demo/netsentinel.db"),
        ):
            self.store(name)

    def store(self, name: str) -> None:
        path = self.data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="ascii")

    def snapshot(self, _: Path, copy: Path) -> None:
        assert not copy.exists()
        copy.write_text("database", encoding="ascii")
        if self.comes:
            self.store(self.comes.pop(0))

    def copied(self) -> set[str]:
        return {path.relative_to(self.copy).as_posix() for path in self.copy.rglob("*") if path.is_file()}

    @asynccontextmanager
    async def open_lake_check(self, settings: Settings) -> AsyncGenerator[SimpleNamespace]:
        assert settings.data_dir == self.copy

        async def files() -> list[SimpleNamespace]:
            named = self.named.pop(0) if len(self.named) > 1 else self.named[0]
            return [SimpleNamespace(path=path) for path in named]

        yield SimpleNamespace(files=files)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    made = World(tmp_path)
    monkeypatch.setenv("NETSENTINEL_DATA_DIR", str(made.data))
    monkeypatch.setattr("os.umask", made.masks.append)
    monkeypatch.setattr(module, "snapshot", made.snapshot)
    monkeypatch.setitem(sys.modules, "netsentinel.bootstrap", SimpleNamespace(open_lake_check=made.open_lake_check))
    return made


def test_everything_is_copied_but_what_is_the_machines_own(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["backup", str(world.copy)]) == 0
    assert world.copied() == {"netsentinel.db", "lake/a.parquet", "rules/p.zip"}
    assert (world.copy / "rules/p.zip").stat().st_mode & 0o077 == 0
    assert world.masks == [0o077]
    assert "3 files in" in capsys.readouterr().err


def test_what_is_stored_between_the_files_and_the_database_is_fetched(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("netsentinel.cli.backup._TRIES", 1)
    world.named, world.comes = [["a.parquet", "b.parquet"]], ["lake/b.parquet"]
    assert run(["backup", str(world.copy)]) == 0
    assert "lake/b.parquet" in world.copied()


def test_how_far_sources_have_read_is_that_of_before_the_database(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    position = world.data / "sources/default/eve.json"
    world.store("sources/default/eve.json")
    before, copied = position.read_bytes(), world.snapshot

    def read_on(database: Path, copy: Path) -> None:
        copied(database, copy)
        position.write_text("further", encoding="ascii")
        world.store("sources/default/new.json")

    monkeypatch.setattr(module, "snapshot", read_on)
    assert run(["backup", str(world.copy)]) == 0
    assert (world.copy / "sources/default/eve.json").read_bytes() == before, "what the database lacks is read again"
    assert "sources/default/new.json" not in world.copied()


def test_all_of_it_is_on_the_disk_when_that_is_said(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[set[str]] = []
    monkeypatch.setattr(os, "sync", lambda: synced.append(world.copied()))
    assert run(["backup", str(world.copy)]) == 0
    assert synced == [world.copied() | {UNFINISHED_FILE}], "it is called unfinished until then"


def test_the_database_is_copied_anew_when_what_it_named_was_merged_meanwhile(world: World) -> None:
    world.named = [["gone.parquet"], ["a.parquet"]]
    assert run(["backup", str(world.copy)]) == 0


def test_a_copy_without_what_the_database_names_is_no_backup(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.named = [["gone.parquet"]]
    assert run(["backup", str(world.copy)]) == 3
    told = capsys.readouterr().err
    assert "not complete" in told
    assert "gone.parquet" in told
    assert UNFINISHED_FILE in world.copied(), "no server begins with it"


def test_a_copy_is_made_in_a_new_folder_outside(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.copy.mkdir()
    (world.copy / "file").touch()
    assert run(["backup", str(world.copy)]) == 1
    assert "is not empty" in capsys.readouterr().err
    assert run(["backup", str(world.copy / "file")]) == 1
    assert run(["backup", str(world.data / "copy")]) == 1
    assert "outside of it" in capsys.readouterr().err


def test_a_copy_is_not_made_in_a_folder_that_is_linked_from_inside(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (world.data / "lake").rename(tmp_path / "large-disk")
    (world.data / "lake").symlink_to(tmp_path / "large-disk")
    assert run(["backup", str(tmp_path / "large-disk" / "copy")]) == 1
    assert "outside of it" in capsys.readouterr().err
    assert list((tmp_path / "large-disk" / "copy").iterdir()) == []


def test_linked_folders_are_copied_with_what_is_in_them(world: World, tmp_path: Path) -> None:
    (world.data / "rules").rename(tmp_path / "elsewhere")
    (world.data / "rules").symlink_to(tmp_path / "elsewhere")
    assert run(["backup", str(world.copy)]) == 0
    assert "rules/p.zip" in world.copied()
    assert not (world.copy / "rules").is_symlink()


def test_a_full_disk_is_told(world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "/mnt/copy")

    monkeypatch.setattr("shutil.copy2", full)
    assert run(["backup", str(world.copy)]) == 3
    assert "not complete: /mnt/copy: No space left" in capsys.readouterr().err


def test_with_postgresql_the_files_are_copied_and_what_has_come_since(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NETSENTINEL_DATABASE_URL", "postgresql://nobody@localhost/none")
    world.store("sources/default/eve.json")
    assert run(["backup", str(world.copy)]) == 0
    assert "pg_dump" in capsys.readouterr().err
    world.store("lake/b.parquet")
    world.store("sources/default/new.json")
    assert run(["backup", str(world.copy)]) == 0
    assert world.copied() == {"lake/a.parquet", "lake/b.parquet", "rules/p.zip", "sources/default/eve.json"}


def test_what_was_copied_half_is_copied_anew(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(source: Path, copy: Path) -> None:
        copy.write_bytes(source.read_bytes()[:5])
        if source.name == "a.parquet":
            raise OSError(28, "No space left on device", str(copy))

    monkeypatch.setenv("NETSENTINEL_DATABASE_URL", "postgresql://nobody@localhost/none")
    with monkeypatch.context() as full:
        full.setattr(shutil, "copy2", half)
        assert run(["backup", str(world.copy)]) == 3
    assert not (world.copy / "lake/a.parquet").exists()
    assert run(["backup", str(world.copy)]) == 0
    assert (world.copy / "lake/a.parquet").read_text(encoding="ascii") == "lake/a.parquet"
    assert world.copied() == {"lake/a.parquet", "rules/p.zip"}


def test_nothing_stays_of_what_was_copied_half_and_is_gone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(source: Path, copy: Path) -> None:
        copy.write_bytes(source.read_bytes()[:5])
        raise OSError(28, "No space left on device", str(copy))

    monkeypatch.setenv("NETSENTINEL_DATABASE_URL", "postgresql://nobody@localhost/none")
    assert run(["backup", str(world.copy)]) == 0
    world.store("lake/b.parquet")
    with monkeypatch.context() as full:
        full.setattr(shutil, "copy2", half)
        assert run(["backup", str(world.copy)]) == 3
    (world.data / "lake/b.parquet").unlink()
    assert run(["backup", str(world.copy)]) == 0
    assert world.copied() == {"lake/a.parquet", "rules/p.zip"}


def test_a_crash_leaves_no_half_copy_that_is_called_whole(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[set[str]] = []

    def note(path: Path) -> None:
        if path == world.copy:
            synced.append(world.copied())

    monkeypatch.setattr("netsentinel.cli.backup.sync", note)
    assert run(["backup", str(world.copy)]) == 0
    assert synced == [{UNFINISHED_FILE}, world.copied()]


def test_each_copy_is_on_the_disk_before_it_has_its_name(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[tuple[int, bool]] = []
    monkeypatch.setattr(
        "netsentinel.cli.backup.sync",
        lambda path: synced.append((path.stat().st_ino, (world.copy / "lake/a.parquet").exists())),
    )
    assert run(["backup", str(world.copy)]) == 0
    assert ((world.copy / "lake/a.parquet").stat().st_ino, False) in synced


def test_a_folder_that_may_not_be_read_is_no_part_that_is_left_out(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    scan = os.scandir
    errors: list[OSError] = [
        FileNotFoundError(2, "No such file", "rules"),
        PermissionError(13, "Permission denied", "rules"),
    ]

    def refuse(path: Any = ".") -> Any:
        if str(path).endswith("rules"):
            raise errors[0]
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert run(["backup", str(world.copy)]) == 0, "it was removed meanwhile"
    assert "rules/p.zip" not in world.copied()
    del errors[0]
    shutil.rmtree(world.copy)
    assert run(["backup", str(world.copy)]) == 3
    assert "not complete: rules: Permission denied" in capsys.readouterr().err
