"""Tests of `storage/rows.py`."""

import pytest

from netsentinel.kernel.entries import Entry
from netsentinel.kernel.types import TenantId
from netsentinel.storage import ReadTx, SqliteDatabase, Tx
from netsentinel.storage.rows import COLUMNS, entry_from_row, newest_seq, trimmed_seq
from netsentinel.storage.testing import happened

pytestmark = pytest.mark.anyio


def test_a_row_becomes_an_entry() -> None:
    row = (7, "default", "alert.raised", 5, "system", "alr_1", '{"a":[1,{"b":null}]}', "[3,4]", 1)
    assert len(COLUMNS.split(", ")) == len(row)
    assert entry_from_row(row) == Entry(
        seq=7,
        tenant=TenantId("default"),
        kind="alert.raised",
        at=5,
        principal="system",
        subject="alr_1",
        payload={"a": [1, {"b": None}]},
        cause=(3, 4),
        audited=True,
    )


async def test_positions(sqlite_database: SqliteDatabase) -> None:
    def positions(tx: ReadTx) -> tuple[int, int]:
        return trimmed_seq(tx), newest_seq(tx)

    def append(tx: Tx) -> None:
        for _ in range(9):
            tx.append(happened())

    assert await sqlite_database.read(positions) == (0, 0)
    await sqlite_database.write(append)
    assert await sqlite_database.read(positions) == (0, 9)
    await sqlite_database.write(lambda tx: tx.run("INSERT INTO meta (key, value) VALUES ('trimmed', '10')"))
    assert await sqlite_database.read(positions) == (10, 10), "numbers, not texts, are compared"
