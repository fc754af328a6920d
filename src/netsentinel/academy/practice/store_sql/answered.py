"""Evidence, answers and models in SQL."""

from collections.abc import Collection, Mapping
from typing import Final

import msgspec

from netsentinel.academy.practice.mastery import Weights
from netsentinel.academy.practice.ports import Fitted
from netsentinel.academy.practice.results import Attempt, Evidence, Given, MasteryMove, Result, Sample
from netsentinel.kernel.types import Micros, TenantId
from netsentinel.storage.ports import ReadTx, Row, SqlValue, Tx
from netsentinel.storage.texts import as_json

_EVIDENCE: Final = "name, ability, answered_right, answered_wrong, recent, stability, difficulty, since, at"


def _evidence(row: Row) -> Evidence:
    return Evidence(
        name=row[0],
        ability=row[1],
        right=row[2],
        wrong=row[3],
        recent=row[4],
        stability=row[5],
        difficulty=row[6],
        since=row[7],
        at=row[8],
    )


class SqlEvidence:
    """Evidence in `practice_evidence`."""

    def put(self, tx: Tx, tenant: TenantId, user: str, evidence: Mapping[str, Evidence]) -> None:
        """Keep it, by id of the concept."""
        tx.many(
            f"INSERT INTO practice_evidence (tenant, user_id, concept, {_EVIDENCE}) VALUES"  # noqa: S608 - constants only
            " (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (tenant, user_id, concept) DO UPDATE SET name ="
            " excluded.name, ability = excluded.ability, answered_right = excluded.answered_right, answered_wrong ="
            " excluded.answered_wrong, recent = excluded.recent, stability = excluded.stability, difficulty ="
            " excluded.difficulty, since = excluded.since, at = excluded.at",
            [
                (
                    tenant,
                    user,
                    concept,
                    one.name,
                    one.ability,
                    one.right,
                    one.wrong,
                    one.recent,
                    one.stability,
                    one.difficulty,
                    one.since,
                    one.at,
                )
                for concept, one in sorted(evidence.items())
            ],
        )

    def of(self, tx: ReadTx, tenant: TenantId, user: str) -> dict[str, Evidence]:
        """All of a learner, by id of the concept."""
        rows = tx.rows(
            f"SELECT {_EVIDENCE}, concept FROM practice_evidence WHERE tenant = ? AND user_id = ?",  # noqa: S608 - constants only
            (tenant, user),
        )
        return {row[9]: _evidence(row) for row in rows}

    def of_everybody(self, tx: ReadTx, tenant: TenantId) -> list[tuple[str, str, Evidence]]:
        """All of a tenant: id of the learner and of the concept, and what is known of both; a learner's together."""
        rows = tx.rows(
            f"SELECT {_EVIDENCE}, user_id, concept FROM practice_evidence WHERE tenant = ? ORDER BY user_id, concept",  # noqa: S608 - constants only
            (tenant,),
        )
        return [(row[9], row[10], _evidence(row)) for row in rows]


