"""Tenants take turns by the time that they cost, and keep the order of their own batches."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from netsentinel.alerts.fair_queue import FairQueue
from netsentinel.events.ports import Arrival
from netsentinel.kernel.types import TenantId

A, B, C = map(TenantId, "abc")


def arrivals(*tenants: TenantId, first: int = 1, records: int = 10) -> list[Arrival]:
    return [Arrival(number, tenant, records, 0) for number, tenant in enumerate(tenants, first)]


def take(queue: FairQueue, cost: dict[TenantId, int] | None = None) -> Arrival | None:
    """Take the next batch, and have it cost so much."""
    first = queue.first()
    if first is not None:
        queue.charge(queue.take(first), (cost or {}).get(first.tenant, 100))
    return first


def drained(queue: FairQueue, cost: dict[TenantId, int] | None = None) -> list[int]:
    found: list[int] = []
    while (one := take(queue, cost)) is not None:
        found.append(one.id)
    return found


def test_one_tenant_is_served_in_the_order_of_arrival() -> None:
    queue = FairQueue()
    queue.arrive(arrivals(*[A] * 5))
    assert drained(queue, {A: 5_000}) == [1, 2, 3, 4, 5]


def test_a_flood_does_not_hold_up_another_tenant() -> None:
    queue = FairQueue()
    queue.arrive(arrivals(*[A] * 100, B, B))
    assert {101, 102} <= set(drained(queue)[:5])


def test_what_arrives_later_has_its_turn_soon() -> None:
    queue = FairQueue()
    queue.arrive(arrivals(*[A] * 100))
    for _ in range(50):
        take(queue)
    queue.arrive(arrivals(B, B, first=201))
    assert {201, 202} <= set(drained(queue)[:4])


def test_costly_batches_are_paid_by_their_tenant() -> None:
    queue = FairQueue()
    queue.arrive(arrivals(*[A, B] * 200))
    spent: Counter[TenantId] = Counter()
    for _ in range(110):
        one = take(queue, {A: 10_000, B: 1_000})
        assert one is not None
        spent[one.tenant] += 10_000 if one.tenant == A else 1_000
    assert abs(spent[A] - spent[B]) <= 20_000


def test_a_guess_keeps_the_turns_while_costs_are_not_known() -> None:
    queue = FairQueue()
    queue.arrive(arrivals(*[A] * 10, *[B] * 10))
    taken: list[Arrival] = []
    for _ in range(8):
        first = queue.first()
        assert first is not None
        taken.append(queue.take(first))
    assert Counter(one.tenant for one in taken) == {A: 4, B: 4}


def test_nothing_is_saved_up_by_waiting() -> None:
    queue = FairQueue()
    queue.arrive(arrivals(*[A] * 100))
    queue.arrive(arrivals(B, first=101))
    for _ in range(60):
        take(queue)
    queue.arrive(arrivals(*[B] * 40, first=201))
    following = [take(queue) for _ in range(20)]
    assert Counter(one.tenant for one in following if one) == {A: 10, B: 10}


def test_who_pauses_finds_what_it_had_counted() -> None:
    queue = FairQueue()
    queue.arrive(arrivals(*[A] * 100, B))
    cost = {A: 100, B: 2_000}
    while True:
        one = take(queue, cost)
        if one is not None and one.tenant == B:
            break
    queue.arrive(arrivals(B, first=201))
    order = [one.id for _ in range(40) if (one := take(queue, cost)) is not None]
    assert order.index(201) >= 15, "its first batch cost as much as twenty of the other tenant"


def test_accounts_are_closed_when_nobody_waits() -> None:
    queue = FairQueue()
    queue.arrive(arrivals(A))
    assert drained(queue, {A: 1_000_000}) == [1]
    queue.arrive(arrivals(A, B, B, B, first=11))
    assert drained(queue)[0] == 11


def test_what_a_record_of_a_tenant_cost_lately_is_what_the_next_is_taken_for() -> None:
    queue = FairQueue()
    queue.arrive(arrivals(*[A, B] * 40))
    for _ in range(12):
        take(queue, {A: 10_000, B: 1_000})
    taken: list[TenantId] = []
    while len(taken) < 22 and (first := queue.first()) is not None:
        taken.append(queue.take(first).tenant)
    assert Counter(taken)[B] >= 18, "ten for one, although no cost of these is known"


def test_after_a_death_all_arrive_again_and_accounts_stay() -> None:
    queue = FairQueue()
    queue.arrive(arrivals(*[A, B] * 5))
    deadly = queue.first()
    assert deadly is not None
    assert deadly.tenant == A
    queue.take(deadly)
    queue.begin_again(1_000)
    queue.arrive(arrivals(*[A, B] * 10))
    order = [one.tenant for _ in range(12) if (one := take(queue))]
    assert order == [B] * 10 + [A] * 2, "who had a batch there pays for the time that was lost"


def test_what_is_read_again_costs_its_tenant_nothing() -> None:
    queue = FairQueue()
    queue.arrive(arrivals(A, A, B, B))
    for _ in range(2):
        first = queue.first()
        assert first is not None
        assert first.tenant == A
        queue.excuse(queue.take(first))


def test_what_is_paid_beside_the_analysis_counts() -> None:
    queue = FairQueue()
    queue.arrive(arrivals(*[A, B] * 50))
    queue.pay(A, 10_000)
    queue.pay(C, 10_000)
    assert [one.tenant for _ in range(20) if (one := take(queue, {A: 1_000, B: 1_000}))].count(B) >= 15


@given(st.lists(st.tuples(st.sampled_from([A, B, C]), st.integers(1, 500), st.integers(0, 9)), max_size=60))
def test_each_batch_has_one_turn_and_tenants_keep_their_order(sent: list[tuple[TenantId, int, int]]) -> None:
    queue, taken = FairQueue(), list[Arrival]()
    for number, (tenant, records, served) in enumerate(sent, 1):
        queue.arrive([Arrival(number, tenant, records, 0)])
        for _ in range(served % 3):
            one = take(queue, {A: 7 * records, B: 90 * records, C: 0})
            taken += [one] if one else []
    while (one := take(queue)) is not None:
        taken.append(one)
    assert sorted(one.id for one in taken) == list(range(1, len(sent) + 1))
    for tenant in (A, B, C):
        own = [one.id for one in taken if one.tenant == tenant]
        assert own == sorted(own)


class Searching(FairQueue):
    """Looks at all tenants for the one whose turn it is."""

    def first(self) -> Arrival | None:
        waiting = [queue for queue in self._queues.values() if queue.waiting]
        if not waiting:
            self._close()
            return None
        return min(waiting, key=lambda queue: (queue.begins, queue.waiting[0].id)).waiting[0]


TENANTS = st.sampled_from([TenantId(name) for name in "abcdefgh"])
STEPS = st.one_of(
    st.tuples(st.just("arrive"), TENANTS, st.integers(0, 100)),
    st.tuples(st.sampled_from(["take", "take", "charge", "excuse"]), TENANTS, st.integers(0, 5_000)),
    st.tuples(st.just("pay"), TENANTS, st.integers(0, 5_000)),
    st.tuples(st.just("begin_again"), TENANTS, st.integers(0, 5_000)),
)


def do(queue: FairQueue, step: str, batch: Arrival) -> None:
    match step:
        case "arrive":
            queue.arrive([batch])
        case "take":
            queue.take(batch)
        case "charge":
            queue.charge(batch, batch.records)
        case "excuse":
            queue.excuse(batch)
        case "pay":
            queue.pay(batch.tenant, batch.records)
        case _:
            queue.begin_again(batch.records)


@given(st.lists(STEPS, max_size=120))
def test_whose_turn_it_is_does_not_depend_on_how_it_is_found(steps: list[tuple[str, TenantId, int]]) -> None:
    queue, searching = FairQueue(), Searching()
    taken: list[Arrival] = []
    for number, (step, tenant, amount) in enumerate(steps):
        batch: Arrival | None = Arrival(number, tenant, amount, amount)
        if step == "take":
            batch = searching.first()
            taken += [batch] if batch is not None else []
        elif step in ("charge", "excuse"):
            batch = taken.pop(amount % len(taken)) if taken else None
        elif step == "begin_again":
            taken.clear()
        if batch is not None:
            do(queue, step, batch)
            do(searching, step, batch)
        assert queue.first() == searching.first()
