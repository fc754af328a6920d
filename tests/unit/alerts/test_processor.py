"""The processor with fakes all around it: order, exactly-once effect, checkpoints and recovery."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Self

import msgspec
import pytest

from netsentinel.alerts import AlertFilter, AlertGrouping, Processor
from netsentinel.alerts import processor as processor_module
from netsentinel.alerts.suppression import SuppressionGate
from netsentinel.alerts.suppression.testing import memory_suppressions
from netsentinel.alerts.suspicion import IN_A_ROW, TRIES
from netsentinel.alerts.testing import MemoryAlerts, MemoryEvidence
from netsentinel.detection.model import BatchResult
from netsentinel.events import SetAsideBatches
from netsentinel.events.lake import Spool
from netsentinel.events.ports import InboxBatch
from netsentinel.events.testing import MemoryEventStore, MemoryInbox, MemorySetAside, MemorySources
from netsentinel.kernel.clock import HOUR, SECOND
from netsentinel.kernel.errors import StorageFullError, UnavailableError
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import DEFAULT_TENANT, MIB, TenantId
from netsentinel.storage import ReadTx, Tx
from netsentinel.storage.testing import MemoryDatabase, MemoryTx
from tests.unit.alerts.factories import NOON, finding

pytestmark = pytest.mark.anyio


class CountingPool:
    """A detection pool that finds one thing per batch and whose state is how many batches it has seen."""

    def __init__(self) -> None:
        self.seen = 0
        self.kept = 0
        self.calls: list[list[int]] = []
        self.restored: list[int] = []
        self.die_at: int | None = None
        self.full = 0
        """So many calls find the disk full."""
        self.poison: set[int] = set()
        """Batches of which it dies every time."""
        self.cost: dict[TenantId, int] = {}
        self.size = 0
        """Bytes of a batch, unpacked; its own without."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        return

    async def restore(self, state: bytes) -> None:
        self.seen = int(state or b"0")
        self.kept = 0
        self.restored.append(self.seen)

    async def analyze(self, batches: Sequence[InboxBatch]) -> list[BatchResult]:
        self.calls.append([batch.id for batch in batches])
        if self.full:
            self.full -= 1
            raise StorageFullError("no space")
        if self.die_at is not None and any(batch.id == self.die_at for batch in batches):
            self.die_at = None
            raise UnavailableError("the process died")
        if any(batch.id in self.poison for batch in batches):
            raise UnavailableError("the process died")
        return [self._result(batch) for batch in batches]

    def _result(self, batch: InboxBatch) -> BatchResult:
        self.seen += 1
        self.kept += batch.records
        found = () if batch.done else (finding(time=NOON + self.seen, raw=batch.raw, fingerprint=f"f{batch.id}"),)
        return BatchResult(
            batch=batch.id,
            events=batch.records,
            rejected=1,
            size=self.size or len(batch.raw),
            format="suricata",
            last_event_at=NOON,
            findings=found,
            rejected_lines=((b"?", "not JSON"),),
            took=self.cost.get(batch.tenant, 0),
        )

    async def hand_over(self) -> Spool:
        kept, self.kept = self.kept, 0
        return Spool("", kept, 0, 0)

    async def snapshot(self) -> bytes:
        return str(self.seen).encode()


class Plant:
    """A processor and everything around it."""

    def __init__(self) -> None:
        self.db = MemoryDatabase()
        self.clock = FakeClock(NOON)
        self.inbox = MemoryInbox()
        self.sources = MemorySources(self.inbox)
        self.pool = CountingPool()
        self.alerts = MemoryAlerts()
        self.aside = MemorySetAside(self.inbox)
        self.processor = self.new_processor()

    def new_processor(self) -> Processor:
        grouping = AlertGrouping(self.alerts, MemoryEvidence(), HOUR, SuppressionGate(memory_suppressions()))
        return Processor(self.db, self.inbox, self.sources, self.pool, grouping, self.clock, aside=self.aside)

    def receive(self, count: int = 1, tenant: TenantId = DEFAULT_TENANT, records: int = 3) -> None:
        for _ in range(count):
            batch = InboxBatch(0, tenant, "eve", "", NOON, records, b"{}")
            self.inbox.put(MemoryTx(), batch)
        self.processor.wake()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.processor.run())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def settle(self) -> None:
        async with asyncio.timeout(5):
            while self.inbox.backlog(MemoryTx()):
                await asyncio.sleep(0.01)

    def raised(self) -> list[str]:
        found = self.alerts.page(MemoryTx(), DEFAULT_TENANT, AlertFilter(), 1_000, None)
        return sorted(alert.fingerprint for alert in found)


