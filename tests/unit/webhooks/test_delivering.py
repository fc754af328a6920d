"""Attempts by the schedule, with a moved clock: what each answer does, and when an endpoint is disabled."""

import msgspec
import pytest

from netsentinel.kernel.clock import DAY, HOUR, MINUTE, SECOND
from netsentinel.kernel.errors import NetSentinelError
from netsentinel.outbound import BUSY, ForbiddenTargetError, UnreachableError
from netsentinel.recovery import Mode
from netsentinel.recovery.entries import BREAKER_CHANGES
from netsentinel.tasks import TaskFilter, TaskState
from netsentinel.webhooks import DELIVER, DeliveryState, EndpointDraft, StoppedBy
from netsentinel.webhooks.delivering import RETRIES, RETRY_DELAYS
from netsentinel.webhooks.sending import retry_after_of
from tests.unit.webhooks.bench import ADMIN, HAPPENED, Hall, T, answer

pytestmark = pytest.mark.anyio
OF_DELIVERIES = TaskFilter(actions=(DELIVER,))


async def test_a_message_is_delivered_once_and_signed(hall: Hall) -> None:
    made = await hall.add()
    entry = await hall.happen()
    await hall.work()
    (url, body, headers), *more = hall.caller.calls
    assert not more
    assert url == made.endpoint.url
    assert b'"type":"scheduler.event_announced"' in body
    assert headers["webhook-id"].startswith("msg_")
    (delivery,) = await hall.deliveries(made.endpoint)
    assert (delivery.state, delivery.seq, delivery.attempts, delivery.status) == (
        DeliveryState.DELIVERED,
        entry.seq,
        1,
        200,
    )
    detail = await hall.service.delivery(ADMIN, made.endpoint.id, delivery.id)
    assert detail.attempts[0].response_body == "ok"
    assert (await hall.endpoint(made)).delivered_at == hall.clock.now()
    assert made.secret not in str(await hall.journal.read(0, 1_000))


