"""A broadcast is an entry."""

from dataclasses import dataclass

import pytest

from netsentinel.kernel.types import DEFAULT_TENANT
from netsentinel.storage.testing import MemoryDatabase
from netsentinel.streamer import JournalBroadcaster, WebSocketBroadcaster

pytestmark = pytest.mark.anyio


@dataclass(frozen=True)
class Thing:
    id: str
    entity: str


async def test_a_broadcast_appends_an_entry(memory_database: MemoryDatabase) -> None:
    broadcaster: WebSocketBroadcaster = JournalBroadcaster(memory_database)
    thing = Thing("alr_1", "10.0.0.1")
    await broadcaster.broadcast_alert(DEFAULT_TENANT, thing)
    await broadcaster.broadcast_threat(DEFAULT_TENANT, thing)
    told = [(entry.kind, entry.tenant, entry.principal, entry.subject) for entry in memory_database.entries]
    assert told == [
        ("alert.updated", "default", "system", "alr_1"),
        ("threat.updated", "default", "system", "10.0.0.1"),
    ]
    assert memory_database.entries[0].payload is thing
