"""The journal as replays read it: what many clients want at the same moment is read, and encoded, once."""

from typing import Final

from netsentinel.kernel.entries import Entry, EntryRegistry
from netsentinel.kernel.shared import SharedReads
from netsentinel.kernel.types import TenantId
from netsentinel.streamer.feed import Occurrence
from netsentinel.streamer.ports import JournalReader

CHUNK: Final = 100
"""Entries per read; a chunk is the most that one slow client keeps in memory beside its outbox."""

_AT_ONCE: Final = 8
"""Different reads at once: a crowd that comes back after a restart queues here instead of in the database."""

Part = tuple[TenantId, str, int]
"""A tenant, a topic, and the position after which it begins."""


class Past:
    """What replays need of the journal."""

    def __init__(self, journal: JournalReader, registry: EntryRegistry) -> None:
        self._journal = journal
        self._registry = registry
        self._parts = SharedReads(self._read, at_once=_AT_ONCE)
        self._bounds = SharedReads(self._look)

    async def bounds(self) -> tuple[int, int]:
        """(`seq` from which the journal is complete, newest `seq`), not older than the question.

        Raises:
            NetSentinelError: the journal cannot be read now.
        """
        return await self._bounds.get(None)

    async def after(self, part: Part) -> list[tuple[Entry, Occurrence]]:
        """At most `CHUNK` entries of a tenant and topic above a position, oldest first.

        Raises:
            NetSentinelError: the journal cannot be read now.
        """
        return await self._parts.get(part)

    async def _look(self, _key: None) -> tuple[int, int]:
        return await self._journal.bounds()

    async def _read(self, part: Part) -> list[tuple[Entry, Occurrence]]:
        tenant, topic, position = part
        entries = await self._journal.read(position, CHUNK, tenant=tenant, topics=(topic,))
        return [(entry, Occurrence(entry, self._registry[entry.kind])) for entry in entries]
