"""The reactions: entries become deliveries, and deliveries learn how their tasks ended."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from netsentinel.kernel.clock import Clock
from netsentinel.kernel.entries import MAX_CAUSE_DEPTH, Entry, NewEntry
from netsentinel.kernel.ids import new_id
from netsentinel.kernel.types import TenantId, system_principal
from netsentinel.storage.ports import ReadTx, Tx
from netsentinel.tasks import Reason, TaskRequest, TaskService, new_task_id
from netsentinel.webhooks.delivering import AT_ONCE, DELIVER, Deliver, WebhookStores, dependency_of
from netsentinel.webhooks.entries import DELIVERY_FAILED, WEBHOOK_DISABLED, DeliveryGivenUp
from netsentinel.webhooks.events import EventKinds
from netsentinel.webhooks.model import DELIVERY_PREFIX, Delivery, DeliveryState, Endpoint
from netsentinel.webhooks.ports import EntryReader
from netsentinel.webhooks.sending import message

MAX_REVIVALS: Final = 20
"""A delivery is handed to a new task at most so often when the server died under the ones before."""
_TOLD_TO_OTHERS: Final = (WEBHOOK_DISABLED, DELIVERY_FAILED)
_OF_WEBHOOKS: Final = "webhook."


class Following:
    """Reacts to entries, in the transactions of others. It may run twice and touches nothing in memory.

    Nothing goes round in circles: what a delivery brings about (its task, its breaker, whatever else these cause)
    starts no delivery. That an endpoint failed is told to the other endpoints, and that telling them failed to nobody.

    Args:
        stores: what is kept.
        kinds: what can be subscribed to.
        tasks: takes the tasks that deliver.
        entries: finds the causes of an entry.
        clock: the time.
    """

    def __init__(
        self, stores: WebhookStores, kinds: EventKinds, tasks: TaskService, entries: EntryReader, clock: Clock
    ) -> None:
        self._stores = stores
        self._kinds = kinds
        self._tasks = tasks
        self._entries = entries
        self._clock = clock

    def wanted(self, tx: ReadTx) -> tuple[str, ...]:
        """The kinds that any endpoint is to be told of: nobody looks at the others."""
        return self._kinds.named(self._stores.endpoints.patterns(tx))

    def on_entry(self, tx: Tx, entry: Entry) -> None:
        """Have an entry delivered to the endpoints of its tenant that subscribed to it."""
        listening = [
            endpoint
            for endpoint in self._stores.endpoints.all(tx, entry.tenant, only_enabled=True)
            if self._kinds.wants(endpoint, entry.kind, entry.seq)
        ]
        if not listening or self._is_of_webhooks(tx, entry):
            return
        body = message(entry.kind, entry.at, entry.seq, entry.subject, entry.payload)
        for endpoint in listening:
            self._queue_entry(tx, endpoint, entry, body)

    def queue_entry(self, tx: Tx, endpoint: Endpoint, entry: Entry) -> bool:
        """Have an entry delivered to one endpoint; False when it has a delivery of it, or must not be told."""
        if self._is_of_webhooks(tx, entry):
            return False
        body = message(entry.kind, entry.at, entry.seq, entry.subject, entry.payload)
        return self._queue_entry(tx, endpoint, entry, body)

    def _queue_entry(self, tx: Tx, endpoint: Endpoint, entry: Entry, body: str) -> bool:
        if entry.kind in _TOLD_TO_OTHERS and endpoint.id == entry.subject:
            return False
        now = self._clock.now()
        delivery = Delivery(
            id=new_id(DELIVERY_PREFIX, now),
            tenant=endpoint.tenant,
            endpoint_id=endpoint.id,
            kind=entry.kind,
            seq=entry.seq,
            body=body,
            task_id=new_task_id(self._clock),
            created_at=now,
        )
        if not self._stores.deliveries.add(tx, delivery):
            return False
        self._submit(tx, delivery, (*entry.cause, entry.seq))
        return True

    def attempt_anew(self, tx: Tx, delivery: Delivery, *, is_revival: bool = False) -> Delivery:
        """Hand a delivery that is over to a new task, with all its attempts; the delivery as it is then."""
        fresh = replace(
            delivery,
            state=DeliveryState.PENDING,
            task_id=new_task_id(self._clock),
            revivals=delivery.revivals + 1 if is_revival else 0,
            ended_at=0,
        )
        self._stores.deliveries.save(tx, fresh)
        self._submit(tx, fresh, (fresh.seq,) if fresh.seq else ())
        return fresh

    def on_task_ended(self, tx: Tx, entry: Entry) -> None:
        """The reaction to a task that did not succeed: its delivery is over. Doing it twice changes nothing."""
        if entry.payload.get("action") != DELIVER:
            return
        delivery = self._stores.deliveries.by_task(tx, entry.tenant, entry.subject)
        if delivery is None or delivery.state is not DeliveryState.PENDING:
            return
        if entry.payload.get("reason") == Reason.POISON and delivery.revivals < MAX_REVIVALS:
            self.attempt_anew(tx, delivery, is_revival=True)  # the server died under it: no fault of the message
            return
        error = delivery.error or str(entry.payload.get("error", "")) or "Somebody cancelled the task."
        delivery = replace(delivery, state=DeliveryState.FAILED, ended_at=entry.at, error=error)
        self._stores.deliveries.save(tx, delivery)
        told = DeliveryGivenUp(
            id=delivery.endpoint_id,
            delivery=delivery.id,
            event=delivery.kind,
            seq=delivery.seq,
            attempts=delivery.attempts,
            status=delivery.status,
            error=error,
        )
        cause = (*entry.cause, entry.seq)
        tx.append(NewEntry(DELIVERY_FAILED, entry.tenant, "system", delivery.endpoint_id, told, cause))

    def _submit(self, tx: Tx, delivery: Delivery, cause: tuple[int, ...]) -> None:
        place = dependency_of(delivery.endpoint_id)
        request = TaskRequest(
            id=delivery.task_id,
            action=DELIVER,
            input=Deliver(endpoint=delivery.endpoint_id, delivery=delivery.id),
            concurrency_key=place,
            concurrency=AT_ONCE,
            origin=place,
            # Shorter by one than the longest chain, so that entries at its end are delivered, too.
            cause=cause[-(MAX_CAUSE_DEPTH - 1) :],
            by_server=True,
        )
        self._tasks.submit_in(tx, system_principal(TenantId(delivery.tenant)), request)

    def _is_of_webhooks(self, tx: ReadTx, entry: Entry) -> bool:
        """Whether a delivery brought the entry about, so that it must not start another one."""
        delivered = entry.cause
        if entry.kind in _TOLD_TO_OTHERS:
            if str(entry.payload["event"]).startswith(_OF_WEBHOOKS):
                return True
            if entry.kind == DELIVERY_FAILED:
                delivered = entry.cause[:-1]  # the last one is the end of the task that it tells of
        elif _is_of_delivery(entry.kind, entry.payload):
            return True
        return any(
            kind in _TOLD_TO_OTHERS or _is_of_delivery(kind, payload) for kind, payload in self._entries(tx, delivered)
        )


def _is_of_delivery(kind: str, payload: Mapping[str, object]) -> bool:
    """Whether an entry is about the task or the breaker of a delivery."""
    if kind.startswith(_OF_WEBHOOKS):
        return False
    return payload.get("action") == DELIVER or str(payload.get("dependency", "")).startswith(dependency_of(""))