@pytest.fixture
def plant() -> Plant:
    return Plant()


async def test_every_batch_becomes_alerts_counts_and_entries(plant: Plant) -> None:
    async with plant.running():
        plant.receive(3)
        await plant.settle()
    assert plant.raised() == ["f1", "f2", "f3"]
    (source,) = plant.sources.all(MemoryTx(), DEFAULT_TENANT)
    assert (source.events, source.rejected, source.last_error) == (9, 3, "not JSON")
    assert len(plant.sources.rejected(MemoryTx(), DEFAULT_TENANT, "eve", 10)) == 3
    assert [entry.kind for entry in plant.db.entries] == ["alert.raised"] * 3
    assert (plant.processor.stats.batches, plant.processor.stats.findings) == (3, 3)


async def test_batches_are_analysed_in_order_and_bounded_groups(plant: Plant) -> None:
    plant.receive(150)
    async with plant.running():
        await plant.settle()
    assert [number for call in plant.pool.calls for number in call] == list(range(1, 151))
    assert max(map(len, plant.pool.calls)) <= 64


async def test_tenants_share_the_time_of_detection(plant: Plant) -> None:
    other = TenantId("other")
    plant.pool.cost = {DEFAULT_TENANT: 9_000_000, other: 10_000}
    plant.receive(40, records=5_000)
    plant.receive(10, other, records=5_000)
    async with plant.running():
        await plant.settle()
    order = [number for call in plant.pool.calls for number in call]
    assert sorted(order) == list(range(1, 51))
    assert order.index(50) < 14, "the other tenant's ten come after two of the costly ones at most"
    assert [number for number in order if number <= 40] == list(range(1, 41))
    assert [number for number in order if number > 40] == list(range(41, 51))


async def test_after_a_crash_each_tenant_goes_on_where_its_checkpoint_stands(plant: Plant) -> None:
    other = TenantId("other")
    plant.pool.cost = {DEFAULT_TENANT: 9_000_000, other: 10_000}
    plant.receive(6, records=5_000)
    plant.receive(6, other, records=5_000)
    async with plant.running():
        async with asyncio.timeout(5):
            while not {7, 8} <= {number for call in plant.pool.calls for number in call}:
                await asyncio.sleep(0)
        plant.clock.advance(6 * SECOND)
        await plant.settle()
    left = sorted(plant.inbox.batches)
    own, others = ([number for number in left if (number > 6) is is_other] for is_other in (False, True))
    assert (own, others) == (list(range(7 - len(own), 7)), list(range(13 - len(others), 13)))
    assert len(own) > len(others), "the checkpoint covers batches of the other tenant that came later"
    plant.pool = CountingPool()
    plant.processor = plant.new_processor()
    plant.receive(1)
    async with plant.running():
        await plant.settle()
    assert [number for call in plant.pool.calls for number in call] == [*left, 13]
    assert plant.pool.restored == [12 - len(left)]
    assert plant.raised() == sorted(f"f{number}" for number in range(1, 14))


