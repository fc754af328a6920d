"""Tests of `storage/testing.py`."""

import pytest

from netsentinel.kernel.errors import NotFoundError, StorageFullError
from netsentinel.storage import Tx
from netsentinel.storage.testing import MemoryDatabase, happened

pytestmark = pytest.mark.anyio


async def test_entries_are_kept_when_the_closure_returns(memory_database: MemoryDatabase) -> None:
    heard: list[int] = []
    memory_database.on_commit(lambda: heard.append(len(memory_database.entries)))

    def change(tx: Tx) -> str:
        tx.append(happened("a"))
        tx.append(happened("b"))
        return "done"

    async with memory_database as db:
        assert await db.write(change) == "done"
        assert await db.read(lambda _: 7) == 7
    assert memory_database.entries == [happened("a"), happened("b")]
    assert heard == [2]


async def test_entries_of_a_failing_closure_are_dropped(memory_database: MemoryDatabase) -> None:
    def fail(tx: Tx) -> None:
        tx.append(happened())
        raise NotFoundError("There is no such thing.")

    with pytest.raises(NotFoundError):
        await memory_database.write(fail)
    assert memory_database.entries == []


async def test_it_can_be_told_to_fail(memory_database: MemoryDatabase) -> None:
    memory_database.failure = StorageFullError("The disk is full.")
    with pytest.raises(StorageFullError):
        await memory_database.write(lambda tx: tx.append(happened()))


async def test_it_knows_no_sql(memory_database: MemoryDatabase) -> None:
    for call in (
        lambda tx: tx.rows("SELECT 1"),
        lambda tx: tx.row("SELECT 1"),
        lambda tx: tx.run("DELETE FROM meta"),
        lambda tx: tx.many("DELETE FROM meta", []),
    ):
        with pytest.raises(TypeError, match="in memory"):
            await memory_database.write(call)
