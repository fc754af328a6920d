"""The port of the stored configurations."""

from typing import Protocol

from netsentinel.events.configured.model import SourceConfig
from netsentinel.kernel.types import TenantId
from netsentinel.storage.ports import ReadTx, Tx


class SourceConfigStore(Protocol):
    """Keeps how each tenant's sources are configured."""

    def add(self, tx: Tx, config: SourceConfig) -> bool:
        """Insert a configuration; False when the tenant has one of that name."""
        ...

    def change(self, tx: Tx, config: SourceConfig) -> bool:
        """Replace all but who made it and when; False when there is none of that name."""
        ...

    def remove(self, tx: Tx, tenant: TenantId, name: str) -> bool:
        """Forget a configuration; False when there is none of that name."""
        ...

    def find(self, tx: ReadTx, tenant: TenantId, name: str) -> SourceConfig | None:
        """The configuration of this name."""
        ...

    def all(self, tx: ReadTx) -> list[SourceConfig]:
        """Every tenant's, by tenant and name: what a server runs."""
        ...
