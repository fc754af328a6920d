"""One suite for the stores of counted requests: in memory, on SQLite and on PostgreSQL."""

import pytest

from netsentinel.kernel.types import DEFAULT_TENANT, TenantId
from netsentinel.limits import DayCount, RequestClass, UsageStore
from netsentinel.limits.model import Key
from netsentinel.limits.store_sql import SqlUsage
from netsentinel.limits.testing import MemoryUsage
from netsentinel.storage import Database, Tx
from netsentinel.storage.testing import MemoryDatabase

pytestmark = pytest.mark.anyio

OTHER = TenantId("other")
ANN: Key = (DEFAULT_TENANT, "key_1", RequestClass.API)
BOB: Key = (DEFAULT_TENANT, "usr_2", RequestClass.SESSION)
EVE: Key = (OTHER, "key_1", RequestClass.API)

Kept = tuple[Database, UsageStore]


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest) -> Kept:
    if request.param == "memory":
        return MemoryDatabase(), MemoryUsage()
    return request.getfixturevalue(f"{request.param}_database"), SqlUsage()


async def _save(kept: Kept, *counts: DayCount) -> None:
    db, store = kept

    def save(tx: Tx) -> None:
        for count in counts:
            store.lock(tx, count.key, count.day)
            store.save(tx, count)

    await db.write(save)


async def test_a_count_that_is_not_there_has_nothing_used(kept: Kept) -> None:
    db, store = kept
    assert await db.write(lambda tx: store.lock(tx, ANN, 7)) == DayCount(ANN, 7)


async def test_a_count_comes_back_as_it_was_saved(kept: Kept) -> None:
    db, store = kept
    full = DayCount(ANN, 7, used=5_000_000_000, refused=3, minute=29_000_000, minute_used=17, carried=20)
    await _save(kept, full)
    assert await db.write(lambda tx: store.lock(tx, ANN, 7)) == full
    await _save(kept, DayCount(ANN, 7, used=1))
    assert await db.read(lambda tx: list(store.of_day(tx, 7))) == [DayCount(ANN, 7, used=1)]


async def test_a_day_is_everybodys(kept: Kept) -> None:
    db, store = kept
    await _save(kept, DayCount(EVE, 7), DayCount(BOB, 7), DayCount(ANN, 7), DayCount(ANN, 8))
    assert await db.read(lambda tx: [count.key for count in store.of_day(tx, 7)]) == [ANN, BOB, EVE]


async def test_a_history_is_a_tenants_or_one_principals_newest_first(kept: Kept) -> None:
    db, store = kept
    intake: Key = (DEFAULT_TENANT, "key_1", RequestClass.INTAKE)
    await _save(kept, *(DayCount(key, day, used=day) for day in (5, 6, 7) for key in (EVE, BOB, intake, ANN)))
    everybody = await db.read(lambda tx: store.since(tx, DEFAULT_TENANT, None, 6))
    assert [(count.day, count.key) for count in everybody] == [
        (day, key) for day in (7, 6) for key in (ANN, intake, BOB)
    ]
    mine = await db.read(lambda tx: store.since(tx, DEFAULT_TENANT, "key_1", 7))
    assert [count.key for count in mine] == [ANN, intake]
    assert await db.read(lambda tx: list(store.since(tx, TenantId("nobody"), None, 0))) == []


async def test_old_days_are_forgotten(kept: Kept) -> None:
    db, store = kept
    await _save(kept, *(DayCount(key, day) for day in (5, 6, 7) for key in (EVE, ANN)))
    assert await db.write(lambda tx: store.forget(tx, 7)) == 4
    assert await db.read(lambda tx: list(store.of_day(tx, 6))) == []
    assert len(await db.read(lambda tx: store.of_day(tx, 7))) == 2
