"""Entries become deliveries: of the right tenant, once, none lost, and never in a circle."""

import pytest

from netsentinel.kernel.clock import DAY
from netsentinel.kernel.entries import MAX_CAUSE_DEPTH, NewEntry
from netsentinel.kernel.types import TenantId
from netsentinel.scheduler.entries import EVENT_ANNOUNCED, EventAnnounced
from netsentinel.storage import Tx
from netsentinel.tasks import Pool, TaskFilter, TaskState
from netsentinel.webhooks import DELIVER, DeliveryState, EndpointDraft
from netsentinel.webhooks.delivering import RETRY_DELAYS
from tests.unit.webhooks.bench import ADMIN, STRANGER, URL, Hall, T, answer

pytestmark = pytest.mark.anyio


class RollbackError(Exception):
    """Of a test."""


async def test_only_what_was_subscribed_to_and_only_from_then_on(hall: Hall) -> None:
    await hall.happen("before")
    made = await hall.add("scheduler.*")
    other = await hall.add("alert.*")
    await hall.happen("after")
    await hall.react()
    assert ["after" in one.body for one in await hall.deliveries(made.endpoint)] == [True]
    assert await hall.deliveries(other.endpoint) == []


async def test_every_tenant_hears_of_its_own(hall: Hall) -> None:
    mine, theirs = await hall.add(), await hall.add(principal=STRANGER)
    await hall.happen("mine")
    await hall.happen("theirs", tenant=TenantId("other"))
    await hall.react()
    assert ['"mine"' in one.body for one in await hall.deliveries(mine.endpoint)] == [True]
    assert ['"theirs"' in one.body for one in await hall.deliveries(theirs.endpoint)] == [True]


async def test_what_was_rolled_back_is_not_sent(hall: Hall) -> None:
    made = await hall.add()

    def undone(tx: Tx) -> None:
        told = EventAnnounced(name="never", data={})
        tx.append(NewEntry(EVENT_ANNOUNCED, T, "system", "never", told))
        raise RollbackError

    with pytest.raises(RollbackError):
        await hall.db.write(undone)
    await hall.happen("really")
    await hall.work()
    assert ['"really"' in one.body for one in await hall.deliveries(made.endpoint)] == [True]
    assert len(hall.caller.calls) == 1


async def test_following_the_same_entries_again_delivers_nothing_twice(hall: Hall) -> None:
    made = await hall.add()
    for number in range(5):
        await hall.happen(str(number))
    await hall.react()
    await hall.journal.forget("webhooks")  # the cursor is lost: everything is looked at again
    await hall.react()
    assert len(await hall.deliveries(made.endpoint)) == 5


async def test_an_endpoint_that_is_added_later_misses_nothing_of_the_follower_being_ahead(hall: Hall) -> None:
    await hall.happen("unseen")
    assert await hall.react() == 0  # nobody subscribes: the cursor passes by
    made = await hall.add()
    await hall.happen("seen")
    assert await hall.react() >= 1
    assert len(await hall.deliveries(made.endpoint)) == 1


async def test_changing_the_events_loses_nothing_that_is_on_its_way(hall: Hall) -> None:
    made = await hall.add("scheduler.event_announced")
    await hall.happen("before the change, not yet looked at")
    draft = EndpointDraft(url=URL, events=("task.*",))
    await hall.service.update(ADMIN, made.endpoint.id, draft)
    await hall.happen("after the change")
    await hall.react()
    (delivery,) = await hall.deliveries(made.endpoint)
    assert "before the change" in delivery.body


async def test_an_endpoint_that_subscribes_to_its_own_failures_hears_nothing_of_them(hall: Hall) -> None:
    made = await hall.add("*")
    hall.caller.answers = [answer(500)]
    await hall.react()
    begin = len(await hall.deliveries(made.endpoint))
    await hall.happen("once")
    for delay in (0, *RETRY_DELAYS):
        hall.clock.advance(delay)
        await hall.work()
    hall.clock.advance(DAY)
    await hall.work()
    deliveries = await hall.deliveries(made.endpoint)
    assert len(deliveries) == begin + 1, [one.kind for one in deliveries]
    assert deliveries[-1].state is DeliveryState.FAILED
    failures = await hall.entries("error_recovery.retry_attempt", "webhook.delivery_failed")
    assert len(failures) >= 10  # there was something to hear of


