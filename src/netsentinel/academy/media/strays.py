"""Bytes that no medium names: what a crash left between keeping and naming them, or between forgetting and deleting."""

from typing import Final

from netsentinel.academy.media.arrivals import Shelf
from netsentinel.academy.media.ports import MediumCounts
from netsentinel.kernel.clock import HOUR, Clock
from netsentinel.storage.ports import Database

_AGE: Final = HOUR
"""So old bytes are before they may be strays: another process of this machine may be about to name younger ones."""


class Strays:
    """Finds bytes of any tenant that nothing names, and deletes them.

    Args:
        db: where media are.
        counts: says which bytes they name.
        shelf: what keeps bytes and rows in step.
        clock: says how old bytes are.
    """

    def __init__(self, db: Database, counts: MediumCounts, shelf: Shelf, clock: Clock) -> None:
        self._db = db
        self._counts = counts
        self._shelf = shelf
        self._clock = clock

    async def sweep(self) -> int:
        """Delete them; how many there were. What is named meanwhile stays: each is looked up again under its lock."""
        before = self._clock.now() - _AGE
        gone = await self._shelf.blobs.drop_unfinished(before)
        for tenant, stored in (await self._shelf.blobs.stored(before)).items():
            named = await self._db.read(lambda tx, of=tenant: self._counts.named_bytes(tx, of))
            gone += await self._shelf.sweep(tenant, *(one for one in stored if one not in named))
        return gone
