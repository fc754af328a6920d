"""One suite for the stores of webhooks: in memory, on SQLite and on PostgreSQL."""

from dataclasses import dataclass, replace

import pytest

from netsentinel.kernel.types import TenantId
from netsentinel.storage import Database, Tx
from netsentinel.storage.dialect import POSTGRES, SQLITE
from netsentinel.storage.testing import MemoryDatabase
from netsentinel.webhooks import (
    Delivery,
    DeliveryAttempt,
    DeliveryFilter,
    DeliveryState,
    Endpoint,
    StoppedBy,
    WebhookStores,
)
from netsentinel.webhooks.model import OlderSecret, Subscription
from netsentinel.webhooks.store_sql import SqlDeliveries, SqlEndpoints, SqlHistory
from netsentinel.webhooks.testing import MemoryDeliveries, MemoryEndpoints

pytestmark = pytest.mark.anyio
T, OTHER = TenantId("default"), TenantId("other")


@dataclass(frozen=True)
class Site:
    db: Database
    stores: WebhookStores


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def site(request: pytest.FixtureRequest) -> Site:
    if request.param == "memory":
        kept = MemoryDeliveries()
        return Site(MemoryDatabase(), WebhookStores(MemoryEndpoints(), kept, kept))
    dialect = SQLITE if request.param == "sqlite" else POSTGRES
    stores = WebhookStores(SqlEndpoints(dialect), SqlDeliveries(dialect), SqlHistory())
    return Site(request.getfixturevalue(f"{request.param}_database"), stores)


def endpoint(name: str = "whk_1", *, tenant: TenantId = T, pattern: str = "alert.*", at: int = 1) -> Endpoint:
    return Endpoint(
        id=name,
        tenant=tenant,
        url="https://example.org/hook",
        description="für Menschen",
        subscriptions=(
            Subscription(pattern=pattern, from_seq=7),
            Subscription(pattern="old.*", from_seq=1, upto_seq=6),
        ),
        granted=frozenset({"alerts:read", "audit:read"}),
        enabled=True,
        generation=3,
        older=(OlderSecret(generation=2, until=99),),
        created_by="usr_1",
        created_at=at,
        updated_at=at,
    )


def delivery(name: str, *, seq: int = 0, at: int = 1, owner: str = "whk_1", tenant: TenantId = T) -> Delivery:
    return Delivery(
        id=name, tenant=tenant, endpoint_id=owner, kind="alert.raised", seq=seq, body='{"ü":1}', created_at=at
    )


async def test_an_endpoint_comes_back_as_it_was(site: Site) -> None:
    one = endpoint()
    store = site.stores.endpoints
    await site.db.write(lambda tx: store.insert(tx, one))
    assert await site.db.read(lambda tx: store.get(tx, T, "whk_1")) == one
    assert await site.db.write(lambda tx: store.lock(tx, T, "whk_1")) == one
    stopped = replace(
        one, enabled=False, stopped_by=StoppedBy.GONE, failing_since=5, failed_at=6, failure="410", version=2, older=()
    )
    await site.db.write(lambda tx: store.save(tx, stopped))
    assert await site.db.read(lambda tx: store.get(tx, T, "whk_1")) == stopped
    await site.db.write(lambda tx: store.delete(tx, T, "whk_1"))
    assert await site.db.read(lambda tx: store.get(tx, T, "whk_1")) is None


async def test_endpoints_belong_to_their_tenant(site: Site) -> None:
    mine, later, theirs = endpoint(), endpoint("whk_0", at=2), endpoint("whk_2", tenant=OTHER, pattern="task.*")
    store = site.stores.endpoints

    def fill(tx: Tx) -> None:
        for one in (later, mine, theirs):
            store.insert(tx, one)

    await site.db.write(fill)
    assert await site.db.read(lambda tx: store.all(tx, T)) == [mine, later]
    assert await site.db.read(lambda tx: store.all(tx, OTHER)) == [theirs]
    assert await site.db.read(lambda tx: store.get(tx, OTHER, mine.id)) is None
    assert await site.db.write(lambda tx: store.lock(tx, OTHER, mine.id)) is None
    await site.db.write(lambda tx: store.delete(tx, OTHER, mine.id))
    await site.db.write(lambda tx: store.save(tx, replace(mine, tenant=OTHER, url="https://evil.example/")))
    assert await site.db.read(lambda tx: store.get(tx, T, mine.id)) == mine


async def test_only_enabled_ones_listen(site: Site) -> None:
    store = site.stores.endpoints
    assert await site.db.read(store.patterns) == set()
    await site.db.write(lambda tx: store.insert(tx, endpoint()))
    await site.db.write(lambda tx: store.insert(tx, replace(endpoint("whk_2", pattern="*"), enabled=False)))
    assert await site.db.read(store.patterns) == {"alert.*", "old.*"}
    assert [one.id for one in await site.db.read(lambda tx: store.all(tx, T, only_enabled=True))] == ["whk_1"]


async def test_an_entry_is_delivered_to_an_endpoint_once(site: Site) -> None:
    store = site.stores.deliveries
    one = delivery("msg_1", seq=7)
    assert await site.db.write(lambda tx: store.add(tx, one))
    assert not await site.db.write(lambda tx: store.add(tx, delivery("msg_2", seq=7)))
    assert await site.db.write(lambda tx: store.add(tx, delivery("msg_3", seq=7, owner="whk_2")))
    assert await site.db.write(lambda tx: store.add(tx, delivery("msg_4")))
    assert await site.db.write(lambda tx: store.add(tx, delivery("msg_5")))  # tests are of no entry
    assert await site.db.read(lambda tx: store.get(tx, T, "msg_1")) == one
    assert await site.db.read(lambda tx: store.get(tx, T, "msg_2")) is None
    assert await site.db.read(lambda tx: store.get(tx, OTHER, "msg_1")) is None


