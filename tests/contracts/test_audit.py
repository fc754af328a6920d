"""The audit chain on real databases: every way to tamper with it by SQL is named by its first bad `seq`."""

from dataclasses import astuple

import pytest

from netsentinel.kernel.entries import EntryRegistry
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId
from netsentinel.storage import Database, Journal, Tx
from netsentinel.storage import journal as journal_module
from netsentinel.storage.testing import happened

pytestmark = pytest.mark.anyio

OTHER = TenantId("other")
# `seq` of the audited entries of the default tenant, after `fill`
FIRST, MIDDLE, NEXT, LAST = 2, 4, 5, 7


@pytest.fixture
async def filled(database: Database) -> Database:
    def fill(tx: Tx) -> None:
        for number, (kind, tenant) in enumerate(
            [
                ("test.happened", DEFAULT_TENANT),
                ("test.audited", DEFAULT_TENANT),
                ("test.audited", OTHER),
                ("test.audited", DEFAULT_TENANT),
                ("test.audited", DEFAULT_TENANT),
                ("test.other", DEFAULT_TENANT),
                ("test.audited", DEFAULT_TENANT),
            ]
        ):
            tx.append(happened(str(number), kind=kind, tenant=tenant))

    await database.write(fill)
    return database


@pytest.mark.parametrize("page", [1, 2, 1_000])
async def test_a_chain_is_whole(filled: Database, journal: Journal, monkeypatch: pytest.MonkeyPatch, page: int) -> None:
    monkeypatch.setattr(journal_module, "_VERIFY_PAGE", page)
    report = await journal.verify(DEFAULT_TENANT)
    assert (report.intact, report.entries, report.reason) == (True, 4, "")
    assert astuple(await journal.verify(OTHER)) == (OTHER, 1, None, "")
    assert astuple(await journal.verify(TenantId("nobody"))) == ("nobody", 0, None, "")


_PREVIOUS_HEAD = (
    "UPDATE audit_heads SET seq = 5, entries = 3, mac = (SELECT mac FROM journal WHERE seq = 5) "
    "WHERE tenant = 'default'"
)
_SWAP = (
    "UPDATE journal SET seq = -4 WHERE seq = 4",
    "UPDATE journal SET seq = 4 WHERE seq = 5",
    "UPDATE journal SET seq = 5 WHERE seq = -4",
)


@pytest.mark.parametrize(
    ("statements", "first_bad"),
    [
        (['UPDATE journal SET payload = \'{"text":"no"}\' WHERE seq = 4'], MIDDLE),
        (["UPDATE journal SET principal = 'usr_2' WHERE seq = 4"], MIDDLE),
        (["UPDATE journal SET at = at + 1 WHERE seq = 7"], LAST),
        (["UPDATE journal SET mac = 'ff' WHERE seq = 2"], FIRST),
        (["UPDATE journal SET tenant = 'other' WHERE seq = 4"], NEXT),
        (["UPDATE journal SET audited = 0 WHERE seq = 4"], NEXT),
        (["UPDATE journal SET audited = 1 WHERE seq = 1"], 1),
        (["DELETE FROM journal WHERE seq = 2"], MIDDLE),
        (["DELETE FROM journal WHERE seq = 4"], NEXT),
        (_SWAP, MIDDLE),
        (["DELETE FROM journal WHERE seq = 7"], LAST),
        (["DELETE FROM journal WHERE seq >= 5"], LAST),
        (["DELETE FROM journal"], LAST),
        (["DELETE FROM journal WHERE seq = 7", _PREVIOUS_HEAD], NEXT),
        ([_PREVIOUS_HEAD], LAST),
        (["DELETE FROM audit_heads"], FIRST),
        (["UPDATE audit_heads SET entries = 9 WHERE tenant = 'default'"], LAST),
        (["UPDATE audit_heads SET seal = 'ff' WHERE tenant = 'default'"], LAST),
    ],
)
async def test_tampering_is_found(filled: Database, journal: Journal, statements: list[str], first_bad: int) -> None:
    await filled.write(lambda tx: [tx.run(statement) for statement in statements])
    report = await journal.verify(DEFAULT_TENANT)
    assert report.first_bad_seq == first_bad
    assert report.reason
    assert not report.intact


async def test_another_key_finds_nothing_in_order(filled: Database, entry_registry: EntryRegistry) -> None:
    report = await Journal(filled, entry_registry, b"another key").verify(DEFAULT_TENANT)
    assert (report.first_bad_seq, report.entries) == (FIRST, 0)


async def test_entries_that_are_not_audited_are_not_part_of_it(filled: Database, journal: Journal) -> None:
    await filled.write(lambda tx: tx.run("DELETE FROM journal WHERE audited = 0"))
    assert (await journal.verify(DEFAULT_TENANT)).intact
