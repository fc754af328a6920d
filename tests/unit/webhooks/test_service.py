"""What people do with endpoints: register, change, rotate, test, replay one and a range, and delete."""

from dataclasses import replace

import pytest
from standardwebhooks import Webhook

from netsentinel.kernel.clock import DAY, HOUR, SECOND, SystemClock
from netsentinel.kernel.errors import ConflictError, NotAllowedError, NotFoundError
from netsentinel.kernel.types import Permission, Principal
from netsentinel.outbound import ForbiddenTargetError, InvalidUrlError
from netsentinel.webhooks import DeliveryFilter, DeliveryState, EndpointDraft, StoppedBy, replaying
from netsentinel.webhooks.errors import DeliveryUnderWayError, InvalidWebhookError, WebhookDisabledError
from netsentinel.webhooks.service import MOST_ENDPOINTS
from tests.unit.webhooks.bench import ADMIN, ANALYST, HAPPENED, STRANGER, URL, Hall, answer

pytestmark = pytest.mark.anyio
DRAFT = EndpointDraft(url=URL, events=(HAPPENED,))


async def test_the_secret_is_shown_once_and_stored_nowhere(hall: Hall) -> None:
    made = await hall.add()
    assert made.secret.startswith("whsec_")
    assert made.secret.removeprefix("whsec_") not in repr(await hall.endpoint(made))
    rows = await hall.db.read(lambda tx: tx.rows("SELECT * FROM webhooks") + tx.rows("SELECT payload FROM journal"))
    assert made.secret.removeprefix("whsec_") not in str(rows)
    again = await hall.service.rotate(ADMIN, made.endpoint.id)
    assert again.secret != made.secret
    changes = [entry.payload["change"] for entry in await hall.entries("webhook.changed")]
    assert changes == ["created", "rotated"]
    assert URL not in str(await hall.entries("webhook.changed"))


