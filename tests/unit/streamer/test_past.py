"""The past: read once for a crowd, and never older than the question."""

import asyncio

import pytest

from netsentinel.kernel.entries import EntryRegistry
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId
from netsentinel.streamer.past import CHUNK, Past
from netsentinel.streamer.testing import LIVE_KINDS, MemoryJournal, admission
from tests.unit.streamer.live import Live

pytestmark = pytest.mark.anyio


def past() -> tuple[Past, MemoryJournal]:
    registry = EntryRegistry(LIVE_KINDS)
    journal = MemoryJournal(registry)
    return Past(journal, registry), journal


async def test_a_crowd_reads_twice_at_most_and_shares_what_is_encoded() -> None:
    made, journal = past()
    for n in range(CHUNK + 5):
        journal.add(n)
    journal.add(1, tenant=TenantId("other"))
    first, *others = await asyncio.gather(*(made.after((DEFAULT_TENANT, "alerts", 0)) for _ in range(50)))
    assert journal.reads == 2  # the first reads at once, who asks meanwhile shares the next
    assert [entry.seq for entry, _ in first] == list(range(1, CHUNK + 1))
    assert [entry for entry, _ in others[0]] == [entry for entry, _ in first]
    assert all(other is others[0] for other in others)
    assert [entry.seq for entry, _ in await made.after((TenantId("other"), "alerts", 0))] == [CHUNK + 6]


async def test_bounds_are_never_older_than_the_question() -> None:
    made, journal = past()
    journal.add(1)
    assert await made.bounds() == (1, 1)
    journal.add(2)
    journal.trim(1)
    assert await made.bounds() == (2, 2)


async def test_a_thousand_clients_that_come_back_read_the_journal_a_few_times(live: Live) -> None:
    await live.tell(*range(1, 31))
    before = live.journal.reads
    resume = {"epoch": "epoch-1", "positions": {"a": 10}}
    clients = await asyncio.gather(*(live.connect(admission(f"usr_{n % 4}"), resume=resume) for n in range(200)))
    for client in clients:
        client.say("subscribe", sub="a", topic="alerts")
    await asyncio.gather(*(client.until("event", 20) for client in clients))
    assert all(client.events() == list(range(11, 31)) for client in clients)
    assert live.journal.reads - before < 20
