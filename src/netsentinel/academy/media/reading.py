"""Reading a medium, step by step: what its bytes are, whether the scanner lets them pass, text, concepts, graph."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol

import msgspec
import zstandard

from netsentinel.academy.extraction import Document, Extraction
from netsentinel.academy.graph import Claims, Concept, Graph, Origin, OriginKind
from netsentinel.academy.media.arrivals import Shelf
from netsentinel.academy.media.claims import claims_of
from netsentinel.academy.media.entries import MEDIUM_STAGE, MediumStage
from netsentinel.academy.media.errors import SupersededError
from netsentinel.academy.media.model import Medium, MediumState, Stage, StageRun
from netsentinel.academy.media.ports import Judgement, MediumStore, ReadingRoom
from netsentinel.academy.media.vocabulary import Vocabulary, known_of
from netsentinel.academy.reader.errors import InvalidMediumError
from netsentinel.academy.reader.kinds import MAX_NAME, RECORDINGS, format_of
from netsentinel.academy.reader.model import ReadMedium
from netsentinel.guards import ends_as_archive, signature_of
from netsentinel.guards.signatures import HEAD_BYTES, TAIL_BYTES
from netsentinel.kernel.clock import Clock
from netsentinel.kernel.entries import NewEntry
from netsentinel.kernel.errors import InvalidInputError, UnavailableError
from netsentinel.kernel.types import Principal, TenantId
from netsentinel.storage.ports import Database, Tx

Tell = Callable[[float, str, str], None]
"""Hears percent, stage and what is done."""

_PERCENT: Final = {Stage.SNIFF: 2.0, Stage.SCAN: 5.0, Stage.TEXT: 10.0, Stage.CONCEPTS: 50.0, Stage.GRAPH: 85.0}
MOST_TEXT: Final = 256 * 1024 * 1024
"""Bytes of a kept text, unpacked."""


class Scanner(Protocol):
    """Looks for viruses; `Clamd` is one."""

    async def scan(self, path: Path) -> str:
        """The name of what was found in a file; empty for nothing.

        Raises:
            InvalidInputError: it does not look into such a file.
            UnavailableError: it does not answer; try again.
        """
        ...


@dataclass(frozen=True, slots=True)
class ReadingGround:
    """What reading stands on."""

    db: Database
    store: MediumStore
    shelf: Shelf
    graph: Graph
    vocabulary: Vocabulary
    judgement: Judgement
    clock: Clock
    room: ReadingRoom
    scanner: Scanner | None = None


@dataclass(frozen=True, slots=True)
class Understood:
    """What a medium says, and what it names of the graph's concepts."""

    read: ReadMedium
    found: Extraction
    named: tuple[Concept, ...]


