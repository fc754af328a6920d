"""How the review queue looks from outside."""

from dataclasses import dataclass

from netsentinel.academy.graph import Concept, ConceptKind
from netsentinel.academy.reviews import Bulk, Review, ReviewKind
from netsentinel.api.v2.graph_views import Evidence, evidence_view


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewEnd:
    """One of the two concepts of a suggestion."""

    id: str
    name: str
    kind: ConceptKind
    text: str
    """What it is, in a sentence."""
    origins: int
    """How many origins state it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewView:
    """A suggestion that waits for an answer."""

    id: str
    kind: ReviewKind
    question: str
    """In words, to be answered by yes or no."""
    source: ReviewEnd
    target: ReviewEnd
    probability: float
    """That it is right, after all that was answered so far."""
    is_held: bool
    """Whether it does not count now, because it would close a cycle."""
    reasons: list[str]
    evidence: list[Evidence]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewQueueView:
    """What to judge next."""

    items: list[ReviewView]
    open: dict[str, int]
    """Kind -> how many wait."""
    answered: int
    skipped: int


@dataclass(frozen=True, slots=True)
class BulkAnswers:
    """What answering several came to, in the order in which they were asked."""

    items: list[Bulk]


def review_view(one: Review) -> ReviewView:
    """A suggestion as it is shown."""
    source, target = one.source.name, one.target.name
    question = (
        f"Must {target} be understood before {source}?"
        if one.kind is ReviewKind.PREREQUISITE
        else f"Are {source} and {target} related, or one?"
    )
    return ReviewView(
        id=one.id,
        kind=one.kind,
        question=question,
        source=_end(one.source),
        target=_end(one.target),
        probability=one.probability,
        is_held=one.is_held,
        reasons=list(one.reasons),
        evidence=[evidence_view(said) for said in one.evidence],
    )


def _end(one: Concept) -> ReviewEnd:
    return ReviewEnd(id=one.id, name=one.name, kind=one.kind, text=one.text, origins=one.origins)
