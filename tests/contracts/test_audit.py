"""The audit chain on real databases: every way to tamper with it by SQL is named by its first bad `seq`."""

import asyncio
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


GONE = ["DELETE FROM journal WHERE tenant = 'other'", "DELETE FROM audit_heads WHERE tenant = 'other'"]
EVERY_CHAIN_GONE = ["DELETE FROM journal WHERE audited = 1", "DELETE FROM audit_heads"]
NO_SEAL = "DELETE FROM meta WHERE key = 'audit_seal'"


@pytest.mark.parametrize(
    "statements",
    [
        GONE,
        [*GONE, NO_SEAL],
        EVERY_CHAIN_GONE,
        [*EVERY_CHAIN_GONE, NO_SEAL],
        [NO_SEAL],
        ["UPDATE meta SET value = 'ff' WHERE key = 'audit_seal'"],
        ["UPDATE meta SET value = '' WHERE key = 'audit_seal'"],
    ],
)
@pytest.mark.parametrize("later", [False, True])
async def test_a_chain_that_is_gone_as_a_whole_is_found_for_every_tenant_and_for_good(
    filled: Database, journal: Journal, statements: list[str], later: bool
) -> None:
    await filled.write(lambda tx: [tx.run(statement) for statement in statements])
    if later:
        for tenant in (DEFAULT_TENANT, OTHER, TenantId("third")):
            await filled.write(lambda tx, tenant=tenant: tx.append(happened(kind="test.audited", tenant=tenant)))
            await filled.write(lambda tx, tenant=tenant: tx.append(happened(kind="test.happened", tenant=tenant)))
    for tenant in (DEFAULT_TENANT, OTHER, TenantId("nobody")):
        report = await journal.verify(tenant)
        assert not report.intact
        assert "whole chain" in report.reason


async def test_a_head_that_was_put_back_with_its_entries_is_found(filled: Database, journal: Journal) -> None:
    """An older head of the tenant's own, properly sealed: only the seal over all heads knows of the newer one."""
    ((*old,),) = await filled.read(lambda tx: tx.rows("SELECT * FROM audit_heads WHERE tenant = 'default'"))
    await filled.write(lambda tx: tx.append(happened(kind="test.audited")))
    assert (await journal.verify(DEFAULT_TENANT)).intact

    def put_back(tx: Tx) -> None:
        tx.run("DELETE FROM journal WHERE seq > ?", (LAST,))
        tx.run("DELETE FROM audit_heads WHERE tenant = 'default'")
        tx.run("INSERT INTO audit_heads VALUES (?, ?, ?, ?, ?)", old)

    await filled.write(put_back)
    assert not (await journal.verify(DEFAULT_TENANT)).intact
    assert not (await journal.verify(OTHER)).intact


async def test_a_journal_that_began_without_audited_entries_is_sealed_all_the_same(
    database: Database, journal: Journal
) -> None:
    assert (await journal.verify(DEFAULT_TENANT)).intact, "nothing was ever appended"
    await database.write(lambda tx: tx.append(happened()))
    assert (await journal.verify(DEFAULT_TENANT)).intact
    await database.write(lambda tx: [tx.append(happened(kind="test.audited")), tx.append(happened())])
    await database.write(lambda tx: tx.append(happened(kind="test.audited", tenant=OTHER)))
    assert [(await journal.verify(tenant)).intact for tenant in (DEFAULT_TENANT, OTHER)] == [True, True]


async def test_chains_that_grow_side_by_side_are_sealed_together(database: Database, journal: Journal) -> None:
    async def grow(tenant: TenantId) -> None:
        for _ in range(10):
            await database.write(lambda tx: tx.append(happened(kind="test.audited", tenant=tenant)))

    tenants = [TenantId(f"t{number}") for number in range(4)]
    await asyncio.gather(*(grow(tenant) for tenant in tenants))
    assert [(await journal.verify(tenant)).entries for tenant in tenants] == [10] * 4
    assert all([(await journal.verify(tenant)).intact for tenant in tenants])
