"""Breakers: a view in memory over stored state, several processes on one database, probes that are shared."""

import asyncio
import contextlib
from collections.abc import Generator
from dataclasses import dataclass, field

import pytest

from netsentinel.kernel.clock import SECOND
from netsentinel.kernel.entries import Entry
from netsentinel.kernel.errors import StorageFullError
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId
from netsentinel.recovery import ALLOWED, Admission, BreakerPolicy, Breakers, Mode, Outcome
from netsentinel.recovery.entries import BREAKER_CLOSED, BREAKER_HALF_OPENED, BREAKER_OPENED
from netsentinel.recovery.model import BreakerChange
from netsentinel.recovery.testing import MemoryBreakers
from netsentinel.storage.testing import MemoryDatabase

pytestmark = pytest.mark.anyio

T = DEFAULT_TENANT
OTHER = TenantId("other")


@dataclass
class Cluster:
    """Processes that share one database and one clock."""

    clock: FakeClock
    db: MemoryDatabase = field(default_factory=MemoryDatabase)
    store: MemoryBreakers = field(default_factory=MemoryBreakers)

    def process(self, **policies: BreakerPolicy) -> Breakers:
        return Breakers(self.db, self.store, self.clock, policies=policies)

    async def admit(self, breakers: Breakers, dependency: str = "smtp", tenant: TenantId = T) -> Admission:
        return await self.db.write(lambda tx: breakers.admit(tx, dependency, tenant))

    def kinds(self) -> list[str]:
        return [entry.kind for entry in self.db.entries]

    def tell(self, *breakers: Breakers) -> None:
        """What the journal does: every process hears of every change."""
        for new in self.db.entries:
            entry = Entry(1, new.tenant, new.kind, 0, "system", new.subject, {}, (), audited=False)
            for one in breakers:
                one.on_entry(entry)


@pytest.fixture
def cluster(clock: FakeClock) -> Cluster:
    return Cluster(clock)


def fail(breakers: Breakers, count: int = 20, dependency: str = "smtp", tenant: TenantId = T) -> None:
    for _ in range(count):
        breakers.record(dependency, tenant, Outcome.FAILURE, 0)


async def test_a_dependency_that_nobody_called_is_permitted_without_asking_the_database(cluster: Cluster) -> None:
    breakers = cluster.process()
    assert breakers.permits("smtp", T) == ALLOWED
    assert await cluster.admit(breakers) == ALLOWED


async def test_it_opens_in_memory_at_once_and_in_the_database_with_the_next_flush(cluster: Cluster) -> None:
    breakers = cluster.process()
    fail(breakers)
    until = cluster.clock.now() + 30 * SECOND
    assert breakers.permits("smtp", T) == Admission(allowed=False, retry_at=until)
    assert breakers.permits("smtp", OTHER).allowed
    assert breakers.permits("ldap", T).allowed
    assert cluster.kinds() == []
    await breakers.flush()
    assert cluster.kinds() == [BREAKER_OPENED]
    (entry,) = cluster.db.entries
    change = entry.payload
    assert isinstance(change, BreakerChange)
    assert (change.dependency, change.calls, change.failures, change.until) == ("smtp", 20, 20, until)
    assert (entry.subject, entry.tenant, entry.principal) == ("smtp", T, "system")


async def test_after_a_restart_it_is_as_open_as_before(cluster: Cluster) -> None:
    first = cluster.process()
    fail(first)
    await first.flush()
    second = cluster.process()
    await second.load()
    assert second.permits("smtp", T) == first.permits("smtp", T)
    assert not second.permits("smtp", T).allowed


async def test_calls_of_two_processes_add_up(cluster: Cluster) -> None:
    one, two = cluster.process(), cluster.process()
    fail(one, 10)
    fail(two, 10)
    assert one.permits("smtp", T).allowed
    assert two.permits("smtp", T).allowed
    await one.flush()
    await two.flush()
    assert not two.permits("smtp", T).allowed
    assert one.permits("smtp", T).allowed
    cluster.tell(one)
    await one.flush()
    assert not one.permits("smtp", T).allowed


async def test_what_others_stored_may_undo_a_hasty_view(cluster: Cluster) -> None:
    one, two = cluster.process(), cluster.process()
    for _ in range(100):
        one.record("smtp", T, Outcome.SUCCESS, 0)
    await one.flush()
    fail(two)
    assert not two.permits("smtp", T).allowed
    await two.flush()  # 20 of 120 failed
    assert two.permits("smtp", T).allowed
    assert cluster.kinds() == []


