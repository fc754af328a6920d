"""What arrived from sources and could not be read."""

from netsentinel.events.ports import SourceStore
from netsentinel.kernel.types import Micros, TenantId
from netsentinel.storage.ports import Database


class SourceInventory:
    """Answers questions about what a tenant's sources sent."""

    def __init__(self, db: Database, sources: SourceStore) -> None:
        self._db = db
        self._sources = sources

    async def rejected(self, tenant: TenantId, source: str, limit: int) -> list[tuple[Micros, bytes, str]]:
        """The newest unparsable lines of a source: when, the line, why."""
        return await self._db.read(lambda tx: self._sources.rejected(tx, tenant, source, limit))
