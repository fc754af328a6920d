"""What becomes of bytes that are whole: a medium, new or in place of one of the same name, and a task that reads it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from weakref import WeakValueDictionary

from netsentinel.academy.media.entries import MEDIUM_CHANGED, MediumChanged
from netsentinel.academy.media.errors import MediumChangedError
from netsentinel.academy.media.model import PREFIX, Medium, MediumState
from netsentinel.academy.media.ports import BlobStore, MediumCounts, MediumStore
from netsentinel.academy.reader.kinds import MAX_NAME, format_of
from netsentinel.kernel.clock import Clock
from netsentinel.kernel.entries import NewEntry
from netsentinel.kernel.errors import NetSentinelError
from netsentinel.kernel.ids import new_id
from netsentinel.kernel.types import Micros, Principal, TenantId
from netsentinel.storage.ports import Database, Tx

Submit = Callable[[Tx, Principal, str, int], str]
"""Has a medium of that id and version read, in a transaction; the id of the task."""
Keep = Callable[[Tx, str, str], None]
"""What else is to be written when a medium is kept: its id, and what changed."""

ADDED, REPLACED, UNCHANGED, DELETED = "added", "replaced", "unchanged", "deleted"


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file that is whole."""

    name: str
    size: int
    sha256: str
    path: Path
    """Where it is, synced, on the disk of the blobs."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of it."""

    medium: Medium
    change: str
    """`added`, `replaced` or `unchanged`."""


class Shelf:
    """Bytes and the rows that name them, kept in step: nobody deletes bytes that somebody is about to name."""

    def __init__(self, db: Database, blobs: BlobStore, counts: MediumCounts) -> None:
        self._db = db
        self._counts = counts
        self._locks: WeakValueDictionary[tuple[TenantId, str], asyncio.Lock] = WeakValueDictionary()
        self.blobs = blobs

    def hold(self, tenant: TenantId, sha256: str) -> asyncio.Lock:
        """To be held from before bytes are kept until a row names them."""
        return self._locks.setdefault((tenant, sha256), asyncio.Lock())

    async def sweep(self, tenant: TenantId, *hashes: str) -> int:
        """Delete those bytes that no medium of the tenant has any more; of how many that was so."""
        gone = 0
        for sha256 in filter(None, hashes):
            async with self.hold(tenant, sha256):
                uses = await self._db.read(lambda tx, one=sha256: self._counts.uses(tx, tenant, one))
                if not uses:
                    await self.blobs.forget(tenant, sha256)
                    gone += 1
        return gone


class Arrivals:
    """Makes media of what arrived."""

    def __init__(self, db: Database, store: MediumStore, shelf: Shelf, clock: Clock, submit: Submit) -> None:
        self._db = db
        self._store = store
        self._shelf = shelf
        self._clock = clock
        self._submit = submit

    async def take(self, principal: Principal, arrived: Arrived, keep: Keep) -> Taken:
        """Keep a file as the medium of its name, and have it read. All of it is one commit.

        The same bytes under the same name change nothing, when they could be read.

        Raises:
            StorageFullError: the disk is full.
        """
        tenant = principal.tenant
        try:
            async with self._shelf.hold(tenant, arrived.sha256):
                await self._shelf.blobs.adopt(tenant, arrived.sha256, arrived.path)
                taken, before = await self._db.write(lambda tx: self._take(tx, principal, arrived, keep))
        except NetSentinelError:
            await self._shelf.sweep(tenant, arrived.sha256)
            raise
        if before is not None:
            await self._shelf.sweep(tenant, before.sha256)
        return taken

    def _take(self, tx: Tx, principal: Principal, arrived: Arrived, keep: Keep) -> tuple[Taken, Medium | None]:
        old = self._store.named(tx, principal.tenant, arrived.name)
        if old is not None and old.sha256 == arrived.sha256 and old.state is MediumState.READY:
            keep(tx, old.id, UNCHANGED)
            return Taken(old, UNCHANGED), None
        medium = fresh_medium(principal, arrived, self._clock.now(), old)
        medium = replace(medium, task_id=self._submit(tx, principal, medium.id, medium.version))
        is_kept = self._store.save(tx, medium, old.version) if old else self._store.insert(tx, medium)
        if not is_kept:
            raise MediumChangedError(f"{medium.name} was changed meanwhile; send it again.")
        change = REPLACED if old else ADDED
        keep(tx, medium.id, change)
        announce(tx, principal, medium, change)
        return Taken(medium, change), old


def fresh_medium(principal: Principal, arrived: Arrived, now: Micros, old: Medium | None) -> Medium:
    """The row of a file that arrived, new or in place of an old one; nobody has read it yet."""
    kind = format_of(arrived.name)
    fresh = Medium(
        id=new_id(PREFIX, now),
        tenant=principal.tenant,
        name=arrived.name,
        title=arrived.name[:MAX_NAME],
        size=arrived.size,
        sha256=arrived.sha256,
        state=MediumState.KEPT,
        kind=kind.kind,
        media_type=kind.media_type,
        created_by=principal.id,
        created_at=now,
        updated_at=now,
    )
    if old is None:
        return fresh
    # What the old bytes said stays in the graph, and to be read, until the new ones are.
    changed = {"size": fresh.size, "sha256": fresh.sha256, "kind": fresh.kind, "media_type": fresh.media_type}
    return replace(
        old, state=MediumState.KEPT, detail="", stages=(), updated_at=now, version=old.version + 1, **changed
    )


def announce(tx: Tx, principal: Principal, medium: Medium, change: str) -> None:
    """Tell the journal that a medium came, or went."""
    told = MediumChanged(
        id=medium.id,
        name=medium.name,
        change=change,
        state=medium.state,
        medium_kind=medium.kind,
        size=medium.size,
    )
    tx.append(NewEntry(MEDIUM_CHANGED, principal.tenant, principal.id, medium.id, told))
