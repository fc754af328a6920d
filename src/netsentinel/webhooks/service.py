"""What people do with webhooks: register, change, test and delete endpoints, look at deliveries, replay them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from netsentinel.kernel.clock import DAY, Clock
from netsentinel.kernel.cursor import decode_cursor, encode_cursor
from netsentinel.kernel.entries import EntryKind, NewEntry
from netsentinel.kernel.errors import ConflictError, NotAllowedError, NotFoundError
from netsentinel.kernel.ids import new_id
from netsentinel.kernel.types import Micros, Principal, TenantId
from netsentinel.outbound import Target
from netsentinel.storage import Journal
from netsentinel.storage.ports import Database, ReadTx, Tx
from netsentinel.storage.rows import newest_seq
from netsentinel.webhooks.delivering import Delivering, WebhookStores
from netsentinel.webhooks.entries import TEST_KIND, WEBHOOK_CHANGED, WebhookChanged
from netsentinel.webhooks.errors import DeliveryUnderWayError, InvalidWebhookError, WebhookDisabledError
from netsentinel.webhooks.events import EventKinds, subscriptions_after
from netsentinel.webhooks.following import Following
from netsentinel.webhooks.model import (
    DELIVERY_PREFIX,
    PREFIX,
    Delivery,
    DeliveryDetail,
    DeliveryFilter,
    DeliveryPage,
    DeliveryState,
    Endpoint,
    EndpointDraft,
    NewSecret,
    Replayed,
    StoppedBy,
    Subscription,
)
from netsentinel.webhooks.ports import Caller
from netsentinel.webhooks.replaying import Replaying
from netsentinel.webhooks.sending import Sender, message
from netsentinel.webhooks.signing import Secrets, older_after_rotation

MOST_ENDPOINTS: Final = 100
COUNTED: Final[Micros] = DAY
"""The list of endpoints counts the deliveries of so long."""
_LONGEST_DESCRIPTION: Final = 500
_FORGET_BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class WebhookGround:
    """What webhooks stand on."""

    db: Database
    journal: Journal
    stores: WebhookStores
    kinds: EventKinds
    secrets: Secrets
    caller: Caller
    sender: Sender
    delivering: Delivering
    following: Following
    clock: Clock


class Webhooks:
    """Everything one can do with webhooks."""

    def __init__(self, ground: WebhookGround) -> None:
        self._db = ground.db
        self._stores = ground.stores
        self._kinds = ground.kinds
        self._secrets = ground.secrets
        self._caller = ground.caller
        self._sender = ground.sender
        self._delivering = ground.delivering
        self._following = ground.following
        self._clock = ground.clock
        self._replaying = Replaying(ground.db, ground.journal, ground.stores, ground.kinds, ground.following)

    # Changing.

    async def create(self, principal: Principal, draft: EndpointDraft) -> NewSecret:
        """Register an endpoint. The secret is in the answer and never again.

        Raises:
            InvalidUrlError: the URL cannot be called.
            ForbiddenTargetError: it is an address that may not be called.
            InvalidWebhookError: an event is unknown, or there are too many endpoints.
        """
        draft, now = self._checked(principal, draft), self._clock.now()

        def insert(tx: Tx) -> Endpoint:
            tx.alone(f"webhooks of {principal.tenant}")
            if len(self._stores.endpoints.all(tx, principal.tenant)) >= MOST_ENDPOINTS:
                raise InvalidWebhookError(f"A tenant has at most {MOST_ENDPOINTS} endpoints.")
            newest = newest_seq(tx)
            endpoint = Endpoint(
                id=new_id(PREFIX, now),
                tenant=principal.tenant,
                url=draft.url,
                description=draft.description,
                subscriptions=tuple(Subscription(pattern=one, from_seq=newest) for one in draft.events),
                granted=self._kinds.granted(principal),
                enabled=draft.enabled,
                stopped_by=StoppedBy.NOTHING if draft.enabled else StoppedBy.HAND,
                created_by=principal.id,
                created_at=now,
                updated_at=now,
            )
            self._stores.endpoints.insert(tx, endpoint)
            self._announce(tx, principal, endpoint, "created")
            return endpoint

        endpoint = await self._db.write(insert)
        return NewSecret(endpoint, self._secrets.shown(endpoint))

    async def update(
        self, principal: Principal, endpoint_id: str, draft: EndpointDraft, *, version: int | None = None
    ) -> Endpoint:
        """State an endpoint anew. Messages that wait go to the new URL, as far as the principal may read them.

        An endpoint that goes on after it was disabled is told of what happens from now on; replay a range for the rest.

        Raises:
            NotFoundError: the tenant has no such endpoint.
            ConflictError: it is no longer at `version`.
            InvalidInputError: as for `create`.
        """
        draft = self._checked(principal, draft)

        def change(tx: Tx) -> Endpoint:
            old = self._locked(tx, principal.tenant, endpoint_id, version)
            newest = newest_seq(tx)
            fresh = replace(
                old,
                url=draft.url,
                description=draft.description,
                subscriptions=subscriptions_after(old, draft.events, newest, goes_on=old.enabled),
                granted=self._kinds.granted(principal),
                enabled=draft.enabled,
                updated_at=self._clock.now(),
                version=old.version + 1,
            )
            if draft.enabled and not old.enabled:
                fresh = replace(fresh, stopped_by=StoppedBy.NOTHING, failing_since=0)
            elif old.enabled and not draft.enabled:
                fresh = replace(fresh, stopped_by=StoppedBy.HAND)
            self._stores.endpoints.save(tx, fresh)
            self._announce(tx, principal, fresh, "updated")
            return fresh

        return await self._db.write(change)

    async def delete(self, principal: Principal, endpoint_id: str, *, version: int | None = None) -> None:
        """Delete an endpoint. What waits for it is dropped.

        Raises:
            NotFoundError: the tenant has no such endpoint.
            ConflictError: it is no longer at `version`.
        """

        def remove(tx: Tx) -> None:
            old = self._locked(tx, principal.tenant, endpoint_id, version)
            self._stores.endpoints.delete(tx, principal.tenant, endpoint_id)
            self._announce(tx, principal, old, "deleted")

        await self._db.write(remove)

    async def rotate(self, principal: Principal, endpoint_id: str, *, version: int | None = None) -> NewSecret:
        """Make a new secret. For a day, messages carry the signatures of both.

        Raises:
            NotFoundError: the tenant has no such endpoint.
            ConflictError: it is no longer at `version`.
        """

        def renew(tx: Tx) -> Endpoint:
            old, now = self._locked(tx, principal.tenant, endpoint_id, version), self._clock.now()
            fresh = replace(
                old,
                generation=old.generation + 1,
                older=older_after_rotation(old, now),
                updated_at=now,
                version=old.version + 1,
            )
            self._stores.endpoints.save(tx, fresh)
            self._announce(tx, principal, fresh, "rotated")
            return fresh

        endpoint = await self._db.write(renew)
        return NewSecret(endpoint, self._secrets.shown(endpoint))

    # Looking.

    def events(self, principal: Principal) -> list[EntryKind]:
        """What endpoints of this principal can be told of, by name."""
        return self._kinds.all(principal.permissions)

    async def overview(self, principal: Principal) -> list[tuple[Endpoint, Mapping[DeliveryState, int]]]:
        """The tenant's endpoints, oldest first, with how deliveries of the last day that one may read of stand."""
        since, kinds, tenant = self._clock.now() - COUNTED, self._kinds.readable(principal), principal.tenant

        def read(tx: ReadTx) -> list[tuple[Endpoint, Mapping[DeliveryState, int]]]:
            counts = self._stores.history.counts(tx, tenant, since, kinds)
            return [(one, counts.get(one.id, {})) for one in self._stores.endpoints.all(tx, tenant)]

        return await self._db.read(read)

    async def counts(self, principal: Principal, endpoint: Endpoint) -> Mapping[DeliveryState, int]:
        """How its deliveries of the last day that the principal may read of stand."""
        since, kinds = self._clock.now() - COUNTED, self._kinds.readable(principal)
        counts = await self._db.read(lambda tx: self._stores.history.counts(tx, endpoint.tenant, since, kinds))
        return counts.get(endpoint.id, {})

    async def get(self, tenant: TenantId, endpoint_id: str) -> Endpoint:
        """The endpoint.

        Raises:
            NotFoundError: the tenant has no such endpoint.
        """
        return await self._db.read(lambda tx: self._found(tx, tenant, endpoint_id))

    async def deliveries(
        self, principal: Principal, endpoint_id: str, where: DeliveryFilter, *, limit: int, cursor: str | None = None
    ) -> DeliveryPage:
        """An endpoint's deliveries, newest first; those that tell of what the principal may read.

        Raises:
            NotFoundError: the tenant has no such endpoint.
            InvalidCursorError: the cursor is not from this list.
        """
        after = str(decode_cursor(cursor, str)[0]) if cursor else None
        where = replace(where, kinds=self._kinds.readable(principal))

        def read(tx: ReadTx) -> list[Delivery]:
            self._found(tx, principal.tenant, endpoint_id)
            return self._stores.deliveries.page(tx, principal.tenant, endpoint_id, where, limit + 1, after)

        found = await self._db.read(read)
        items = tuple(found[:limit])
        return DeliveryPage(items, encode_cursor((items[-1].id,)) if len(found) > limit else None)

    async def delivery(self, principal: Principal, endpoint_id: str, delivery_id: str) -> DeliveryDetail:
        """A delivery with all its attempts.

        Raises:
            NotFoundError: the endpoint has no such delivery.
            NotAllowedError: it tells of what the principal may not read.
        """

        def read(tx: ReadTx) -> DeliveryDetail:
            found = self._stores.deliveries.get(tx, principal.tenant, delivery_id)
            found = self._readable(principal, endpoint_id, delivery_id, found)
            return DeliveryDetail(found, tuple(self._stores.history.attempts(tx, principal.tenant, delivery_id)))

        return await self._db.read(read)

    # Delivering by hand.

    async def test(self, principal: Principal, endpoint_id: str) -> DeliveryDetail:
        """Send a message that says it is a test, disabled endpoint or not; once, and wait for what becomes of it.

        Raises:
            NotFoundError: the tenant has no such endpoint.
        """
        endpoint, now = await self.get(principal.tenant, endpoint_id), self._clock.now()
        told = {"endpoint": endpoint.id, "by": principal.name}
        delivery = Delivery(
            id=new_id(DELIVERY_PREFIX, now),
            tenant=endpoint.tenant,
            endpoint_id=endpoint.id,
            kind=TEST_KIND,
            seq=0,
            body=message(TEST_KIND, now, 0, endpoint.id, told),
            created_at=now,
        )
        attempt = await self._sender.send(endpoint, delivery)

        def keep(tx: Tx) -> Delivery | None:
            self._stores.deliveries.add(tx, delivery)
            return self._delivering.note(tx, attempt, "", is_last=True)

        return DeliveryDetail(await self._db.write(keep) or delivery, (attempt,))

    async def replay(self, principal: Principal, endpoint_id: str, delivery_id: str) -> Delivery:
        """Attempt a delivery anew, with its whole schedule of retries; it keeps its `webhook-id`.

        Raises:
            NotFoundError: the endpoint has no such delivery.
            NotAllowedError: it tells of what the principal may not read.
            InvalidWebhookError: whoever stated the endpoint last may not read it.
            WebhookDisabledError: the endpoint is disabled.
            DeliveryUnderWayError: it has attempts to come.
        """

        def again(tx: Tx) -> Delivery:
            endpoint = self._running(tx, principal.tenant, endpoint_id)
            found = self._stores.deliveries.lock(tx, principal.tenant, delivery_id)
            found = self._readable(principal, endpoint_id, delivery_id, found)
            if not self._kinds.may_see(endpoint, found.kind):
                raise InvalidWebhookError(f"Whoever stated the webhook last may not read {found.kind}: state it anew.")
            if found.state is DeliveryState.PENDING:
                raise DeliveryUnderWayError("The delivery has attempts to come; wait for how they end.")
            return self._following.attempt_anew(tx, found)

        return await self._db.write(again)

    async def replay_range(
        self, principal: Principal, endpoint_id: str, since: Micros, until: Micros, *, only_failed: bool = True
    ) -> Replayed:
        """Deliver what happened between two times: what failed, and what was never delivered.

        Args:
            principal: who asks.
            endpoint_id: to whom.
            since: the first time.
            until: the time after the last.
            only_failed: leave out what the endpoint took.

        Raises:
            NotFoundError: the tenant has no such endpoint.
            WebhookDisabledError: the endpoint is disabled.
            InvalidWebhookError: there is no time between the two.
        """
        if until <= since:
            raise InvalidWebhookError("A range ends after it begins.")
        endpoint = await self._db.read(lambda tx: self._running(tx, principal.tenant, endpoint_id))
        return await self._replaying.replay(endpoint, since, min(until, self._clock.now()), only_failed=only_failed)

    # Retention.

    async def forget_old(self, keep_days: int) -> int:
        """Delete deliveries of longer ago, in small transactions; how many went."""
        before, gone = self._clock.now() - keep_days * DAY, 0
        while True:
            batch = await self._db.write(lambda tx: self._stores.history.forget(tx, before, _FORGET_BATCH))
            gone += batch
            if batch < _FORGET_BATCH:
                return gone

    # What several of these need.

    def _checked(self, principal: Principal, draft: EndpointDraft) -> EndpointDraft:
        if len(draft.description) > _LONGEST_DESCRIPTION:
            raise InvalidWebhookError(f"A description has at most {_LONGEST_DESCRIPTION} characters.")
        self._caller.check(draft.url)
        return replace(draft, events=self._kinds.checked(principal, draft.events))

    def _found(self, tx: ReadTx, tenant: TenantId, endpoint_id: str) -> Endpoint:
        found = self._stores.endpoints.get(tx, tenant, endpoint_id)
        if found is None:
            raise NotFoundError(f"There is no webhook {endpoint_id[:60]}.")
        return found

    def _locked(self, tx: Tx, tenant: TenantId, endpoint_id: str, version: int | None = None) -> Endpoint:
        found = self._stores.endpoints.lock(tx, tenant, endpoint_id)
        if found is None:
            raise NotFoundError(f"There is no webhook {endpoint_id[:60]}.")
        if version is not None and version != found.version:
            raise ConflictError(f"The webhook is at version {found.version}, not {version}.", version=found.version)
        return found

    def _running(self, tx: ReadTx, tenant: TenantId, endpoint_id: str) -> Endpoint:
        found = self._found(tx, tenant, endpoint_id)
        if not found.enabled:
            raise WebhookDisabledError("The webhook is disabled. Enable it first.", reason=found.stopped_by.value)
        return found

    def _readable(self, principal: Principal, endpoint_id: str, delivery_id: str, found: Delivery | None) -> Delivery:
        if found is None or found.endpoint_id != endpoint_id:
            raise NotFoundError(f"There is no delivery {delivery_id[:60]}.")
        if not self._kinds.is_readable(principal.permissions, found.kind):
            needed = self._kinds.permission_of(found.kind)
            raise NotAllowedError("The message tells of what you may not read.", permission=needed)
        return found

    @staticmethod
    def _announce(tx: Tx, principal: Principal, endpoint: Endpoint, change: str) -> None:
        told = WebhookChanged(
            id=endpoint.id,
            origin=Target.origin_of(endpoint.url),
            change=change,
            events=endpoint.events,
            enabled=endpoint.enabled,
        )
        tx.append(NewEntry(WEBHOOK_CHANGED, endpoint.tenant, principal.id, endpoint.id, told))
