"""Where practice is kept."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from netsentinel.academy.practice.mastery import Weights
from netsentinel.academy.practice.model import Question, QuestionState
from netsentinel.academy.practice.results import Attempt, CardRow, Evidence, MasteryMove, Result, Sample
from netsentinel.kernel.types import Micros, TenantId
from netsentinel.storage.ports import ReadTx, Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionFilter:
    """Which questions; empty means all."""

    state: QuestionState | None = None
    source: str = ""
    """Id of the source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """Weights that were fitted to a tenant's answers."""

    weights: Weights
    samples: int
    loss: float
    """Mean log loss on the newest fifth of the answers, which took no part in the fitting."""
    loss_before: float
    """Of the weights before, on the same answers."""
    at: Micros


class QuestionStore(Protocol):
    """Keeps questions in versions."""

    def put(self, tx: Tx, question: Question) -> None:
        """Keep a version; from now on it is the question's current one."""
        ...

    def get(self, tx: ReadTx, tenant: TenantId, question_id: str, version: int = 0) -> Question | None:
        """A version of the question; the current one for 0."""
        ...

    def named(self, tx: ReadTx, tenant: TenantId, slugs: Collection[str]) -> dict[str, Question]:
        """Slug -> current version, of those that there are."""
        ...

    def page(self, tx: ReadTx, tenant: TenantId, where: QuestionFilter, after: str, limit: int) -> list[Question]:
        """Current versions by slug, beginning after that slug."""
        ...

    def unasked(self, tx: ReadTx, tenant: TenantId, user: str, source: str, limit: int) -> list[Question]:
        """Approved questions that the user never answered, by slug; only of a source, if one is stated."""
        ...

    def difficulty(self, tx: ReadTx, tenant: TenantId, question_id: str) -> tuple[float, int]:
        """By Elo, in logits, and after how many answers; (0, 0) before the first."""
        ...

    def shift(self, tx: Tx, tenant: TenantId, question_id: str, change: float) -> None:
        """Make it harder by so much, after one more answer."""
        ...


class CardStore(Protocol):
    """Keeps what each learner remembers of each question."""

    def lock(self, tx: Tx, tenant: TenantId, user: str) -> None:
        """Nobody else answers for this learner before this transaction ends."""
        ...

    def put(self, tx: Tx, row: CardRow) -> None:
        """Keep it; what was known of this learner and question is replaced."""
        ...

    def get(self, tx: ReadTx, tenant: TenantId, user: str, question_id: str) -> CardRow | None:
        """What is known of a learner and a question."""
        ...

    def due(self, tx: ReadTx, tenant: TenantId, user: str, until: Micros, source: str, limit: int) -> list[CardRow]:
        """Cards of approved questions that are due by then, the earliest first; only of a source, if one is stated."""
        ...

    def counts(self, tx: ReadTx, tenant: TenantId, user: str, now: Micros, since: Micros) -> tuple[int, int, Micros]:
        """How many are due now, how many were begun since, and when the next one is due after now (0 for none)."""
        ...


class EvidenceStore(Protocol):
    """Keeps what answers say of learners and concepts."""

    def put(self, tx: Tx, tenant: TenantId, user: str, evidence: Mapping[str, Evidence]) -> None:
        """Keep it, by id of the concept."""
        ...

    def of(self, tx: ReadTx, tenant: TenantId, user: str) -> dict[str, Evidence]:
        """All of a learner, by id of the concept."""
        ...

    def of_everybody(self, tx: ReadTx, tenant: TenantId) -> list[tuple[str, str, Evidence]]:
        """All of a tenant: id of the learner and of the concept, and what is known of both; a learner's together."""
        ...


class AttemptStore(Protocol):
    """Keeps answers. They are only ever added."""

    def get(self, tx: ReadTx, tenant: TenantId, user: str, key: str) -> Attempt | None:
        """The answer of that name."""
        ...

    def add(self, tx: Tx, attempt: Attempt, moves: Collection[MasteryMove]) -> None:
        """Keep one more, with what it moved."""
        ...

    def page(
        self, tx: ReadTx, tenant: TenantId, user: str, before: tuple[Micros, str] | None, limit: int
    ) -> list[Result]:
        """A learner's answers, newest first, beginning before a time and name."""
        ...

    def count_since(self, tx: ReadTx, tenant: TenantId, user: str, since: Micros) -> int:
        """How many a learner gave since then."""
        ...

    def moves(
        self, tx: ReadTx, tenant: TenantId, user: str, concepts: Collection[str], limit: int
    ) -> list[MasteryMove]:
        """What moved a learner's mastery of any of these concepts, newest first."""
        ...

    def samples(self, tx: ReadTx, tenant: TenantId, limit: int) -> list[Sample]:
        """The newest answers of everybody, oldest first, without saying whose they are."""
        ...


class ModelStore(Protocol):
    """Keeps the weights of each tenant's model of mastery."""

    def get(self, tx: ReadTx, tenant: TenantId) -> Fitted | None:
        """The tenant's own; None while nothing was fitted."""
        ...

    def put(self, tx: Tx, tenant: TenantId, fitted: Fitted) -> None:
        """Keep it instead of the one before."""
        ...

    def tenants(self, tx: ReadTx) -> list[TenantId]:
        """Every tenant that has answers; for the system itself."""
        ...
