"""Tests of `storage/journal.py` that are SQLite's own; the rest is in `tests/contracts/test_journal.py`."""

from dataclasses import replace

import pytest

from netsentinel.kernel.entries import Payload
from netsentinel.kernel.types import DEFAULT_TENANT
from netsentinel.storage import JournalWriter, SqliteDatabase
from netsentinel.storage.dialect import SQLITE
from netsentinel.storage.journal import _merged
from netsentinel.storage.testing import MemoryTx, happened

pytestmark = pytest.mark.anyio


async def test_a_page_by_tenant_and_topic_walks_the_index(sqlite_database: SqliteDatabase) -> None:
    """Rare entries are found without looking at all the others: no scan, and no sort but the merge of the pages."""
    sql, params = _merged(0, 50, DEFAULT_TENANT, ["test.happened", "test.other"])
    plan = [row[3] for row in await sqlite_database.read(lambda tx: tx.rows(f"EXPLAIN QUERY PLAN {sql}", params))]
    walks = [step for step in plan if "USING COVERING INDEX journal_by_kind (tenant=? AND kind=? AND seq>?)" in step]
    assert len(walks) == 2, plan
    assert not [step for step in plan if step.startswith("SCAN journal")], plan


async def test_an_entry_of_the_wrong_type_is_refused(sqlite_database: SqliteDatabase) -> None:
    class Stranger(Payload, frozen=True):
        pass

    with pytest.raises(TypeError, match=r"test\.happened"):
        await sqlite_database.write(lambda tx: tx.append(replace(happened(), payload=Stranger())))


async def test_an_entry_as_it_is_stored(sqlite_database: SqliteDatabase) -> None:
    await sqlite_database.write(lambda tx: tx.append(happened("ü", cause=(3, 4))))
    row = await sqlite_database.read(lambda tx: tx.row("SELECT payload, cause, audited, mac FROM journal"))
    assert row == ('{"text":"ü"}', "[3,4]", 0, "")


def test_nothing_is_written_when_one_entry_is_refused(journal_writer: JournalWriter) -> None:
    """All entries are checked before the first statement, so a transaction in memory notices none."""
    with pytest.raises(KeyError):
        journal_writer.flush(MemoryTx(), [happened(), happened(kind="test.unheard_of")], SQLITE)
