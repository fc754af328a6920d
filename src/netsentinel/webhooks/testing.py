"""In-memory fakes of the ports of webhooks; they pass the same contract suite as the SQL stores."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace

from netsentinel.kernel.types import Micros, TenantId
from netsentinel.outbound import Answer, Reach, Target
from netsentinel.storage.ports import ReadTx, Tx
from netsentinel.webhooks.model import Delivery, DeliveryAttempt, DeliveryFilter, DeliveryState, Endpoint


class MemoryEndpoints:
    """Endpoints in a dictionary."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Endpoint] = {}

    def insert(self, tx: Tx, endpoint: Endpoint) -> None:
        """Keep a new one."""
        self._kept[endpoint.tenant, endpoint.id] = endpoint

    def save(self, tx: Tx, endpoint: Endpoint) -> None:
        """Replace what is kept of it."""
        if (endpoint.tenant, endpoint.id) in self._kept:
            self._kept[endpoint.tenant, endpoint.id] = endpoint

    def delete(self, tx: Tx, tenant: TenantId, endpoint_id: str) -> None:
        """Forget it."""
        self._kept.pop((tenant, endpoint_id), None)

    def lock(self, tx: Tx, tenant: TenantId, endpoint_id: str) -> Endpoint | None:
        """The endpoint; nobody else is here."""
        return self._kept.get((tenant, endpoint_id))

    def get(self, tx: ReadTx, tenant: TenantId, endpoint_id: str) -> Endpoint | None:
        """The endpoint, when it belongs to the tenant."""
        return self._kept.get((tenant, endpoint_id))

    def all(self, tx: ReadTx, tenant: TenantId, *, only_enabled: bool = False) -> list[Endpoint]:
        """The tenant's endpoints, oldest first."""
        mine = (one for one in self._kept.values() if one.tenant == tenant and (one.enabled or not only_enabled))
        return sorted(mine, key=lambda one: (one.created_at, one.id))

    def patterns(self, tx: ReadTx) -> set[str]:
        """Every pattern of an enabled endpoint."""
        return {part.pattern for one in self._kept.values() if one.enabled for part in one.subscriptions}


class MemoryDeliveries:
    """Deliveries in a dictionary, with their attempts."""

    def __init__(self) -> None:
        self._kept: dict[str, Delivery] = {}
        self._attempts: list[DeliveryAttempt] = []

    def add(self, tx: Tx, delivery: Delivery) -> bool:
        """Keep a new one; False when the endpoint has one for this entry."""
        told = ((one.endpoint_id, one.seq) for one in self._kept.values() if one.seq)
        if (delivery.endpoint_id, delivery.seq) in told or delivery.id in self._kept:
            return False
        self._kept[delivery.id] = delivery
        return True

    def save(self, tx: Tx, delivery: Delivery) -> None:
        """Write what can change about it."""
        old = self._kept.get(delivery.id)
        if old is not None and old.tenant == delivery.tenant:
            kept = {"kind": old.kind, "seq": old.seq, "body": old.body, "created_at": old.created_at}
            self._kept[delivery.id] = replace(delivery, **kept)

    def lock(self, tx: Tx, tenant: TenantId, delivery_id: str) -> Delivery | None:
        """The delivery; nobody else is here."""
        return self.get(tx, tenant, delivery_id)

    def get(self, tx: ReadTx, tenant: TenantId, delivery_id: str) -> Delivery | None:
        """The delivery, when it belongs to the tenant."""
        found = self._kept.get(delivery_id)
        return found if found is not None and found.tenant == tenant else None

    def by_task(self, tx: Tx, tenant: TenantId, task_id: str) -> Delivery | None:
        """The delivery whose newest task this is."""
        mine = (one for one in self._kept.values() if one.tenant == tenant and task_id)
        return next((one for one in mine if one.task_id == task_id), None)

    def page(
        self, tx: ReadTx, tenant: TenantId, endpoint_id: str, where: DeliveryFilter, limit: int, after: str | None
    ) -> list[Delivery]:
        """Deliveries of an endpoint by id, newest first, beginning below `after`."""
        found = [one for one in self._matching(tenant, endpoint_id, where) if after is None or one.id < after]
        return sorted(found, key=lambda one: one.id, reverse=True)[:limit]

    def oldest(
        self, tx: Tx, tenant: TenantId, endpoint_id: str, where: DeliveryFilter, limit: int, after: str
    ) -> list[Delivery]:
        """Deliveries of an endpoint by id, oldest first, beginning above `after`."""
        found = [one for one in self._matching(tenant, endpoint_id, where) if one.id > after]
        return sorted(found, key=lambda one: one.id)[:limit]

    def _matching(self, tenant: TenantId, endpoint_id: str, where: DeliveryFilter) -> list[Delivery]:
        return [
            one
            for one in self._kept.values()
            if (one.tenant, one.endpoint_id) == (tenant, endpoint_id)
            and (not where.states or one.state in where.states)
            and (not where.kind or one.kind == where.kind)
            and (not where.kinds or one.kind in where.kinds)
            and one.created_at >= where.since
            and (not where.until or one.created_at < where.until)
        ]

    # The history.

    def note(self, tx: Tx, attempt: DeliveryAttempt) -> None:
        """Keep an attempt that is over."""
        self._attempts.append(attempt)

    def attempts(self, tx: ReadTx, tenant: TenantId, delivery_id: str) -> list[DeliveryAttempt]:
        """The attempts at a delivery, oldest first."""
        mine = (one for one in self._attempts if (one.tenant, one.delivery_id) == (tenant, delivery_id))
        return sorted(mine, key=lambda one: one.number)

    def counts(
        self, tx: ReadTx, tenant: TenantId, since: Micros, kinds: Collection[str]
    ) -> Mapping[str, Mapping[DeliveryState, int]]:
        """How the deliveries made since then stand, by endpoint; those of some kinds."""
        found: dict[str, Counter[DeliveryState]] = {}
        for one in self._kept.values():
            if one.tenant == tenant and one.created_at >= since and one.kind in kinds:
                found.setdefault(one.endpoint_id, Counter())[one.state] += 1
        return found

    def forget(self, tx: Tx, before: Micros, limit: int) -> int:
        """Delete deliveries from before, with their attempts; how many went."""
        old = sorted((one for one in self._kept.values() if one.created_at < before), key=lambda one: one.created_at)
        gone = {one.id for one in old[:limit]}
        self._kept = {name: one for name, one in self._kept.items() if name not in gone}
        self._attempts = [one for one in self._attempts if one.delivery_id not in gone]
        return len(gone)


class FakeCaller:
    """Answers from a list, and remembers what it was asked; an error in the list is raised."""

    def __init__(self, *answers: Answer | Exception, reach: Reach | None = None) -> None:
        self.answers = list(answers)
        """What comes next; the last one for ever."""
        self.calls: list[tuple[str, bytes, Mapping[str, str]]] = []
        self.groups: list[str] = []
        self._reach = reach or Reach()

    def check(self, url: str) -> Target:
        """Whether a URL can be called."""
        return Target.of(url, self._reach)

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
        """The next answer."""
        self.groups.append(group)
        self.calls.append((url, body, headers))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer
