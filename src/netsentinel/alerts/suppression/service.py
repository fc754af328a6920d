"""What people do with suppressions: try one out, make it, look at what it hid, end it."""

from collections.abc import Iterable
from dataclasses import replace

from netsentinel.alerts.entries import (
    SUPPRESSION_CREATED,
    SUPPRESSION_LIFTED,
    SuppressionCreated,
    SuppressionLifted,
)
from netsentinel.alerts.ports import AlertStore, EvidenceStore
from netsentinel.alerts.suppression.model import (
    NEVER,
    Condition,
    Suppression,
    SuppressionDetail,
    SuppressionPage,
    SuppressionPreview,
    checked,
)
from netsentinel.alerts.suppression.ports import SuppressionStores
from netsentinel.alerts.suppression.preview import preview
from netsentinel.kernel.clock import Clock
from netsentinel.kernel.cursor import decode_cursor, encode_cursor
from netsentinel.kernel.entries import NewEntry
from netsentinel.kernel.errors import InvalidInputError, NotFoundError
from netsentinel.kernel.ids import new_id
from netsentinel.kernel.types import Micros, Principal, TenantId
from netsentinel.storage.ports import Database, ReadTx, Tx


class Suppressions:
    """Makes, lists and lifts suppressions."""

    def __init__(
        self, db: Database, stores: SuppressionStores, alerts: AlertStore, evidence: EvidenceStore, clock: Clock
    ) -> None:
        self._db = db
        self._stores = stores
        self._alerts = alerts
        self._evidence = evidence
        self._clock = clock

    async def preview(self, tenant: TenantId, conditions: Iterable[Condition], *, days: int) -> SuppressionPreview:
        """What a suppression with these conditions would have hidden in the last days.

        Raises:
            InvalidFilterError: a condition is not possible.
        """
        given = checked(conditions)
        stores = (self._alerts, self._evidence)
        now = self._clock.now()
        return await self._db.read(lambda tx: preview(tx, stores, tenant, given, days, now))

    async def create(
        self,
        principal: Principal,
        conditions: Iterable[Condition],
        *,
        reason: str,
        expires_at: Micros = NEVER,
        alert_id: str = "",
    ) -> Suppression:
        """Hide findings for which all conditions hold, from the next batch of events on.

        Raises:
            InvalidFilterError: a condition is not possible.
            InvalidInputError: the expiry lies in the past.
            NotFoundError: the principal's tenant has no such alert.
        """
        given = tuple(conditions)
        return await self._db.write(
            lambda tx: self.create_in(tx, principal, given, reason=reason, expires_at=expires_at, alert_id=alert_id)
        )

    def create_in(
        self,
        tx: Tx,
        principal: Principal,
        conditions: Iterable[Condition],
        *,
        reason: str,
        expires_at: Micros = NEVER,
        alert_id: str = "",
    ) -> Suppression:
        """`create` in the caller's transaction.

        Raises:
            NetSentinelError: as for `create`.
        """
        given = checked(conditions)
        now = self._clock.now()
        if expires_at != NEVER and expires_at <= now:
            raise InvalidInputError("The suppression would be over before it begins; state a later expires_at.")
        if alert_id and self._alerts.get(tx, principal.tenant, alert_id) is None:
            raise NotFoundError(f"There is no alert {alert_id}.")
        made = Suppression(
            id=new_id("sup", now),
            tenant=principal.tenant,
            conditions=given,
            reason=reason,
            alert_id=alert_id,
            created_by=principal.id,
            created_by_name=principal.name,
            created_at=now,
            expires_at=expires_at,
        )
        self._stores.suppressions.add(tx, made)
        payload = SuppressionCreated(
            suppression_id=made.id,
            alert_id=alert_id,
            by=principal.name,
            conditions=tuple(map(str, given)),
            reason=reason,
            expires_at=expires_at,
        )
        tx.append(NewEntry(SUPPRESSION_CREATED, principal.tenant, principal.id, made.id, payload))
        return made

    async def lift(self, principal: Principal, suppression_id: str) -> Suppression:
        """End a suppression: findings raise alerts again from the next batch on. Twice changes nothing.

        Raises:
            NotFoundError: the principal's tenant has no such suppression.
        """
        now = self._clock.now()

        def end(tx: Tx) -> Suppression:
            before = self._found(tx, principal.tenant, suppression_id)
            if not self._stores.suppressions.lift(tx, principal, suppression_id, now):
                return before
            payload = SuppressionLifted(suppression_id=suppression_id, by=principal.name, hidden=before.hidden)
            tx.append(NewEntry(SUPPRESSION_LIFTED, principal.tenant, principal.id, suppression_id, payload))
            return self._found(tx, principal.tenant, suppression_id)

        return self._as_of(await self._db.write(end), now)

    async def page(
        self, tenant: TenantId, *, limit: int, cursor: str = "", only_active: bool = False
    ) -> SuppressionPage:
        """One page of the tenant's suppressions, newest first.

        Raises:
            InvalidCursorError: the cursor is not from this list.
        """
        now = self._clock.now()
        after = _key(cursor)
        active_at = now if only_active else 0
        found = await self._db.read(lambda tx: self._stores.suppressions.page(tx, tenant, limit + 1, after, active_at))
        items = tuple(self._as_of(one, now) for one in found[:limit])
        more = len(found) > limit
        return SuppressionPage(items, encode_cursor((items[-1].created_at, items[-1].id)) if more else None)

    async def detail(self, tenant: TenantId, suppression_id: str) -> SuppressionDetail:
        """A suppression with the newest findings that it has hidden.

        Raises:
            NotFoundError: the tenant has no such suppression.
        """

        def read(tx: ReadTx) -> SuppressionDetail:
            found = self._found(tx, tenant, suppression_id)
            return SuppressionDetail(found, tuple(self._stores.hidden.examples(tx, tenant, suppression_id)))

        detail = await self._db.read(read)
        return replace(detail, suppression=self._as_of(detail.suppression, self._clock.now()))

    def _as_of(self, suppression: Suppression, now: Micros) -> Suppression:
        return replace(suppression, state=suppression.state_at(now))

    def _found(self, tx: ReadTx, tenant: TenantId, suppression_id: str) -> Suppression:
        found = self._stores.suppressions.get(tx, tenant, suppression_id)
        if found is None:
            raise NotFoundError(f"There is no suppression {suppression_id}.")
        return found


def _key(cursor: str) -> tuple[Micros, str] | None:
    if not cursor:
        return None
    created_at, suppression_id = decode_cursor(cursor, int, str)
    return int(created_at), str(suppression_id)
