"""What origins state and what people decide, in SQL."""

from collections.abc import Collection
from typing import Final

from netsentinel.academy.graph.model import (
    ConceptClaim,
    ConceptKind,
    ConceptStatement,
    EdgeClaim,
    EdgeKey,
    EdgeStatement,
    Operation,
    OperationKind,
    Origin,
    Relation,
    Statements,
)
from netsentinel.academy.graph.store_sql.portions import (
    features_of,
    marks,
    portions,
    text_of_features,
)
from netsentinel.kernel.types import TenantId
from netsentinel.storage.ports import ReadTx, Row, SqlValue, Tx
from netsentinel.storage.texts import as_json, decode_texts

_CONCEPT_CLAIM: Final = "origin, key, concept_id, name, kind, text, weight, position"
_SELECT_CONCEPT_CLAIMS: Final = f"SELECT {_CONCEPT_CLAIM} FROM graph_concept_claims WHERE tenant = ?"  # noqa: S608 - constants only
_PUT_CONCEPT_CLAIM: Final = (
    f"INSERT INTO graph_concept_claims (tenant, {_CONCEPT_CLAIM}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - constants only
    " ON CONFLICT (tenant, origin, key) DO UPDATE SET concept_id = excluded.concept_id, name = excluded.name,"
    " kind = excluded.kind, text = excluded.text, weight = excluded.weight, position = excluded.position"
)
_EDGE_CLAIM: Final = (
    "origin, source_key, relation, target_key, position, source, target, weight, sentence, is_denied, stated_by, at,"
    " features"
)
_SELECT_EDGE_CLAIMS: Final = f"SELECT {_EDGE_CLAIM} FROM graph_edge_claims WHERE tenant = ?"  # noqa: S608 - constants only
_PUT_EDGE_CLAIM: Final = (
    f"INSERT INTO graph_edge_claims (tenant, {_EDGE_CLAIM}) VALUES ({', '.join('?' * 14)})"  # noqa: S608 - constants only
    " ON CONFLICT (tenant, origin, source_key, relation, target_key, position) DO UPDATE SET source = excluded.source,"
    " target = excluded.target, weight = excluded.weight, sentence = excluded.sentence,"
    " is_denied = excluded.is_denied, stated_by = excluded.stated_by, at = excluded.at,"
    " features = excluded.features"
)
_OPERATION: Final = "number, kind, concept, other, name, keys, origins, decided_by, at, undone_by, undone_at"


class SqlLedger:
    """Statements in SQL."""

    def origin(self, tx: ReadTx, tenant: TenantId, origin: Origin) -> Statements:
        """Everything that an origin states."""
        params = (tenant, str(origin))
        return Statements(
            tuple(_concept_statement(row) for row in tx.rows(f"{_SELECT_CONCEPT_CLAIMS} AND origin = ?", params)),
            tuple(_edge_statement(row) for row in tx.rows(f"{_SELECT_EDGE_CLAIMS} AND origin = ?", params)),
        )

    def put(self, tx: Tx, tenant: TenantId, statements: Statements) -> None:
        """Keep statements; one of the same origin about the same thing at the same position is replaced."""
        tx.many(_PUT_CONCEPT_CLAIM, [(tenant, *_concept_claim(one)) for one in statements.concepts])
        tx.many(_PUT_EDGE_CLAIM, [(tenant, *_edge_claim(one)) for one in statements.edges])

    def drop(self, tx: Tx, tenant: TenantId, statements: Statements) -> None:
        """Forget statements."""
        tx.many(
            "DELETE FROM graph_concept_claims WHERE tenant = ? AND origin = ? AND key = ?",
            [(tenant, str(one.origin), one.claim.key) for one in statements.concepts],
        )
        tx.many(
            "DELETE FROM graph_edge_claims WHERE tenant = ? AND origin = ? AND source_key = ? AND relation = ?"
            " AND target_key = ? AND position = ?",
            [(tenant, *_edge_claim(one)[:5]) for one in statements.edges],
        )

    def of_concepts(self, tx: ReadTx, tenant: TenantId, ids: Collection[str]) -> list[ConceptStatement]:
        """What is said of these concepts."""
        found: list[ConceptStatement] = []
        for some in portions(ids):
            sql = f"{_SELECT_CONCEPT_CLAIMS} AND concept_id IN ({marks(len(some))})"
            found += map(_concept_statement, tx.rows(sql, (tenant, *some)))
        return found

    def touching(self, tx: ReadTx, tenant: TenantId, ids: Collection[str]) -> list[EdgeStatement]:
        """What is said of edges from and to these concepts."""
        found: dict[tuple[SqlValue, ...], EdgeStatement] = {}
        for some in portions(ids):
            for end in ("source", "target"):
                sql = f"{_SELECT_EDGE_CLAIMS} AND {end} IN ({marks(len(some))})"
                found |= {row[:5]: _edge_statement(row) for row in tx.rows(sql, (tenant, *some))}
        return list(found.values())

    def of_edges(self, tx: ReadTx, tenant: TenantId, keys: Collection[EdgeKey]) -> list[EdgeStatement]:
        """What is said of these edges, denials included, by origin and position."""
        found: list[Row] = []
        for some in portions(keys):
            pairs = {(key.source, key.target) for key in some}
            sql = f"{_SELECT_EDGE_CLAIMS} AND (source, target) IN (VALUES {', '.join(['(?, ?)'] * len(pairs))})"
            found += tx.rows(sql, (tenant, *(end for pair in pairs for end in pair)))
        wanted, statements = set(keys), map(_edge_statement, sorted(found, key=lambda row: (row[0], row[4])))
        unique = {(str(one.origin), _edge_claim(one)[1:5]): one for one in statements if one.key in wanted}
        return list(unique.values())

    def origins(self, tx: ReadTx, tenant: TenantId) -> list[Origin]:
        """Everybody who states something."""
        sql = (
            "SELECT DISTINCT origin FROM graph_concept_claims WHERE tenant = ?"
            " UNION SELECT DISTINCT origin FROM graph_edge_claims WHERE tenant = ?"
        )
        return sorted(Origin.parse(origin) for (origin,) in tx.rows(sql, (tenant, tenant)))


