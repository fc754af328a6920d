"""A tenant whose receivers never answer does not hold up what another tenant is told: real sockets on both sides."""

import asyncio
import time

import pytest

from netsentinel.kernel.clock import SystemClock
from netsentinel.kernel.entries import EntryRegistry
from netsentinel.kernel.types import TenantId, system_principal
from netsentinel.outbound import Outbound, Reach
from netsentinel.storage import Journal, SqliteDatabase
from netsentinel.tasks.worker import Worker, WorkerLimits
from netsentinel.webhooks import DeliveryState
from netsentinel.webhooks.delivering import AT_ONCE
from tests.unit.webhooks.bench import HAPPENED, STRANGER, Hall, T
from tests.webhook_receiver import Receiver, Reply

pytestmark = pytest.mark.anyio
PLACES = 32
ENDPOINTS = 8
"""Times eight messages at once: twice as many as there are places."""


async def _until(seconds: float, count: int, receiver: Receiver) -> None:
    async with asyncio.timeout(seconds):
        while len(receiver.received) < count:
            await asyncio.sleep(0.01)


async def test_who_never_answers_keeps_half_of_the_places_at_most(
    sqlite_database: SqliteDatabase, entry_registry: EntryRegistry, audit_key: bytes
) -> None:
    journal = Journal(sqlite_database, entry_registry, audit_key)
    caller = Outbound(Reach.of(["127.0.0.0/8"], [range(1, 65_536)]))
    hall = Hall(sqlite_database, journal, entry_registry, SystemClock(), caller)
    limits = WorkerLimits(calls=PLACES, drain_s=0.1)
    with Receiver(Reply(hangs=True)) as hanging, Receiver() as good:
        for number in range(ENDPOINTS):
            await hall.add(HAPPENED, url=f"{hanging.url}/{number}")
        other = await hall.add(HAPPENED, url=good.url, principal=STRANGER)
        worker = asyncio.create_task(Worker(hall.db, hall.engine, hall.hints, limits, gate=hall.breakers).run())
        try:
            for _ in range(AT_ONCE):
                await hall.happen(tenant=T)
            await hall.react()
            await _until(30, PLACES // 2, hanging)
            began = time.monotonic()
            for _ in range(3 * AT_ONCE):
                await hall.happen(tenant=TenantId(STRANGER.tenant))
            await hall.react()
            await _until(12, 3 * AT_ONCE, good)
            took = time.monotonic() - began
        finally:
            worker.cancel()
            await asyncio.gather(worker, return_exceptions=True)
        assert len(hanging.received) == PLACES // 2
    assert took < 12, "it waited for the time-outs of another tenant"
    deliveries = await hall.deliveries(other.endpoint)
    assert len(deliveries) == 3 * AT_ONCE
    assert {one.verified(other.secret)["type"] for one in good.received} == {HAPPENED}
    assert {one.state for one in deliveries} <= {DeliveryState.DELIVERED, DeliveryState.PENDING}
    assert system_principal(T).tenant != STRANGER.tenant