async def test_after_a_rotation_both_secrets_verify_for_a_day(hall: Hall) -> None:
    hall.clock.advance(SystemClock().now() - hall.clock.now())  # the verifier has its own clock
    made = await hall.add()
    new = await hall.service.rotate(ADMIN, made.endpoint.id)
    await hall.happen()
    await hall.work()
    _, body, headers = hall.caller.calls[-1]
    for secret in (made.secret, new.secret):
        Webhook(secret).verify(body, dict(headers))
    hall.clock.advance(DAY)
    await hall.service.test(ADMIN, made.endpoint.id)
    assert len(hall.caller.calls[-1][2]["webhook-signature"].split()) == 1


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("http://127.0.0.1/", ForbiddenTargetError),
        ("https://169.254.169.254/", ForbiddenTargetError),
        ("https://user:pw@example.org/", InvalidUrlError),
        ("https://example.org:22/", InvalidUrlError),
        ("ftp://example.org/", InvalidUrlError),
    ],
)
async def test_what_must_not_be_called_is_not_registered(hall: Hall, url: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        await hall.add(url=url)
    made = await hall.add()
    with pytest.raises(error):
        await hall.service.update(ADMIN, made.endpoint.id, EndpointDraft(url=url, events=(HAPPENED,)))


async def test_a_tenant_has_a_bounded_number(hall: Hall) -> None:
    for _ in range(MOST_ENDPOINTS):
        await hall.add()
    with pytest.raises(InvalidWebhookError, match="at most 100"):
        await hall.add()
    await hall.add(principal=STRANGER)


async def test_another_tenant_sees_and_changes_nothing(hall: Hall) -> None:
    made = await hall.add()
    name = made.endpoint.id
    await hall.happen()
    await hall.work()
    (delivery,) = await hall.deliveries(made.endpoint)
    assert await hall.service.overview(STRANGER) == []
    for call in (
        hall.service.get(STRANGER.tenant, name),
        hall.service.update(STRANGER, name, DRAFT),
        hall.service.delete(STRANGER, name),
        hall.service.rotate(STRANGER, name),
        hall.service.test(STRANGER, name),
        hall.service.deliveries(STRANGER, name, DeliveryFilter(), limit=1),
        hall.service.delivery(STRANGER, name, delivery.id),
        hall.service.replay(STRANGER, name, delivery.id),
        hall.service.replay_range(STRANGER, name, 0, hall.clock.now()),
    ):
        with pytest.raises(NotFoundError):
            await call


async def test_a_change_is_refused_when_somebody_was_faster(hall: Hall) -> None:
    made = await hall.add()
    changed = await hall.service.update(ADMIN, made.endpoint.id, DRAFT, version=1)
    assert changed.version == 2
    with pytest.raises(ConflictError):
        await hall.service.update(ADMIN, made.endpoint.id, DRAFT, version=1)


async def test_a_disabled_endpoint_goes_on_from_now_and_the_rest_is_replayed(hall: Hall) -> None:
    made = await hall.add()
    await hall.happen("taken")
    await hall.work()
    disabled = EndpointDraft(url=URL, events=(HAPPENED,), enabled=False)
    endpoint = await hall.service.update(ADMIN, made.endpoint.id, disabled)
    assert endpoint.stopped_by is StoppedBy.HAND
    hall.clock.advance(HOUR)
    begin = hall.clock.now()
    for name in ("missed 1", "missed 2"):
        await hall.happen(name)
    await hall.work()
    with pytest.raises(WebhookDisabledError):
        await hall.service.replay_range(ADMIN, endpoint.id, begin, begin + HOUR)
    hall.clock.advance(HOUR)
    assert (await hall.service.update(ADMIN, endpoint.id, DRAFT)).stopped_by is StoppedBy.NOTHING
    await hall.happen("told")
    await hall.work()
    assert [one.body.count("missed") for one in await hall.deliveries(endpoint)] == [0, 0]
    done = await hall.service.replay_range(ADMIN, endpoint.id, begin, begin + HOUR)
    assert (done.replayed, done.added, done.is_complete) == (0, 2, True)
    await hall.work()
    assert len(await hall.deliveries(endpoint)) == 4
    assert (await hall.service.replay_range(ADMIN, endpoint.id, begin, begin + HOUR)).added == 0


async def test_replaying_a_delivery_keeps_its_id(hall: Hall) -> None:
    made = await hall.add()
    await hall.happen()
    await hall.work()
    (delivery,) = await hall.deliveries(made.endpoint)
    again = await hall.service.replay(ADMIN, made.endpoint.id, delivery.id)
    assert (again.id, again.state) == (delivery.id, DeliveryState.PENDING)
    with pytest.raises(DeliveryUnderWayError):
        await hall.service.replay(ADMIN, made.endpoint.id, delivery.id)
    await hall.work()
    assert [call[2]["webhook-id"] for call in hall.caller.calls] == [delivery.id] * 2
    (delivery,) = await hall.deliveries(made.endpoint)
    assert (delivery.state, delivery.attempts) == (DeliveryState.DELIVERED, 2)


async def test_a_range_takes_what_failed_and_with_all_what_was_taken(hall: Hall) -> None:
    made = await hall.add()
    begin = hall.clock.now()
    await hall.happen("taken")
    await hall.work()
    hall.caller.answers = [answer(410), answer()]
    await hall.happen("failed")
    await hall.work()
    await hall.service.update(ADMIN, made.endpoint.id, DRAFT)
    await hall.service.test(ADMIN, made.endpoint.id)
    hall.clock.advance(SECOND)
    done = await hall.service.replay_range(ADMIN, made.endpoint.id, begin, hall.clock.now())
    assert (done.replayed, done.added) == (1, 0)
    await hall.work()
    assert {one.state for one in await hall.deliveries(made.endpoint)} == {DeliveryState.DELIVERED}
    done = await hall.service.replay_range(ADMIN, made.endpoint.id, begin, hall.clock.now(), only_failed=False)
    assert done.replayed == 2
    with pytest.raises(InvalidWebhookError):
        await hall.service.replay_range(ADMIN, made.endpoint.id, begin, begin)


async def test_a_test_says_what_the_endpoint_answered(hall: Hall) -> None:
    made = await hall.add("task.*", enabled=False)
    hall.caller.answers = [answer(503, b"busy\x00", retry_after="60")]
    detail = await hall.service.test(ADMIN, made.endpoint.id)
    assert (detail.delivery.state, detail.delivery.kind, detail.delivery.attempts) == (
        DeliveryState.FAILED,
        "webhook.test",
        1,
    )
    (attempt,) = detail.attempts
    assert (attempt.status, attempt.response_body, attempt.retry_after) == (503, "busy\ufffd", 60 * SECOND)
    assert [one.id for one in await hall.deliveries(made.endpoint)] == [detail.delivery.id]
    await hall.work()
    assert len(hall.caller.calls) == 1


async def test_messages_of_the_audit_log_are_for_those_who_may_read_it(hall: Hall) -> None:
    made = await hall.add("webhook.changed")
    await hall.service.rotate(ADMIN, made.endpoint.id)
    await hall.work()
    delivery = (await hall.deliveries(made.endpoint))[0]
    assert (await hall.service.delivery(ADMIN, made.endpoint.id, delivery.id)).delivery.id == delivery.id
    with pytest.raises(NotAllowedError):
        await hall.service.delivery(ANALYST, made.endpoint.id, delivery.id)
    everything = await hall.add("*", principal=ANALYST)
    await hall.service.rotate(ADMIN, made.endpoint.id)
    await hall.react()
    assert await hall.deliveries(everything.endpoint) == []


async def test_deleting_drops_what_waits(hall: Hall) -> None:
    made = await hall.add()
    await hall.happen()
    await hall.react()
    await hall.service.delete(ADMIN, made.endpoint.id)
    await hall.work()
    assert hall.caller.calls == []
    with pytest.raises(NotFoundError):
        await hall.endpoint(made)


async def test_the_overview_counts_the_last_day(hall: Hall) -> None:
    made = await hall.add()
    await hall.happen()
    await hall.work()
    hall.clock.advance(2 * DAY)
    hall.caller.answers = [answer(500)]
    for name in ("a", "b"):
        await hall.happen(name)
    await hall.work()
    ((endpoint, counts),) = await hall.service.overview(ADMIN)
    assert endpoint.id == made.endpoint.id
    assert dict(counts) == {DeliveryState.PENDING: 2}
    assert await hall.service.forget_old(1) == 1


async def test_the_overview_counts_what_its_reader_may_read_of(hall: Hall) -> None:
    made = await hall.add()
    await hall.happen()
    await hall.work()
    reader = replace(ADMIN, permissions=frozenset({Permission.WEBHOOKS_READ}))
    ((_, counts),) = await hall.service.overview(reader)
    assert dict(counts) == dict(await hall.service.counts(reader, await hall.endpoint(made))) == {}
    assert dict(await hall.service.counts(ADMIN, await hall.endpoint(made))) == {DeliveryState.DELIVERED: 1}


async def test_pages_of_deliveries(hall: Hall) -> None:
    made = await hall.add()
    for number in range(5):
        hall.clock.advance(SECOND)
        await hall.happen(str(number))
        await hall.react()
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = await hall.service.deliveries(ADMIN, made.endpoint.id, DeliveryFilter(), limit=2, cursor=cursor)
        seen += [one.id for one in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 5
    assert seen == sorted(seen, reverse=True)


async def test_a_new_url_gets_nothing_that_its_author_may_not_read(hall: Hall) -> None:
    made = await hall.add("*")
    hall.caller.answers = [answer(500)]
    await hall.service.rotate(ADMIN, made.endpoint.id)
    await hall.work()
    before = len(hall.caller.calls)
    assert any(b"webhook.changed" in body for _, body, _ in hall.caller.calls)
    elsewhere = EndpointDraft(url="https://elsewhere.example/", events=("*",))
    await hall.service.update(ANALYST, made.endpoint.id, elsewhere)
    secret = next(one for one in await hall.deliveries(made.endpoint) if one.kind == "webhook.changed")
    hall.caller.answers = [answer()]
    hall.clock.advance(DAY)
    await hall.work()
    with pytest.raises(NotAllowedError):
        await hall.service.replay(ANALYST, made.endpoint.id, secret.id)
    with pytest.raises(InvalidWebhookError, match="stated the webhook last"):
        await hall.service.replay(ADMIN, made.endpoint.id, secret.id)
    for only_failed in (True, False):
        await hall.service.replay_range(ANALYST, made.endpoint.id, 0, hall.clock.now() + DAY, only_failed=only_failed)
        await hall.work()
    told = [body for url, body, _ in hall.caller.calls[before:] if url == elsewhere.url]
    assert not [body for body in told if b'"type":"webhook.changed"' in body]
    by_id = {one.id: one for one in await hall.deliveries(made.endpoint)}
    assert by_id[secret.id].state is DeliveryState.FAILED
    await hall.service.update(ADMIN, made.endpoint.id, DRAFT)
    await hall.service.replay(ADMIN, made.endpoint.id, secret.id)
    await hall.work()
    assert hall.caller.calls[-1][:1] == (URL,)


async def test_an_endpoint_hears_only_of_what_its_author_may_read(hall: Hall) -> None:
    blind = replace(ANALYST, permissions=frozenset({Permission.WEBHOOKS_WRITE}))
    with pytest.raises(InvalidWebhookError):
        await hall.add("*", principal=blind)
    narrow = replace(ANALYST, permissions=frozenset({Permission.WEBHOOKS_WRITE, Permission.WEBHOOKS_READ}))
    made, wide = await hall.add("*", principal=narrow), await hall.add("*", principal=ANALYST)
    begin = hall.clock.now()
    await hall.happen()
    hall.clock.advance(SECOND)
    await hall.work()
    assert await hall.deliveries(made.endpoint) == []
    assert HAPPENED in {one.kind for one in await hall.deliveries(wide.endpoint)}
    done = await hall.service.replay_range(narrow, made.endpoint.id, begin, hall.clock.now())
    assert (done.replayed, done.added) == (0, 0)
    assert {kind.topic for kind in hall.service.events(narrow)} == {"webhooks"}


async def test_the_list_of_deliveries_holds_what_the_reader_may_read(hall: Hall) -> None:
    made = await hall.add("webhook.changed", HAPPENED)
    await hall.service.rotate(ADMIN, made.endpoint.id)
    await hall.happen()
    await hall.react()
    await hall.service.test(ADMIN, made.endpoint.id)

    async def seen(reader: Principal) -> set[str]:
        page = await hall.service.deliveries(reader, made.endpoint.id, DeliveryFilter(), limit=9)
        return {one.kind for one in page.items}

    assert await seen(ADMIN) == {"webhook.changed", HAPPENED, "webhook.test"}
    assert await seen(ANALYST) == {HAPPENED, "webhook.test"}
    assert await seen(replace(ANALYST, permissions=frozenset({Permission.WEBHOOKS_READ}))) == {"webhook.test"}


async def test_a_call_replays_a_bounded_number_and_the_next_goes_on(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "MOST_AT_ONCE", 4)
    monkeypatch.setattr(replaying, "_BATCH", 2)
    disabled = await hall.add(enabled=False)
    begin = hall.clock.now()
    for number in range(10):
        await hall.happen(str(number))
        hall.clock.advance(SECOND)
    await hall.service.update(ADMIN, disabled.endpoint.id, DRAFT)
    added: list[int] = []
    since = begin
    while since:
        done = await hall.service.replay_range(ADMIN, disabled.endpoint.id, since, hall.clock.now())
        added.append(done.added)
        since = done.next
    assert sum(added) == 10
    assert max(added) <= 4
    assert len(await hall.deliveries(disabled.endpoint)) == 10
