"""Tests of `storage/sqlite.py`: what is SQLite's own; the rest is in `tests/contracts/test_database.py`."""

import asyncio
import errno
import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import apsw
import pytest

from netsentinel.kernel.errors import ConflictError, StorageFullError, StorageUnavailableError, UnsafeStorageError
from netsentinel.storage import JournalWriter, ReadTx, SqliteDatabase, Tx
from netsentinel.storage import sqlite as sqlite_module

pytestmark = pytest.mark.anyio


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "netsentinel.db"


@pytest.fixture
def no_database(path: Path) -> Path:
    """A file with something else in it."""
    path.write_bytes(b"this is a text " * 1_000)
    return path


def put(key: str) -> Callable[[Tx], int]:
    return lambda tx: tx.run("INSERT INTO meta (key, value) VALUES (?, '')", (key,))


def pragma(name: str) -> Callable[[ReadTx], object]:
    return lambda tx: (tx.row(f"PRAGMA {name}") or ("",))[0]


async def test_writes_that_wait_together_share_a_commit(sqlite_database: SqliteDatabase) -> None:
    db, go_on = sqlite_database, threading.Event()
    first = asyncio.create_task(db.write(lambda _: go_on.wait(10)))
    await asyncio.sleep(0.05)
    others = [asyncio.create_task(db.write(put(str(number)))) for number in range(600)]
    await asyncio.sleep(0)
    go_on.set()
    assert await asyncio.gather(first, *others) == [True, *[1] * 600]
    assert db.writes == 601
    assert db.commits == 4, "one, and 600 in groups of at most 256"


async def test_a_single_write_does_not_wait_for_company(sqlite_database: SqliteDatabase) -> None:
    for number in range(5):
        await sqlite_database.write(put(str(number)))
    assert sqlite_database.commits == 5


async def test_a_group_where_everyone_fails(sqlite_database: SqliteDatabase) -> None:
    def fail(_: Tx) -> None:
        raise ValueError("no")

    results = await asyncio.gather(*(sqlite_database.write(fail) for _ in range(10)), return_exceptions=True)
    assert [str(result) for result in results] == ["no"] * 10
    assert sqlite_database.writes == 0


async def test_settings_of_the_connections(sqlite_database: SqliteDatabase) -> None:
    wanted = {"journal_mode": "wal", "synchronous": 2, "mmap_size": 0, "foreign_keys": 1, "trusted_schema": 0}
    for name, value in wanted.items():
        assert await sqlite_database.read(pragma(name)) == value, name
        assert await sqlite_database.write(pragma(name)) == value, name
    assert await sqlite_database.read(pragma("wal_autocheckpoint")) == 0
    assert await sqlite_database.write(pragma("wal_autocheckpoint")) == 0  # done apart from commits
    assert await sqlite_database.write(pragma("busy_timeout")) == 10_000


async def test_the_log_is_copied_back_between_commits(
    tmp_path: Path, journal_writer: JournalWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_module, "_CHECKPOINT_PAGES", 10)
    monkeypatch.setattr(sqlite_module, "_MOST_PAGES", 60)  # where writing is quick there is no pause to do it in
    path = tmp_path / "netsentinel.db"
    async with SqliteDatabase(path, journal_writer) as db:
        log_file = path.with_name("netsentinel.db-wal")
        before = log_file.stat().st_size
        for number in range(80):
            write = [
                db.write(
                    lambda tx, key=f"{number}-{part}": tx.run("INSERT INTO meta VALUES (?, ?)", (key, "x" * 9_000))
                )
                for part in range(3)
            ]
            await asyncio.gather(*write)
        assert log_file.stat().st_size < before + 240 * 9_000 / 4, "the log was never begun anew"
        assert path.stat().st_size > 240 * 9_000 / 2, "nothing was copied back"


async def test_a_reader_cannot_write(sqlite_database: SqliteDatabase) -> None:
    with pytest.raises(StorageUnavailableError):
        await sqlite_database.read(lambda tx: tx.rows("DELETE FROM meta"))
    assert await sqlite_database.read(lambda tx: tx.row("SELECT COUNT(*) FROM meta WHERE key = 'epoch'")) == (1,)


async def test_the_files_belong_to_the_owner_only(tmp_path: Path, journal_writer: JournalWriter) -> None:
    path = tmp_path / "new" / "folder" / "netsentinel.db"
    before = os.umask(0)
    try:
        async with SqliteDatabase(path, journal_writer) as db:
            await db.write(put("a"))
            modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert set(modes) == {"netsentinel.db", "netsentinel.db-wal", "netsentinel.db-shm"}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


