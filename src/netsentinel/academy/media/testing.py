"""Media in memory, for tests."""

from netsentinel.academy.media.model import Medium
from netsentinel.kernel.types import TenantId
from netsentinel.storage.ports import ReadTx, Tx


class MemoryMedia:
    """Keeps media in a dict. It has no transactions: what a failed one wrote stays."""

    def __init__(self) -> None:
        self._media: dict[tuple[TenantId, str], Medium] = {}

    def insert(self, tx: Tx, medium: Medium) -> bool:
        """Keep a new one; False when the tenant has one of that name."""
        if self.named(tx, medium.tenant, medium.name):
            return False
        self._media[medium.tenant, medium.id] = medium
        return True

    def save(self, tx: Tx, medium: Medium) -> bool:
        """Replace what is kept of it, if that is the version before; False when it is not."""
        old = self.get(tx, medium.tenant, medium.id)
        if old is None or old.version != medium.version - 1:
            return False
        self._media[medium.tenant, medium.id] = medium
        return True

    def delete(self, tx: Tx, tenant: TenantId, medium_id: str) -> bool:
        """Forget it; False when there was none."""
        return self._media.pop((tenant, medium_id), None) is not None

    def get(self, tx: ReadTx, tenant: TenantId, medium_id: str) -> Medium | None:
        """The medium, when it belongs to the tenant."""
        return self._media.get((tenant, medium_id))

    def named(self, tx: ReadTx, tenant: TenantId, name: str) -> Medium | None:
        """The tenant's medium of that name."""
        return next((one for one in self._of(tenant) if one.name == name), None)

    def page(self, tx: ReadTx, tenant: TenantId, after: str, limit: int) -> list[Medium]:
        """Media by name, beginning after that name."""
        return [one for one in self._of(tenant) if one.name > after][:limit]

    def uses(self, tx: ReadTx, tenant: TenantId, sha256: str) -> int:
        """How many of the tenant's media have these bytes."""
        return sum(one.sha256 == sha256 for one in self._of(tenant))

    def _of(self, tenant: TenantId) -> list[Medium]:
        return sorted((one for one in self._media.values() if one.tenant == tenant), key=lambda one: one.name)
