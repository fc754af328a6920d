"""What people do with media: import, list, look at and delete them; the graph follows in the same transaction."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from netsentinel.academy.extraction import Document
from netsentinel.academy.graph import Claims, Graph
from netsentinel.academy.media.arrivals import ADDED, DELETED, REPLACED, Arrived, Shelf, announce, fresh_medium
from netsentinel.academy.media.captions import beside, stems_of
from netsentinel.academy.media.errors import MediumChangedError, MediumTooLargeError, QuarantinedError, UnscannedError
from netsentinel.academy.media.model import (
    Imported,
    MediaUsage,
    Medium,
    MediumPage,
    MediumState,
)
from netsentinel.academy.media.ports import MediumCounts, MediumStore, NearbyMedia
from netsentinel.academy.media.reading import Reading, origin_of
from netsentinel.academy.reader.kinds import RECORDINGS, MediumKind, checked_name, most_bytes
from netsentinel.kernel.clock import Clock
from netsentinel.kernel.cursor import decode_cursor, encode_cursor
from netsentinel.kernel.errors import NotFoundError
from netsentinel.kernel.types import MIB, Principal, TenantId
from netsentinel.storage.ports import Database, Tx

_MOST_AT_ONCE = 64 * MIB


@dataclass(frozen=True, slots=True)
class MediaGround:
    """What media stand on."""

    db: Database
    store: MediumStore
    nearby: NearbyMedia
    counts: MediumCounts
    shelf: Shelf
    graph: Graph
    reading: Reading
    clock: Clock


class Media:
    """A tenant's media."""

    def __init__(self, ground: MediaGround) -> None:
        self._ground = ground

    async def import_text(self, principal: Principal, name: str, data: bytes) -> Imported:
        """Keep a text, and have what it says live in the graph when this returns.

        A medium of the same name is replaced: afterwards the graph holds what the new text says, and nothing that only
        the old one said. The same bytes under the same name change nothing; what cannot be read leaves nothing.

        Raises:
            InvalidMediumError: the name cannot be a medium's, or the bytes are not what it says.
            MediumTooLargeError: it has more than 16 MiB, or 64 MiB as DOCX or PPTX.
            UnreadableTextError: it is not the text that its name says.
        """
        name = checked_name(name)
        limit = most_bytes(name, _MOST_AT_ONCE)
        if len(data) > limit:
            raise MediumTooLargeError(f"{name} has {len(data):,} bytes; at most {limit:,} are read.", limit=limit)
        ground, tenant = self._ground, principal.tenant
        sha256 = hashlib.sha256(data).hexdigest()
        old = await ground.db.read(lambda tx: ground.store.named(tx, tenant, name))
        if old is not None and old.sha256 == sha256 and old.state is MediumState.READY:
            return Imported(medium=old, is_new=False, is_changed=False)
        try:
            async with ground.shelf.hold(tenant, sha256):
                await ground.shelf.blobs.keep(tenant, data)
                path = ground.shelf.blobs.path(tenant, sha256)
                known = await ground.reading.understand(tenant, name, sha256, old.id if old else "")
                medium = fresh_medium(principal, Arrived(name, len(data), sha256, path), ground.clock.now(), old)

                def put(tx: Tx, ready: Medium) -> Medium:
                    return self._put(tx, principal, ready, old)

                done = await ground.reading.keep(principal, medium, known, put)
        finally:
            await ground.shelf.sweep(tenant, sha256, old.sha256 if old else "")
        return Imported(medium=done, is_new=old is None, is_changed=True)

    async def delete(self, principal: Principal, medium_id: str) -> Medium:
        """Forget a medium: afterwards the graph is what it would be without it.

        Raises:
            NotFoundError: the tenant has no such medium.
        """
        ground = self._ground

        def forget(tx: Tx) -> Medium:
            medium = ground.store.get(tx, principal.tenant, medium_id)
            if medium is None or not ground.store.delete(tx, principal.tenant, medium_id):
                raise _missing(medium_id)
            ground.graph.state_in(tx, principal, origin_of(medium), Claims())
            announce(tx, principal, medium, DELETED)
            return medium

        gone = await ground.db.write(forget)
        await ground.shelf.sweep(principal.tenant, gone.sha256, gone.text_sha256)
        return gone

    async def get(self, tenant: TenantId, medium_id: str) -> Medium:
        """A medium.

        Raises:
            NotFoundError: the tenant has no such medium.
        """
        found = await self._ground.db.read(lambda tx: self._ground.store.get(tx, tenant, medium_id))
        if found is None:
            raise _missing(medium_id)
        return found

    async def named(self, tenant: TenantId, name: str) -> Medium | None:
        """The tenant's medium of that name."""
        return await self._ground.db.read(lambda tx: self._ground.store.named(tx, tenant, name))

    async def page(self, tenant: TenantId, *, limit: int = 100, cursor: str | None = None) -> MediumPage:
        """Media by name.

        Raises:
            InvalidCursorError: the cursor is not from this list.
        """
        after = str(decode_cursor(cursor, str)[0]) if cursor else ""
        found = await self._ground.db.read(lambda tx: self._ground.store.page(tx, tenant, after, limit + 1))
        items = tuple(found[:limit])
        return MediumPage(items, encode_cursor((items[-1].name,)) if len(found) > limit else None)

    async def usage(self, tenant: TenantId) -> MediaUsage:
        """How much the tenant keeps."""
        return await self._ground.db.read(lambda tx: self._ground.counts.usage(tx, tenant))

    async def beside(self, medium: Medium) -> tuple[Medium, ...]:
        """The captions of a recording, or the recordings of captions; what is named most like it first."""
        if medium.kind is not MediumKind.CAPTIONS and medium.kind not in RECORDINGS:
            return ()
        kinds = RECORDINGS if medium.kind is MediumKind.CAPTIONS else (MediumKind.CAPTIONS,)
        start = f"{stems_of(medium)[-1]}."
        nearby = self._ground.nearby
        return beside(medium, await self._ground.db.read(lambda tx: nearby.beginning(tx, medium.tenant, start, kinds)))

    async def speaker(self, medium: Medium) -> Medium:
        """The medium whose text is this one's: of a recording the captions beside it, else itself."""
        if medium.kind not in RECORDINGS:
            return medium
        return next((one for one in await self.beside(medium) if one.text_sha256), medium)

    async def document(self, tenant: TenantId, medium_id: str) -> Document:
        """The text of a medium with its positions, of a recording that of its captions; empty before it was read.

        Raises:
            NotFoundError: the tenant has no such medium.
        """
        medium = await self.get(tenant, medium_id)
        found = await self._ground.reading.document(await self.speaker(medium))
        return Document(medium.title, found.passages) if medium.kind in RECORDINGS else found

    async def original(self, tenant: TenantId, medium_id: str) -> tuple[Medium, Path]:
        """A medium, and the file with its bytes as they came.

        Raises:
            NotFoundError: the tenant has no such medium.
            QuarantinedError: nobody may have its bytes.
            UnscannedError: nobody may have them yet.
        """
        medium = await self.get(tenant, medium_id)
        if medium.state is MediumState.QUARANTINED:
            raise QuarantinedError(f"{medium.name}: {medium.detail}", permission="")
        if not self._ground.reading.has_let_pass(medium):
            raise UnscannedError(f"{medium.name} waits for the virus scanner.", permission="")
        return medium, self._ground.shelf.blobs.path(tenant, medium.sha256)

    def _put(self, tx: Tx, principal: Principal, medium: Medium, old: Medium | None) -> Medium:
        store = self._ground.store
        is_kept = store.save(tx, medium, old.version) if old else store.insert(tx, medium)
        if not is_kept:
            raise MediumChangedError(f"{medium.name} was changed meanwhile; import it again.")
        announce(tx, principal, medium, REPLACED if old else ADDED)
        return medium


def _missing(medium_id: str) -> NotFoundError:
    return NotFoundError(f"There is no medium {medium_id[:120]}.")
