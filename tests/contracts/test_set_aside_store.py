"""What every store of batches that were set aside promises: whole, once, and to its own tenant only."""

import asyncio
import time
from dataclasses import dataclass, replace

import pytest

from netsentinel.events import InboxBatch, SetAsideBatches, SetAsideStore
from netsentinel.events.ports import Inbox
from netsentinel.events.store_sql import MAX_REASON_CHARACTERS, SqlInbox, SqlSetAside
from netsentinel.events.testing import MemoryInbox, MemorySetAside
from netsentinel.kernel.errors import NotFoundError
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId
from netsentinel.storage import Database, Tx

pytestmark = pytest.mark.anyio

OTHER = TenantId("other")
RAW = b"\x28\xb5\x00\xff"


@dataclass
class Corner:
    db: Database
    inbox: Inbox
    store: SetAsideStore

    async def aside(self, tenant: TenantId = DEFAULT_TENANT, *, done: bool = False, reason: str = "died") -> int:
        batch = InboxBatch(0, tenant, "eve", "zeek", 77, 5, RAW)
        number = await self.db.write(lambda tx: self.inbox.put(tx, batch))
        if done:
            await self.db.write(lambda tx: self.inbox.finish(tx, [number]))
        moved = await self.db.write(lambda tx: self.store.put(tx, replace(batch, id=number), reason, 3, 99))
        assert moved
        return number

    async def waiting(self) -> list[InboxBatch]:
        return await self.db.read(lambda tx: self.inbox.fetch(tx, range(1, 101)))


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def corner(request: pytest.FixtureRequest) -> Corner:
    db: Database = request.getfixturevalue(f"{request.param}_database")
    if request.param == "memory":
        inbox = MemoryInbox()
        return Corner(db, inbox, MemorySetAside(inbox))
    return Corner(db, SqlInbox(), SqlSetAside())


async def test_a_batch_leaves_the_inbox_and_is_shown(corner: Corner) -> None:
    first, second = await corner.aside(), await corner.aside(reason="x" * 10_000)
    await corner.aside(OTHER)
    assert await corner.waiting() == []
    found = await corner.db.read(lambda tx: corner.store.all(tx, DEFAULT_TENANT, 10))
    assert [one.id for one in found] == [second, first]
    assert (found[1].source, found[1].format, found[1].received_at, found[1].records) == ("eve", "zeek", 77, 5)
    assert (found[1].size, found[1].set_aside_at, found[1].tries, found[1].reason) == (4, 99, 3, "died")
    assert len(found[0].reason) == MAX_REASON_CHARACTERS
    assert len(await corner.db.read(lambda tx: corner.store.all(tx, DEFAULT_TENANT, 1))) == 1
    assert await corner.db.read(corner.store.count) == 3


async def test_what_is_gone_from_the_inbox_is_not_set_aside(corner: Corner) -> None:
    batch = InboxBatch(12, DEFAULT_TENANT, "eve", "", 1, 1, RAW)
    assert not await corner.db.write(lambda tx: corner.store.put(tx, batch, "", 3, 1))
    assert await corner.db.read(corner.store.count) == 0


async def test_of_two_servers_one_sets_a_batch_aside(corner: Corner) -> None:
    batch = InboxBatch(0, DEFAULT_TENANT, "eve", "", 1, 1, RAW)
    number = await corner.db.write(lambda tx: corner.inbox.put(tx, batch))

    def put(tx: Tx) -> bool:
        moved = corner.store.put(tx, replace(batch, id=number), "died", 3, 9)
        time.sleep(0.05)  # so that another that does not wait has looked meanwhile
        return moved

    assert sorted(await asyncio.gather(corner.db.write(put), corner.db.write(put))) == [False, True]
    assert await corner.db.read(corner.store.count) == 1


async def test_it_is_handed_over_once_and_to_its_own_tenant(corner: Corner) -> None:
    number = await corner.aside()
    assert await corner.db.write(lambda tx: corner.store.take(tx, OTHER, number)) is None
    taken = await corner.db.write(lambda tx: corner.store.take(tx, DEFAULT_TENANT, number))
    assert taken == InboxBatch(number, DEFAULT_TENANT, "eve", "zeek", 77, 5, RAW)
    assert await corner.db.write(lambda tx: corner.store.take(tx, DEFAULT_TENANT, number)) is None


@pytest.mark.parametrize("done", [False, True])
async def test_another_try_puts_it_at_the_end_of_the_inbox(corner: Corner, *, done: bool) -> None:
    """One whose alerts were recorded keeps that: its effect must not come a second time."""
    batches = SetAsideBatches(corner.db, corner.inbox, corner.store)
    number = await corner.aside(done=done)
    again = await batches.retry(DEFAULT_TENANT, number)
    (waiting,) = await corner.waiting()
    assert again > number
    assert (waiting.id, waiting.raw, waiting.received_at, waiting.done) == (again, RAW, 77, done)
    assert await batches.all(DEFAULT_TENANT, 10) == []
    with pytest.raises(NotFoundError):
        await batches.retry(DEFAULT_TENANT, number)
