"""What the review queue is made of: suggestions, what people answer, and what was learnt from it."""

import base64
import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from netsentinel.academy.graph import Concept, EdgeKey, EdgeStatement, Relation
from netsentinel.kernel.types import Micros

PREFIX: Final = "ans"
_ID_BYTES: Final = 10


class ReviewKind(StrEnum):
    """What is suggested."""

    PREREQUISITE = "prerequisite"
    """The target must be understood before the source."""
    LINK = "link"
    """The two are related, or one."""

    @property
    def relation(self) -> Relation:
        """Of the edge that confirming it vouches for."""
        return Relation.REQUIRES if self is ReviewKind.PREREQUISITE else Relation.RELATED


class ReviewVerdict(StrEnum):
    """What people answer."""

    CONFIRM = "confirm"
    DENY = "deny"
    MERGE = "merge"
    """The two are one concept."""
    SKIP = "skip"
    """Somebody else may know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """Which suggestion: a kind, and the ids of two concepts."""

    kind: ReviewKind
    source: str
    target: str

    @property
    def id(self) -> str:
        """Of the suggestion: the same in every process, for as long as its concepts are the same."""
        digest = hashlib.blake2b(f"{self.kind} {self.source} {self.target}".encode(), digest_size=_ID_BYTES).digest()
        return "rev_" + base64.b32encode(digest).decode().lower()

    @property
    def edge(self) -> EdgeKey:
        """The edge that it is about."""
        return EdgeKey(self.source, self.kind.relation, self.target)


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A suggestion that waits for an answer."""

    id: str
    kind: ReviewKind
    source: Concept
    target: Concept
    probability: float
    """That it is right, after all that was answered so far."""
    is_held: bool
    """Whether it does not count now, because it would close a cycle."""
    reasons: tuple[str, ...]
    """What speaks for it, the strongest first, in words."""
    evidence: tuple[EdgeStatement, ...]
    """Who suggests it, where, in which sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewQueue:
    """What to ask next, and how much there is."""

    items: tuple[Review, ...]
    """What teaches the model most comes first."""
    open: dict[str, int]
    """Kind -> how many wait."""
    answered: int
    skipped: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewAnswer:
    """What somebody answered. It can be undone."""

    id: str
    review: str
    """Id of the suggestion."""
    kind: ReviewKind
    source: str
    """Id of the concept."""
    target: str
    source_name: str
    """As it was called when it was answered."""
    target_name: str
    verdict: ReviewVerdict
    sentence: str = ""
    """Why."""
    features: tuple[tuple[str, float], ...] = ()
    """What it was judged by."""
    operation: int = 0
    """Number of the merge."""
    by: str
    at: Micros
    undone_by: str = ""
    undone_at: Micros = 0

    @property
    def suggested(self) -> Suggested:
        """What was asked."""
        return Suggested(kind=self.kind, source=self.source, target=self.target)


@dataclass(frozen=True, slots=True)
class ReviewAnswerPage:
    """Answers, newest first."""

    items: tuple[ReviewAnswer, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulk:
    """What answering one of several suggestions came to."""

    id: str
    """Of the suggestion."""
    answer: ReviewAnswer | None = None
    code: str = ""
    """Of the problem, when it could not be answered."""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """How much something says for a prerequisite, in logits."""

    feature: str
    reason: str
    """In words; empty for what speaks neither for nor against."""
    before: float
    """Before anybody answered."""
    now: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewModel:
    """What the model of prerequisites learnt from answers."""

    answers: int
    """That teach it now: those about what something still suggests."""
    weights: tuple[Weight, ...]
    basic: tuple[tuple[str, float], ...]
    """Names of concepts that turned out more basic than they look (above 0) or less, the most decided first."""
