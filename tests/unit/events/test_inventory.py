import pytest

from netsentinel.events import SourceInventory, SourceReport
from netsentinel.events.testing import MemorySources
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId
from netsentinel.storage.testing import MemoryDatabase, MemoryTx

pytestmark = pytest.mark.anyio


async def test_a_tenant_sees_the_rejected_lines_of_its_own_sources() -> None:
    sources = MemorySources()
    inventory = SourceInventory(MemoryDatabase(), sources)
    report = SourceReport(DEFAULT_TENANT, "eve", "suricata", 3, 1, 10, 0, "broken")
    sources.record(MemoryTx(), report, 5)
    sources.keep_rejected(MemoryTx(), DEFAULT_TENANT, "eve", [(b"?", "broken")], 5)
    assert await inventory.rejected(DEFAULT_TENANT, "eve", 10) == [(5, b"?", "broken")]
    assert await inventory.rejected(TenantId("other"), "eve", 10) == []