class Reading:
    """Has media read."""

    def __init__(self, ground: ReadingGround) -> None:
        self._ground = ground

    async def run(self, principal: Principal, medium: Medium, tell: Tell) -> Medium:
        """Read a medium, and have what it says live in the graph when this returns. Doing it twice changes nothing.

        Raises:
            SupersededError: it was replaced or deleted meanwhile.
            InvalidInputError: it cannot be read; the medium's row says why.
            UnavailableError: the virus scanner does not answer; try again.
        """
        steps = _Steps(self._ground, principal, replace(medium, stages=(), detail=""), tell)
        try:
            return await self._read(principal, steps)
        except SupersededError:
            raise
        except InvalidInputError as error:
            await steps.fail(error.detail)
            raise

    async def understand(self, tenant: TenantId, name: str, sha256: str, medium_id: str = "") -> Understood:
        """What kept bytes say, without anything being written.

        Args:
            tenant: whose they are.
            name: what the medium is called.
            sha256: of the bytes.
            medium_id: of the medium that they are to replace; empty for a new one.

        Raises:
            InvalidInputError: they cannot be read, or the virus scanner does not let them pass.
            UnavailableError: the virus scanner does not answer; try again.
        """
        path = self._ground.shelf.blobs.path(tenant, sha256)
        await asyncio.to_thread(check_bytes, path, name)
        if self._ground.scanner is not None and (virus := await self._ground.scanner.scan(path)):
            raise InvalidMediumError(f"The virus scanner found {virus} in {name}.")
        read = await self._ground.room.read(path, name)
        return await self._understood(tenant, medium_id, read)

    async def keep(
        self, principal: Principal, medium: Medium, known: Understood, put: Callable[[Tx, Medium], Medium]
    ) -> Medium:
        """Write what was understood: the text, the row by `put`, and the claims, in one commit.

        Returns:
            The medium as it is now.
        """
        ground, tenant = self._ground, medium.tenant
        data = await asyncio.to_thread(_packed, known.read.document)
        text = hashlib.sha256(data).hexdigest()
        async with ground.shelf.hold(tenant, text):
            await ground.shelf.blobs.keep(tenant, data)
            ready = _ready(medium, known, text, ground.clock.now())
            claims = claims_of(ready, known.found, {one.key: one.kind for one in known.named})

            def write(tx: Tx) -> Medium:
                kept = put(tx, ready)
                ground.graph.state_in(tx, principal, origin_of(ready), claims)
                return kept

            kept = await ground.db.write(write)
        if medium.text_sha256 != text:
            await ground.shelf.sweep(tenant, medium.text_sha256)
        return kept

    def has_let_pass(self, medium: Medium) -> bool:
        """Whether no scanner is set, or it has nothing against the bytes; or had read them before."""
        if self._ground.scanner is None or medium.state is MediumState.READY:
            return True
        return any(one.stage is Stage.SCAN and one.ended_at is not None for one in medium.stages)

    async def document(self, medium: Medium) -> Document:
        """The text of a medium with its positions; of one that was not read yet, it is empty."""
        if not medium.text_sha256:
            return Document(medium.title, ())
        data = await self._ground.shelf.blobs.read(medium.tenant, medium.text_sha256)
        return await asyncio.to_thread(_unpacked, data)

    async def _read(self, principal: Principal, steps: "_Steps") -> Medium:
        ground, medium = self._ground, steps.medium
        path = ground.shelf.blobs.path(medium.tenant, medium.sha256)
        await steps.begin(Stage.SNIFF)
        await asyncio.to_thread(check_bytes, path, medium.name)
        if ground.scanner is not None:
            await steps.begin(Stage.SCAN)
            try:
                virus = await ground.scanner.scan(path)
            except UnavailableError as error:
                await steps.wait(error.detail)
                raise
            if virus:
                return await steps.quarantine(virus)
        await steps.begin(Stage.TEXT)
        read = await ground.room.read(path, medium.name)
        await steps.begin(Stage.CONCEPTS, said=f"{len(read.document.passages):,} passages")
        known = await self._understood(medium.tenant, medium.id, read)
        await steps.begin(Stage.GRAPH, said=f"{len(known.found.concepts):,} concepts")
        return await self.keep(principal, steps.medium, known, steps.put)

    async def _understood(self, tenant: TenantId, medium_id: str, read: ReadMedium) -> Understood:
        ground = self._ground
        await ground.vocabulary.refresh(tenant)
        said = await ground.graph.said_by(tenant, Origin(OriginKind.MEDIUM, medium_id))
        own = {one.concept_id for one in said.concepts}
        found = await asyncio.to_thread(ground.vocabulary.named_in, tenant, read.document)
        # What only this medium said so far is not known: reading it again finds what the first reading found.
        named = [one for one in found if one.origins > 1 or one.id not in own]
        extraction = await ground.room.extract(read.document, known_of(named), await ground.judgement.learnt(tenant))
        return Understood(read, extraction, tuple(named))


