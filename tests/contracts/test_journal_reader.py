"""What live clients ask of a journal: the fake that the streamer's tests stand on behaves like the real one."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from netsentinel.kernel.clock import DAY
from netsentinel.kernel.entries import EntryRegistry
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId
from netsentinel.storage import Journal
from netsentinel.storage.testing import happened
from netsentinel.streamer import JournalReader
from netsentinel.streamer.testing import MemoryJournal

pytestmark = pytest.mark.anyio

OTHER = TenantId("other")
Append = Callable[..., Awaitable[None]]
Trim = Callable[[], Awaitable[None]]


class Stage:
    """A journal, and the means to fill and to empty it."""

    def __init__(self, journal: JournalReader, append: Append, trim: Trim) -> None:
        self.journal, self.append, self.trim = journal, append, trim


def _in_memory(registry: EntryRegistry) -> Stage:
    journal = MemoryJournal(registry)

    async def append(kind: str = "test.happened", tenant: TenantId = DEFAULT_TENANT) -> None:
        journal.add(kind=kind, tenant=tenant)
        await journal.announce()

    async def trim() -> None:
        journal.trim((await journal.bounds())[1])

    return Stage(journal, append, trim)


def _real(database: Any, registry: EntryRegistry, clock: FakeClock, key: bytes) -> Stage:
    journal = Journal(database, registry, key)

    async def append(kind: str = "test.happened", tenant: TenantId = DEFAULT_TENANT) -> None:
        await database.write(lambda tx: tx.append(happened(kind=kind, tenant=tenant)))

    async def trim() -> None:
        clock.advance(2 * DAY)
        await journal.trim(clock.now(), 1, 1_000_000)

    return Stage(journal, append, trim)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def stage(request: pytest.FixtureRequest, entry_registry: EntryRegistry, clock: FakeClock, audit_key: bytes) -> Stage:
    if request.param == "memory":
        return _in_memory(entry_registry)
    return _real(request.getfixturevalue(f"{request.param}_database"), entry_registry, clock, audit_key)


async def test_the_epoch_stays(stage: Stage) -> None:
    epoch = await stage.journal.epoch()
    assert epoch
    await stage.append()
    assert await stage.journal.epoch() == epoch


async def test_an_empty_journal(stage: Stage) -> None:
    assert await stage.journal.bounds() == (1, 0)
    assert await stage.journal.read(0, 10) == []
    assert await stage.journal.wait_beyond(0, 0.01) == 0


async def test_reading_in_order_and_portions(stage: Stage) -> None:
    for _ in range(5):
        await stage.append()
    first = await stage.journal.read(0, 3)
    rest = await stage.journal.read(first[-1].seq, 3)
    seqs = [entry.seq for entry in (*first, *rest)]
    assert (len(first), len(rest)) == (3, 2)
    assert seqs == sorted(set(seqs))
    assert await stage.journal.bounds() == (1, seqs[-1])
    assert await stage.journal.read(seqs[-1], 3) == []


async def test_tenants_topics_and_kinds_narrow_it(stage: Stage) -> None:
    await stage.append("test.happened")
    await stage.append("test.other", OTHER)
    await stage.append("test.other")
    assert [entry.kind for entry in await stage.journal.read(0, 10, tenant=OTHER)] == ["test.other"]
    assert len(await stage.journal.read(0, 10, topics=["others"])) == 2
    assert len(await stage.journal.read(0, 10, topics=["others"], tenant=DEFAULT_TENANT)) == 1
    assert len(await stage.journal.read(0, 10, kinds=["test.happened"])) == 1
    assert len(await stage.journal.read(0, 10, kinds=["test.happened"], topics=["others"])) == 0


async def test_trimming_moves_the_lower_bound(stage: Stage) -> None:
    for _ in range(3):
        await stage.append()
    _, newest = await stage.journal.bounds()
    await stage.trim()
    assert await stage.journal.bounds() == (newest + 1, newest)
    assert await stage.journal.read(0, 10) == []


async def test_waiting_ends_with_the_next_entry(stage: Stage) -> None:
    await stage.append()
    _, newest = await stage.journal.bounds()
    waiting = asyncio.create_task(stage.journal.wait_beyond(newest, 5))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    await stage.append()
    assert await asyncio.wait_for(waiting, 5) > newest


async def test_waiting_ends_without_one(stage: Stage) -> None:
    await stage.append()
    _, newest = await stage.journal.bounds()
    assert await stage.journal.wait_beyond(newest, 0.02) == newest
    assert await stage.journal.wait_beyond(0, 5) == newest
