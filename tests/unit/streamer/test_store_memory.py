"""Connections in memory: what the contract suite does not look at."""

from netsentinel.kernel.types import TenantId
from netsentinel.streamer import Connection, MemoryConnectionStore


def test_a_tenant_without_connections_takes_no_memory() -> None:
    store = MemoryConnectionStore()
    tenant = TenantId("t")
    store.save(Connection("c", tenant, "u", "Ada", "192.0.2.1", "test", 1, 1))
    assert store.delete(tenant, "c")
    assert store._tenants == {}
