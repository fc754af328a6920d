"""The action that delivers: an attempt, what it came to, and when an endpoint has failed for too long."""

from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec

from netsentinel.kernel.clock import HOUR, MINUTE, SECOND
from netsentinel.kernel.entries import NewEntry
from netsentinel.kernel.types import Micros, Permission, TenantId
from netsentinel.outbound import Target
from netsentinel.recovery import BreakerPolicy, PermanentError, RetryPolicy
from netsentinel.storage.ports import Database, ReadTx, Tx
from netsentinel.tasks import Action, Pool, Reporter, action
from netsentinel.webhooks.entries import WEBHOOK_DISABLED, WebhookDisabled
from netsentinel.webhooks.errors import DeliveryDroppedError, DeliveryFailedError
from netsentinel.webhooks.events import EventKinds
from netsentinel.webhooks.model import Delivery, DeliveryAttempt, DeliveryState, Endpoint, StoppedBy
from netsentinel.webhooks.ports import DeliveryStore, EndpointStore, HistoryStore
from netsentinel.webhooks.sending import GONE, Sender

DELIVER: Final = "webhooks.deliver"
AT_ONCE: Final = 8
"""At most so many messages are on their way to one endpoint."""

RETRY_DELAYS: Final = (
    5 * SECOND,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
)
"""The example schedule of Standard Webhooks 1.0: 75 hours and 35 minutes from the first attempt to the tenth."""

RETRIES: Final = RetryPolicy(delays=RETRY_DELAYS, max_attempts=len(RETRY_DELAYS) + 1, jitter=0.1)

BREAKER: Final = BreakerPolicy(minimum_calls=10, probes=2)
"""Of one endpoint: it opens when half of at least ten attempts of a minute failed."""

_SEEN_EVERY: Final = 10 * SECOND
_TIMEOUT: Final = 2 * MINUTE
"""Of one attempt, look-ups and writing included; the request itself has its own, shorter time-out."""


def dependency_of(endpoint_id: str) -> str:
    """The name of an endpoint's breaker, lane and origin."""
    return f"webhook:{endpoint_id}"


