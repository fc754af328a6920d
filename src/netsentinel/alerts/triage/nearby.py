"""The stored events around an alert: what its entity did before and after, with the alert's own evidence marked.

Around a user stands what the user's machine did, too: few events of a host name a user. Events of an entity are looked
for by the names that the alert's own evidence has for it.
"""

import asyncio
from collections.abc import Sequence
from hashlib import blake2b

import msgspec

from netsentinel.alerts.model import Alert, AlertSample
from netsentinel.alerts.ports import AlertStore, EvidenceStore
from netsentinel.alerts.spellings import spellings
from netsentinel.alerts.triage.model import NearbyEvent, NearbyEvents
from netsentinel.events.lake import EventFilter, EventStore, FoundEvents, StoredEvent, Terms
from netsentinel.kernel.errors import NotFoundError
from netsentinel.kernel.types import Micros, TenantId
from netsentinel.storage.ports import Database, ReadTx

_NARROWER = 4
_NARROWEST: Micros = 2
"""The microsecond after a time: what does not fit then is all of one time, and of it there are some only."""


class Surroundings:
    """Reads the lake around alerts."""

    def __init__(self, db: Database, alerts: AlertStore, evidence: EvidenceStore, lake: EventStore) -> None:
        self._db = db
        self._alerts = alerts
        self._evidence = evidence
        self._lake = lake

    async def of(self, tenant: TenantId, alert_id: str, *, around: Micros, limit: int, at: Micros = 0) -> NearbyEvents:
        """The entity's events from `around` before a time to `around` after it, oldest first.

        When there are more than `limit`, those nearest to the time are given, half of them before and half after.

        Args:
            tenant: whose alert it is.
            alert_id: the alert.
            around: how long before and after.
            limit: so many events at most.
            at: the time; that of the alert's newest finding when 0.

        Raises:
            NotFoundError: the tenant has no such alert.
            UnavailableError: the lake takes too long.
        """
        alert, samples = await self._db.read(lambda tx: self._read(tx, tenant, alert_id))
        terms, middle = _terms(alert, samples), at or alert.last_at
        half = max(1, limit // 2)
        (before, since), (after, until) = await asyncio.gather(
            self._before(tenant, terms, middle, around, half), self._after(tenant, terms, middle, around, half)
        )
        evidence = {_hash(sample) for sample in samples}
        items = tuple(NearbyEvent(event, event.raw_hash in evidence) for event in (*before, *after))
        cut = since > middle - around or until < middle + around
        return NearbyEvents(items, middle, since, until, cut)

    def _read(self, tx: ReadTx, tenant: TenantId, alert_id: str) -> tuple[Alert, list[AlertSample]]:
        alert = self._alerts.get(tx, tenant, alert_id)
        if alert is None:
            raise NotFoundError(f"There is no alert {alert_id}.")
        return alert, self._evidence.samples(tx, tenant, alert_id)

    async def _before(
        self, tenant: TenantId, terms: Terms, at: Micros, around: Micros, half: int
    ) -> tuple[list[StoredEvent], Micros]:
        """The last events up to a time, and from when on they are all there are."""
        since = max(1, at - around)
        found, is_cut = await self._search(tenant, terms, since, at + 1, half + 1)
        if len(found) <= half and not is_cut:
            return found, at - around
        kept = found[-half:]
        return kept, kept[0].time

    async def _after(
        self, tenant: TenantId, terms: Terms, at: Micros, around: Micros, half: int
    ) -> tuple[list[StoredEvent], Micros]:
        """The first events after a time, and until when they are all there are.

        The lake gives the newest first, so the span is narrowed until everything in it fits.
        """
        width = around
        found, is_cut = await self._search(tenant, terms, at + 1, at + width, half + 1)
        while (len(found) > half or is_cut) and width > _NARROWEST:
            width = max(_NARROWEST, width // _NARROWER)
            found, is_cut = await self._search(tenant, terms, at + 1, at + width, half + 1)
        if len(found) <= half and not is_cut:
            return found, at + width
        return found[:half], at + 1

    async def _search(
        self, tenant: TenantId, terms: Terms, since: Micros, until: Micros, limit: int
    ) -> tuple[list[StoredEvent], bool]:
        """The newest events that one of the terms is true of in a span of time, oldest first; whether they are cut."""
        searches = (
            self._lake.search(tenant, EventFilter(since=since, until=until, equal=(term,)), limit) for term in terms
        )
        found = await asyncio.gather(*searches)
        return _merged(found, limit), any(one.is_cut for one in found)


def _terms(alert: Alert, samples: Sequence[AlertSample]) -> Terms:
    """Columns and values that the events of an alert's entity, or of the machine that told of it, have one of."""
    columns = spellings(alert, samples)
    if alert.entity_kind == "host":
        columns["source"] = (alert.entity,)
    if alert.entity_kind in ("user", "host") and alert.device:
        columns["device"] = tuple(sorted({*columns.get("device", ()), alert.device}))
    return tuple((column, values) for column, values in columns.items() if values)


def _merged(found: Sequence[FoundEvents], limit: int) -> list[StoredEvent]:
    """Several lists as one without doubles: the newest, oldest first. Where one is cut, the others are, too."""
    oldest = max((some.events[-1].key() for some in found if some.is_cut), default=None)
    events = {event.id: event for some in found for event in some.events if oldest is None or event.key() >= oldest}
    return sorted(events.values(), key=lambda event: event.key())[-limit:]


def _hash(sample: AlertSample) -> str:
    """The hash that the lake has of the same event."""
    return blake2b(msgspec.json.encode(sample.event), digest_size=16).hexdigest()
