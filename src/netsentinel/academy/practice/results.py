"""What learners give, how it was judged and remembered, what they master, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from netsentinel.academy.practice.fsrs import Card
from netsentinel.academy.practice.model import Posed, Source
from netsentinel.kernel.types import Micros, TenantId


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a learner answers: the one of these that the kind of question asks for."""

    chosen: tuple[str, ...] = ()
    """Texts of options: one, several, or all in order."""
    text: str = ""
    """Of `short` and `numeric`."""
    pairs: Mapping[str, str] = field(default_factory=dict[str, str])
    """Of `matching` and `triage`: field -> value."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an answer."""

    name: str
    given: str
    right: str
    is_right: bool


@dataclass(frozen=True, slots=True)
class Judgement:
    """What an answer is worth."""

    is_right: bool
    share: float
    """0 to 1: how much of it is right."""
    right: tuple[str, ...]
    """What is right, as lines to show."""
    parts: tuple[Part, ...] = ()
    note: str = ""
    """For example that a typing error was let pass."""


class ReasonCode(StrEnum):
    """What speaks in a reason."""

    NEW = "new"
    AGAIN = "again"
    FADING = "fading"
    EARLY = "early"
    WAITS = "waits"
    ANSWERS = "answers"
    UNSEEN = "unseen"
    RECALL = "recall"
    BUILDS = "builds"


@dataclass(frozen=True, slots=True)
class Because:
    """One reason, for people and for programs."""

    code: ReasonCode
    text: str
    value: float = 0.0
    """The figure in it."""
    concept: str = ""
    """Id of the other concept that it names."""


@dataclass(frozen=True, slots=True)
class DueItem:
    """A question whose time has come, and why."""

    question: Posed
    why: tuple[Because, ...]
    due_at: Micros
    """0 for one that was never asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueList:
    """What to practise now."""

    items: tuple[DueItem, ...]
    due: int
    """Questions to repeat, these included."""
    new: int
    """Questions that may still be begun today."""
    answered_today: int
    next_at: Micros
    """When the next one comes that is not due yet; 0 for none."""


@dataclass(frozen=True, slots=True)
class Move:
    """How far an answer moved the mastery of a concept."""

    concept: str
    """Its id."""
    name: str
    before: float
    after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of an answer: told after the attempt, and the same whenever it is sent again."""

    attempt: str
    question: str
    version: int
    at: Micros
    judgement: Judgement
    explanation: str
    source: Source
    next_at: Micros
    """When it is asked again."""
    interval_s: int
    """How long that is, in seconds."""
    counts: bool
    """Whether it moved any mastery: a repetition within 12 hours only moves the schedule."""
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """An answer as it is kept."""

    tenant: TenantId
    user: str
    key: str
    """The client's own name of it."""
    question: str
    version: int
    at: Micros
    given: Given
    guess: float
    """With what probability a guess is right."""
    result: Result


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRow:
    """What is known of a learner and a question."""

    tenant: TenantId
    user: str
    question: str
    card: Card
    first_at: Micros
    was_right: bool
    """The last time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What answers say of a learner and a concept."""

    name: str = ""
    """The concept's, as the question had it: shown while the graph does not know the concept."""
    ability: float = 0.0
    """Elo, in logits."""
    right: int = 0
    wrong: int = 0
    recent: float = 0.5
    """Mean of the answers, the newer ones weighing more."""
    stability: float = 0.0
    """Days after which it is remembered with a probability of 0.9; 0 before the first right answer."""
    difficulty: float = 0.0
    since: Micros = 0
    """From when the forgetting is counted."""
    at: Micros = 0
    """Of the last answer."""

    @property
    def answers(self) -> int:
        """How many there were."""
        return self.right + self.wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """An answer as the refit sees it: what was known before it, and what it was."""

    features: tuple[float, ...]
    guess: float
    is_right: bool


@dataclass(frozen=True, slots=True)
class MasteryMove:
    """An answer that moved a mastery, as it is kept."""

    concept: str
    attempt: str
    at: Micros
    is_right: bool
    before: float
    after: float
    features: tuple[float, ...]
    guess: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptMastery:
    """How well a learner masters a concept now, and why."""

    concept: str
    """Its id."""
    key: str
    name: str
    mastery: float
    """0 to 1."""
    is_mastered: bool
    right: int
    wrong: int
    last_at: Micros
    reasons: tuple[Because, ...]


@dataclass(frozen=True, slots=True)
class Masteries:
    """What a learner masters, the best last."""

    items: tuple[ConceptMastery, ...]
    mastered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MasteryDetail:
    """A concept, what moved its mastery, and what stands before it."""

    mastery: ConceptMastery
    moves: tuple[MasteryMove, ...]
    """Newest first."""
    lacks: tuple[ConceptMastery, ...]
    """Prerequisites that are asked about and not mastered: why what builds on it is locked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamConcept:
    """How a concept stands with everybody, as counts."""

    concept: str
    name: str
    learners: int
    """Who ever answered."""
    mastered: int
    answers: int
    right: int


@dataclass(frozen=True, slots=True)
class TeamMastery:
    """How the team stands, the least mastered concepts first."""

    items: tuple[TeamConcept, ...]


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """What a learner answered, newest first."""

    items: tuple[Result, ...]
    next: str | None