async def test_a_checkpoint_of_another_server_is_not_overwritten(plant: Plant) -> None:
    async with plant.running():
        plant.receive(1)
        await plant.settle()
        plant.inbox.checkpoint(MemoryTx(), 5, [], b"70")
        plant.clock.advance(6 * SECOND)
        plant.receive(1)
        async with asyncio.timeout(5):
            while not plant.processor.stats.restarts:
                await asyncio.sleep(0.01)
        assert len(plant.inbox.batches) == 2
        plant.clock.advance(6 * SECOND)
        async with asyncio.timeout(5):
            while plant.inbox.batches:
                plant.clock.advance(6 * SECOND)
                plant.processor.wake()
                await asyncio.sleep(0.05)
    assert plant.inbox.last_checkpoint(MemoryTx()) == (6, b"72"), "it went on from the other's state"
    assert plant.raised() == ["f1", "f2"]


@pytest.mark.usefixtures("in_a_hurry")
async def test_what_another_server_set_aside_is_not_stored_here_too(plant: Plant) -> None:
    shelf = Shelf(plant.db, plant.clock)
    grouping = AlertGrouping(plant.alerts, MemoryEvidence(), HOUR, SuppressionGate(memory_suppressions()))
    plant.processor = Processor(plant.db, plant.inbox, plant.sources, plant.pool, grouping, plant.clock, shelf)
    async with plant.running():
        plant.receive(2)
        await plant.settle()
        taken = plant.inbox.batches[1]
        assert plant.aside.put(MemoryTx(), taken, "died", TRIES, NOON)
        async with asyncio.timeout(5):
            while plant.inbox.batches:
                plant.clock.advance(6 * SECOND)
                plant.processor.wake()
                await asyncio.sleep(0.02)
        await SetAsideBatches(plant.db, plant.inbox, plant.aside).retry(DEFAULT_TENANT, 1)
        async with asyncio.timeout(5):
            while plant.inbox.batches:
                plant.clock.advance(6 * SECOND)
                plant.processor.wake()
                await asyncio.sleep(0.02)
    assert shelf.spools == [3, 3], "each batch once"
    assert plant.raised() == ["f1", "f2"]


async def test_a_checkpoint_frees_done_batches(plant: Plant) -> None:
    async with plant.running():
        plant.receive(2)
        await plant.settle()
        assert len(plant.inbox.batches) == 2
        plant.clock.advance(6 * SECOND)
        plant.receive(1)
        await plant.settle()
        async with asyncio.timeout(5):
            while plant.inbox.batches:
                await asyncio.sleep(0.01)
    assert plant.inbox.last_checkpoint(MemoryTx()) == (1, b"3")


async def test_a_restart_feeds_done_batches_again_without_a_second_effect(plant: Plant) -> None:
    async with plant.running():
        plant.receive(2)
        await plant.settle()
    plant.pool = CountingPool()
    plant.processor = plant.new_processor()
    async with plant.running():
        plant.receive(1)
        await plant.settle()
    assert plant.pool.seen == 3
    assert plant.raised() == ["f1", "f2", "f3"]
    assert plant.processor.stats.batches == 1


async def test_a_dead_detection_process_is_restored_and_nothing_is_lost(plant: Plant) -> None:
    plant.pool.die_at = 2
    async with plant.running():
        plant.receive(1)
        await plant.settle()
        plant.receive(2)
        await plant.settle()
    assert plant.raised() == ["f1", "f2", "f3"]
    assert plant.pool.restored == [0, 0]
    assert plant.pool.seen == 3
    assert plant.processor.stats.restarts == 1


async def test_a_full_disk_only_delays(plant: Plant) -> None:
    plant.db.failure = UnavailableError("The disk is full.")
    async with plant.running():
        plant.receive(1)
        await asyncio.sleep(0.1)
        assert plant.raised() == []
        plant.db.failure = None
        await plant.settle()
    assert plant.raised() == ["f1"]


class Shelf(MemoryEventStore):
    """A lake that can be slow, or full."""

    def __init__(self, db: MemoryDatabase, clock: FakeClock) -> None:
        super().__init__(db, clock)
        self.spools: list[int] = []
        self.failure: UnavailableError | None = None

    async def append(self, spool: Spool, also: Callable[[Tx], None]) -> int:
        if self.failure is not None:
            raise self.failure
        await self._db.write(also)
        self.spools.append(spool.events)
        return spool.events


