"""The disk runs full, or breaks once at any one of its operations: a clear error, and nothing acknowledged is lost."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import apsw
import pytest

from netsentinel.kernel.errors import StorageFullError, StorageUnavailableError, UnavailableError
from netsentinel.storage import SqliteDatabase
from netsentinel.storage import sqlite as sqlite_module
from tests.crash.faulty_vfs import FaultyVFS
from tests.crash.ledger import deposit, examine, journal_writer
from tests.crash.seeds import tell

pytestmark = pytest.mark.anyio

WRITES = 12


@pytest.fixture
def disk() -> Iterator[FaultyVFS]:
    vfs = FaultyVFS("faulty")
    yield vfs
    vfs.unregister()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "netsentinel.db"


@pytest.fixture
async def db(path: Path, disk: FaultyVFS) -> AsyncIterator[SqliteDatabase]:
    async with SqliteDatabase(path, journal_writer(), vfs=disk.vfs_name) as opened:
        yield opened


async def count(db: SqliteDatabase) -> int:
    row = await db.read(lambda tx: tx.row("SELECT COUNT(*) FROM inbox"))
    return -1 if row is None else int(row[0])


async def test_a_full_disk_stops_writing_and_nothing_else(db: SqliteDatabase, disk: FaultyVFS, path: Path) -> None:
    await deposit(db, "before", 100)
    disk.space = 400_000
    results = [await asyncio.gather(deposit(db, f"small-{n}", 3_000), return_exceptions=True) for n in range(100)]
    refused = [result for [result] in results if result is not None]
    written = len(results) - len(refused)
    assert 1 < written < 50
    assert {type(error) for error in refused} == {StorageFullError}
    assert await count(db) == 1 + written, "reading goes on, and nothing refused was kept"
    disk.space = None
    await deposit(db, "after", 3_000)
    assert await count(db) == 2 + written
    await db.__aexit__()
    assert await examine(path) == {"before", "after", *(f"small-{n}" for n in range(written))}


async def test_a_full_disk_refuses_everyone_who_shares_the_commit(db: SqliteDatabase, disk: FaultyVFS) -> None:
    disk.space = 0
    results = await asyncio.gather(*(deposit(db, str(n), 10_000) for n in range(20)), return_exceptions=True)
    assert {type(result) for result in results} == {StorageFullError}
    assert len({id(result) for result in results}) == 20, "each caller gets an error object of its own"
    disk.space = None
    await deposit(db, "after", 10)
    assert await count(db) == 1


async def write_and_close(path: Path, disk: FaultyVFS) -> tuple[set[str], list[type[UnavailableError]]]:
    """Open, write one after the other, close; what was acknowledged, and why the rest was refused."""
    acknowledged: set[str] = set()
    refused: list[type[UnavailableError]] = []
    try:
        async with SqliteDatabase(path, journal_writer(), vfs=disk.vfs_name) as db:
            for number in range(WRITES):
                try:
                    await deposit(db, str(number), 3_000)
                except UnavailableError as error:
                    refused.append(type(error))
                else:
                    acknowledged.add(str(number))
    except UnavailableError as error:
        refused.append(type(error))
    return acknowledged, refused


FAULTS = {
    StorageUnavailableError: lambda: apsw.IOError("the disk is broken"),
    StorageFullError: lambda: apsw.FullError("no space left"),
}


@pytest.mark.parametrize("expected", FAULTS)
@pytest.mark.parametrize("start", ["migrated", pytest.param("empty", marks=pytest.mark.long)])
async def test_any_single_fault_is_survived(
    tmp_path: Path, disk: FaultyVFS, start: str, expected: type[UnavailableError], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As SQLite tests itself: the first operation fails, then the second, ... until a run meets no fault."""
    monkeypatch.setattr(sqlite_module, "_CHECKPOINT_PAGES", 10)
    async with SqliteDatabase(tmp_path / "migrated.db", journal_writer()):
        pass
    disk.fault = FAULTS[expected]
    attempted = {str(number) for number in range(WRITES)}
    reasons: list[type[UnavailableError]] = []
    for number in range(1, 2_000):
        path = tmp_path / f"{number}.db"
        if start == "migrated":
            path.write_bytes((tmp_path / "migrated.db").read_bytes())
        disk.fail_in = number
        acknowledged, errors = await write_and_close(path, disk)
        reasons += errors
        met_no_fault = disk.fail_in is not None
        disk.fail_in = None
        held = await examine(path)
        assert acknowledged <= held <= attempted, f"operation {number}"
        if met_no_fault:
            break
    tell(f"{number} operations, {len(reasons)} refusals")
    assert met_no_fault
    assert held == attempted
    assert set(reasons) == {expected}
    assert len(reasons) > WRITES
