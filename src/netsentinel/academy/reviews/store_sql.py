"""Answers in SQL."""

from typing import Final

import msgspec

from netsentinel.academy.reviews.model import ReviewAnswer, ReviewKind, ReviewVerdict
from netsentinel.kernel.types import Micros, TenantId
from netsentinel.storage.ports import ReadTx, Row, SqlValue, Tx
from netsentinel.storage.texts import as_json

_COLUMNS: Final = (
    "id, review, kind, source, target, source_name, target_name, verdict, sentence, features, operation,"
    " answered_by, at, undone_by, undone_at"
)
_SELECT: Final = f"SELECT {_COLUMNS} FROM review_answers WHERE tenant = ?"  # noqa: S608 - constants only
_PUT: Final = (
    f"INSERT INTO review_answers (tenant, {_COLUMNS}) VALUES ({', '.join('?' * 16)})"  # noqa: S608 - constants only
    " ON CONFLICT (tenant, id) DO UPDATE SET undone_by = excluded.undone_by, undone_at = excluded.undone_at"
)
_features: Final = msgspec.json.Decoder(tuple[tuple[str, float], ...]).decode


class SqlAnswers:
    """An `AnswerLog` in SQL."""

    def note(self, tx: Tx, tenant: TenantId, answer: ReviewAnswer) -> None:
        """Keep an answer; of one of the same id, whether it is undone is replaced."""
        tx.run(_PUT, (tenant, *_values(answer)))

    def get(self, tx: ReadTx, tenant: TenantId, answer_id: str) -> ReviewAnswer | None:
        """The answer of this id."""
        row = tx.row(f"{_SELECT} AND id = ?", (tenant, answer_id))
        return _answer(row) if row else None

    def standing(self, tx: ReadTx, tenant: TenantId, review: str | None = None) -> list[ReviewAnswer]:
        """The answers that were not undone, by id: to one suggestion, or all."""
        sql, params = f"{_SELECT} AND undone_at = 0", (tenant,)
        if review is not None:
            sql, params = f"{sql} AND review = ?", (tenant, review)
        return [_answer(row) for row in tx.rows(f"{sql} ORDER BY id", params)]

    def stamp(self, tx: ReadTx, tenant: TenantId) -> tuple[int, Micros]:
        """Something that is different after every answer and every undoing."""
        sql = (
            "SELECT COUNT(*), COALESCE(SUM(CASE WHEN undone_at > 0 THEN 1 ELSE 0 END), 0)"
            " FROM review_answers WHERE tenant = ?"
        )
        row = tx.row(sql, (tenant,))
        return (int(row[0]), int(row[1])) if row else (0, 0)

    def page(self, tx: ReadTx, tenant: TenantId, before: str | None, limit: int) -> list[ReviewAnswer]:
        """Answers, newest first, beginning after the one of the id `before`."""
        sql, params = _SELECT, list[SqlValue]([tenant])
        if before is not None:
            sql += " AND id < ?"
            params.append(before)
        return [_answer(row) for row in tx.rows(f"{sql} ORDER BY id DESC LIMIT ?", (*params, limit))]


def _answer(row: Row) -> ReviewAnswer:
    return ReviewAnswer(
        id=row[0],
        review=row[1],
        kind=ReviewKind(row[2]),
        source=row[3],
        target=row[4],
        source_name=row[5],
        target_name=row[6],
        verdict=ReviewVerdict(row[7]),
        sentence=row[8],
        features=_features(row[9]),
        operation=row[10],
        by=row[11],
        at=row[12],
        undone_by=row[13],
        undone_at=row[14],
    )


def _values(one: ReviewAnswer) -> tuple[SqlValue, ...]:
    return (
        one.id,
        one.review,
        one.kind,
        one.source,
        one.target,
        one.source_name,
        one.target_name,
        one.verdict,
        one.sentence,
        as_json(one.features),
        one.operation,
        one.by,
        one.at,
        one.undone_by,
        one.undone_at,
    )
