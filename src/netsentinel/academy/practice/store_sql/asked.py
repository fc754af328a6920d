"""Questions and cards in SQL."""

from collections.abc import Collection
from typing import Final

import msgspec

from netsentinel.academy.practice.fsrs import Card, Phase
from netsentinel.academy.practice.model import Content, Question, QuestionState, Source, SourceKind
from netsentinel.academy.practice.ports import QuestionFilter
from netsentinel.academy.practice.results import CardRow
from netsentinel.kernel.types import Micros, TenantId
from netsentinel.storage.ports import ReadTx, Row, Tx
from netsentinel.storage.texts import as_json

_QUESTION: Final = (
    "q.tenant, q.id, q.version, q.slug, q.state, q.content, q.source_kind, q.source_id, q.position, q.sentence,"
    " q.written_by, q.at"
)
_CURRENT: Final = f"SELECT {_QUESTION} FROM practice_questions q WHERE q.tenant = ? AND q.is_current = 1"  # noqa: S608 - constants only
_CARD: Final = (
    "c.tenant, c.user_id, c.question, c.phase, c.step, c.stability, c.difficulty, c.due, c.last_at, c.reviews,"
    " c.lapses, c.first_at, c.was_right"
)
_SLUGS_AT_ONCE: Final = 500


def _question(row: Row) -> Question:
    return Question(
        tenant=TenantId(row[0]),
        id=row[1],
        version=row[2],
        slug=row[3],
        state=QuestionState(row[4]),
        content=msgspec.json.decode(row[5], type=Content),
        source=Source(kind=SourceKind(row[6]), id=row[7], position=row[8], sentence=row[9]),
        by=row[10],
        at=row[11],
    )


class SqlQuestions:
    """Questions in `practice_questions`, their difficulties in `practice_items`."""

    def put(self, tx: Tx, question: Question) -> None:
        """Keep a version; from now on it is the question's current one."""
        one, source = question, question.source
        tx.run("UPDATE practice_questions SET is_current = 0 WHERE tenant = ? AND id = ?", (one.tenant, one.id))
        tx.run(
            "INSERT INTO practice_questions (tenant, id, version, slug, state, is_current, kind, content, source_kind,"
            " source_id, position, sentence, written_by, at) VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                one.tenant,
                one.id,
                one.version,
                one.slug,
                one.state,
                one.content.kind,
                as_json(one.content),
                source.kind,
                source.id,
                source.position,
                source.sentence,
                one.by,
                one.at,
            ),
        )

    def get(self, tx: ReadTx, tenant: TenantId, question_id: str, version: int = 0) -> Question | None:
        """A version of the question; the current one for 0."""
        which = "q.version = ?" if version else "q.is_current = ?"
        row = tx.row(
            f"SELECT {_QUESTION} FROM practice_questions q WHERE q.tenant = ? AND q.id = ? AND {which}",  # noqa: S608 - constants only
            (tenant, question_id, version or 1),
        )
        return _question(row) if row else None

    def named(self, tx: ReadTx, tenant: TenantId, slugs: Collection[str]) -> dict[str, Question]:
        """Slug -> current version, of those that there are."""
        found: dict[str, Question] = {}
        wanted = sorted(slugs)
        for start in range(0, len(wanted), _SLUGS_AT_ONCE):
            some = wanted[start : start + _SLUGS_AT_ONCE]
            marks = ", ".join("?" * len(some))
            rows = tx.rows(f"{_CURRENT} AND q.slug IN ({marks})", (tenant, *some))
            found |= {row[3]: _question(row) for row in rows}
        return found

    def page(self, tx: ReadTx, tenant: TenantId, where: QuestionFilter, after: str, limit: int) -> list[Question]:
        """Current versions by slug, beginning after that slug."""
        sql, params = f"{_CURRENT} AND q.slug > ?", [tenant, after]
        if where.state is not None:
            sql, params = f"{sql} AND q.state = ?", [*params, where.state]
        if where.source:
            sql, params = f"{sql} AND q.source_id = ?", [*params, where.source]
        return [_question(row) for row in tx.rows(f"{sql} ORDER BY q.slug LIMIT ?", (*params, limit))]

    def unasked(self, tx: ReadTx, tenant: TenantId, user: str, source: str, limit: int) -> list[Question]:
        """Approved questions that the user never answered, by slug; only of a source, if one is stated."""
        rows = tx.rows(
            f"{_CURRENT} AND q.state = 'approved' AND (? = '' OR q.source_id = ?) AND NOT EXISTS (SELECT 1 FROM"  # noqa: S608 - constants only
            " practice_cards c WHERE c.tenant = q.tenant AND c.user_id = ? AND c.question = q.id) ORDER BY q.slug"
            " LIMIT ?",
            (tenant, source, source, user, limit),
        )
        return [_question(row) for row in rows]

    def difficulty(self, tx: ReadTx, tenant: TenantId, question_id: str) -> tuple[float, int]:
        """By Elo, in logits, and after how many answers; (0, 0) before the first."""
        row = tx.row(
            "SELECT difficulty, answers FROM practice_items WHERE tenant = ? AND question = ?", (tenant, question_id)
        )
        return (float(row[0]), int(row[1])) if row else (0.0, 0)

    def shift(self, tx: Tx, tenant: TenantId, question_id: str, change: float) -> None:
        """Make it harder by so much, after one more answer."""
        tx.run(
            "INSERT INTO practice_items (tenant, question, difficulty, answers) VALUES (?, ?, ?, 1) ON CONFLICT"
            " (tenant, question) DO UPDATE SET difficulty = practice_items.difficulty + excluded.difficulty, answers ="
            " practice_items.answers + 1",
            (tenant, question_id, change),
        )