async def test_large_batches_are_stored_before_much_of_them_waits(plant: Plant) -> None:
    plant.pool.size = 40 * MIB
    async with plant.running():
        plant.receive(3, records=3_000)
        await plant.settle()
        assert plant.inbox.last_checkpoint(MemoryTx()) == (0, b"")
        plant.receive(1, records=3_000)
        async with asyncio.timeout(5):
            while plant.inbox.batches:
                await asyncio.sleep(0.01)
    assert plant.inbox.last_checkpoint(MemoryTx()) == (1, b"4")


async def test_the_checkpoint_is_recorded_with_the_events_it_covers(plant: Plant) -> None:
    shelf = Shelf(plant.db, plant.clock)
    grouping = AlertGrouping(plant.alerts, MemoryEvidence(), HOUR, SuppressionGate(memory_suppressions()))
    plant.processor = Processor(plant.db, plant.inbox, plant.sources, plant.pool, grouping, plant.clock, shelf)
    async with plant.running():
        plant.receive(2)
        await plant.settle()
        plant.clock.advance(6 * SECOND)
        plant.receive(1)
        async with asyncio.timeout(5):
            while plant.inbox.batches:
                await asyncio.sleep(0.01)
    assert shelf.spools == [9]
    assert plant.inbox.last_checkpoint(MemoryTx()) == (1, b"3")
    assert plant.processor.stats.stored == 9


async def test_batches_stay_while_the_lake_is_full_and_alerts_go_on(plant: Plant) -> None:
    shelf = Shelf(plant.db, plant.clock)
    shelf.failure = UnavailableError("The disk is full.")
    grouping = AlertGrouping(plant.alerts, MemoryEvidence(), HOUR, SuppressionGate(memory_suppressions()))
    plant.processor = Processor(plant.db, plant.inbox, plant.sources, plant.pool, grouping, plant.clock, shelf)
    async with plant.running():
        plant.receive(1)
        await plant.settle()
        plant.clock.advance(6 * SECOND)
        plant.receive(1)
        async with asyncio.timeout(10):
            while plant.processor.stats.restarts == 0:
                await asyncio.sleep(0.01)
        assert plant.raised() == ["f1", "f2"]
        assert len(plant.inbox.batches) == 2
        shelf.failure = None
        async with asyncio.timeout(10):
            while plant.inbox.batches:
                plant.clock.advance(6 * SECOND)
                plant.processor.wake()
                await asyncio.sleep(0.05)
    assert plant.raised() == ["f1", "f2"]
    assert plant.pool.restored[-1] == 0, "everything since the last checkpoint is read again"


@pytest.fixture
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processor_module, "_RETRY_S", 0.001)
    monkeypatch.setattr(processor_module, "_FULL_S", 0.001)


@pytest.mark.usefixtures("in_a_hurry")
async def test_a_batch_that_kills_the_process_is_set_aside_and_the_others_are_processed(plant: Plant) -> None:
    plant.pool.poison = {3}
    plant.receive(5)
    async with plant.running():
        await plant.settle()
    assert plant.raised() == ["f1", "f2", "f4", "f5"]
    (aside,) = plant.aside.all(MemoryTx(), DEFAULT_TENANT, 10)
    assert (aside.id, aside.records, aside.tries) == (3, 3, TRIES)
    assert plant.processor.stats.set_aside == 1
    assert plant.pool.calls.count([3]) == TRIES
    (source,) = plant.sources.all(MemoryTx(), DEFAULT_TENANT)
    assert source.events == 12
    taken = plant.aside.take(MemoryTx(), DEFAULT_TENANT, 3)
    assert taken is not None
    assert taken.raw == b"{}"