class _Steps:
    """The row of a medium while it is read: each step is written and announced."""

    def __init__(self, ground: ReadingGround, principal: Principal, medium: Medium, tell: Tell) -> None:
        self._ground = ground
        self._principal = principal
        self._tell = tell
        self.medium = medium

    async def begin(self, stage: Stage, said: str = "") -> None:
        """Another step begins; `said` is what came of the one before."""
        now = self._ground.clock.now()
        done = self._ended(now, said)
        medium = replace(
            self.medium,
            state=MediumState.READING,
            stages=(*done, StageRun(stage=stage, began_at=now)),
            updated_at=now,
        )
        await self._ground.db.write(lambda tx: self.put(tx, medium))
        self.medium = medium
        self._tell(_PERCENT[stage], stage.value, said)

    def put(self, tx: Tx, medium: Medium) -> Medium:
        """Write the row, and announce it; the row."""
        if medium.state is MediumState.READY:
            medium = replace(medium, stages=self._ended(medium.updated_at, ""))
        if not self._ground.store.save(tx, medium, medium.version):
            raise SupersededError(f"{medium.name} was replaced or deleted meanwhile.")
        tell_stage(tx, self._principal, medium)
        return medium

    async def wait(self, why: str) -> None:
        """The step cannot be done now; the row says why until the next attempt begins."""
        waiting = replace(self.medium, detail=why[:1_000], updated_at=self._ground.clock.now())
        await self._ground.db.write(lambda tx: self.put(tx, waiting))
        self.medium = waiting

    async def fail(self, why: str) -> None:
        """It cannot be read: what its old bytes said is gone from the graph, and the row says why."""
        await self._end(MediumState.FAILED, why)

    async def quarantine(self, virus: str) -> Medium:
        """The scanner found something: nobody reads it."""
        return await self._end(MediumState.QUARANTINED, f"The virus scanner found {virus}.")

    async def _end(self, state: MediumState, why: str) -> Medium:
        ground, now, text = self._ground, self._ground.clock.now(), self.medium.text_sha256
        medium = replace(
            self.medium,
            state=state,
            detail=why[:1_000],
            stages=self._ended(now, "", is_whole=False),
            text_sha256="",
            words=0,
            chunks=0,
            concepts=0,
            prerequisites=0,
            updated_at=now,
        )

        def write(tx: Tx) -> None:
            self.put(tx, medium)
            ground.graph.state_in(tx, self._principal, origin_of(medium), Claims())

        await ground.db.write(write)
        await ground.shelf.sweep(medium.tenant, text)
        return medium

    def _ended(self, now: int, said: str, *, is_whole: bool = True) -> tuple[StageRun, ...]:
        """The steps so far; the last one has ended, unless it failed."""
        stages = self.medium.stages
        return tuple(
            replace(one, ended_at=now if is_whole else None, detail=said) if one is stages[-1] else one
            for one in stages
        )


def origin_of(medium: Medium) -> Origin:
    """By which the graph knows what a medium states."""
    return Origin(OriginKind.MEDIUM, medium.id)


def check_bytes(path: Path, name: str) -> None:
    """Refuse a file that is something else than its name says, or something else besides.

    Raises:
        InvalidMediumError: it is.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        file.seek(max(0, path.stat().st_size - TAIL_BYTES))
        tail = file.read()
    kind, found = format_of(name), signature_of(head)
    if found not in kind.signatures:
        is_named = f"; its bytes are {found}" if found != "data" else "; nobody knows what its bytes are"
        raise InvalidMediumError(f"{name} is not what its name says{is_named}.")
    if found != "zip" and ends_as_archive(tail):
        raise InvalidMediumError(f"{name} is an archive as well; such files are not taken.")


def tell_stage(tx: Tx, principal: Principal, medium: Medium) -> None:
    """Tell the journal how far a reading is."""
    told = MediumStage(
        id=medium.id,
        name=medium.name,
        state=medium.state,
        stage=medium.stages[-1].stage if medium.stages else Stage.SNIFF,
        medium_kind=medium.kind,
        detail=medium.detail,
        words=medium.words,
        concepts=medium.concepts,
        prerequisites=medium.prerequisites,
        task_id=medium.task_id,
    )
    tx.append(NewEntry(MEDIUM_STAGE, medium.tenant, principal.id, medium.id, told))


def _ready(medium: Medium, known: Understood, text: str, now: int) -> Medium:
    found = known.found
    return replace(
        medium,
        title=" ".join(known.read.document.title.split())[:MAX_NAME] or medium.name,
        state=MediumState.READY,
        detail="" if known.read.document.passages or medium.kind in RECORDINGS else "It holds no text.",
        facts=known.read.facts,
        text_sha256=text,
        words=found.words,
        chunks=len(found.chunks),
        concepts=len(found.concepts),
        prerequisites=len(found.prerequisites),
        updated_at=now,
    )


def _packed(document: Document) -> bytes:
    return zstandard.compress(msgspec.json.encode(document), 3)


def _unpacked(data: bytes) -> Document:
    text = zstandard.ZstdDecompressor().decompress(data, max_output_size=MOST_TEXT)
    return msgspec.json.decode(text, type=Document)
