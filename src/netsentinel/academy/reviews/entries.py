"""What the review queue announces in the journal."""

from netsentinel.academy.reviews.model import ReviewKind, ReviewVerdict
from netsentinel.kernel.entries import EntryKind, Payload

REVIEW_ANSWERED = "review.answered"


class ReviewAnswered(Payload, frozen=True, kw_only=True):
    """Somebody answered a suggestion, or took that back. The entry's subject is the suggestion's id."""

    id: str
    """Of the answer."""
    review: str
    kind: ReviewKind
    verdict: ReviewVerdict
    source: str
    """Name of the concept."""
    target: str
    is_undone: bool


ENTRY_KINDS = (
    EntryKind(
        REVIEW_ANSWERED,
        "graph",
        "review:answered",
        ReviewAnswered,
        "Somebody confirmed, denied, merged or skipped a suggestion of the graph, or took that back.",
    ),
)
