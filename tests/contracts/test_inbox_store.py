"""What every inbox promises: batches stay until their effect is recorded, and are finished once."""

import asyncio
import threading
from dataclasses import dataclass, replace

import pytest

from netsentinel.events.ports import Arrival, InboxBatch
from netsentinel.events.positions import POSITIONS_KEPT, StreamPosition
from netsentinel.events.store_sql import SqlInbox
from netsentinel.events.testing import MemoryInbox
from netsentinel.kernel.errors import UnavailableError
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId
from netsentinel.storage import Database, Tx

pytestmark = pytest.mark.anyio

BATCH = InboxBatch(
    id=0, tenant=DEFAULT_TENANT, source="sensor", format="suricata", received_at=1_000, records=3, raw=b"\x28\x00\xff"
)


@dataclass(frozen=True)
class Kept:
    db: Database
    inbox: MemoryInbox | SqlInbox

    async def put(self, *batches: InboxBatch) -> list[int]:
        return await self.db.write(lambda tx: [self.inbox.put(tx, batch) for batch in batches])

    async def finish(self, *ids: int) -> list[int]:
        return await self.db.write(lambda tx: self.inbox.finish(tx, ids))

    async def checkpoint(self, number: int, covered: list[int], state: bytes = b"") -> None:
        await self.db.write(lambda tx: self.inbox.checkpoint(tx, number, covered, state))

    async def arrivals(self, after: int = 0, limit: int = 100) -> list[int]:
        return [one.id for one in await self.db.read(lambda tx: self.inbox.arrivals(tx, after, limit))]

    async def fetch(self, *ids: int) -> list[InboxBatch]:
        return await self.db.read(lambda tx: self.inbox.fetch(tx, ids))

    async def advance(
        self,
        start: int,
        end: int,
        *,
        stream: str = "s",
        source: str = "edge",
        tenant: TenantId = DEFAULT_TENANT,
        now: int = 1_000,
    ) -> int | None:
        position = StreamPosition(stream, start, end)
        return await self.db.write(lambda tx: self.inbox.advance(tx, tenant, source, position, now))


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest) -> Kept:
    inbox = MemoryInbox() if request.param == "memory" else SqlInbox()
    return Kept(request.getfixturevalue(f"{request.param}_database"), inbox)


async def test_a_batch_comes_back_as_it_was_put(kept: Kept) -> None:
    assert await kept.put(replace(BATCH, id=99, done=True)) == [1]
    assert await kept.fetch(1) == [replace(BATCH, id=1)]


async def test_batches_come_in_the_order_of_their_arrival(kept: Kept) -> None:
    ids = await kept.put(*[BATCH] * 3) + await kept.put(*[BATCH] * 2)
    assert ids == [1, 2, 3, 4, 5]
    assert await kept.arrivals(after=1, limit=3) == [2, 3, 4]


async def test_an_arrival_says_whose_it_is_and_how_large(kept: Kept) -> None:
    await kept.put(BATCH, replace(BATCH, tenant=TenantId("other"), records=7))
    assert await kept.db.read(lambda tx: kept.inbox.arrivals(tx, 0, 10)) == [
        Arrival(1, DEFAULT_TENANT, 3, 3),
        Arrival(2, TenantId("other"), 7, 3),
    ]


async def test_batches_are_fetched_in_the_order_asked_for(kept: Kept) -> None:
    await kept.put(*(replace(BATCH, source=f"s{number}") for number in range(1, 4)))
    assert [(batch.id, batch.source) for batch in await kept.fetch(3, 77, 1)] == [(3, "s3"), (1, "s1")]
    assert await kept.fetch() == []


async def test_very_many_batches_are_fetched_and_covered_at_once(kept: Kept) -> None:
    ids = await kept.put(*[BATCH] * 1_201)
    assert [batch.id for batch in await kept.fetch(*reversed(ids))] == ids[::-1]
    await kept.finish(*ids)
    await kept.checkpoint(1, ids)
    assert await kept.arrivals() == []


async def test_a_batch_is_finished_once(kept: Kept) -> None:
    await kept.put(*[BATCH] * 4)
    assert await kept.finish(3, 1) == [1, 3]
    assert await kept.finish(1, 2, 3, 77) == [2]
    assert await kept.finish() == []
    assert [batch.done for batch in await kept.fetch(1, 2, 3, 4)] == [True, True, True, False]


async def test_very_many_batches_are_finished_at_once(kept: Kept) -> None:
    ids = await kept.put(*[BATCH] * 1_201)
    assert await kept.finish(*ids) == ids


async def test_a_checkpoint_removes_the_done_batches_that_it_covers(kept: Kept) -> None:
    assert await kept.db.read(kept.inbox.last_checkpoint) == (0, b"")
    await kept.put(*[BATCH] * 5)
    await kept.finish(1, 2, 4, 5)
    await kept.checkpoint(1, [1, 5], b"state \x00 of 1")
    assert await kept.db.read(kept.inbox.last_checkpoint) == (1, b"state \x00 of 1")
    assert await kept.arrivals() == [2, 3, 4]
    await kept.finish(3)
    await kept.checkpoint(2, [4, 3, 2], b"state of 2")
    assert await kept.db.read(kept.inbox.last_checkpoint) == (2, b"state of 2")
    assert await kept.arrivals() == []
    assert await kept.put(BATCH) == [6], "ids go on although the newest batches are gone"


