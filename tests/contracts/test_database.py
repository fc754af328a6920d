"""What every database promises."""

import pytest

from netsentinel.kernel.entries import NewEntry
from netsentinel.kernel.types import DEFAULT_TENANT
from netsentinel.storage import Database, Journal, Tx
from netsentinel.storage.testing import Happened

pytestmark = pytest.mark.anyio


async def test_a_write_is_read_back_with_its_entry(database: Database, journal: Journal) -> None:
    def change(tx: Tx) -> int:
        tx.append(NewEntry("test.audited", DEFAULT_TENANT, "system", "thing", Happened(text="x")))
        tx.append(NewEntry("test.happened", DEFAULT_TENANT, "system", "thing", Happened(text="x")))
        return tx.run("INSERT INTO meta (key, value) VALUES (?, ?)", ("a", "b"))

    assert await database.write(change) == 1
    assert await database.read(lambda tx: tx.row("SELECT value FROM meta WHERE key = 'a'")) == ("b",)
    entries = await journal.read(0, 10)
    assert [(entry.seq, entry.kind, entry.payload) for entry in entries] == [
        (1, "test.audited", {"text": "x"}),
        (2, "test.happened", {"text": "x"}),
    ]
    assert (await journal.verify(DEFAULT_TENANT)).intact
    seen = []
    follower = journal.follow("f")
    assert await follower.step(lambda tx, entry: seen.append(entry.seq)) == 2
    assert await follower.step(lambda tx, entry: seen.append(entry.seq)) == 0
    assert seen == [1, 2]
    assert await journal.bounds() == (1, 2)
    assert await journal.wait_beyond(1, 1) == 2
