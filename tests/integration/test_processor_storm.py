"""Processors on one real database while processes die, the lake is full and servers stop: each batch counts once."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Sequence

import pytest

from netsentinel.alerts import AlertGrouping, Processor
from netsentinel.alerts import processor as processor_module
from netsentinel.alerts.suppression import SuppressionGate
from netsentinel.alerts.suppression.testing import memory_suppressions
from netsentinel.alerts.testing import MemoryAlerts, MemoryEvidence
from netsentinel.detection.model import BatchResult
from netsentinel.events import SetAsideBatches
from netsentinel.events.lake import Spool
from netsentinel.events.ports import InboxBatch, SourceReport
from netsentinel.events.store_sql import SqlInbox, SqlSetAside, SqlSources
from netsentinel.events.testing import MemoryEventStore
from netsentinel.kernel.clock import HOUR, SystemClock
from netsentinel.kernel.errors import UnavailableError
from netsentinel.kernel.types import Micros, TenantId
from netsentinel.storage import SqliteDatabase, Tx

pytestmark = pytest.mark.anyio

TENANTS = tuple(map(TenantId, "abc"))


class Mortal:
    """A detection process that dies now and then, and of some batches always; what dies with it is its spool."""

    def __init__(self, chance: random.Random, deadly: set[str]) -> None:
        self._chance = chance
        self._deadly = deadly
        self._spool: list[str] = []
        self._is_dead = False

    async def restore(self, state: bytes) -> None:
        del state
        self._spool, self._is_dead = [], False

    async def analyze(self, batches: Sequence[InboxBatch]) -> list[BatchResult]:
        await asyncio.sleep(self._chance.random() * 0.002)
        self._may_die(0.05, of_these=not self._deadly.isdisjoint(batch.source for batch in batches))
        self._spool += [batch.source for batch in batches]
        return [self._result(batch) for batch in batches]

    async def snapshot(self) -> bytes:
        self._may_die(0.03)
        return b"state"

    async def hand_over(self) -> Spool:
        self._may_die(0.03)
        spool, self._spool = Spool(",".join(self._spool), len(self._spool), 0, 0), []
        return spool

    def _may_die(self, chance: float, *, of_these: bool = False) -> None:
        self._is_dead = self._is_dead or of_these or self._chance.random() < chance
        if self._is_dead:
            raise UnavailableError("the process died")

    def _result(self, batch: InboxBatch) -> BatchResult:
        return BatchResult(
            batch=batch.id, events=1, rejected=0, size=1, format="x", last_event_at=0, findings=(), rejected_lines=(),
            took=self._chance.choice([0, 10, 1_000]),
        )  # fmt: skip


class Storing(MemoryEventStore):
    """A lake that is full now and then, or says so although it has stored everything."""

    def __init__(self, db: SqliteDatabase, chance: random.Random) -> None:
        self._real = db
        self._chance = chance

    async def append(self, spool: Spool, also: Callable[[Tx], None]) -> int:
        await asyncio.sleep(self._chance.random() * 0.004)
        if self._chance.random() < 0.05:
            raise UnavailableError("the disk is full")

        def record(tx: Tx) -> None:
            tx.many("INSERT INTO stored (name) VALUES (?)", [(name,) for name in spool.path.split(",") if name])
            also(tx)

        await self._real.write(record)
        if self._chance.random() < 0.03:
            raise UnavailableError("nobody knows whether it is stored")
        return spool.events


class Counting(SqlSources):
    """Notes each batch whose effect is recorded."""

    def record(self, tx: Tx, report: SourceReport, now: Micros) -> None:
        super().record(tx, report, now)
        if not report.last_error:
            tx.run("INSERT INTO effects (name) VALUES (?)", (report.source,))


class Storm:
    """Servers on one database, and batches that arrive."""

    def __init__(self, db: SqliteDatabase, chance: random.Random, servers: int) -> None:
        self.db, self.chance, self.deadly = db, chance, set[str]()
        self.inbox, self.aside = SqlInbox(), SqlSetAside()
        self.running = [self._server() for _ in range(servers)]
        self.sent = 0

    def _server(self) -> "asyncio.Task[None]":
        grouping = AlertGrouping(MemoryAlerts(), MemoryEvidence(), HOUR, SuppressionGate(memory_suppressions()))
        pool, lake = Mortal(self.chance, self.deadly), Storing(self.db, self.chance)
        parts = self.db, self.inbox, Counting(), pool, grouping, SystemClock(), lake
        return asyncio.create_task(Processor(*parts, aside=self.aside).run())  # pyright: ignore[reportArgumentType]

    async def receive(self, *, deadly: bool) -> None:
        self.sent += 1
        name = f"s{self.sent}"
        if deadly:
            self.deadly.add(name)
        batch = InboxBatch(0, self.chance.choice(TENANTS), name, "", 0, self.chance.choice([1, 3, 2_000]), b"{}")
        await self.db.write(lambda tx: self.inbox.put(tx, batch))

    async def restart_one(self) -> None:
        at = self.chance.randrange(len(self.running))
        self.running[at].cancel()
        await asyncio.gather(self.running[at], return_exceptions=True)
        self.running[at] = self._server()

    async def settle(self) -> None:
        """What was deadly is mended, and everything that was set aside is tried again."""
        self.deadly.clear()
        again = SetAsideBatches(self.db, self.inbox, self.aside)
        async with asyncio.timeout(60):
            while await self.db.read(lambda tx: self.inbox.arrivals(tx, 0, 1)) or await self.db.read(self.aside.count):
                self.must_run()
                for tenant in TENANTS:
                    for one in await self.db.read(lambda tx, tenant=tenant: self.aside.all(tx, tenant, 99)):
                        await again.retry(tenant, one.id)
                await asyncio.sleep(0.01)

    def must_run(self) -> None:
        assert not [task for task in self.running if task.done()], "a server ended"

    async def stop(self) -> None:
        for task in self.running:
            task.cancel()
        await asyncio.gather(*self.running, return_exceptions=True)

    async def times(self, table: str) -> Counter[str]:
        rows = await self.db.read(lambda tx: tx.rows(f"SELECT name FROM {table}"))  # noqa: S608 - one of two names
        return Counter(str(row[0]) for row in rows)


@pytest.mark.parametrize(("seed", "servers"), [(1, 1), (2, 1), (3, 1), (11, 3), (5, 2)])
async def test_each_batch_is_recorded_and_stored_once(
    sqlite_database: SqliteDatabase, monkeypatch: pytest.MonkeyPatch, seed: int, servers: int
) -> None:
    small = {"_RETRY_S": 0.001, "_LOOK_AGAIN_S": 0.003, "_CHECKPOINT_EVERY": 1, "_BATCHES_AT_ONCE": 5}
    for name, value in {**small, "_ARRIVALS_AT_ONCE": 7}.items():
        monkeypatch.setattr(processor_module, name, value)
    for table in ("stored", "effects"):
        await sqlite_database.write(lambda tx, table=table: tx.run(f"CREATE TABLE {table} (name TEXT)"))
    chance = random.Random(seed)  # noqa: S311 - a storm that comes again
    storm = Storm(sqlite_database, chance, servers)
    try:
        for _ in range(60):
            await asyncio.sleep(chance.random() * 0.02)
            for _ in range(chance.randint(0, 6)):
                await storm.receive(deadly=chance.random() < 0.02)
            if chance.random() < 0.1:
                await storm.restart_one()
            storm.must_run()
        await storm.settle()
    finally:
        await storm.stop()
    once = Counter(f"s{number}" for number in range(1, storm.sent + 1))
    assert await storm.times("effects") == once
    assert await storm.times("stored") == once