def _card_row(row: Row) -> CardRow:
    card = Card(
        phase=Phase(row[3]),
        step=row[4],
        stability=row[5],
        difficulty=row[6],
        due=row[7],
        last_at=row[8],
        reviews=row[9],
        lapses=row[10],
    )
    return CardRow(
        tenant=TenantId(row[0]), user=row[1], question=row[2], card=card, first_at=row[11], was_right=bool(row[12])
    )


class SqlCards:
    """Cards in `practice_cards`."""

    def lock(self, tx: Tx, tenant: TenantId, user: str) -> None:
        """Nobody else answers for this learner before this transaction ends."""
        tx.run(
            "INSERT INTO practice_learners (tenant, user_id, answers) VALUES (?, ?, 1) ON CONFLICT (tenant, user_id) DO"
            " UPDATE SET answers = practice_learners.answers + 1",
            (tenant, user),
        )

    def put(self, tx: Tx, row: CardRow) -> None:
        """Keep it; what was known of this learner and question is replaced."""
        card = row.card
        tx.run(
            "INSERT INTO practice_cards (tenant, user_id, question, phase, step, stability, difficulty, due, last_at,"
            " reviews, lapses, first_at, was_right) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT"
            " (tenant, user_id, question) DO UPDATE SET phase = excluded.phase, step = excluded.step, stability ="
            " excluded.stability, difficulty = excluded.difficulty, due = excluded.due, last_at = excluded.last_at,"
            " reviews = excluded.reviews, lapses = excluded.lapses, was_right = excluded.was_right",
            (
                row.tenant,
                row.user,
                row.question,
                card.phase,
                card.step,
                card.stability,
                card.difficulty,
                card.due,
                card.last_at,
                card.reviews,
                card.lapses,
                row.first_at,
                int(row.was_right),
            ),
        )

    def get(self, tx: ReadTx, tenant: TenantId, user: str, question_id: str) -> CardRow | None:
        """What is known of a learner and a question."""
        row = tx.row(
            f"SELECT {_CARD} FROM practice_cards c WHERE c.tenant = ? AND c.user_id = ? AND c.question = ?",  # noqa: S608 - constants only
            (tenant, user, question_id),
        )
        return _card_row(row) if row else None

    def due(self, tx: ReadTx, tenant: TenantId, user: str, until: Micros, source: str, limit: int) -> list[CardRow]:
        """Cards of approved questions that are due by then, the earliest first; only of a source, if one is stated."""
        rows = tx.rows(
            f"SELECT {_CARD} FROM practice_cards c JOIN practice_questions q ON q.tenant = c.tenant AND q.id ="  # noqa: S608 - constants only
            " c.question AND q.is_current = 1 WHERE c.tenant = ? AND c.user_id = ? AND c.due <= ? AND q.state ="
            " 'approved' AND (? = '' OR q.source_id = ?) ORDER BY c.due, c.question LIMIT ?",
            (tenant, user, until, source, source, limit),
        )
        return [_card_row(row) for row in rows]

    def counts(self, tx: ReadTx, tenant: TenantId, user: str, now: Micros, since: Micros) -> tuple[int, int, Micros]:
        """How many are due now, how many were begun since, and when the next one is due after now (0 for none)."""
        row = tx.row(
            "SELECT COALESCE(SUM(CASE WHEN c.due <= ? THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN c.first_at >= ?"
            " THEN 1 ELSE 0 END), 0), COALESCE(MIN(CASE WHEN c.due > ? THEN c.due END), 0) FROM practice_cards c JOIN"
            " practice_questions q ON q.tenant = c.tenant AND q.id = c.question AND q.is_current = 1 WHERE c.tenant = ?"
            " AND c.user_id = ? AND q.state = 'approved'",
            (now, since, now, tenant, user),
        )
        return (int(row[0]), int(row[1]), int(row[2])) if row else (0, 0, 0)