async def test_closing_leaves_one_file(path: Path, journal_writer: JournalWriter) -> None:
    async with SqliteDatabase(path, journal_writer) as db:
        await db.write(put("a"))
        await asyncio.gather(*(db.read(pragma("user_version")) for _ in range(20)))
    assert list(path.parent.iterdir()) == [path]


async def test_closing_twice_and_without_opening_is_no_error(path: Path, journal_writer: JournalWriter) -> None:
    db = SqliteDatabase(path, journal_writer)
    await db.__aexit__()
    async with db:
        pass
    await db.__aexit__()


async def test_a_faulty_sqlite_is_refused(
    path: Path, journal_writer: JournalWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apsw, "SQLITE_VERSION_NUMBER", 3_051_002)
    with pytest.raises(UnsafeStorageError, match=r"3\.51\.3"):
        await SqliteDatabase(path, journal_writer).__aenter__()
    assert list(path.parent.iterdir()) == []


async def test_a_file_that_is_no_database_is_refused(no_database: Path, journal_writer: JournalWriter) -> None:
    with pytest.raises(StorageUnavailableError, match="not a database"):
        await SqliteDatabase(no_database, journal_writer).__aenter__()


async def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path, journal_writer: JournalWriter) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageUnavailableError, match="cannot be opened"):
        await SqliteDatabase(tmp_path / "file" / "netsentinel.db", journal_writer).__aenter__()


async def test_another_program_that_writes_is_waited_for(sqlite_database: SqliteDatabase, path: Path) -> None:
    other = apsw.Connection(str(path))
    other.execute("BEGIN IMMEDIATE; INSERT INTO meta (key, value) VALUES ('other', '')")
    waiting = asyncio.create_task(sqlite_database.write(put("ours")))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    other.execute("COMMIT")
    assert await waiting == 1
    other.close()


async def test_another_program_that_does_not_let_go(
    path: Path, journal_writer: JournalWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_module, "_BUSY_MS", 50)
    async with SqliteDatabase(path, journal_writer) as db:
        other = apsw.Connection(str(path))
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageUnavailableError, match="busy"):
            await db.write(put("a"))
        assert await db.read(pragma("user_version")) == 0, "reading goes on"
        other.execute("ROLLBACK")
        other.close()
        assert await db.write(put("a")) == 1


async def test_a_closure_that_ends_the_transaction_is_found_out(sqlite_database: SqliteDatabase) -> None:
    with pytest.raises(StorageUnavailableError):
        await sqlite_database.write(lambda tx: tx.run("ROLLBACK"))
    assert await sqlite_database.write(put("a")) == 1


@pytest.mark.parametrize(
    ("error", "system_errno", "expected"),
    [
        (apsw.FullError(), 0, StorageFullError),
        (apsw.IOError(), errno.ENOSPC, StorageFullError),
        (apsw.IOError(), errno.EDQUOT, StorageFullError),
        (apsw.IOError(), errno.EIO, StorageUnavailableError),
        (apsw.BusyError(), 0, StorageUnavailableError),
        (apsw.CorruptError(), 0, StorageUnavailableError),
        (apsw.ConstraintError(), 0, ConflictError),
        (apsw.SQLError(), 0, apsw.SQLError),
        (ValueError(), 0, ValueError),
    ],
)
def test_errors_of_sqlite_in_our_words(error: Exception, system_errno: int, expected: type[Exception]) -> None:
    translated = sqlite_module._translated(error, SimpleNamespace(system_errno=system_errno))
    assert type(translated) is expected
    assert translated is error or translated.__cause__ is error


def test_a_new_file_that_another_program_opens_too_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = iter([True, True, False])

    def pragma(name: str, value: str) -> str:
        assert (name, value) == ("journal_mode", "WAL")
        if next(refused, True):
            raise apsw.BusyError("database is locked")
        return "wal"

    monkeypatch.setattr(sqlite_module, "_PAUSE_S", 0.0)
    sqlite_module._use_wal(SimpleNamespace(pragma=pragma))  # type: ignore[arg-type] # all that is asked of it
    assert next(refused, None) is None
    monkeypatch.setattr(sqlite_module, "_BUSY_MS", 0)
    with pytest.raises(apsw.BusyError):
        sqlite_module._use_wal(SimpleNamespace(pragma=pragma))  # type: ignore[arg-type] # the same