async def test_a_delivery_changes_but_its_message_does_not(site: Site) -> None:
    store = site.stores.deliveries
    one = delivery("msg_1", seq=7)
    await site.db.write(lambda tx: store.add(tx, one))
    changed = replace(
        one, state=DeliveryState.FAILED, task_id="tsk_1", attempts=3, revivals=1, status=500, error="no", ended_at=9
    )
    await site.db.write(lambda tx: store.save(tx, replace(changed, body="other", kind="other", seq=8)))
    assert await site.db.write(lambda tx: store.lock(tx, T, "msg_1")) == changed
    assert await site.db.write(lambda tx: store.by_task(tx, T, "tsk_1")) == changed
    assert await site.db.write(lambda tx: store.by_task(tx, OTHER, "tsk_1")) is None
    assert await site.db.write(lambda tx: store.by_task(tx, T, "")) is None
    await site.db.write(lambda tx: store.save(tx, replace(changed, tenant=OTHER, attempts=99)))
    assert await site.db.read(lambda tx: store.get(tx, T, "msg_1")) == changed


async def test_pages_go_both_ways(site: Site) -> None:
    store = site.stores.deliveries

    def fill(tx: Tx) -> None:
        for number in range(1, 6):
            state = DeliveryState.FAILED if number % 2 else DeliveryState.DELIVERED
            store.add(tx, replace(delivery(f"msg_{number}", seq=number, at=number * 10), state=state))
        store.add(tx, delivery("msg_9", seq=1, owner="whk_2"))
        store.add(tx, delivery("msg_8", seq=9, tenant=OTHER))

    await site.db.write(fill)

    async def page(where: DeliveryFilter, limit: int = 10, after: str | None = None) -> list[str]:
        return [one.id for one in await site.db.read(lambda tx: store.page(tx, T, "whk_1", where, limit, after))]

    async def oldest(where: DeliveryFilter, limit: int = 10, after: str = "") -> list[str]:
        return [one.id for one in await site.db.write(lambda tx: store.oldest(tx, T, "whk_1", where, limit, after))]

    every, failed = DeliveryFilter(), DeliveryFilter(states=(DeliveryState.FAILED,))
    assert await page(every, 2) == ["msg_5", "msg_4"]
    assert await page(every, 2, "msg_4") == ["msg_3", "msg_2"]
    assert await page(failed) == ["msg_5", "msg_3", "msg_1"]
    assert await page(DeliveryFilter(since=20, until=40)) == ["msg_3", "msg_2"]
    assert await page(DeliveryFilter(kind="other")) == []
    assert await oldest(failed, 2) == ["msg_1", "msg_3"]
    assert await oldest(failed, 2, "msg_3") == ["msg_5"]


async def test_attempts_stay_with_their_delivery(site: Site) -> None:
    history = site.stores.history
    first = DeliveryAttempt(
        delivery_id="msg_1",
        tenant=T,
        number=1,
        at=5,
        took=3,
        status=429,
        error="The endpoint answered 429.",
        retry_after=7,
        request_headers=(("webhook-id", "msg_1"),),
        response_headers=(("retry-after", "7"),),
        response_body="später",
    )
    second = replace(first, number=2, status=200, error="", retry_after=0)
    for attempt in (second, first):
        await site.db.write(lambda tx, attempt=attempt: history.note(tx, attempt))
    assert await site.db.read(lambda tx: history.attempts(tx, T, "msg_1")) == [first, second]
    assert await site.db.read(lambda tx: history.attempts(tx, OTHER, "msg_1")) == []


async def test_counts_and_forgetting(site: Site) -> None:
    store, history = site.stores.deliveries, site.stores.history

    def fill(tx: Tx) -> None:
        for number in range(1, 6):
            store.add(tx, delivery(f"msg_{number}", seq=number, at=number))
        store.add(tx, replace(delivery("msg_6", seq=6, at=6), state=DeliveryState.FAILED))
        store.add(tx, delivery("msg_7", seq=7, at=7, tenant=OTHER))
        history.note(tx, DeliveryAttempt(delivery_id="msg_1", tenant=T, number=1, at=1, took=1, status=200, error=""))

    await site.db.write(fill)
    counts = await site.db.read(lambda tx: history.counts(tx, T, 4, ("alert.raised",)))
    assert {name: dict(states) for name, states in counts.items()} == {
        "whk_1": {DeliveryState.PENDING: 2, DeliveryState.FAILED: 1}
    }
    assert await site.db.read(lambda tx: history.counts(tx, T, 4, ("other.kind",))) == {}
    assert await site.db.write(lambda tx: history.forget(tx, 4, 2)) == 2
    assert await site.db.write(lambda tx: history.forget(tx, 4, 2)) == 1
    assert await site.db.write(lambda tx: history.forget(tx, 4, 2)) == 0
    assert await site.db.read(lambda tx: history.attempts(tx, T, "msg_1")) == []
    left = await site.db.read(lambda tx: store.page(tx, T, "whk_1", DeliveryFilter(), 10, None))
    assert [one.id for one in left] == ["msg_6", "msg_5", "msg_4"]


async def test_deliveries_of_some_kinds(site: Site) -> None:
    store = site.stores.deliveries
    await site.db.write(lambda tx: store.add(tx, delivery("msg_1", seq=1)))
    for kinds, expected in ((("task.dead", "alert.raised"), ["msg_1"]), (("task.dead",), []), ((), ["msg_1"])):
        where = DeliveryFilter(kinds=kinds)
        found = await site.db.read(lambda tx, where=where: store.page(tx, T, "whk_1", where, 9, None))
        assert [one.id for one in found] == expected
