"""Which concept a key stands for: what follows from the name, unless people decided otherwise."""

from collections.abc import Iterable

from netsentinel.academy.graph.keys import id_of, is_id
from netsentinel.academy.graph.model import (
    ConceptStatement,
    EdgeKey,
    EdgeStatement,
    Operation,
    OperationKind,
    Origin,
    Statements,
)


class Resolution:
    """What the operations come to that were not undone, taken in their order."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._routes: dict[tuple[str, str], str] = {}
        self._merged: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._known_as: dict[str, dict[str, str]] = {}
        self._removed: set[str] = set()
        for operation in operations:
            if not operation.undone_by:
                self._take(operation)

    def _take(self, operation: Operation) -> None:
        match operation.kind:
            case OperationKind.RENAME:
                self._names[operation.concept] = operation.name
                self._routes |= {(key, ""): operation.concept for key in operation.keys}
            case OperationKind.ALIAS:
                for key in operation.keys:
                    self._routes[key, ""] = operation.concept
                    self._known_as.setdefault(operation.concept, {})[key] = operation.name
            case OperationKind.MERGE:
                self._merged[operation.concept] = operation.other
            case OperationKind.SPLIT:
                self._routes |= {
                    (key, origin): operation.other for key in operation.keys for origin in operation.origins or ("",)
                }
                self._names[operation.other] = operation.name
            case OperationKind.REMOVE:
                self._removed.add(operation.concept)
            case OperationKind.RESTORE:
                self._removed.discard(operation.concept)

    def concept_of(self, key: str, origin: Origin) -> str:
        """Id of the concept that this origin means by a key."""
        return self.meant(key, str(origin))

    def meant(self, key: str, origin: str) -> str:
        """`concept_of`, by the origin's spelling; empty for any that nothing was decided about."""
        if is_id(key):
            return self.followed(key)
        found = self._routes.get((key, origin)) or self._routes.get((key, "")) or id_of(key)
        return self.followed(found)

    def followed(self, concept_id: str) -> str:
        """The concept that one of this id was merged into, if it was."""
        seen = {concept_id}
        while (into := self._merged.get(concept_id)) is not None and into not in seen:
            seen.add(into)
            concept_id = into
        return concept_id

    def name_of(self, concept_id: str) -> str | None:
        """What people named a concept, if they did."""
        return self._names.get(concept_id)

    def aliases_of(self, concept_id: str) -> list[str]:
        """Names that people gave to a concept, or to one that was merged into it."""
        return sorted(
            name
            for owner, names in self._known_as.items()
            if self.followed(owner) == concept_id
            for key, name in names.items()
            if self._routes.get((key, "")) == owner
        )

    def is_removed(self, concept_id: str) -> bool:
        """Whether people decided that there is no such concept."""
        return concept_id in self._removed

    def renewed(self, statements: Statements) -> tuple[Statements, Statements]:
        """(those that mean something else by now, as they were; the same, as they are now)."""
        concepts = [(old, self._concept(old)) for old in statements.concepts]
        edges = [(old, self._edge(old)) for old in statements.edges]
        changed_concepts = [pair for pair in concepts if pair[0] != pair[1]]
        changed_edges = [pair for pair in edges if pair[0] != pair[1]]
        before, after = (
            Statements(tuple(pair[at] for pair in changed_concepts), tuple(pair[at] for pair in changed_edges))
            for at in (0, 1)
        )
        return before, after

    def _concept(self, old: ConceptStatement) -> ConceptStatement:
        concept_id = self.concept_of(old.claim.key, old.origin)
        return (
            old
            if concept_id == old.concept_id
            else ConceptStatement(origin=old.origin, concept_id=concept_id, claim=old.claim)
        )

    def _edge(self, old: EdgeStatement) -> EdgeStatement:
        key = self.edge_of(old.claim.source, old.key, old.claim.target, old.origin)
        return (
            old if key == old.key else EdgeStatement(origin=old.origin, key=key, claim=old.claim, by=old.by, at=old.at)
        )

    def edge_of(self, source: str, old: EdgeKey, target: str, origin: Origin) -> EdgeKey:
        """The edge between two keys, as this origin means them."""
        return EdgeKey(self.concept_of(source, origin), old.relation, self.concept_of(target, origin))


def touched_by(operation: Operation, *resolutions: Resolution) -> set[str]:
    """Ids of every concept that something may move from or to, when an operation is taken or undone.

    Args:
        operation: the decision.
        resolutions: before and after.
    """
    touched = {operation.concept, operation.other} - {""}
    for resolution in resolutions:
        touched |= {resolution.meant(key, origin) for key in operation.keys for origin in operation.origins or ("",)}
        touched |= {resolution.followed(one) for one in touched}
    return touched
