"""Where the graph is kept: what origins state, what people decide, the rows it comes to, and the ways to walk them."""

from collections.abc import Collection, Sequence
from typing import Protocol

from netsentinel.academy.graph.model import (
    Change,
    Concept,
    ConceptKind,
    ConceptStatement,
    Direction,
    Edge,
    EdgeKey,
    EdgeStatement,
    GraphStats,
    Operation,
    Origin,
    Statements,
    Subgraph,
)
from netsentinel.kernel.types import TenantId
from netsentinel.storage.ports import ReadTx, Tx


class GraphStore(Protocol):
    """Walks a tenant's graph. Only live edges count, except in `neighbours`."""

    async def upsert(self, tenant: TenantId, change: Change) -> None:
        """Take what is different, all of it or nothing; what is there at a newer version stays."""
        ...

    async def find(self, tenant: TenantId, ids: Collection[str]) -> list[Concept]:
        """The concepts of these ids that there are, by name."""
        ...

    async def search(self, tenant: TenantId, text: str, *, kind: ConceptKind | None, limit: int) -> list[Concept]:
        """Concepts with every word of the text in one of their names: whole names, then beginnings, then parts."""
        ...

    async def neighbours(self, tenant: TenantId, concept_id: str) -> list[Edge]:
        """Every edge to and from a concept, held and denied ones included, by key."""
        ...

    async def closure(self, tenant: TenantId, concept_id: str, direction: Direction) -> Sequence[str]:
        """Ids of all that a concept requires, directly or not, or of all that require it; prerequisites come first."""
        ...

    async def path(self, tenant: TenantId, source: str, target: str, *, is_directed: bool) -> Sequence[str] | None:
        """Ids on a shortest path, both ends included; None when there is none.

        Directed: along prerequisites, from what requires to what is required. Otherwise along edges of every relation
        either way, but not through media, which would join everything with everything.
        """
        ...

    async def subgraph(self, tenant: TenantId, around: str | None, *, depth: int, limit: int) -> Subgraph:
        """The concepts within so many edges of one, nearest first; around None: the best connected ones."""
        ...


class Ledger(Protocol):
    """Keeps what origins state."""

    def origin(self, tx: ReadTx, tenant: TenantId, origin: Origin) -> Statements:
        """Everything that an origin states."""
        ...

    def put(self, tx: Tx, tenant: TenantId, statements: Statements) -> None:
        """Keep statements; one of the same origin about the same thing at the same position is replaced."""
        ...

    def drop(self, tx: Tx, tenant: TenantId, statements: Statements) -> None:
        """Forget statements."""
        ...

    def of_concepts(self, tx: ReadTx, tenant: TenantId, ids: Collection[str]) -> list[ConceptStatement]:
        """What is said of these concepts."""
        ...

    def touching(self, tx: ReadTx, tenant: TenantId, ids: Collection[str]) -> list[EdgeStatement]:
        """What is said of edges from and to these concepts."""
        ...

    def of_edges(self, tx: ReadTx, tenant: TenantId, keys: Collection[EdgeKey]) -> list[EdgeStatement]:
        """What is said of these edges, denials included, by origin and position."""
        ...

    def origins(self, tx: ReadTx, tenant: TenantId) -> list[Origin]:
        """Everybody who states something."""
        ...


class OperationLog(Protocol):
    """Keeps what people decide."""

    def all(self, tx: ReadTx, tenant: TenantId) -> list[Operation]:
        """The tenant's operations by number, undone ones included."""
        ...

    def note(self, tx: Tx, tenant: TenantId, operation: Operation) -> None:
        """Keep an operation; one of the same number is replaced."""
        ...


class GraphRows(Protocol):
    """Keeps the concepts and edges that everything comes to."""

    def lock(self, tx: Tx, tenant: TenantId) -> int:
        """The version that the tenant's graph is at; nobody else changes it before this transaction ends."""
        ...

    def put(self, tx: Tx, tenant: TenantId, change: Change) -> None:
        """Take a change, and remember what is gone."""
        ...

    def concepts(self, tx: ReadTx, tenant: TenantId, ids: Collection[str]) -> dict[str, Concept]:
        """Id -> concept, of those that there are."""
        ...

    def edges(self, tx: ReadTx, tenant: TenantId, keys: Collection[EdgeKey]) -> dict[EdgeKey, Edge]:
        """Key -> edge in whichever state, of those that there are."""
        ...

    def prerequisites(self, tx: ReadTx, tenant: TenantId, sources: Collection[str] | None = None) -> list[Edge]:
        """Every edge of the relation `requires` that is live or held; only from these concepts where given."""
        ...

    def since(self, tx: ReadTx, tenant: TenantId, version: int) -> Change:
        """What is different from the graph at that version; everything for 0."""
        ...

    def page(
        self, tx: ReadTx, tenant: TenantId, *, kind: ConceptKind | None, after: tuple[str, str] | None, limit: int
    ) -> list[Concept]:
        """Concepts by name and id, beginning after those of `after`."""
        ...


class GraphCounts(Protocol):
    """Counts what is there."""

    def tenants(self, tx: ReadTx) -> list[TenantId]:
        """Every tenant that has a graph; for the system itself."""
        ...

    def stats(self, tx: ReadTx, tenant: TenantId) -> GraphStats:
        """How large a tenant's graph is."""
        ...
