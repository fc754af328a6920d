"""From the journal to the subscriptions that are live: each entry is looked at once, whatever the number of clients."""

from netsentinel.kernel.entries import Entry, EntryRegistry
from netsentinel.kernel.types import TenantId
from netsentinel.streamer.feed import Feed, Occurrence
from netsentinel.streamer.filters import Filter


class Fanout:
    """The live subscriptions by tenant, topic and filter. All of it runs on the event loop, without waiting."""

    def __init__(self, registry: EntryRegistry) -> None:
        self._registry = registry
        self._feeds: dict[tuple[TenantId, str], dict[Filter, dict[Feed, None]]] = {}
        self.tail = 0
        """`seq` of the last entry that was handed out."""
        self.delivered = 0
        self.missed = 0
        """Events that a client was too slow for."""

    def add(self, feed: Feed) -> None:
        """Make a subscription live. It must have come as far as `tail`."""
        feed.is_live = True
        feed.position = max(feed.position, self.tail)
        groups = self._feeds.setdefault((feed.spec.tenant, feed.spec.topic), {})
        groups.setdefault(feed.wanted, {})[feed] = None

    def remove(self, feed: Feed) -> None:
        """Stop a subscription; nothing happens when it is not live."""
        key = (feed.spec.tenant, feed.spec.topic)
        groups = self._feeds.get(key, {})
        feeds = groups.get(feed.wanted, {})
        feeds.pop(feed, None)
        if not feeds:
            groups.pop(feed.wanted, None)
        if not groups:
            self._feeds.pop(key, None)
        feed.is_live = False

    def is_heard(self, tenant: TenantId, topic: str) -> bool:
        """Whether a subscription of the tenant to the topic is live."""
        return (tenant, topic) in self._feeds

    def say_trimmed(self, upto: int, but_not: frozenset[str]) -> None:
        """Tell live subscriptions that what they have not heard yet up to here may not be there any more.

        Args:
            upto: the last position that was trimmed.
            but_not: topics that lost nothing.
        """
        for (_, topic), groups in self._feeds.items():
            for feeds in () if topic in but_not else groups.values():
                for feed in feeds:
                    if feed.complete_to(self.tail) < upto:
                        feed.skip_to(upto, "retention", self.tail)

    def dispatch(self, entry: Entry) -> int:
        """Offer an entry to every subscription of its tenant and topic whose filter it passes; its size in bytes."""
        self.tail = entry.seq
        if entry.kind not in self._registry:
            return 0  # written by a newer version of the program; it has no name on the wire here
        kind = self._registry[entry.kind]
        groups = self._feeds.get((entry.tenant, kind.topic))
        if not groups:
            return 0
        occurrence = Occurrence(entry, kind)
        for wanted, feeds in groups.items():
            if not wanted.matches(entry):
                continue
            for feed in feeds:
                if feed.offer(occurrence):
                    self.delivered += 1
                else:
                    self.missed += 1
        return occurrence.size
