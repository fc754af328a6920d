"""One suite for the breaker stores: in memory, on SQLite and on PostgreSQL."""

from dataclasses import replace

import pytest

from netsentinel.kernel.types import DEFAULT_TENANT, TenantId
from netsentinel.recovery import BreakerChange, BreakerState, BreakerStore, KeptBreaker, Mode
from netsentinel.recovery.store_sql import SqlBreakers
from netsentinel.recovery.testing import MemoryBreakers
from netsentinel.recovery.window import Totals
from netsentinel.storage import Database, Tx
from netsentinel.storage.testing import MemoryDatabase

pytestmark = pytest.mark.anyio

T = DEFAULT_TENANT
OTHER = TenantId("other")
NOON = 1_780_000_000_000_000

Kept = tuple[Database, BreakerStore]


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest) -> Kept:
    if request.param == "memory":
        return MemoryDatabase(), MemoryBreakers()
    return request.getfixturevalue(f"{request.param}_database"), SqlBreakers()


def _breaker(dependency: str = "smtp", tenant: TenantId = T, **changes: object) -> KeptBreaker:
    state = BreakerState(Mode.OPEN, NOON, NOON + 5, 3, 7, 2, NOON + 1, Totals(2, 1, 1), ((1_780_000_000, 4, 2, 1),))
    return KeptBreaker(tenant, dependency, replace(state, **changes), NOON)  # type: ignore[arg-type] - a test's convenience


def _change(number: int, dependency: str = "smtp", tenant: TenantId = T) -> BreakerChange:
    return BreakerChange(
        tenant, dependency, NOON + number, Mode.CLOSED, Mode.OPEN, NOON + 30, f"reason {number}", 20, 10, 3
    )


async def test_a_breaker_comes_back_as_it_was_saved(kept: Kept) -> None:
    db, store = kept
    await db.write(lambda tx: store.save(tx, _breaker()))
    assert await db.read(lambda tx: store.get(tx, T, "smtp")) == _breaker()
    changed = _breaker(mode=Mode.HALF_OPEN, window=())
    await db.write(lambda tx: store.save(tx, changed))
    assert await db.read(lambda tx: store.get(tx, T, "smtp")) == changed
    assert await db.write(lambda tx: store.lock(tx, T, "smtp")) == changed


async def test_locking_a_breaker_that_is_not_there_makes_none(kept: Kept) -> None:
    db, store = kept
    assert await db.write(lambda tx: store.lock(tx, T, "smtp")) is None
    assert await db.write(lambda tx: store.lock(tx, T, "smtp")) is None
    assert await db.read(lambda tx: store.get(tx, T, "smtp")) is None
    assert await db.read(lambda tx: store.all(tx, T)) == []


async def test_a_tenant_sees_its_own(kept: Kept) -> None:
    db, store = kept

    def fill(tx: Tx) -> None:
        for breaker in (_breaker("b"), _breaker("a"), _breaker("b", OTHER, opened=9)):
            store.save(tx, breaker)
        store.note(tx, _change(1))
        store.note(tx, _change(2, tenant=OTHER))

    await db.write(fill)
    assert [one.dependency for one in await db.read(lambda tx: store.all(tx, T))] == ["a", "b"]
    everything = await db.read(lambda tx: store.all(tx, None))
    assert [(one.tenant, one.dependency) for one in everything] == [(T, "a"), (T, "b"), (OTHER, "b")]
    assert await db.read(lambda tx: store.get(tx, OTHER, "a")) is None
    assert await db.write(lambda tx: store.lock(tx, OTHER, "b")) == _breaker("b", OTHER, opened=9)
    assert await db.read(lambda tx: store.history(tx, T, None, 0, NOON * 2, 10)) == [_change(1)]


async def test_the_history_is_the_newest_changes_of_a_time_oldest_first(kept: Kept) -> None:
    db, store = kept

    def fill(tx: Tx) -> None:
        for number in range(6):
            store.note(tx, _change(number, "smtp" if number % 2 else "ldap"))
        store.note(tx, replace(_change(5), reason="the same moment, later"))

    await db.write(fill)

    async def reasons(dependency: str | None, since: int, until: int, limit: int) -> list[str]:
        found = await db.read(lambda tx: store.history(tx, T, dependency, NOON + since, NOON + until, limit))
        return [change.reason for change in found]

    assert await reasons(None, 1, 5, 10) == ["reason 1", "reason 2", "reason 3", "reason 4"]
    assert await reasons("smtp", 0, 9, 10) == ["reason 1", "reason 3", "reason 5", "the same moment, later"]
    assert await reasons(None, 0, 9, 2) == ["reason 5", "the same moment, later"]


async def test_old_changes_and_closed_breakers_that_nobody_used_are_forgotten(kept: Kept) -> None:
    db, store = kept

    def fill(tx: Tx) -> None:
        store.save(tx, _breaker("closed", mode=Mode.CLOSED))
        store.save(tx, _breaker("open"))
        store.save(tx, replace(_breaker("young", mode=Mode.CLOSED), updated_at=NOON + 3))
        for number in range(4):
            store.note(tx, _change(number))

    await db.write(fill)
    assert await db.write(lambda tx: store.forget(tx, NOON + 2)) == 3
    assert [one.dependency for one in await db.read(lambda tx: store.all(tx, T))] == ["open", "young"]
    assert len(await db.read(lambda tx: store.history(tx, T, None, 0, NOON * 2, 10))) == 2
