import pytest

from netsentinel.events import IntakeService
from netsentinel.events.configured import IntakeSink
from netsentinel.events.positions import StreamPosition
from netsentinel.events.service import Limits
from netsentinel.events.sources import Outgoing
from netsentinel.events.testing import MemoryInbox
from netsentinel.kernel.clock import SystemClock
from netsentinel.kernel.errors import UnavailableError
from netsentinel.kernel.types import TenantId
from netsentinel.storage.testing import MemoryDatabase

pytestmark = pytest.mark.anyio

BATCH = Outgoing("fw", "cef", b"a\nb\n", StreamPosition("s", 0, 2))


async def test_a_batch_is_kept_once_for_its_tenant_and_detection_is_told() -> None:
    inbox, woken = MemoryInbox(), list[str]()
    intake = IntakeService(MemoryDatabase(), inbox, SystemClock())
    sink = IntakeSink(intake, TenantId("acme"), lambda: woken.append("up"))
    assert await sink.deliver(BATCH) == 2
    assert await sink.deliver(BATCH) == 2
    (kept,) = inbox.batches.values()
    assert (kept.tenant, kept.source, kept.format, kept.records) == ("acme", "fw", "cef", 2)
    assert woken


async def test_a_full_inbox_says_later() -> None:
    intake = IntakeService(MemoryDatabase(), MemoryInbox(), SystemClock(), Limits(max_backlog=0))
    with pytest.raises(UnavailableError):
        await IntakeSink(intake, TenantId("acme"), lambda: None).deliver(BATCH)
