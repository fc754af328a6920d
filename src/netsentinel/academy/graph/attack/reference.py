"""Has every tenant's graph know ATT&CK."""

from netsentinel.academy.graph.attack.table import ATTACK, claims_from, shipped_table
from netsentinel.academy.graph.service import Graph
from netsentinel.kernel.entries import Entry
from netsentinel.kernel.types import TenantId, system_principal
from netsentinel.storage.ports import Database, Tx


class AttackReference:
    """States the shipped table where a tenant has none yet; what somebody imported stays."""

    def __init__(self, db: Database, graph: Graph) -> None:
        self._db = db
        self._graph = graph

    async def ensure(self, tenant: TenantId) -> None:
        """Have a tenant's graph know ATT&CK."""
        await self._db.write(lambda tx: self.ensure_in(tx, tenant))

    def on_user(self, tx: Tx, entry: Entry) -> None:
        """The durable reaction to a new user: the first one of a tenant finds a graph that knows ATT&CK."""
        self.ensure_in(tx, entry.tenant)

    def ensure_in(self, tx: Tx, tenant: TenantId) -> None:
        """`ensure` in the caller's transaction."""
        if not self._graph.is_stated_in(tx, tenant, ATTACK):
            self._graph.state_in(tx, system_principal(tenant), ATTACK, claims_from(shipped_table()))
