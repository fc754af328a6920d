"""Practice in memory, for tests. It has no transactions: what a failed one wrote stays."""

from collections.abc import Collection, Mapping

from netsentinel.academy.practice.model import Question, QuestionState
from netsentinel.academy.practice.ports import Fitted, QuestionFilter
from netsentinel.academy.practice.results import Attempt, CardRow, Evidence, MasteryMove, Result, Sample
from netsentinel.kernel.types import Micros, TenantId
from netsentinel.storage.ports import ReadTx, Tx


class MemoryQuestions:
    """Keeps questions in a dict."""

    def __init__(self) -> None:
        self._versions: dict[tuple[TenantId, str], list[Question]] = {}
        self._items: dict[tuple[TenantId, str], tuple[float, int]] = {}
        self._cards: MemoryCards | None = None

    def know(self, cards: "MemoryCards") -> None:
        """Have questions and cards know of each other, as tables of one database do."""
        self._cards = cards

    def put(self, tx: Tx, question: Question) -> None:
        """Keep a version; from now on it is the question's current one."""
        self._versions.setdefault((question.tenant, question.id), []).append(question)

    def get(self, tx: ReadTx, tenant: TenantId, question_id: str, version: int = 0) -> Question | None:
        """A version of the question; the current one for 0."""
        versions = self._versions.get((tenant, question_id), [])
        if not version:
            return versions[-1] if versions else None
        return next((one for one in versions if one.version == version), None)

    def named(self, tx: ReadTx, tenant: TenantId, slugs: Collection[str]) -> dict[str, Question]:
        """Slug -> current version, of those that there are."""
        return {one.slug: one for one in self._current(tenant) if one.slug in slugs}

    def page(self, tx: ReadTx, tenant: TenantId, where: QuestionFilter, after: str, limit: int) -> list[Question]:
        """Current versions by slug, beginning after that slug."""
        found = [one for one in self._current(tenant) if one.slug > after and where.state in {None, one.state}]
        return [one for one in found if where.source in {"", one.source.id}][:limit]

    def unasked(self, tx: ReadTx, tenant: TenantId, user: str, source: str, limit: int) -> list[Question]:
        """Approved questions that the user never answered, by slug; only of a source, if one is stated."""
        found = self.page(tx, tenant, QuestionFilter(state=QuestionState.APPROVED, source=source), "", 1_000_000)
        cards = self._cards
        return [one for one in found if cards is None or cards.get(tx, tenant, user, one.id) is None][:limit]

    def difficulty(self, tx: ReadTx, tenant: TenantId, question_id: str) -> tuple[float, int]:
        """By Elo, in logits, and after how many answers; (0, 0) before the first."""
        return self._items.get((tenant, question_id), (0.0, 0))

    def shift(self, tx: Tx, tenant: TenantId, question_id: str, change: float) -> None:
        """Make it harder by so much, after one more answer."""
        difficulty, answers = self.difficulty(tx, tenant, question_id)
        self._items[tenant, question_id] = (difficulty + change, answers + 1)

    def _current(self, tenant: TenantId) -> list[Question]:
        return sorted(
            (versions[-1] for key, versions in self._versions.items() if key[0] == tenant), key=lambda one: one.slug
        )


class MemoryCards:
    """Keeps cards in a dict."""

    def __init__(self, questions: MemoryQuestions) -> None:
        self._rows: dict[tuple[TenantId, str, str], CardRow] = {}
        self._questions = questions
        questions.know(self)

    def lock(self, tx: Tx, tenant: TenantId, user: str) -> None:
        """Nothing to do: in memory nobody else does anything meanwhile."""

    def put(self, tx: Tx, row: CardRow) -> None:
        """Keep it; what was known of this learner and question is replaced."""
        self._rows[row.tenant, row.user, row.question] = row

    def get(self, tx: ReadTx, tenant: TenantId, user: str, question_id: str) -> CardRow | None:
        """What is known of a learner and a question."""
        return self._rows.get((tenant, user, question_id))

    def due(self, tx: ReadTx, tenant: TenantId, user: str, until: Micros, source: str, limit: int) -> list[CardRow]:
        """Cards of approved questions that are due by then, the earliest first; only of a source, if one is stated."""
        found = [row for row in self._asked(tx, tenant, user, source) if row.card.due <= until]
        return sorted(found, key=lambda row: (row.card.due, row.question))[:limit]

    def counts(self, tx: ReadTx, tenant: TenantId, user: str, now: Micros, since: Micros) -> tuple[int, int, Micros]:
        """How many are due now, how many were begun since, and when the next one is due after now (0 for none)."""
        rows = self._asked(tx, tenant, user, "")
        later = [row.card.due for row in rows if row.card.due > now]
        return len(rows) - len(later), sum(row.first_at >= since for row in rows), min(later, default=0)

    def _asked(self, tx: ReadTx, tenant: TenantId, user: str, source: str) -> list[CardRow]:
        where = QuestionFilter(state=QuestionState.APPROVED, source=source)
        asked = {one.id for one in self._questions.page(tx, tenant, where, "", 1_000_000)}
        return [row for key, row in self._rows.items() if key[:2] == (tenant, user) and key[2] in asked]


