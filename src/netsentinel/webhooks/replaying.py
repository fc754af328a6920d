"""Replaying a range of times: failed deliveries anew, and entries that were never delivered."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from netsentinel.kernel.entries import Entry
from netsentinel.kernel.types import Micros
from netsentinel.storage import Journal
from netsentinel.storage.ports import Database, Tx
from netsentinel.webhooks.delivering import WebhookStores
from netsentinel.webhooks.events import EventKinds
from netsentinel.webhooks.following import Following
from netsentinel.webhooks.model import Delivery, DeliveryFilter, DeliveryState, Endpoint, Replayed

MOST_AT_ONCE: Final = 500
"""One call looks at about so many deliveries, and at about so many entries: what it starts is a task each."""
_BATCH: Final = 200


@dataclass(slots=True)
class _Walk:
    """How far a replay has come."""

    replayed: int = 0
    added: int = 0
    stopped_at: Micros = 0
    """The time of the first thing that was not looked at; 0 for none."""


class Replaying:
    """Replays ranges, in small transactions: what one has done stays when a later one fails."""

    def __init__(
        self, db: Database, journal: Journal, stores: WebhookStores, kinds: EventKinds, following: Following
    ) -> None:
        self._db = db
        self._journal = journal
        self._stores = stores
        self._kinds = kinds
        self._following = following

    async def replay(self, endpoint: Endpoint, since: Micros, until: Micros, *, only_failed: bool) -> Replayed:
        """Replay what happened with `since <= at < until`: first what failed, then what was never delivered."""
        walk = _Walk()
        await self._deliveries(endpoint, since, until, only_failed=only_failed, walk=walk)
        # The next call goes on where this one stopped: entries of before that must not be left out.
        await self._entries(endpoint, since, walk.stopped_at or until, walk)
        return Replayed(walk.replayed, walk.added, not walk.stopped_at, walk.stopped_at)

    async def _deliveries(
        self, endpoint: Endpoint, since: Micros, until: Micros, *, only_failed: bool, walk: _Walk
    ) -> None:
        states = (DeliveryState.FAILED,) if only_failed else (DeliveryState.FAILED, DeliveryState.DELIVERED)
        where = DeliveryFilter(states=states, since=since, until=until)
        after, looked = "", 0
        while True:
            page = await self._db.write(lambda tx, after=after: self._attempt_anew(tx, endpoint, where, after))
            walk.replayed += sum(self._is_news(endpoint, one) for one in page)
            looked += len(page)
            if len(page) < _BATCH:
                return
            after = page[-1].id
            # Where `since` is all that it came to, the next call would begin here again.
            if looked >= MOST_AT_ONCE and page[-1].created_at > since:
                walk.stopped_at = page[-1].created_at
                return

    def _attempt_anew(self, tx: Tx, endpoint: Endpoint, where: DeliveryFilter, after: str) -> list[Delivery]:
        page = self._stores.deliveries.oldest(tx, endpoint.tenant, endpoint.id, where, _BATCH, after)
        for one in page:
            if self._is_news(endpoint, one):
                self._following.attempt_anew(tx, one)
        return page

    def _is_news(self, endpoint: Endpoint, delivery: Delivery) -> bool:
        """Whether an endpoint may be told of a delivery again; a test is not news for anybody."""
        return delivery.seq > 0 and self._kinds.may_see(endpoint, delivery.kind)

    async def _entries(self, endpoint: Endpoint, since: Micros, until: Micros, walk: _Walk) -> None:
        kinds = [kind for kind in self._kinds.named(endpoint.events) if self._kinds.may_see(endpoint, kind)]
        seq, looked = await self._journal.first_since(since) - 1, 0
        while kinds:
            page = await self._journal.read(seq, _BATCH, tenant=endpoint.tenant, kinds=kinds)
            wanted = [entry for entry in page if entry.at < until]
            walk.added += await self._db.write(lambda tx, wanted=wanted: self._add(tx, endpoint, wanted))
            looked += len(page)
            if len(page) < _BATCH or len(wanted) < len(page):
                return
            seq = page[-1].seq
            if looked >= MOST_AT_ONCE and page[-1].at > since:
                walk.stopped_at = page[-1].at
                return

    def _add(self, tx: Tx, endpoint: Endpoint, entries: Sequence[Entry]) -> int:
        return sum(self._following.queue_entry(tx, endpoint, entry) for entry in entries)