async def test_all_processes_together_let_through_no_more_probes_than_stated(cluster: Cluster) -> None:
    processes = [cluster.process() for _ in range(3)]
    fail(processes[0])
    await processes[0].flush()
    cluster.tell(*processes)
    for one in processes:
        await one.flush()
        assert not one.permits("smtp", T).allowed
    cluster.clock.advance(30 * SECOND)
    admissions = [await cluster.admit(processes[number % 3]) for number in range(12)]
    assert [admission.round for admission in admissions if admission.allowed] == [1] * 5
    assert all(admission.retry_at > cluster.clock.now() for admission in admissions if not admission.allowed)
    for number, admission in enumerate(admissions[:5]):
        processes[number % 3].record("smtp", T, Outcome.SUCCESS, 0, admission=admission)
    for one in processes:
        await one.flush()
    cluster.tell(*processes)
    for one in processes:
        await one.flush()
        assert one.permits("smtp", T) == ALLOWED
    assert cluster.kinds() == [BREAKER_OPENED, BREAKER_HALF_OPENED, BREAKER_CLOSED]


async def test_an_ignored_probe_gives_its_place_back(cluster: Cluster) -> None:
    breakers = cluster.process(smtp=BreakerPolicy(probes=1))
    fail(breakers)
    await breakers.flush()
    cluster.clock.advance(30 * SECOND)
    probe = await cluster.admit(breakers)
    assert not (await cluster.admit(breakers)).allowed
    breakers.record("smtp", T, Outcome.IGNORED, 0, admission=probe)
    await breakers.flush()
    assert (await cluster.admit(breakers)).allowed


async def test_a_policy_is_that_of_the_name_or_of_what_stands_before_the_colon(cluster: Cluster) -> None:
    one, two = BreakerPolicy(minimum_calls=1), BreakerPolicy(minimum_calls=2)
    breakers = cluster.process(webhook=one)
    breakers.declare("webhook:7", two)
    breakers.declare("ldap")
    assert breakers.policy_of("webhook:8") is one
    assert breakers.policy_of("webhook:7") is two
    assert breakers.policy_of("smtp") == breakers.policy_of("ldap") == BreakerPolicy()
    assert breakers.declared == {"webhook:7", "ldap"}


async def test_the_cause_of_the_call_that_opened_it_is_that_of_the_entry(cluster: Cluster) -> None:
    breakers = cluster.process()
    fail(breakers, 19)
    breakers.record("smtp", T, Outcome.FAILURE, 0, cause=(3, 7))
    breakers.record("smtp", T, Outcome.FAILURE, 0, cause=(9,))
    await breakers.flush()
    assert [entry.cause for entry in cluster.db.entries] == [(3, 7)]
    cluster.clock.advance(30 * SECOND)
    await cluster.db.write(lambda tx: breakers.admit(tx, "smtp", T, cause=(11,)))
    assert cluster.db.entries[-1].cause == (11,)


async def test_while_the_disk_is_full_nothing_is_forgotten(cluster: Cluster) -> None:
    breakers = cluster.process()
    fail(breakers)
    cluster.db.failure = StorageFullError("full")
    with pytest.raises(StorageFullError):
        await breakers.flush()
    assert not breakers.permits("smtp", T).allowed
    cluster.db.failure = None
    await breakers.flush()
    assert cluster.kinds() == [BREAKER_OPENED]


async def test_a_listener_hears_once_of_each_change(cluster: Cluster) -> None:
    breakers, heard = cluster.process(), list[tuple[str, str]]()
    await breakers.load()
    breakers.listen(lambda tenant, dependency: heard.append((tenant, dependency)))
    fail(breakers)
    await breakers.flush()
    cluster.tell(breakers)
    await breakers.flush()
    await breakers.load()
    assert heard == [(T, "smtp")]


async def test_what_was_deleted_is_closed_again(cluster: Cluster) -> None:
    breakers = cluster.process()
    breakers.record("smtp", T, Outcome.SUCCESS, 0)
    await breakers.flush()
    await cluster.db.write(lambda tx: cluster.store.forget(tx, cluster.clock.now() + 1))
    cluster.tell(breakers)
    await breakers.look("smtp", T)
    await breakers.load()
    assert breakers.permits("smtp", T) == ALLOWED


@contextlib.contextmanager
def running(breakers: Breakers) -> Generator[None]:
    task = asyncio.get_running_loop().create_task(breakers.run())
    try:
        yield
    finally:
        task.cancel()


async def test_it_flushes_by_itself_and_goes_on_after_a_full_disk(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("netsentinel.recovery.service._PAUSE_S", 0.01)
    breakers = cluster.process()
    cluster.db.failure = StorageFullError("full")
    with running(breakers):
        fail(breakers)
        await asyncio.sleep(0.05)
        assert cluster.kinds() == []
        cluster.db.failure = None
        async with asyncio.timeout(5):
            while not cluster.kinds():
                await asyncio.sleep(0.01)
    kept = await cluster.db.read(lambda tx: cluster.store.get(tx, T, "smtp"))
    assert kept is not None
    assert kept.state.mode is Mode.OPEN
