"""Questions: what they say, what is right, kept apart, and what a learner sees of them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from netsentinel.kernel.types import Micros, TenantId

PREFIX: Final = "qst"


class QuestionKind(StrEnum):
    """How a question is answered."""

    CHOICE = "choice"
    """One of several."""
    MULTIPLE = "multiple"
    """All that apply, of several."""
    SHORT = "short"
    """A word or a few."""
    NUMERIC = "numeric"
    """A number, with a unit where the question has one."""
    ORDERING = "ordering"
    """Things put in order."""
    MATCHING = "matching"
    """What belongs to what."""
    TRIAGE = "triage"
    """An alert to judge: verdict, severity and next step."""


class QuestionState(StrEnum):
    """Who is asked."""

    DRAFT = "draft"
    """Nobody: it was generated, and a person has not approved it."""
    APPROVED = "approved"
    RETIRED = "retired"
    """Nobody any more."""


class SourceKind(StrEnum):
    """What a question is about."""

    LESSON = "lesson"
    MEDIUM = "medium"
    ALERT = "alert"
    CONCEPT = "concept"
    """The graph says it of the concept, and no medium does."""
    OWN = "own"
    """Somebody wrote it by hand, without a place to read on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the answer can be read."""

    kind: SourceKind = SourceKind.OWN
    id: str = ""
    """Key of the lesson (`lesson:course/slug`), or id of the medium, alert or concept."""
    position: str = ""
    """Where in it, for example `#heading` or `page 3`."""
    sentence: str = ""
    """That it was made from, if it was generated."""


@dataclass(frozen=True, slots=True)
class Pair:
    """What belongs together."""

    left: str
    right: str


@dataclass(frozen=True, slots=True)
class Unit:
    """Another unit that an answer may have."""

    name: str
    factor: float
    """How many of the question's own unit it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number that is right."""

    value: float
    tolerance: float = 0.0
    """How far from it is right too, in the same unit."""
    unit: str = ""
    """Empty for a plain number."""
    units: tuple[Unit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What is right. It never leaves the server before the attempt."""

    right: tuple[str, ...] = ()
    """Of a choice one, of `multiple` all, of `short` every spelling that counts, of `ordering` all in order."""
    pairs: tuple[Pair, ...] = ()
    """Of `matching`; of `triage` its fields with their values."""
    number: Number | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of what is known, in a drill."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a question says."""

    kind: QuestionKind
    prompt: str
    options: tuple[str, ...] = ()
    """Of a choice and of `multiple`: what there is to choose from."""
    facts: tuple[Fact, ...] = ()
    """Of `triage`: the alert, with its names masked."""
    key: Key
    explanation: str
    """Why it is so: shown after the attempt."""
    concepts: tuple[str, ...]
    """Keys or names of concepts that it asks about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A version of a question. Versions never change; the newest counts."""

    id: str
    tenant: TenantId
    slug: str
    """Unique within the tenant, for example `reading-network-alerts/04-scans/syn-only`."""
    version: int
    state: QuestionState
    content: Content
    source: Source = Source()
    by: str
    """Who wrote or decided this version."""
    at: Micros


@dataclass(frozen=True, slots=True)
class Field:
    """Something to assign one of several values to."""

    name: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Posed:
    """A question as a learner sees it: nothing in it says what is right."""

    id: str
    version: int
    kind: QuestionKind
    prompt: str
    options: tuple[str, ...]
    """In a random order."""
    fields: tuple[Field, ...]
    """Of `matching` and `triage`."""
    facts: tuple[Fact, ...]
    unit: str
    concepts: tuple[str, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """Questions by slug."""

    items: tuple[Question, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class Imported:
    """What writing questions came to."""

    added: int
    changed: int
    unchanged: int
    ids: tuple[str, ...]