@pytest.mark.usefixtures("in_a_hurry")
async def test_a_full_disk_is_no_batch_s_fault(plant: Plant) -> None:
    plant.pool.full = 10 * TRIES
    plant.receive(3)
    async with plant.running():
        await plant.settle()
    assert plant.raised() == ["f1", "f2", "f3"]
    assert plant.processor.stats.set_aside == 0
    assert plant.processor.stats.restarts == 10 * TRIES
    assert all(len(call) == 3 for call in plant.pool.calls), "none comes alone, as a suspect does"


@pytest.mark.usefixtures("in_a_hurry")
async def test_its_source_says_so_and_another_try_works(plant: Plant) -> None:
    plant.pool.poison = {1}
    plant.receive(1)
    batches = SetAsideBatches(plant.db, plant.inbox, plant.aside)
    async with plant.running():
        await plant.settle()
        (source,) = plant.sources.all(MemoryTx(), DEFAULT_TENANT)
        assert source.last_error.startswith("A batch of 3 records was set aside (batch 1). Analysing it failed 3 times")
        plant.pool.poison = set()
        assert await batches.retry(DEFAULT_TENANT, 1) == 2
        plant.processor.wake()
        await plant.settle()
    assert plant.raised() == ["f2"]
    assert plant.aside.count(MemoryTx()) == 0


@pytest.mark.usefixtures("in_a_hurry")
async def test_a_batch_that_was_done_and_kills_on_a_second_reading_is_not_forgotten(plant: Plant) -> None:
    async with plant.running():
        plant.receive(2)
        await plant.settle()
    plant.pool = CountingPool()
    plant.pool.poison = {1}
    plant.processor = plant.new_processor()
    async with plant.running():
        plant.receive(1)
        await plant.settle()
    taken = plant.aside.take(MemoryTx(), DEFAULT_TENANT, 1)
    assert taken is not None
    assert taken.done
    assert plant.raised() == ["f1", "f2", "f3"]


@pytest.mark.usefixtures("in_a_hurry")
async def test_a_process_that_dies_of_everything_does_not_empty_the_inbox(plant: Plant) -> None:
    plant.pool.poison = set(range(1, 41))
    plant.receive(40)
    async with plant.running():
        async with asyncio.timeout(10):
            while plant.processor.stats.restarts < 4 + TRIES * (IN_A_ROW + 3):
                await asyncio.sleep(0.01)
        assert plant.aside.count(MemoryTx()) == IN_A_ROW
        plant.pool.poison = set()
        await plant.settle()
    assert len(plant.raised()) == 40 - IN_A_ROW


async def test_a_call_takes_no_longer_than_others_may_wait(plant: Plant) -> None:
    plant.pool.cost = {DEFAULT_TENANT: 200_000}
    plant.receive(40, records=1_000)
    async with plant.running():
        await plant.settle()
    sizes = [len(call) for call in plant.pool.calls]
    assert (sizes[0], sizes[-2]) == (5, 2), "by records at first, then by what they were found to take"


async def test_few_records_may_be_large(plant: Plant) -> None:
    for size in (*[2 * MIB] * 4, 20 * MIB, 2, 2):
        plant.inbox.put(MemoryTx(), InboxBatch(0, DEFAULT_TENANT, "eve", "", NOON, 3, bytes(size)))
    async with plant.running():
        await plant.settle()
    assert plant.pool.calls[:2] == [[1, 2], [3, 4]]
    assert [5] in plant.pool.calls


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"is_cut": True}, "Rules matched the events of batch 1 so often"),
        ({"omitted": 2}, "Your own rules took too long: installed rules alone judged 2 of 3 events of batch 1."),
    ],
)
async def test_what_is_left_out_is_told_by_the_source(
    plant: Plant, monkeypatch: pytest.MonkeyPatch, said: dict[str, Any], told: str
) -> None:
    result = plant.pool._result
    monkeypatch.setattr(plant.pool, "_result", lambda batch: msgspec.structs.replace(result(batch), **said))
    plant.receive(1)
    async with plant.running():
        await plant.settle()
    (source,) = plant.sources.all(MemoryTx(), DEFAULT_TENANT)
    assert source.last_error.startswith(told)


