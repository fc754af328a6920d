"""The names of a tenant's concepts in memory, so that reading a text costs the same however large the graph is."""

import asyncio
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from netsentinel.academy.extraction import Document, KnownConcept, Names, named_in
from netsentinel.academy.graph import Change, Concept, ConceptKind
from netsentinel.academy.graph.matching import place_of
from netsentinel.academy.graph.ports import GraphRows
from netsentinel.kernel.types import TenantId
from netsentinel.storage.ports import Database, ReadTx

_PAGE: Final = 2_000
_NOT_SEARCHED: Final = frozenset({ConceptKind.MEDIUM, ConceptKind.LESSON, ConceptKind.RULE})


@dataclass
class _Shelf:
    """What is known of one tenant's concepts."""

    version: int = -1
    """Of the graph when it was read; -1 before."""
    concepts: dict[str, Concept] = field(default_factory=dict[str, Concept])
    names: Names = field(default_factory=Names)


class Vocabulary:
    """Names of concepts, brought up to date with what is different since the last text."""

    def __init__(self, db: Database, rows: GraphRows) -> None:
        self._db = db
        self._rows = rows
        self._shelves: dict[TenantId, _Shelf] = {}
        self._lock = threading.Lock()

    async def refresh(self, tenant: TenantId) -> None:
        """Learn what the graph holds now: everything the first time, then what is different."""
        shelf = self._shelves.setdefault(tenant, _Shelf())
        if shelf.version < 0:
            found = await self._db.read(lambda tx: self._everything(tx, tenant))
            change = Change(version=max((one.version for one in found), default=0), concepts=tuple(found))
        else:
            change = await self._db.read(lambda tx: self._rows.since(tx, tenant, shelf.version))
        await asyncio.to_thread(self._taken, shelf, change)  # a text may be looked through meanwhile

    def _taken(self, shelf: _Shelf, change: Change) -> None:
        with self._lock:
            _take(shelf, change)

    def named_in(self, tenant: TenantId, document: Document) -> list[Concept]:
        """The concepts that a document names, as of the last `refresh`."""
        with self._lock:
            shelf = self._shelves.get(tenant, _Shelf())
            keys = named_in(document, shelf.names)
            return [shelf.concepts[key] for key in sorted(keys) if key in shelf.concepts]

    def _everything(self, tx: ReadTx, tenant: TenantId) -> list[Concept]:
        found: list[Concept] = []
        after: tuple[str, str] | None = None
        while True:
            page = self._rows.page(tx, tenant, kind=None, after=after, limit=_PAGE)
            found += page
            if len(page) < _PAGE:
                return found
            after = place_of(page[-1])


def _take(shelf: _Shelf, change: Change) -> None:
    for concept_id in (*change.gone_concepts, *(one.id for one in change.concepts)):
        old = shelf.concepts.pop(concept_id, None)
        for name in old.names if old else ():
            shelf.names.discard(name, concept_id)
    for one in change.concepts:
        if one.kind not in _NOT_SEARCHED:
            shelf.concepts[one.id] = one
            for name in one.names:
                shelf.names.add(name, one.id)
    shelf.version = max(shelf.version, change.version)


def known_of(concepts: Iterable[Concept]) -> list[KnownConcept]:
    """Concepts as texts are searched for them."""
    return [KnownConcept(one.key, (one.name, *(name for name in one.names if name != one.name))) for one in concepts]