class Deliver(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which delivery to attempt. The message and the secret stay where they are."""

    endpoint: str
    delivery: str


class Delivered(msgspec.Struct, frozen=True):
    """What the endpoint answered."""

    status: int


@dataclass(frozen=True, slots=True)
class WebhookStores:
    """Everything that is kept."""

    endpoints: EndpointStore
    deliveries: DeliveryStore
    history: HistoryStore


class Delivering:
    """Attempts deliveries.

    Args:
        db: where they are.
        stores: what keeps them.
        kinds: who may be told of what.
        sender: makes the attempts.
        disable_after: an endpoint of which every attempt failed for so long is disabled.
    """

    def __init__(
        self, db: Database, stores: WebhookStores, kinds: EventKinds, sender: Sender, disable_after: Micros
    ) -> None:
        self._db = db
        self._stores = stores
        self._kinds = kinds
        self._sender = sender
        self._disable_after = disable_after

    def action(self) -> Action[Any, Any]:
        """What tasks run. Its failures are kept as deliveries, which can be replayed, and not as dead letters."""
        return action(
            DELIVER,
            permission=Permission.WEBHOOKS_WRITE,
            is_inner=True,
            pool=Pool.CALL,
            retry=RETRIES,
            timeout=_TIMEOUT,
            dependency=lambda wanted: dependency_of(wanted.endpoint),
            keeps_failures=False,
        )(self.deliver)

    async def deliver(self, wanted: Deliver, reporter: Reporter) -> Delivered:
        """Send one message to an endpoint; asked for by the entries that it subscribed to."""
        task = reporter.task
        endpoint, delivery = await self._db.read(lambda tx: self._found(tx, task.tenant, task.id, wanted))
        attempt = await self._sender.send(endpoint, delivery)
        if attempt.is_success:

            def keep(tx: Tx) -> None:
                self.note(tx, attempt, task.id, is_last=True)

            reporter.commit(keep)
            return Delivered(attempt.status)
        await self._db.write(lambda tx: self.note(tx, attempt, task.id, cause=task.cause))
        if attempt.status == GONE:
            raise PermanentError(attempt.error)
        raise DeliveryFailedError(attempt.error, retry_after=attempt.retry_after / SECOND)

    def note(
        self,
        tx: Tx,
        attempt: DeliveryAttempt,
        task_id: str,
        *,
        is_last: bool = False,
        cause: tuple[int, ...] = (),
    ) -> Delivery | None:
        """Keep what an attempt came to; None when the delivery is in other hands by now.

        Args:
            tx: the transaction.
            attempt: what it came to.
            task_id: who made it; empty for a test.
            is_last: whether the delivery is over with it.
            cause: entries that led to it.
        """
        delivery = self._stores.deliveries.lock(tx, attempt.tenant, attempt.delivery_id)
        if delivery is None or delivery.task_id != task_id or delivery.state is not DeliveryState.PENDING:
            return None
        attempt = replace(attempt, number=delivery.attempts + 1)
        self._stores.history.note(tx, attempt)
        ended = attempt.at + attempt.took
        delivery = replace(delivery, attempts=attempt.number, status=attempt.status, error=attempt.error)
        if is_last:
            state = DeliveryState.DELIVERED if attempt.is_success else DeliveryState.FAILED
            delivery = replace(delivery, state=state, ended_at=ended)
        self._stores.deliveries.save(tx, delivery)
        endpoint = self._stores.endpoints.lock(tx, delivery.tenant, delivery.endpoint_id)
        if endpoint is not None:
            self._judge(tx, endpoint, delivery, attempt, cause)
        return delivery

    def _judge(
        self, tx: Tx, endpoint: Endpoint, delivery: Delivery, attempt: DeliveryAttempt, cause: tuple[int, ...]
    ) -> None:
        """Have the endpoint remember how it is doing, and stop it when it is gone or fails for too long."""
        if attempt.is_success:
            if endpoint.failing_since or attempt.at - endpoint.delivered_at >= _SEEN_EVERY:
                self._stores.endpoints.save(tx, replace(endpoint, failing_since=0, delivered_at=attempt.at))
            return
        since = endpoint.failing_since or attempt.at
        failing = replace(endpoint, failing_since=since, failed_at=attempt.at, failure=attempt.error)
        reason = StoppedBy.NOTHING
        if attempt.status == GONE:
            reason = StoppedBy.GONE
        elif attempt.at - since >= self._disable_after:
            reason = StoppedBy.FAILING
        if reason and endpoint.enabled:
            failing = replace(
                failing, enabled=False, stopped_by=reason, updated_at=attempt.at, version=endpoint.version + 1
            )
            told = WebhookDisabled(
                id=endpoint.id,
                origin=Target.origin_of(endpoint.url),
                reason=reason,
                failing_since=since,
                failure=attempt.error,
                event=delivery.kind,
            )
            tx.append(NewEntry(WEBHOOK_DISABLED, endpoint.tenant, "system", endpoint.id, told, cause))
        self._stores.endpoints.save(tx, failing)

    def _found(self, tx: ReadTx, tenant: TenantId, task_id: str, wanted: Deliver) -> tuple[Endpoint, Delivery]:
        endpoint = self._stores.endpoints.get(tx, tenant, wanted.endpoint)
        delivery = self._stores.deliveries.get(tx, tenant, wanted.delivery)
        if endpoint is None or not endpoint.enabled:
            raise DeliveryDroppedError("The endpoint is disabled or deleted.")
        if delivery is None or delivery.task_id != task_id or delivery.state is not DeliveryState.PENDING:
            raise DeliveryDroppedError("The delivery is over, or another task has it.")
        # Asked again, and in the transaction that reads the URL: since it was queued, somebody may have stated a new
        # one who may read less than whoever stated the one before.
        if not self._kinds.may_see(endpoint, delivery.kind):
            raise DeliveryDroppedError("Whoever stated the webhook last may not read this.")
        return endpoint, delivery
