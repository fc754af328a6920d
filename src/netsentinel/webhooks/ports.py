"""Where endpoints, deliveries and attempts are kept, and who makes the calls."""

from collections.abc import Collection, Mapping
from typing import Protocol

from netsentinel.kernel.types import Micros, TenantId
from netsentinel.outbound import Answer, Target
from netsentinel.storage.ports import ReadTx, Tx
from netsentinel.webhooks.model import Delivery, DeliveryAttempt, DeliveryFilter, DeliveryState, Endpoint


class EndpointStore(Protocol):
    """Keeps endpoints."""

    def insert(self, tx: Tx, endpoint: Endpoint) -> None:
        """Keep a new one."""
        ...

    def save(self, tx: Tx, endpoint: Endpoint) -> None:
        """Replace what is kept of it."""
        ...

    def delete(self, tx: Tx, tenant: TenantId, endpoint_id: str) -> None:
        """Forget it. Its deliveries stay until retention deletes them."""
        ...

    def lock(self, tx: Tx, tenant: TenantId, endpoint_id: str) -> Endpoint | None:
        """The endpoint, which no other transaction changes before this one ends."""
        ...

    def get(self, tx: ReadTx, tenant: TenantId, endpoint_id: str) -> Endpoint | None:
        """The endpoint, when it belongs to the tenant."""
        ...

    def all(self, tx: ReadTx, tenant: TenantId, *, only_enabled: bool = False) -> list[Endpoint]:
        """The tenant's endpoints, oldest first."""
        ...

    def patterns(self, tx: ReadTx) -> set[str]:
        """Every pattern of an enabled endpoint; of all tenants, for the system itself."""
        ...


class DeliveryStore(Protocol):
    """Keeps deliveries."""

    def add(self, tx: Tx, delivery: Delivery) -> bool:
        """Keep a new one; False when the endpoint has one for this entry."""
        ...

    def save(self, tx: Tx, delivery: Delivery) -> None:
        """Write what can change about it; its message never does."""
        ...

    def lock(self, tx: Tx, tenant: TenantId, delivery_id: str) -> Delivery | None:
        """The delivery, which no other transaction changes before this one ends."""
        ...

    def get(self, tx: ReadTx, tenant: TenantId, delivery_id: str) -> Delivery | None:
        """The delivery, when it belongs to the tenant."""
        ...

    def by_task(self, tx: Tx, tenant: TenantId, task_id: str) -> Delivery | None:
        """The delivery whose newest task this is, locked."""
        ...

    def page(
        self, tx: ReadTx, tenant: TenantId, endpoint_id: str, where: DeliveryFilter, limit: int, after: str | None
    ) -> list[Delivery]:
        """Deliveries of an endpoint by id, newest first, beginning below `after`."""
        ...

    def oldest(
        self, tx: Tx, tenant: TenantId, endpoint_id: str, where: DeliveryFilter, limit: int, after: str
    ) -> list[Delivery]:
        """Deliveries of an endpoint by id, oldest first, beginning above `after`; locked."""
        ...


class HistoryStore(Protocol):
    """Keeps attempts, and counts and forgets deliveries."""

    def note(self, tx: Tx, attempt: DeliveryAttempt) -> None:
        """Keep an attempt that is over."""
        ...

    def attempts(self, tx: ReadTx, tenant: TenantId, delivery_id: str) -> list[DeliveryAttempt]:
        """The attempts at a delivery, oldest first."""
        ...

    def counts(
        self, tx: ReadTx, tenant: TenantId, since: Micros, kinds: Collection[str]
    ) -> Mapping[str, Mapping[DeliveryState, int]]:
        """How the deliveries made since then stand, by endpoint; those of some kinds."""
        ...

    def forget(self, tx: Tx, before: Micros, limit: int) -> int:
        """Delete deliveries from before, with their attempts; how many went. Of all tenants."""
        ...


class Caller(Protocol):
    """Makes calls to the outside; `outbound.Outbound` is one."""

    def check(self, url: str) -> Target:
        """Whether a URL can be called, as far as it says itself.

        Raises:
            InvalidInputError: it cannot.
        """
        ...

    async def post(
        self,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        timeout_s: float,
        max_bytes: int,
        group: str,
    ) -> Answer:
        """Send a body, and read the answer; `group` is on whose behalf.

        Raises:
            InvalidInputError: the URL or its address may not be called.
            UnreachableError: there was no answer in time.
        """
        ...


class EntryReader(Protocol):
    """Reads entries by their `seq`, in the caller's transaction."""

    def __call__(self, tx: ReadTx, seqs: Collection[int]) -> list[tuple[str, Mapping[str, object]]]:
        """(kind, payload) of those that are still kept."""
        ...
