"""Connections in memory: the real store of a process, because a connection lives exactly where its socket is."""

from dataclasses import replace

from netsentinel.kernel.types import Micros, TenantId
from netsentinel.streamer.model import Connection


class MemoryConnectionStore:
    """Who is connected to this process."""

    def __init__(self) -> None:
        self._tenants: dict[TenantId, dict[str, Connection]] = {}

    def save(self, connection: Connection) -> None:
        """Insert the connection, or replace the one with its id."""
        self._tenants.setdefault(connection.tenant, {})[connection.id] = connection

    def get(self, tenant: TenantId, connection_id: str) -> Connection | None:
        """The connection, when it belongs to the tenant."""
        return self._tenants.get(tenant, {}).get(connection_id)

    def delete(self, tenant: TenantId, connection_id: str) -> bool:
        """Forget a connection; False when the tenant has none of that id."""
        connections = self._tenants.get(tenant, {})
        found = connections.pop(connection_id, None) is not None
        if not connections:
            self._tenants.pop(tenant, None)
        return found

    def list_by_user(self, tenant: TenantId, user_id: str) -> list[Connection]:
        """A principal's connections, oldest first."""
        return [connection for connection in self.list_by_tenant(tenant) if connection.user_id == user_id]

    def list_by_tenant(self, tenant: TenantId) -> list[Connection]:
        """A tenant's connections, oldest first."""
        connections = self._tenants.get(tenant, {}).values()
        return sorted(connections, key=lambda connection: (connection.connected_at, connection.id))

    def update_last_ping(self, tenant: TenantId, connection_id: str, at: Micros) -> bool:
        """Note that a ping was answered; False when the tenant has no such connection."""
        connection = self.get(tenant, connection_id)
        if connection is None:
            return False
        self.save(replace(connection, last_ping_at=at))
        return True
