"""What people do with media: import, replace, list and delete them; the graph follows in the same transaction."""

import asyncio
import hashlib
import unicodedata
from dataclasses import dataclass, replace
from typing import Final

from netsentinel.academy.extraction import PACKED_READERS, Document, Extraction, Learnt, extract, read_text
from netsentinel.academy.graph import Claims, Concept, Graph, Origin, OriginKind
from netsentinel.academy.media.claims import claims_of
from netsentinel.academy.media.entries import MEDIUM_CHANGED, MediumChanged
from netsentinel.academy.media.errors import InvalidMediumError, MediumChangedError, MediumTooLargeError
from netsentinel.academy.media.model import PREFIX, Imported, Medium, MediumPage, MediumState
from netsentinel.academy.media.ports import BlobStore, Judgement, MediumStore
from netsentinel.academy.media.vocabulary import Vocabulary, known_of
from netsentinel.kernel.clock import Clock
from netsentinel.kernel.cursor import decode_cursor, encode_cursor
from netsentinel.kernel.entries import NewEntry
from netsentinel.kernel.errors import NotFoundError
from netsentinel.kernel.ids import new_id
from netsentinel.kernel.types import Principal, TenantId
from netsentinel.storage.ports import Database, Tx

MOST_TEXT_BYTES: Final = 16 * 1024 * 1024
"""Of a medium that is text."""
MOST_PACKED_BYTES: Final = 64 * 1024 * 1024
"""Of a document or slides, which hold pictures too."""
MAX_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class MediaGround:
    """What media stand on."""

    db: Database
    store: MediumStore
    blobs: BlobStore
    graph: Graph
    vocabulary: Vocabulary
    judgement: Judgement
    clock: Clock


