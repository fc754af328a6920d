"""A medium: something to learn from, kept as it came, with what was found in it and how far the reading is."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from netsentinel.academy.reader.kinds import MediumKind
from netsentinel.academy.reader.model import NO_FACTS, Facts
from netsentinel.kernel.types import Micros, TenantId

PREFIX: Final = "med"


class MediumState(StrEnum):
    """How far a medium is."""

    KEPT = "kept"
    """Its bytes are kept; nobody has looked into them yet."""
    READING = "reading"
    """It is being read; `stages` says how far."""
    READY = "ready"
    """What it says is in the graph."""
    FAILED = "failed"
    """It could not be read; `detail` says why."""
    QUARANTINED = "quarantined"
    """The virus scanner found something in it; nobody gets its bytes. `detail` says what."""


class Stage(StrEnum):
    """The steps from bytes to the graph, in order."""

    SNIFF = "sniff"
    """Whether its bytes are what its name says."""
    SCAN = "scan"
    """Whether the virus scanner lets it pass; only where one is set."""
    TEXT = "text"
    """What it says, with positions, and facts such as its length."""
    CONCEPTS = "concepts"
    """What is in the text."""
    GRAPH = "graph"
    """Having it stated in the graph."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRun:
    """One step of the last reading. Times are microseconds since 1970 UTC."""

    stage: Stage
    began_at: Micros
    ended_at: Micros | None = None
    """None while it runs, and where it failed before."""
    detail: str = ""
    """What came of it, for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Medium:
    """Something to learn from. Times are microseconds since 1970 UTC."""

    id: str
    tenant: TenantId
    name: str
    """What its file is called: unique within the tenant, and never used as a path."""
    title: str
    size: int
    """Bytes."""
    sha256: str
    """Of its bytes, in hexadecimal: where they are kept."""
    state: MediumState
    kind: MediumKind = MediumKind.TEXT
    media_type: str = ""
    detail: str = ""
    stages: tuple[StageRun, ...] = ()
    """Of the last reading."""
    facts: Facts = NO_FACTS
    text_sha256: str = ""
    """Of its text with positions, where that is kept; empty while there is none."""
    task_id: str = ""
    """Of the task that reads, or read, it."""
    words: int = 0
    chunks: int = 0
    concepts: int = 0
    """That it names."""
    prerequisites: int = 0
    """That it suggests."""
    created_by: str
    created_at: Micros
    updated_at: Micros
    version: int = 1
    """One more with each replacement of its bytes."""


@dataclass(frozen=True, slots=True)
class MediumPage:
    """One page of media by name."""

    items: tuple[Medium, ...]
    next: str | None
    """Cursor of the next page; None on the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What importing a file came to."""

    medium: Medium
    is_new: bool
    """Whether there was no medium of this name before."""
    is_changed: bool
    """Whether anything was done: a file that is there as it is, is left alone."""


@dataclass(frozen=True, slots=True)
class MediaUsage:
    """How much a tenant keeps."""

    media: int
    bytes: int


class UploadPart(StrEnum):
    """What an upload is to others (tus 1.0.0, concatenation)."""

    WHOLE = ""
    PARTIAL = "partial"
    """A piece that a final upload joins with others."""
    FINAL = "final"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """Bytes that are arriving. Times are microseconds since 1970 UTC."""

    id: str
    tenant: TenantId
    principal: str
    """Who sends it; nobody else can go on with it."""
    name: str
    """What the medium will be called; empty for a piece."""
    length: int
    """Bytes that it will have."""
    offset: int = 0
    """Bytes that are on disk for good."""
    part: UploadPart = UploadPart.WHOLE
    metadata: str = ""
    """As the client sent it."""
    medium: str = ""
    """Id of what it became, once it is whole."""
    change: str = ""
    """What that was to the library: `added`, `replaced` or `unchanged`."""
    created_at: Micros
    expires_at: Micros

    @property
    def is_whole(self) -> bool:
        """Whether all of it arrived."""
        return self.offset == self.length


@dataclass(frozen=True, slots=True)
class OpenUploads:
    """How much is arriving."""

    uploads: int
    """That are not whole."""
    bytes: int
    """That they, and pieces that wait to be joined, will have."""
