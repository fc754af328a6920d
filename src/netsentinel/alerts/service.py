"""What people and other features read of alerts and threats."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import msgspec

from netsentinel.alerts.entries import FINDINGS, THREAT_UPDATED
from netsentinel.alerts.model import (
    Alert,
    AlertDetail,
    AlertFilter,
    AlertOrder,
    RuleText,
    Threat,
    key_fields,
    key_of,
    techniques,
)
from netsentinel.alerts.ports import ActivityStore, AlertStore, EvidenceStore, ThreatStore
from netsentinel.alerts.scoring import decayed, heat, threat_score
from netsentinel.detection.accounts import names_of
from netsentinel.kernel.clock import Clock
from netsentinel.kernel.cursor import CursorKey, decode_cursor, encode_cursor
from netsentinel.kernel.entries import Entry, NewEntry
from netsentinel.kernel.errors import NotFoundError
from netsentinel.kernel.types import Micros, TenantId
from netsentinel.storage.ports import Database, ReadTx, Tx

RELATED_ALERTS = 20
ACTIVITIES = 500
"""So many of an alert's activities are shown, the newest."""
_SCORED_ALERTS = 200
"""A threat's score looks at this many of its newest alerts; older ones have decayed to nothing."""
_PAGE = 500
_NAMESAKES = 500
"""So many users of one name are looked for: each machine may have its Administrator."""
_NO_MINIMUM = -1e300


@dataclass(frozen=True, slots=True)
class AlertPage:
    """One page of alerts, newest first."""

    items: tuple[Alert, ...]
    next: str | None
    """Cursor of the next page; None on the last."""


