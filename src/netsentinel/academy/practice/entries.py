"""What practice announces in the journal. What was answered, and whether it was right, stays out of it."""

from netsentinel.academy.practice.model import QuestionState
from netsentinel.kernel.entries import EntryKind, Payload

PRACTICE_ANSWERED = "practice.answered"
QUESTION_CHANGED = "question.changed"


class PracticeAnswered(Payload, frozen=True, kw_only=True):
    """Somebody answered a question; the entry's principal says who. The entry's subject is the question's id."""

    id: str
    """Of the question."""
    learner: str
    concepts: tuple[str, ...]
    """Ids of the concepts whose mastery it moved."""


class QuestionChanged(Payload, frozen=True, kw_only=True):
    """Somebody wrote, approved or retired a question. The entry's subject is its id."""

    id: str
    slug: str
    number: int
    """Of the version."""
    state: QuestionState


ENTRY_KINDS = (
    EntryKind(PRACTICE_ANSWERED, "learning", "practice:answered", PracticeAnswered, "Somebody answered a question."),
    EntryKind(
        QUESTION_CHANGED,
        "learning",
        "question:changed",
        QuestionChanged,
        "A question was written, approved or retired.",
    ),
)