async def test_the_others_hear_of_it_and_nobody_of_their_failing(hall: Hall) -> None:
    first = await hall.add()
    second = await hall.add("webhook.disabled", "webhook.delivery_failed", url="https://second.example/")
    third = await hall.add("webhook.disabled", "webhook.delivery_failed", url="https://third.example/")
    hall.caller.answers = [answer(410)]
    await hall.happen()
    for delay in (0, *RETRY_DELAYS):
        hall.clock.advance(delay)
        await hall.work()
    assert [one.kind for one in await hall.deliveries(first.endpoint)] == [EVENT_ANNOUNCED]
    for other in (second, third):
        kinds = {one.kind for one in await hall.deliveries(other.endpoint)}
        assert kinds <= {"webhook.disabled", "webhook.delivery_failed"}
        about = {one.body.split('"subject":"')[1].split('"')[0] for one in await hall.deliveries(other.endpoint)}
        assert about == {first.endpoint.id}


async def test_what_a_delivery_caused_elsewhere_starts_none_either(hall: Hall) -> None:
    made = await hall.add("scheduler.*", "error_recovery.*")
    hall.caller.answers = [answer(500)]
    await hall.happen()
    await hall.work()
    (retried,) = await hall.entries("error_recovery.retry_attempt")
    await hall.happen("a schedule fired because of that", cause=(*retried.cause, retried.seq))
    await hall.react()
    assert len(await hall.deliveries(made.endpoint)) == 1
    await hall.happen("the same without that cause", cause=retried.cause)
    await hall.react()
    assert len(await hall.deliveries(made.endpoint)) == 2


async def test_the_end_of_a_long_chain_of_causes_is_delivered(hall: Hall) -> None:
    made = await hall.add()
    chain: tuple[int, ...] = ()
    for number in range(MAX_CAUSE_DEPTH + 2):
        entry = await hall.happen(str(number), cause=chain)
        chain = (*entry.cause, entry.seq)
    await hall.work()
    assert len(await hall.deliveries(made.endpoint)) == MAX_CAUSE_DEPTH + 2
    assert len(hall.caller.calls) == MAX_CAUSE_DEPTH + 2


async def test_a_delivery_that_the_server_keeps_dying_under_is_tried_on(hall: Hall) -> None:
    made = await hall.add()
    await hall.happen()
    await hall.react()
    for _ in range(3):
        found = await hall.db.write(lambda tx: hall.engine.lease(tx, "w1", {Pool.CALL: 5}))
        assert found.leases
        await hall.db.write(lambda tx: hall.engine.lose(tx, "w1"))
        hall.clock.advance(DAY)
        await hall.db.write(hall.engine.promote)
    (first,) = (await hall.tasks.page(T, TaskFilter(actions=(DELIVER,)), limit=9)).items
    assert first.state is TaskState.FAILED
    assert first.reason.value == "poison"
    await hall.work()
    (delivery,) = await hall.deliveries(made.endpoint)
    assert (delivery.state, delivery.revivals, delivery.attempts) == (DeliveryState.DELIVERED, 1, 1)


async def test_a_cancelled_task_ends_its_delivery(hall: Hall) -> None:
    made = await hall.add()
    await hall.happen()
    await hall.react()
    (delivery,) = await hall.deliveries(made.endpoint)
    await hall.tasks.cancel(ADMIN, delivery.task_id)
    await hall.work()
    (delivery,) = await hall.deliveries(made.endpoint)
    assert (delivery.state, delivery.error) == (DeliveryState.FAILED, "Somebody cancelled the task.")
    assert hall.caller.calls == []