class MemoryEvidence:
    """Keeps evidence in a dict."""

    def __init__(self) -> None:
        self._evidence: dict[tuple[TenantId, str, str], Evidence] = {}

    def put(self, tx: Tx, tenant: TenantId, user: str, evidence: Mapping[str, Evidence]) -> None:
        """Keep it, by id of the concept."""
        self._evidence |= {(tenant, user, concept): one for concept, one in evidence.items()}

    def of(self, tx: ReadTx, tenant: TenantId, user: str) -> dict[str, Evidence]:
        """All of a learner, by id of the concept."""
        return {key[2]: one for key, one in self._evidence.items() if key[:2] == (tenant, user)}

    def of_everybody(self, tx: ReadTx, tenant: TenantId) -> list[tuple[str, str, Evidence]]:
        """All of a tenant: id of the learner and of the concept, and what is known of both; a learner's together."""
        found = [(key[1], key[2], one) for key, one in self._evidence.items() if key[0] == tenant]
        return sorted(found, key=lambda row: row[:2])


class MemoryAttempts:
    """Keeps answers in a dict."""

    def __init__(self) -> None:
        self._attempts: dict[tuple[TenantId, str, str], Attempt] = {}
        self._moves: list[tuple[TenantId, str, MasteryMove]] = []

    def get(self, tx: ReadTx, tenant: TenantId, user: str, key: str) -> Attempt | None:
        """The answer of that name."""
        return self._attempts.get((tenant, user, key))

    def add(self, tx: Tx, attempt: Attempt, moves: Collection[MasteryMove]) -> None:
        """Keep one more, with what it moved."""
        self._attempts[attempt.tenant, attempt.user, attempt.key] = attempt
        self._moves += [(attempt.tenant, attempt.user, move) for move in moves]

    def page(
        self, tx: ReadTx, tenant: TenantId, user: str, before: tuple[Micros, str] | None, limit: int
    ) -> list[Result]:
        """A learner's answers, newest first, beginning before a time and name."""
        found = [one for key, one in self._attempts.items() if key[:2] == (tenant, user)]
        found.sort(key=lambda one: (one.at, one.key), reverse=True)
        return [one.result for one in found if before is None or (one.at, one.key) < before][:limit]

    def count_since(self, tx: ReadTx, tenant: TenantId, user: str, since: Micros) -> int:
        """How many a learner gave since then."""
        return sum(key[:2] == (tenant, user) and one.at >= since for key, one in self._attempts.items())

    def moves(
        self, tx: ReadTx, tenant: TenantId, user: str, concepts: Collection[str], limit: int
    ) -> list[MasteryMove]:
        """What moved a learner's mastery of any of these concepts, newest first."""
        own = [move for whose, who, move in self._moves if (whose, who) == (tenant, user)]
        found = [move for move in own if move.concept in concepts]
        return sorted(found, key=lambda move: (move.at, move.attempt), reverse=True)[:limit]

    def samples(self, tx: ReadTx, tenant: TenantId, limit: int) -> list[Sample]:
        """The newest answers of everybody, oldest first, without saying whose they are."""
        found = [(move.at, who, move) for whose, who, move in self._moves if whose == tenant]
        found.sort(key=lambda row: (-row[0], row[1], row[2].concept, row[2].attempt))
        return [
            Sample(features=move.features, guess=move.guess, is_right=move.is_right)
            for _, _, move in reversed(found[:limit])
        ]

    def tenants(self) -> list[TenantId]:
        """Every tenant whose answers moved anything."""
        return sorted({whose for whose, _, _ in self._moves})


class MemoryModels:
    """Keeps weights in a dict."""

    def __init__(self, attempts: MemoryAttempts) -> None:
        self._fitted: dict[TenantId, Fitted] = {}
        self._attempts = attempts

    def get(self, tx: ReadTx, tenant: TenantId) -> Fitted | None:
        """The tenant's own; None while nothing was fitted."""
        return self._fitted.get(tenant)

    def put(self, tx: Tx, tenant: TenantId, fitted: Fitted) -> None:
        """Keep it instead of the one before."""
        self._fitted[tenant] = fitted

    def tenants(self, tx: ReadTx) -> list[TenantId]:
        """Every tenant that has answers; for the system itself."""
        return self._attempts.tenants()
