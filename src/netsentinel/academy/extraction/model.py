"""What a text is made of and what is found in it: passages, chunks, concepts and prerequisites, with positions."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_MS_PER_SECOND: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where something stands in a medium. What does not apply to its format is empty, 0 or -1."""

    section: tuple[str, ...] = ()
    """Headings above it, the outermost first."""
    page: int = 0
    """From 1."""
    slide: int = 0
    """From 1."""
    at_ms: int = -1
    """Milliseconds from the beginning of a recording."""
    line: int = 0
    """From 1, of a text file."""

    def __str__(self) -> str:
        if self.at_ms >= 0:
            return stamp(self.at_ms)
        if self.slide:
            return f"slide {self.slide}"
        if self.page:
            return f"page {self.page}"
        if self.section:
            return f"#{self.section[-1]}"
        return f"line {self.line}" if self.line else ""


def stamp(at_ms: int) -> str:
    """A time in a recording as WebVTT writes it: `00:12:31.500`."""
    seconds, ms = divmod(at_ms, _MS_PER_SECOND)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}.{ms:03}"


class PassageKind(StrEnum):
    """What a passage is in its document."""

    TEXT = "text"
    HEADING = "heading"
    DEFINITION = "definition"
    """An entry of a glossary: `term` and its text."""
    CODE = "code"
    """Shown to readers, never searched for concepts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A paragraph, heading, list item or some seconds of speech."""

    text: str
    position: Position
    kind: PassageKind = PassageKind.TEXT
    term: str = ""
    """What a definition defines."""
    emphasised: tuple[str, ...] = ()
    """What is set off in bold or italics."""


@dataclass(frozen=True, slots=True)
class Document:
    """A text with positions, as a reader of its format found it."""

    title: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Neighbouring passages of one section, some 120 words: what a lesson or a search result can point to."""

    number: int
    text: str
    position: Position
    """Where it begins."""
    words: int


class Found(StrEnum):
    """How a concept was found, the surest first."""

    KNOWN = "known"
    """The graph, or a reference such as ATT&CK, knows its name."""
    GLOSSARY = "glossary"
    """The text defines it."""
    HEADING = "heading"
    TERM = "term"
    """Said often, in words that are rare elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A sentence that names a concept."""

    chunk: int
    """Number of the chunk."""
    position: Position
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundConcept:
    """A concept of a text."""

    name: str
    """As the text, or the graph, spells it."""
    key: str
    """How it is told from others: that of the known concept, or its words as they are compared."""
    found: Found
    weight: float
    """How sure it is that this is a concept of the text, above 0, at most 1."""
    definition: str = ""
    """What the text says that it is."""
    mentions: tuple[Mention, ...] = ()
    """In order; the first hundred."""
    count: int = 0
    """How often it is named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prerequisite:
    """A suggestion: who wants to understand `concept` must first understand `prerequisite`."""

    concept: str
    """Key."""
    prerequisite: str
    """Key."""
    weight: float
    """Estimated probability."""
    evidence: Mention
    reasons: tuple[str, ...]
    """What speaks for it, the strongest first, in words."""
    features: tuple[tuple[str, float], ...] = ()
    """What it was judged by, by name: answers to it teach with these."""


@dataclass(frozen=True, slots=True)
class KnownConcept:
    """A concept that there is already."""

    key: str
    names: tuple[str, ...]
    """The first is the one that is shown."""


@dataclass(frozen=True, slots=True)
class Extraction:
    """Everything found in a document."""

    document: Document
    chunks: tuple[Chunk, ...]
    concepts: tuple[FoundConcept, ...]
    """The most important first."""
    prerequisites: tuple[Prerequisite, ...]
    """Without cycles, the surest first."""
    words: int