@dataclass(frozen=True, slots=True)
class ThreatPage:
    """One page of threats, highest score first."""

    items: tuple[Threat, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class ThreatDetail:
    """A threat and the alerts behind it."""

    threat: Threat
    alerts: tuple[Alert, ...]


@dataclass(frozen=True, slots=True)
class AlertStores:
    """The stores of alerts and of what belongs to them."""

    alerts: AlertStore
    evidence: EvidenceStore
    threats: ThreatStore
    activity: ActivityStore


class AlertService:
    """Lists and explains alerts; ranks threats."""

    def __init__(self, db: Database, stores: AlertStores, clock: Clock, half_life: Micros) -> None:
        self._db = db
        self._stores = stores
        self._clock = clock
        self._half_life = half_life

    async def page(
        self,
        tenant: TenantId,
        where: AlertFilter,
        *,
        limit: int,
        cursor: str | None = None,
        order: AlertOrder = AlertOrder.TIME,
    ) -> AlertPage:
        """One page of alerts in an order: without one, newest finding first.

        Raises:
            InvalidCursorError: the cursor is not from this list.
        """
        after = _alert_key(cursor, order)
        found = await self._db.read(
            lambda tx: self._stores.alerts.page(tx, tenant, where, limit + 1, after, order=order)
        )
        items = tuple(found[:limit])
        if len(found) <= limit:
            return AlertPage(items, None)
        return AlertPage(items, encode_cursor(key_of(items[-1], order)))

    async def detail(self, tenant: TenantId, alert_id: str) -> AlertDetail:
        """An alert with its rule, samples and neighbours.

        Raises:
            NotFoundError: the tenant has no such alert.
        """
        return await self._db.read(lambda tx: self._detail(tx, tenant, alert_id))

    async def alert(self, tenant: TenantId, alert_id: str) -> Alert:
        """An alert alone.

        Raises:
            NotFoundError: the tenant has no such alert.
        """
        return await self._db.read(lambda tx: self._found(tx, tenant, alert_id))

    async def techniques_since(self, tenant: TenantId, since: Micros) -> dict[str, tuple[int, Micros]]:
        """Id of each ATT&CK technique that alerts name -> (how many do, the newest when).

        Args:
            tenant: whose alerts.
            since: of alerts with findings since then, or raised since then about what is older, as after a replay.
        """
        seen: dict[str, tuple[int, Micros]] = {}
        for tags, count, at in await self._db.read(lambda tx: self._stores.alerts.tagged(tx, tenant, since)):
            for technique in techniques(tags):
                before = seen.get(technique, (0, 0))
                seen[technique] = (before[0] + count, max(before[1], at))
        return seen

    def _detail(self, tx: ReadTx, tenant: TenantId, alert_id: str) -> AlertDetail:
        alert = self._found(tx, tenant, alert_id)
        evidence = self._stores.evidence
        rule = evidence.rule(tx, tenant, alert.rule_id)
        if rule is None or not rule.source:  # a detector says in its title which service or log it speaks of
            false_positives, references = (rule.false_positives, rule.references) if rule else ((), ())
            rule = RuleText(alert.rule_id, alert.title, alert.description, false_positives, references, "")
        related = self._stores.alerts.about(tx, tenant, alert.entity, RELATED_ALERTS + 1)
        return AlertDetail(
            alert=alert,
            rule=rule,
            samples=tuple(evidence.samples(tx, tenant, alert_id)),
            related=tuple(other for other in related if other.id != alert.id)[:RELATED_ALERTS],
            activity=tuple(self._stores.activity.of(tx, tenant, alert_id, ACTIVITIES)),
        )

    async def entities_named(self, tenant: TenantId, typed: str) -> tuple[str, ...]:
        r"""Whom somebody means who types a name: the name itself, and what alerts call its bearers.

        Findings have it in lower case, too, and a user without a domain is each `domain\user` of that name. Where no
        alert is about any of these, the text is read as logs of Windows spell users and hosts. Without a name: nobody.
        """
        return await self._db.read(lambda tx: self._named(tx, tenant, typed)) if typed else ()

    async def rule(self, tenant: TenantId, rule_id: str) -> RuleText | None:
        """What stood behind the tenant's alerts of a rule, as they kept it."""
        return await self._db.read(lambda tx: self._stores.evidence.rule(tx, tenant, rule_id))

    async def every(self, tenant: TenantId, where: AlertFilter) -> AsyncIterator[tuple[Alert, ...]]:
        """All alerts of a filter, newest first, a page at a time."""
        cursor: str | None = None
        while True:
            page = await self.page(tenant, where, limit=_PAGE, cursor=cursor)
            yield page.items
            cursor = page.next
            if cursor is None:
                return

    async def threats(
        self,
        tenant: TenantId,
        *,
        min_score: int = 0,
        kinds: tuple[str, ...] = (),
        text: str = "",
        limit: int,
        cursor: str | None = None,
    ) -> ThreatPage:
        """One page of threats with their scores as of now.

        Raises:
            InvalidCursorError: the cursor is not from this list.
        """
        now = self._clock.now()
        minimum = heat(min_score, now, self._half_life) if min_score > 0 else _NO_MINIMUM
        after = _threat_key(cursor)
        rows = await self._db.read(
            lambda tx: self._stores.threats.page(
                tx, tenant, min_heat=minimum, kinds=kinds, text=text, limit=limit + 1, after=after
            )
        )
        more = len(rows) > limit
        shown = rows[:limit]
        following = encode_cursor((shown[-1][0], shown[-1][1].entity)) if more else None
        return ThreatPage(tuple(self._as_of(threat, now) for _, threat in shown), following)

    async def threat(self, tenant: TenantId, entity: str) -> ThreatDetail:
        """One threat with its newest alerts.

        Raises:
            NotFoundError: no alert of the tenant names this entity.
        """

        def read(tx: ReadTx) -> ThreatDetail:
            threat = self._stores.threats.get(tx, tenant, entity)
            if threat is None:
                raise NotFoundError(f"No alert names {entity}.")
            alerts = self._stores.alerts.about(tx, tenant, entity, RELATED_ALERTS)
            return ThreatDetail(self._as_of(threat, self._clock.now()), tuple(alerts))

        return await self._db.read(read)

    async def threat_named(self, tenant: TenantId, typed: str) -> ThreatDetail:
        """The threat that `entities_named` finds, where it is one.

        Raises:
            NotFoundError: none, or several and none of exactly this name.
        """
        names = await self.entities_named(tenant, typed)

        def read(tx: ReadTx) -> list[str]:
            return [name for name in names if self._stores.threats.get(tx, tenant, name)]

        known = await self._db.read(read)
        if len(known) > 1 and typed not in known:
            raise NotFoundError(f"{typed[:80]} may be any of {len(known)}: {', '.join(known[:5])}.")
        return await self.threat(tenant, typed if typed in known or not known else known[0])

    def on_alert_entry(self, tx: Tx, entry: Entry) -> None:
        """The reaction to `alert.raised` and `alert.updated`: score the entity anew. Doing it twice changes nothing.

        A score decays from the newest findings on; what people do with an alert never starts that anew.
        """
        alert = msgspec.convert(entry.payload, Alert)
        stores = self._stores
        alerts = stores.alerts.about(tx, alert.tenant, alert.entity, _SCORED_ALERTS)
        if not alerts:
            return
        latest = max(other.last_at for other in alerts)
        score = threat_score(alerts, latest, self._half_life)
        old = stores.threats.get(tx, alert.tenant, alert.entity)
        raised = max(alert.raised_at, *(other.raised_at for other in alerts), old.raised_at if old else 0)
        found = max(raised, alert.updated_at if entry.principal == FINDINGS else 0, old.at if old else 0)
        threat = Threat(
            tenant=alert.tenant,
            entity=alert.entity,
            entity_kind=alert.entity_kind,
            score=score,
            alerts=stores.alerts.count_about(tx, alert.tenant, alert.entity),
            level=max((other.level for other in alerts), key=lambda level: level.rank),
            tags=tuple(sorted({tag for other in alerts for tag in other.tags})),
            first_at=min([other.first_at for other in alerts] + ([old.first_at] if old else [])),
            last_at=latest,
            at=found,
            raised_at=raised,
        )
        if old == threat:
            return
        stores.threats.save(tx, threat, heat(score, found, self._half_life))
        cause = (*entry.cause, entry.seq)
        tx.append(NewEntry(THREAT_UPDATED, alert.tenant, "system", alert.entity, threat, cause))

    def _named(self, tx: ReadTx, tenant: TenantId, typed: str) -> tuple[str, ...]:
        stated = tuple(dict.fromkeys((typed, typed.lower())))
        found = self._stores.threats.named(tx, tenant, stated, typed, _NAMESAKES)
        if 0 < len(found) < _NAMESAKES:
            return tuple(found)
        # Of very many namesakes the name itself may be none that was found.
        return tuple(dict.fromkeys((*stated, *(found or names_of(typed)))))

    def _as_of(self, threat: Threat, now: Micros) -> Threat:
        return replace(threat, score=decayed(threat.score, threat.at, now, self._half_life), at=now)

    def _found(self, tx: ReadTx, tenant: TenantId, alert_id: str) -> Alert:
        alert = self._stores.alerts.get(tx, tenant, alert_id)
        if alert is None:
            raise NotFoundError(f"There is no alert {alert_id}.")
        return alert


def _alert_key(cursor: str | None, order: AlertOrder) -> CursorKey | None:
    return decode_cursor(cursor, *(int for _ in key_fields(order)[1:]), str) if cursor else None


def _threat_key(cursor: str | None) -> tuple[float, str] | None:
    if not cursor:
        return None
    at_heat, entity = decode_cursor(cursor, float, str)
    return float(at_heat), str(entity)