class SqlOperations:
    """Operations in SQL."""

    def all(self, tx: ReadTx, tenant: TenantId) -> list[Operation]:
        """The tenant's operations by number, undone ones included."""
        sql = f"SELECT {_OPERATION} FROM graph_operations WHERE tenant = ? ORDER BY number"  # noqa: S608 - constants only
        return [_operation(row) for row in tx.rows(sql, (tenant,))]

    def note(self, tx: Tx, tenant: TenantId, operation: Operation) -> None:
        """Keep an operation; one of the same number is replaced."""
        sql = (
            f"INSERT INTO graph_operations (tenant, {_OPERATION}) VALUES ({marks(12)})"  # noqa: S608 - constants only
            " ON CONFLICT (tenant, number) DO UPDATE SET undone_by = excluded.undone_by, undone_at = excluded.undone_at"
        )
        values = (
            operation.number,
            operation.kind,
            operation.concept,
            operation.other,
            operation.name,
            as_json(operation.keys),
            as_json(operation.origins),
            operation.by,
            operation.at,
            operation.undone_by,
            operation.undone_at,
        )
        tx.run(sql, (tenant, *values))


def _concept_statement(row: Row) -> ConceptStatement:
    origin, key, concept_id, name, kind, text, weight, position = row
    claim = ConceptClaim(name=name, key=key, kind=ConceptKind(kind), text=text, weight=weight, position=position)
    return ConceptStatement(origin=Origin.parse(origin), concept_id=concept_id, claim=claim)


def _concept_claim(one: ConceptStatement) -> tuple[SqlValue, ...]:
    claim = one.claim
    return (
        str(one.origin),
        claim.key,
        one.concept_id,
        claim.name,
        claim.kind,
        claim.text,
        claim.weight,
        claim.position,
    )


def _edge_statement(row: Row) -> EdgeStatement:
    origin, source_key, relation, target_key, position, source, target, weight, sentence, is_denied, by, at = row[:12]
    return EdgeStatement(
        origin=Origin.parse(origin),
        key=EdgeKey(source, Relation(relation), target),
        claim=EdgeClaim(
            source=source_key,
            target=target_key,
            relation=Relation(relation),
            weight=weight,
            position=position,
            sentence=sentence,
            is_denied=bool(is_denied),
            features=features_of(row[12]),
        ),
        by=by,
        at=at,
    )


def _edge_claim(one: EdgeStatement) -> tuple[SqlValue, ...]:
    claim = one.claim
    return (
        str(one.origin),
        claim.source,
        claim.relation,
        claim.target,
        claim.position,
        one.key.source,
        one.key.target,
        claim.weight,
        claim.sentence,
        claim.is_denied,
        one.by,
        one.at,
        text_of_features(claim.features),
    )


def _operation(row: Row) -> Operation:
    return Operation(
        number=row[0],
        kind=OperationKind(row[1]),
        concept=row[2],
        other=row[3],
        name=row[4],
        keys=decode_texts(row[5]),
        origins=decode_texts(row[6]),
        by=row[7],
        at=row[8],
        undone_by=row[9],
        undone_at=row[10],
    )