async def test_two_servers_on_one_inbox_record_each_effect_once(plant: Plant) -> None:
    second = CountingPool()
    grouping = AlertGrouping(plant.alerts, MemoryEvidence(), HOUR, SuppressionGate(memory_suppressions()))
    other = Processor(plant.db, plant.inbox, plant.sources, second, grouping, plant.clock)
    plant.receive(40)
    async with plant.running():
        task = asyncio.create_task(other.run())
        await plant.settle()
        await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert plant.pool.seen + second.seen > 40, "both of them looked at some"
    assert [entry.kind for entry in plant.db.entries] == ["alert.raised"] * 40
    (source,) = plant.sources.all(MemoryTx(), DEFAULT_TENANT)
    assert source.events == 120


@pytest.mark.usefixtures("in_a_hurry")
async def test_a_checkpoint_covers_what_was_read_since_the_last_restore(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read before a death and not again since is in no detector's memory, and in no file of the lake."""
    covered: list[list[int]] = []
    record, analyze = plant.inbox.checkpoint, plant.pool.analyze

    def checkpoint(tx: Tx, number: int, ids: Sequence[int], state: bytes) -> None:
        covered.append(sorted(ids))
        record(tx, number, ids, state)

    async def then_a_checkpoint_is_due(batches: Sequence[InboxBatch]) -> list[BatchResult]:
        results = await analyze(batches)
        if plant.pool.restored == [0, 0] and plant.pool.seen == 1:
            plant.clock.advance(6 * SECOND)
        return results

    monkeypatch.setattr(plant.inbox, "checkpoint", checkpoint)
    monkeypatch.setattr(plant.pool, "analyze", then_a_checkpoint_is_due)
    plant.pool.die_at = 4
    plant.receive(4, records=5_000)
    async with plant.running():
        await plant.settle()
        plant.clock.advance(6 * SECOND)
        plant.receive(1)
        async with asyncio.timeout(5):
            while plant.inbox.batches:
                await asyncio.sleep(0.01)
    assert covered[0] == [1]
    assert [number for ids in covered for number in ids] == [1, 2, 3, 4, 5]


async def test_bytes_since_a_checkpoint_are_counted_anew(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    covered: list[list[int]] = []
    record = plant.inbox.checkpoint

    def checkpoint(tx: Tx, number: int, ids: Sequence[int], state: bytes) -> None:
        covered.append(sorted(ids))
        record(tx, number, ids, state)

    monkeypatch.setattr(plant.inbox, "checkpoint", checkpoint)
    plant.pool.size = processor_module._CHECKPOINT_BYTES // 2
    plant.receive(6, records=5_000)
    async with plant.running():
        await plant.settle()
        async with asyncio.timeout(5):
            while plant.inbox.batches:
                await asyncio.sleep(0.01)
    assert covered == [[1, 2], [3, 4], [5, 6]]


@pytest.mark.usefixtures("in_a_hurry")
async def test_killers_of_one_tenant_do_not_hold_up_another(plant: Plant) -> None:
    other = TenantId("other")
    plant.pool.poison = set(range(1, 31))
    plant.pool.cost = {other: 1_000}
    plant.receive(30)
    plant.receive(3, other)
    async with plant.running(), asyncio.timeout(10):
        while other in plant.inbox.backlog(MemoryTx()):
            await asyncio.sleep(0.01)
    assert {31, 32, 33} <= {number for call in plant.pool.calls for number in call}


@pytest.mark.usefixtures("in_a_hurry")
async def test_an_outage_of_the_database_is_paid_by_nobody(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    other, now, fetch = TenantId("other"), [0.0], plant.inbox.fetch

    def fail_once(tx: ReadTx, ids: Sequence[int]) -> list[InboxBatch]:
        if now[0]:
            return fetch(tx, ids)
        now[0] += 600
        raise UnavailableError("the database is down")

    monkeypatch.setattr(processor_module, "perf_counter", lambda: now[0])
    monkeypatch.setattr(plant.inbox, "fetch", fail_once)
    plant.pool.cost = {DEFAULT_TENANT: 1_000_000, other: 1_000_000}
    plant.receive(4, records=5_000)
    plant.receive(4, other, records=5_000)
    async with plant.running():
        await plant.settle()
    order = [number for call in plant.pool.calls for number in call]
    assert order == [1, 5, 2, 6, 3, 7, 4, 8]


@pytest.mark.usefixtures("in_a_hurry")
async def test_a_suspect_stays_alone_when_others_arrive(plant: Plant) -> None:
    plant.pool.poison = {1, 2}
    plant.receive(2)
    async with plant.running():
        async with asyncio.timeout(5):
            while len(plant.pool.calls) < 2:
                await asyncio.sleep(0)
        plant.receive(5)
        await plant.settle()
    assert all(call in ([1], [2]) for call in plant.pool.calls[1:] if {1, 2} & set(call))
    assert plant.aside.count(MemoryTx()) == 2


@pytest.mark.usefixtures("in_a_hurry")
async def test_a_suspect_does_not_come_behind_a_batch_of_another_tenant(plant: Plant) -> None:
    plant.pool.poison = {1}
    plant.receive(1)
    async with plant.running():
        async with asyncio.timeout(5):
            while not plant.pool.calls:
                await asyncio.sleep(0)
        plant.receive(2, TenantId("other"))
        await plant.settle()
    assert plant.pool.calls[1][0] == 2, "who had it pays for the time that was lost"
    assert [call for call in plant.pool.calls if 1 in call] == [[1]] * TRIES


async def test_what_it_takes_to_record_alerts_is_paid_by_their_tenant(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, now, finish = TenantId("other"), [0.0], plant.inbox.finish

    def slowly(tx: Tx, ids: Sequence[int]) -> list[int]:
        now[0] += 10 * sum(number <= 5 for number in ids)
        return finish(tx, ids)

    monkeypatch.setattr(processor_module, "perf_counter", lambda: now[0])
    monkeypatch.setattr(plant.inbox, "finish", slowly)
    plant.receive(5, records=5_000)
    plant.receive(5, other, records=5_000)
    async with plant.running():
        await plant.settle()
    order = [number for call in plant.pool.calls for number in call]
    assert order.index(10) < order.index(3)


async def test_it_says_when_it_finished_a_batch_last(plant: Plant) -> None:
    assert plant.processor.last_finished() == NOON
    plant.clock.advance(7 * SECOND)
    async with plant.running():
        plant.receive(1)
        await plant.settle()
        plant.clock.advance(7 * SECOND)
    assert plant.processor.last_finished() == NOON + 7 * SECOND


async def test_a_checkpoint_waits_until_the_one_before_is_stored(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf(plant.db, plant.clock)
    go_on, under_way, append = asyncio.Event(), list[int](), shelf.append

    async def slow(spool: Spool, also: Callable[[Tx], None]) -> int:
        under_way.append(spool.events)
        await go_on.wait()
        return await append(spool, also)

    monkeypatch.setattr(shelf, "append", slow)
    grouping = AlertGrouping(plant.alerts, MemoryEvidence(), HOUR, SuppressionGate(memory_suppressions()))
    plant.processor = Processor(plant.db, plant.inbox, plant.sources, plant.pool, grouping, plant.clock, shelf)
    async with plant.running():
        for _ in range(3):
            plant.receive(1)
            plant.clock.advance(6 * SECOND)
            await asyncio.sleep(0.05)
        assert len(under_way) == 1, "one at a time"
        go_on.set()
        async with asyncio.timeout(5):
            while plant.inbox.batches:
                plant.clock.advance(6 * SECOND)
                plant.processor.wake()
                await asyncio.sleep(0.02)
    assert sum(under_way) == 9