@pytest.mark.parametrize("number", [1, 2])
async def test_an_older_checkpoint_changes_nothing(kept: Kept, number: int) -> None:
    await kept.put(*[BATCH] * 2)
    await kept.finish(1, 2)
    await kept.checkpoint(2, [1], b"newer")
    with pytest.raises(UnavailableError):
        await kept.checkpoint(number, [2], b"older")
    assert await kept.db.read(kept.inbox.last_checkpoint) == (2, b"newer")
    assert await kept.arrivals() == [2]


@pytest.mark.parametrize("covered", [[1, 2], [2, 1], [1, 3]])
async def test_a_checkpoint_that_covers_what_another_server_took_away_changes_nothing(
    kept: Kept, covered: list[int]
) -> None:
    """Or what it covers would be stored, and once more when it comes back from where it was set aside."""
    await kept.put(*[BATCH] * 2)
    await kept.finish(1)
    with pytest.raises(UnavailableError):
        await kept.checkpoint(1, covered, b"of both")
    assert await kept.db.read(kept.inbox.last_checkpoint) == (0, b"")
    assert await kept.arrivals() == [1, 2]


async def test_the_backlog_tells_what_is_not_done_by_tenant(kept: Kept) -> None:
    assert await kept.db.read(kept.inbox.backlog) == {}
    one, other = TenantId("one"), TenantId("other")
    sent = ((one, 50), (other, 20), (one, 70), (one, 60))
    await kept.put(*(replace(BATCH, tenant=tenant, received_at=at) for tenant, at in sent))
    assert await kept.db.read(kept.inbox.backlog) == {one: (3, 50), other: (1, 20)}
    await kept.finish(1, 2)
    assert await kept.db.read(kept.inbox.backlog) == {one: (2, 60)}


async def test_a_reader_that_goes_on_after_the_highest_id_misses_nothing(database: Database) -> None:
    inbox = SqlInbox()
    reached, go_on = threading.Event(), threading.Event()

    def slow(tx: Tx) -> int:
        number = inbox.put(tx, BATCH)
        reached.set()
        go_on.wait(20)
        return number

    older = asyncio.create_task(database.write(slow))
    await asyncio.to_thread(reached.wait, 10)
    newer = asyncio.create_task(database.write(lambda tx: inbox.put(tx, BATCH)))
    await asyncio.wait({newer}, timeout=0.5)
    seen = [one.id for one in await database.read(lambda tx: inbox.arrivals(tx, 0, 10))]
    go_on.set()
    assert await asyncio.gather(older, newer) == [1, 2]
    after = max(seen, default=0)
    seen += [one.id for one in await database.read(lambda tx: inbox.arrivals(tx, after, 10))]
    assert seen == [1, 2]


async def test_a_stream_only_moves_forward(kept: Kept) -> None:
    assert await kept.advance(0, 10) is None
    assert await kept.advance(10, 25) is None
    assert await kept.advance(0, 10) == 25, "sent again"
    assert await kept.advance(10, 40) == 25, "its beginning was sent before"
    assert await kept.advance(25, 40) is None
    assert await kept.advance(50, 60) is None, "a sender may leave out what is lost"
    assert await kept.advance(50, 60) == 60


async def test_streams_are_apart_by_tenant_source_and_name(kept: Kept) -> None:
    assert await kept.advance(0, 10) is None
    assert await kept.advance(0, 10, stream="t") is None
    assert await kept.advance(0, 10, source="core") is None
    assert await kept.advance(0, 10, tenant=TenantId("other")) is None
    assert await kept.advance(0, 10) == 10


async def test_a_long_ended_stream_is_forgotten_when_another_begins(kept: Kept) -> None:
    assert await kept.advance(0, 10, stream="old", now=1) is None
    assert await kept.advance(0, 10, stream="elsewhere", source="core", now=1) is None
    assert await kept.advance(0, 10, stream="young", now=POSITIONS_KEPT) is None
    assert await kept.advance(0, 5, stream="new", now=POSITIONS_KEPT + 2) is None
    assert await kept.advance(5, 8, stream="old", now=POSITIONS_KEPT + 3) is None
    assert await kept.advance(5, 8, stream="young", now=POSITIONS_KEPT + 3) == 10
    assert await kept.advance(5, 8, stream="elsewhere", source="core", now=POSITIONS_KEPT + 3) == 10


async def test_of_equal_batches_at_once_one_is_new(kept: Kept) -> None:
    answers = await asyncio.gather(*(kept.advance(0, 10) for _ in range(8)))
    assert sorted(answers, key=str) == [10] * 7 + [None]