class SqlAttempts:
    """Answers in `practice_attempts`, and what they moved in `practice_moves`."""

    def get(self, tx: ReadTx, tenant: TenantId, user: str, key: str) -> Attempt | None:
        """The answer of that name."""
        row = tx.row(
            "SELECT question, version, at, given, guess, result FROM practice_attempts WHERE tenant = ? AND user_id = ?"
            " AND attempt = ?",
            (tenant, user, key),
        )
        if row is None:
            return None
        return Attempt(
            tenant=tenant,
            user=user,
            key=key,
            question=row[0],
            version=row[1],
            at=row[2],
            given=msgspec.json.decode(row[3], type=Given),
            guess=row[4],
            result=msgspec.json.decode(row[5], type=Result),
        )

    def add(self, tx: Tx, attempt: Attempt, moves: Collection[MasteryMove]) -> None:
        """Keep one more, with what it moved."""
        one = attempt
        tx.run(
            "INSERT INTO practice_attempts (tenant, user_id, attempt, question, version, at, given, guess, result)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                one.tenant,
                one.user,
                one.key,
                one.question,
                one.version,
                one.at,
                as_json(one.given),
                one.guess,
                as_json(one.result),
            ),
        )
        tx.many(
            "INSERT INTO practice_moves (tenant, user_id, concept, attempt, at, is_right, mastery_before,"
            " mastery_after, features, guess) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    one.tenant,
                    one.user,
                    move.concept,
                    one.key,
                    move.at,
                    int(move.is_right),
                    move.before,
                    move.after,
                    as_json(move.features),
                    move.guess,
                )
                for move in moves
            ],
        )

    def page(
        self, tx: ReadTx, tenant: TenantId, user: str, before: tuple[Micros, str] | None, limit: int
    ) -> list[Result]:
        """A learner's answers, newest first, beginning before a time and name."""
        sql, params = "SELECT result FROM practice_attempts WHERE tenant = ? AND user_id = ?", [tenant, user]
        values: list[SqlValue] = [*params]
        if before is not None:
            sql += " AND (at < ? OR (at = ? AND attempt < ?))"
            values += [before[0], before[0], before[1]]
        rows = tx.rows(f"{sql} ORDER BY at DESC, attempt DESC LIMIT ?", (*values, limit))
        return [msgspec.json.decode(row[0], type=Result) for row in rows]

    def count_since(self, tx: ReadTx, tenant: TenantId, user: str, since: Micros) -> int:
        """How many a learner gave since then."""
        row = tx.row(
            "SELECT COUNT(*) FROM practice_attempts WHERE tenant = ? AND user_id = ? AND at >= ?", (tenant, user, since)
        )
        return int(row[0]) if row else 0

    def moves(
        self, tx: ReadTx, tenant: TenantId, user: str, concepts: Collection[str], limit: int
    ) -> list[MasteryMove]:
        """What moved a learner's mastery of any of these concepts, newest first."""
        marks = ", ".join("?" * len(concepts))
        sql = (
            "SELECT concept, attempt, at, is_right, mastery_before, mastery_after, features, guess FROM practice_moves"  # noqa: S608 - placeholders only
            f" WHERE tenant = ? AND user_id = ? AND concept IN ({marks}) ORDER BY at DESC, attempt DESC LIMIT ?"
        )
        rows = tx.rows(sql, (tenant, user, *sorted(concepts), limit))
        return [
            MasteryMove(row[0], row[1], row[2], bool(row[3]), row[4], row[5], _vector(row[6]), row[7]) for row in rows
        ]

    def samples(self, tx: ReadTx, tenant: TenantId, limit: int) -> list[Sample]:
        """The newest answers of everybody, oldest first, without saying whose they are."""
        rows = tx.rows(
            "SELECT features, guess, is_right FROM practice_moves WHERE tenant = ? ORDER BY at DESC, user_id, concept,"
            " attempt LIMIT ?",
            (tenant, limit),
        )
        return [Sample(features=_vector(row[0]), guess=row[1], is_right=bool(row[2])) for row in reversed(rows)]


def _vector(text: str) -> tuple[float, ...]:
    return msgspec.json.decode(text, type=tuple[float, ...])


class SqlModels:
    """Weights in `practice_models`."""

    def get(self, tx: ReadTx, tenant: TenantId) -> Fitted | None:
        """The tenant's own; None while nothing was fitted."""
        row = tx.row(
            "SELECT weights, samples, loss, loss_before, fitted_at FROM practice_models WHERE tenant = ?", (tenant,)
        )
        if row is None:
            return None
        weights = msgspec.json.decode(row[0], type=Weights)
        return Fitted(weights=weights, samples=row[1], loss=row[2], loss_before=row[3], at=row[4])

    def put(self, tx: Tx, tenant: TenantId, fitted: Fitted) -> None:
        """Keep it instead of the one before."""
        tx.run(
            "INSERT INTO practice_models (tenant, weights, samples, loss, loss_before, fitted_at) VALUES"
            " (?, ?, ?, ?, ?, ?) ON CONFLICT (tenant) DO UPDATE SET weights = excluded.weights, samples ="
            " excluded.samples, loss = excluded.loss, loss_before = excluded.loss_before, fitted_at ="
            " excluded.fitted_at",
            (
                tenant,
                as_json(fitted.weights),
                fitted.samples,
                fitted.loss,
                fitted.loss_before,
                fitted.at,
            ),
        )

    def tenants(self, tx: ReadTx) -> list[TenantId]:
        """Every tenant that has answers; for the system itself."""
        return [TenantId(row[0]) for row in tx.rows("SELECT DISTINCT tenant FROM practice_moves ORDER BY tenant")]
