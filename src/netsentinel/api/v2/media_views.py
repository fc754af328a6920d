"""How media look from outside."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from netsentinel.academy.extraction import Document, Passage, PassageKind
from netsentinel.academy.graph import Concept, ConceptKind, Statements
from netsentinel.academy.media import (
    FORMATS,
    Facts,
    MediaUsage,
    Medium,
    MediumKind,
    MediumState,
    StageRun,
    UploadLimits,
)
from netsentinel.academy.reader.kinds import most_bytes
from netsentinel.kernel.types import Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class MediumItem:
    """A medium. Times are microseconds since 1970 UTC."""

    id: str
    name: str
    title: str
    kind: MediumKind
    media_type: str
    size: int
    sha256: str
    state: MediumState
    detail: str
    """Why it failed, or was quarantined."""
    stages: tuple[StageRun, ...]
    facts: Facts
    task_id: str
    words: int
    chunks: int
    concepts: int
    prerequisites: int
    origin: str
    """What it states in the graph is stated under this origin."""
    created_by: str
    created_at: Micros
    updated_at: Micros
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BesideView:
    """A medium that belongs to another one by its name."""

    id: str
    name: str
    kind: MediumKind
    state: MediumState


@dataclass(frozen=True, slots=True, kw_only=True)
class MediumShown(MediumItem):
    """A medium, and what belongs to it."""

    beside: tuple[BesideView, ...]
    """The captions of a recording, or the recordings of captions: of the same name but for the suffix."""
    text_from: str
    """Id of the captions whose text and concepts are this recording's; empty where they are its own."""


@dataclass(frozen=True, slots=True)
class MediumItems:
    """One page of media by name."""

    items: tuple[MediumItem, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageView:
    """A paragraph, heading, list item or some seconds of speech."""

    number: int
    kind: PassageKind
    text: str
    term: str
    """What a definition defines."""
    section: tuple[str, ...]
    page: int
    slide: int
    line: int
    at_ms: int
    """Of a recording; -1 elsewhere."""
    position: str
    """The same in one text, as the section of a lesson states it: `page 3`, `#heading`; empty where there is none."""


@dataclass(frozen=True, slots=True)
class TextView:
    """A part of a medium's text."""

    title: str
    total: int
    """Passages in all."""
    passages: tuple[PassageView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptSaid:
    """A concept that a medium names."""

    id: str
    name: str
    kind: ConceptKind
    text: str
    position: str
    """Where the medium names it first."""
    is_only_here: bool
    """Whether nothing else states it: it goes when the medium is deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptsSaid:
    """The concepts that a medium names, by name."""

    total: int
    only_here: int
    """Of all, how many go with the medium."""
    items: tuple[ConceptSaid, ...]
    """So many as were asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatView:
    """A format that the library takes."""

    suffix: str
    kind: MediumKind
    media_type: str
    most_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryView:
    """How full the library is. Sizes are in bytes."""

    media: int
    most_media: int
    bytes: int
    most_bytes: int
    largest: int
    """Of one medium."""
    uploads_at_once: int
    formats: tuple[FormatView, ...]
    transcriber: str
    """What understands speech here; empty where nothing is installed."""


def item_of(medium: Medium) -> MediumItem:
    """A medium as it is shown."""
    return MediumItem(origin=f"medium:{medium.id}", **_fields(medium))


def shown(medium: Medium, beside: Sequence[Medium], speaker: Medium) -> MediumShown:
    """A medium with what belongs to it, and whose text it has."""
    near = tuple(BesideView(id=one.id, name=one.name, kind=one.kind, state=one.state) for one in beside)
    text_from = speaker.id if speaker.id != medium.id else ""
    return MediumShown(origin=f"medium:{medium.id}", beside=near, text_from=text_from, **_fields(medium))


def _fields(medium: Medium) -> dict[str, Any]:
    hidden = {"tenant", "text_sha256"}
    return {name: getattr(medium, name) for name in Medium.__dataclass_fields__ if name not in hidden}


def text_view(document: Document, first: int, limit: int) -> TextView:
    """Passages from a number on."""
    part = document.passages[first : first + limit]
    return TextView(
        document.title,
        len(document.passages),
        tuple(_passage(number, one) for number, one in enumerate(part, first)),
    )


def concepts_said(said: Statements, found: Sequence[Concept], limit: int, *, is_own: bool) -> ConceptsSaid:
    """What a medium names, of the concepts that there are; itself left out.

    Args:
        said: what is stated in the name of the medium, or of its captions.
        found: the concepts.
        limit: so many of them are shown.
        is_own: whether the medium itself states it: what its captions say stays when a recording goes.
    """
    places = {one.concept_id: one.claim.position for one in said.concepts}
    named = [one for one in found if one.kind is not ConceptKind.MEDIUM]
    return ConceptsSaid(
        total=len(named),
        only_here=sum(is_own and one.origins == 1 for one in named),
        items=tuple(
            ConceptSaid(
                id=one.id,
                name=one.name,
                kind=one.kind,
                text=one.text,
                position=places.get(one.id, ""),
                is_only_here=is_own and one.origins == 1,
            )
            for one in named[:limit]
        ),
    )


def library_view(usage: MediaUsage, limits: UploadLimits, transcriber: str) -> LibraryView:
    """How full the library is, and what it takes."""
    return LibraryView(
        media=usage.media,
        most_media=limits.tenant_media,
        bytes=usage.bytes,
        most_bytes=limits.tenant_bytes,
        largest=limits.most_bytes,
        uploads_at_once=limits.tenant_uploads,
        formats=tuple(
            FormatView(
                suffix=suffix,
                kind=one.kind,
                media_type=one.media_type,
                most_bytes=most_bytes(f"x{suffix}", limits.most_bytes),
            )
            for suffix, one in FORMATS.items()
        ),
        transcriber=transcriber,
    )


def _passage(number: int, one: Passage) -> PassageView:
    place = one.position
    return PassageView(
        number=number,
        kind=one.kind,
        text=one.text,
        term=one.term,
        section=place.section,
        page=place.page,
        slide=place.slide,
        line=place.line,
        at_ms=place.at_ms,
        position=str(place),
    )