class Media:
    """A tenant's media."""

    def __init__(self, ground: MediaGround) -> None:
        self._ground = ground

    async def import_text(self, principal: Principal, name: str, data: bytes) -> Imported:
        """Keep a text, and have what it says live in the graph when this returns.

        A medium of the same name is replaced: afterwards the graph holds what the new text says, and nothing that only
        the old one said. The same bytes under the same name change nothing.

        Raises:
            InvalidMediumError: the name cannot be a medium's.
            MediumTooLargeError: it has more than 16 MiB, or 64 MiB as DOCX or PPTX.
            UnreadableTextError: it is not the text that its name says.
        """
        name = checked_name(name)
        limit = MOST_PACKED_BYTES if name.lower().endswith(tuple(PACKED_READERS)) else MOST_TEXT_BYTES
        if len(data) > limit:
            raise MediumTooLargeError(f"{name} has {len(data):,} bytes; at most {limit:,} are read.", limit=limit)
        ground, tenant = self._ground, principal.tenant
        old = await ground.db.read(lambda tx: ground.store.named(tx, tenant, name))
        is_same = old is not None and old.sha256 == await asyncio.to_thread(_sha256, data)
        if old is not None and is_same and old.state is MediumState.READY:
            return Imported(medium=old, is_new=False, is_changed=False)
        await ground.vocabulary.refresh(tenant)
        state = await ground.judgement.learnt(tenant)
        found, concepts = await asyncio.to_thread(self._extracted, tenant, name, data, state)
        sha256 = await ground.blobs.keep(tenant, data)
        medium = self._medium(principal, name, data, sha256, found, old)
        claims = claims_of(medium, found, {one.key: one.kind for one in concepts})
        await ground.db.write(lambda tx: self._put(tx, principal, medium, old, claims))
        if old is not None:
            await self._forget(tenant, old.sha256)
        return Imported(medium=medium, is_new=old is None, is_changed=True)

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
            _announce(tx, principal, medium, "deleted")
            return medium

        gone = await ground.db.write(forget)
        await self._forget(principal.tenant, gone.sha256)
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

    async def page(self, tenant: TenantId, *, limit: int = 100, cursor: str | None = None) -> MediumPage:
        """Media by name.

        Raises:
            InvalidCursorError: the cursor is not from this list.
        """
        after = str(decode_cursor(cursor, str)[0]) if cursor else ""
        found = await self._ground.db.read(lambda tx: self._ground.store.page(tx, tenant, after, limit + 1))
        items = tuple(found[:limit])
        return MediumPage(items, encode_cursor((items[-1].name,)) if len(found) > limit else None)

    async def document(self, tenant: TenantId, medium_id: str) -> Document:
        """The text of a medium with its positions, read from its bytes.

        Raises:
            NotFoundError: the tenant has no such medium.
        """
        medium = await self.get(tenant, medium_id)
        data = await self._ground.blobs.read(tenant, medium.sha256)
        return await asyncio.to_thread(read_text, medium.name, data)

    def _medium(
        self, principal: Principal, name: str, data: bytes, sha256: str, found: Extraction, old: Medium | None
    ) -> Medium:
        now = self._ground.clock.now()
        medium = Medium(
            id=old.id if old else new_id(PREFIX, now),
            tenant=principal.tenant,
            name=name,
            title=" ".join(found.document.title.split())[:MAX_NAME] or name,
            size=len(data),
            sha256=sha256,
            state=MediumState.READY,
            words=found.words,
            chunks=len(found.chunks),
            concepts=len(found.concepts),
            prerequisites=len(found.prerequisites),
            created_by=principal.id,
            created_at=now,
            updated_at=now,
        )
        if old is None:
            return medium
        return replace(medium, created_by=old.created_by, created_at=old.created_at, version=old.version + 1)

    def _put(self, tx: Tx, principal: Principal, medium: Medium, old: Medium | None, claims: Claims) -> None:
        store = self._ground.store
        is_kept = store.save(tx, medium) if old else store.insert(tx, medium)
        if not is_kept:
            raise MediumChangedError(f"{medium.name} was changed meanwhile; import it again.")
        self._ground.graph.state_in(tx, principal, origin_of(medium), claims)
        _announce(tx, principal, medium, "replaced" if old else "added")

    def _extracted(self, tenant: TenantId, name: str, data: bytes, state: Learnt) -> tuple[Extraction, list[Concept]]:
        """What is in a text, and the graph's concepts that it names."""
        document = read_text(name, data)
        concepts = self._ground.vocabulary.named_in(tenant, document)
        return extract(document, known_of(concepts), state), concepts

    async def _forget(self, tenant: TenantId, sha256: str) -> None:
        """Delete bytes that no medium has any more."""
        if not await self._ground.db.read(lambda tx: self._ground.store.uses(tx, tenant, sha256)):
            await self._ground.blobs.forget(tenant, sha256)


def origin_of(medium: Medium) -> Origin:
    """By which the graph knows what a medium states."""
    return Origin(OriginKind.MEDIUM, medium.id)


def checked_name(name: str) -> str:
    """A name as it is kept: parts between single slashes, none of them a step up.

    Raises:
        InvalidMediumError: it cannot be a medium's.
    """
    tidy = unicodedata.normalize("NFC", name.strip().replace("\\", "/"))
    parts = [part for part in tidy.split("/") if part]
    is_odd = ".." in parts or any(unicodedata.category(char).startswith("C") for char in tidy)
    if not parts or is_odd or len(tidy) > MAX_NAME:
        raise InvalidMediumError(
            f"A medium's name has 1 to {MAX_NAME} characters, no control characters and no `..`: {name[:60]!r}."
        )
    return "/".join(parts)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _announce(tx: Tx, principal: Principal, medium: Medium, change: str) -> None:
    told = MediumChanged(
        id=medium.id,
        name=medium.name,
        change=change,
        state=medium.state,
        concepts=medium.concepts,
        prerequisites=medium.prerequisites,
    )
    tx.append(NewEntry(MEDIUM_CHANGED, principal.tenant, principal.id, medium.id, told))


def _missing(medium_id: str) -> NotFoundError:
    return NotFoundError(f"There is no medium {medium_id[:120]}.")
