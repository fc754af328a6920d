"""Webhooks over SQLite with a caller that answers from a list, reactions taken by hand, and a clock that is moved."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from netsentinel.kernel.entries import Entry, EntryRegistry, NewEntry
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import DEFAULT_TENANT, Permission, Principal, Role, TenantId, system_principal
from netsentinel.outbound import Answer
from netsentinel.recovery import Breakers
from netsentinel.recovery.store_sql import SqlBreakers
from netsentinel.scheduler.entries import EVENT_ANNOUNCED, EventAnnounced
from netsentinel.storage import Database, Journal
from netsentinel.storage.dialect import SQLITE
from netsentinel.streamer.topics import TOPICS
from netsentinel.tasks import ActionRegistry, Engine, Hints, TaskFilter, TaskService, TaskState
from netsentinel.tasks.store_sql import sql_stores
from netsentinel.tasks.worker import Worker
from netsentinel.webhooks import (
    BREAKER,
    Delivery,
    DeliveryFilter,
    Endpoint,
    EndpointDraft,
    NewSecret,
    WebhookRules,
    WebhookStores,
    assemble,
)
from netsentinel.webhooks.store_sql import SqlDeliveries, SqlEndpoints, SqlHistory
from netsentinel.webhooks.testing import FakeCaller

T = DEFAULT_TENANT
ADMIN = system_principal()
STRANGER = system_principal(TenantId("other"))
ANALYST = Principal("usr_1", "user", T, Role.ANALYST, "ana", frozenset(Permission) - {Permission.AUDIT_READ})
URL = "https://example.org/hook/secret-path"
HAPPENED = EVENT_ANNOUNCED
READERS = {name: topic.permission for name, topic in TOPICS.items()}
UNDER_WAY = TaskFilter(states=(TaskState.QUEUED, TaskState.RUNNING))


def answer(status: int = 200, body: bytes = b"ok", **headers: str) -> Answer:
    told = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Answer(status, told, body, is_cut=False, took=0.01)


@dataclass
class Hall:
    """Everything that webhooks need."""

    db: Database
    journal: Journal
    registry: EntryRegistry
    clock: FakeClock
    caller: FakeCaller = field(default_factory=lambda: FakeCaller(answer()))

    def __post_init__(self) -> None:
        self.breakers = Breakers(self.db, SqlBreakers(), self.clock, policies={"webhook": BREAKER})
        self.engine = Engine(sql_stores(SQLITE), ActionRegistry(), self.clock, self.breakers, draw=lambda: 1.0)
        self.hints = Hints()
        self.tasks = TaskService(self.db, self.engine, self.hints)
        self.stores = WebhookStores(SqlEndpoints(SQLITE), SqlDeliveries(SQLITE), SqlHistory())
        rules = WebhookRules(key=b"of a test", readers=READERS)
        self.hooks = assemble(
            self.db, self.journal, self.registry, self.tasks, self.clock, self.stores, self.caller, rules
        )
        self.service = self.hooks.service
        self._tell = self.journal.follow("webhooks", wanted=self.hooks.following.wanted)
        self._end = self.journal.follow("deliveries", ("task.failed", "task.cancelled", "task.dead"))

    async def add(self, *events: str, principal: Principal = ADMIN, **changes: Any) -> NewSecret:
        draft = EndpointDraft(**({"url": URL, "events": events or (HAPPENED,)} | changes))
        return await self.service.create(principal, draft)

    async def happen(self, name: str = "it", *, tenant: TenantId = T, cause: tuple[int, ...] = ()) -> Entry:
        told = EventAnnounced(name=name, data={"n": 1})
        await self.db.write(lambda tx: tx.append(NewEntry(EVENT_ANNOUNCED, tenant, "system", name, told, cause)))
        return (await self.entries(EVENT_ANNOUNCED))[-1]

    async def react(self) -> int:
        """Let the reactions see what there is; how many entries became deliveries' business."""
        seen = 0
        while count := (
            await self._tell.step(self.hooks.following.on_entry)
            + await self._end.step(self.hooks.following.on_task_ended)
        ):
            seen += count
        return seen

    async def work(self) -> None:
        """React, and run tasks, until nothing is left to do at this time."""
        worker = asyncio.create_task(Worker(self.db, self.engine, self.hints, gate=self.breakers).run())
        try:
            async with asyncio.timeout(60):
                quiet, newest = 0, -1
                while quiet < 3:
                    await self.react()
                    await asyncio.sleep(0.02)
                    now = (await self.journal.bounds())[1]
                    busy = await self.tasks.page(T, UNDER_WAY, limit=1)
                    quiet = quiet + 1 if now == newest and not busy.items else 0
                    newest = now
        finally:
            worker.cancel()
            await asyncio.gather(worker, return_exceptions=True)

    async def entries(self, *kinds: str) -> list[Entry]:
        return await self.journal.read(0, 1_000, kinds=kinds)

    async def deliveries(self, endpoint: Endpoint) -> list[Delivery]:
        page = await self.service.deliveries(
            system_principal(endpoint.tenant), endpoint.id, DeliveryFilter(), limit=200
        )
        return list(reversed(page.items))

    async def endpoint(self, made: NewSecret) -> Endpoint:
        return await self.service.get(made.endpoint.tenant, made.endpoint.id)
