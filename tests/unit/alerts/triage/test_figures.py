import pytest

from netsentinel.alerts.model import AlertCount, AlertStatus, RaisedCount
from netsentinel.alerts.testing import MemoryAlerts, MemoryFigures
from netsentinel.alerts.triage import Figures
from netsentinel.kernel.clock import HOUR, MINUTE
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import Level, system_principal
from netsentinel.storage.testing import MemoryDatabase, MemoryTx
from tests.unit.alerts.factories import NOON, alert

pytestmark = pytest.mark.anyio


async def test_a_summary_counts_what_there_is() -> None:
    alerts = MemoryAlerts()
    for number, changes in enumerate(
        (
            {"raised_at": NOON - HOUR - 1, "assignee": "system"},
            {"raised_at": NOON - 2 * MINUTE},
            {"raised_at": NOON - 2 * MINUTE + 1, "status": AlertStatus.CLOSED},
        )
    ):
        alerts.save(MemoryTx(), alert(number, **changes))
    summary = await Figures(MemoryDatabase(), MemoryFigures(alerts), FakeClock(NOON)).summary(system_principal())
    assert summary.counts == (
        AlertCount(AlertStatus.CLOSED, Level.MEDIUM, 1),
        AlertCount(AlertStatus.OPEN, Level.MEDIUM, 2),
    )
    assert (summary.unassigned, summary.mine, summary.at) == (1, 1, NOON)
    assert summary.raised == (RaisedCount(NOON - 2 * MINUTE, 2),)