def test_the_schedule_is_that_of_standard_webhooks() -> None:
    assert [delay // SECOND for delay in RETRY_DELAYS] == [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]
    assert sum(RETRY_DELAYS) == 75 * HOUR + 35 * MINUTE + 5 * SECOND
    assert RETRIES.max_attempts == 10
    assert RETRIES.delay(1, lambda: 0.0) == RETRY_DELAYS[0] * 9 // 10


async def test_ten_attempts_by_the_schedule_then_it_is_given_up(hall: Hall) -> None:
    made = await hall.add()
    hall.caller.answers = [answer(500, b"oops")]
    await hall.happen()
    await hall.work()
    for number, delay in enumerate(RETRY_DELAYS, start=1):
        assert len(hall.caller.calls) == number
        hall.clock.advance(delay - SECOND)
        await hall.work()
        assert len(hall.caller.calls) == number, "tried again too early"
        hall.clock.advance(SECOND)
        await hall.work()
    assert len(hall.caller.calls) == 10
    assert len({headers["webhook-id"] for _, _, headers in hall.caller.calls}) == 1
    assert len({body for _, body, _ in hall.caller.calls}) == 1
    (delivery,) = await hall.deliveries(made.endpoint)
    assert (delivery.state, delivery.attempts, delivery.status) == (DeliveryState.FAILED, 10, 500)
    assert delivery.error == "The endpoint answered 500."
    (entry,) = await hall.entries("webhook.delivery_failed")
    assert (entry.payload["delivery"], entry.payload["attempts"], entry.subject) == (
        delivery.id,
        10,
        made.endpoint.id,
    )
    detail = await hall.service.delivery(ADMIN, made.endpoint.id, delivery.id)
    assert [one.number for one in detail.attempts] == list(range(1, 11))
    assert detail.attempts[-1].at - detail.attempts[0].at == sum(RETRY_DELAYS)
    assert (await hall.endpoint(made)).enabled


async def test_retry_after_is_kept(hall: Hall) -> None:
    made = await hall.add()
    hall.caller.answers = [answer(429, retry_after="3600"), answer()]
    await hall.happen()
    await hall.work()
    hall.clock.advance(HOUR - SECOND)
    await hall.work()
    assert len(hall.caller.calls) == 1
    hall.clock.advance(SECOND)
    await hall.work()
    (delivery,) = await hall.deliveries(made.endpoint)
    assert (delivery.state, delivery.attempts) == (DeliveryState.DELIVERED, 2)


@pytest.mark.parametrize(
    "fault",
    [
        UnreachableError("No answer within 15 s.", reason="timeout"),
        ForbiddenTargetError("example.org is at 10.0.0.1, which is not public."),
    ],
)
async def test_no_answer_is_tried_again(hall: Hall, fault: NetSentinelError) -> None:
    made = await hall.add()
    hall.caller.answers = [fault, answer(302, location="https://elsewhere.example/"), answer()]
    await hall.happen()
    await hall.work()
    (delivery,) = await hall.deliveries(made.endpoint)
    assert (delivery.state, delivery.status, delivery.error) == (DeliveryState.PENDING, 0, fault.detail)
    hall.clock.advance(5 * SECOND)
    await hall.work()
    (delivery,) = await hall.deliveries(made.endpoint)
    assert (delivery.state, delivery.status) == (DeliveryState.PENDING, 302)
    assert "redirects are not followed" in delivery.error
    endpoint = await hall.endpoint(made)
    assert endpoint.failing_since == hall.clock.now() - 5 * SECOND
    hall.clock.advance(5 * MINUTE)
    await hall.work()
    assert [one.state for one in await hall.deliveries(made.endpoint)] == [DeliveryState.DELIVERED]
    assert (await hall.endpoint(made)).failing_since == 0
    assert len(hall.caller.calls) == 3


async def test_gone_stops_the_endpoint_at_once(hall: Hall) -> None:
    made = await hall.add()
    hall.caller.answers = [answer(410)]
    await hall.happen()
    await hall.work()
    endpoint = await hall.endpoint(made)
    assert (endpoint.enabled, endpoint.stopped_by) == (False, StoppedBy.GONE)
    assert endpoint.version == made.endpoint.version + 1, "who changes it must see that it was disabled"
    assert [one.state for one in await hall.deliveries(made.endpoint)] == [DeliveryState.FAILED]
    (entry,) = await hall.entries("webhook.disabled")
    assert (entry.payload["reason"], entry.payload["origin"]) == ("gone", "https://example.org")
    await hall.happen()
    await hall.work()
    assert len(hall.caller.calls) == 1


async def test_an_endpoint_that_fails_for_five_days_is_disabled(hall: Hall) -> None:
    made = await hall.add()
    hall.caller.answers = [answer(500)]
    for _ in range(6):
        await hall.happen()
        await hall.work()
        endpoint = await hall.endpoint(made)
        assert endpoint.enabled
        assert endpoint.version == made.endpoint.version, "a failure is no change of the endpoint"
        hall.clock.advance(DAY - HOUR)
    await hall.happen()
    await hall.work()
    endpoint = await hall.endpoint(made)
    assert (endpoint.enabled, endpoint.stopped_by) == (False, StoppedBy.FAILING)
    assert endpoint.version == made.endpoint.version + 1
    (entry,) = await hall.entries("webhook.disabled")
    assert entry.payload["reason"] == "failing"
    hall.clock.advance(3 * DAY)
    calls = len(hall.caller.calls)
    await hall.work()
    assert len(hall.caller.calls) == calls, "a disabled endpoint was called"
    assert {one.state for one in await hall.deliveries(made.endpoint)} == {DeliveryState.FAILED}


async def test_a_failing_endpoint_opens_its_own_breaker_only(hall: Hall) -> None:
    bad, good = await hall.add(), await hall.add(url="https://other.example/hook")
    hall.caller.answers = [answer(500)]
    await hall.service.update(
        ADMIN,
        good.endpoint.id,
        EndpointDraft(url=good.endpoint.url, events=good.endpoint.events, enabled=False),
    )
    for number in range(12):
        await hall.happen(str(number))
    await hall.work()
    await hall.breakers.flush()
    assert hall.breakers.permits(f"webhook:{bad.endpoint.id}", T).allowed is False
    assert hall.breakers.permits(f"webhook:{good.endpoint.id}", T).allowed is True
    calls = len(hall.caller.calls)
    hall.clock.advance(6 * SECOND)
    await hall.work()
    assert len(hall.caller.calls) == calls, "an open breaker let calls through"
    tasks = (await hall.tasks.page(T, OF_DELIVERIES, limit=50)).items
    assert {task.state for task in tasks} == {TaskState.PARKED}
    assert Mode.OPEN in {entry.payload["after"] for entry in await hall.entries(*BREAKER_CHANGES)}


async def test_the_task_holds_names_only(hall: Hall) -> None:
    made = await hall.add()
    hall.caller.answers = [answer(500)]
    await hall.happen()
    await hall.work()
    (task,) = (await hall.tasks.page(T, OF_DELIVERIES, limit=5)).items
    assert set(msgspec.json.decode(task.input)) == {"endpoint", "delivery"}
    assert "secret-path" not in str(await hall.journal.read(0, 1_000))
    assert "secret-path" not in task.error
    assert HAPPENED not in task.error
    assert made.endpoint.id in bytes(task.input).decode()


async def test_that_there_was_no_place_is_no_failure_of_the_endpoint(hall: Hall) -> None:
    made = await hall.add()
    hall.caller.answers = [UnreachableError("Too many names are being looked up; later.", reason=BUSY), answer()]
    await hall.happen()
    await hall.work()
    assert hall.caller.groups == [T]
    assert (await hall.endpoint(made)).failing_since == 0
    (delivery,) = await hall.deliveries(made.endpoint)
    assert (delivery.state, delivery.attempts) == (DeliveryState.PENDING, 0)
    hall.clock.advance(5 * SECOND)
    await hall.work()
    (delivery,) = await hall.deliveries(made.endpoint)
    assert (delivery.state, delivery.attempts) == (DeliveryState.DELIVERED, 1)


@pytest.mark.parametrize("date", ["Fri, 31 Dec 9999 23:59:59 -2300", "Mon, 01 Jan 0001 00:00:00 +2300", "soon", "²"])
def test_a_date_that_nobody_can_count_is_none(date: str) -> None:
    assert retry_after_of(answer(503, retry_after=date), 0) in {0, DAY}
