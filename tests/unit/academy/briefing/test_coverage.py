from dataclasses import replace

import pytest

from netsentinel.academy.briefing import Coverage
from netsentinel.academy.briefing.testing import FixedAlerts, FixedMastery, FixedTeam
from netsentinel.kernel.clock import DAY
from netsentinel.kernel.testing import FakeClock
from tests.unit.academy.briefing.site import GUESSING, lesson, taught
from tests.unit.academy.graph.site import T
from tests.unit.alerts.factories import alert

pytestmark = pytest.mark.anyio


async def test_techniques_that_nobody_masters_come_first(clock: FakeClock) -> None:
    site = await taught(clock, lesson("03", "Scans", "t1046"))
    now = clock.now()
    scan = replace(alert(2), tags=("attack.t1046",), last_at=now)
    old = replace(alert(3), tags=("attack.t9999",), last_at=now - 31 * DAY)
    odd = replace(alert(4), tags=("attack.t9998",), last_at=now)
    alerts = FixedAlerts(replace(GUESSING, last_at=now), replace(GUESSING, id="alr_5", last_at=now), scan, old, odd)
    mastery = FixedMastery({("usr_a", "t1110.001"): 0.61, ("usr_b", "t1046"): 0.5})
    report = await Coverage(site.graph, alerts, mastery, FixedTeam("usr_a", "usr_b"), clock).report(T, 30)
    assert [(one.id, one.alerts, one.masters, one.best) for one in report.items] == [
        ("T1046", 1, 0, 0.5),
        ("T9998", 1, 0, 0.0),
        ("T1110.001", 2, 1, 0.61),
    ]
    assert (report.people, report.covered, report.since) == (2, 1, now - 30 * DAY)
    assert [one.title for one in report.items[0].lessons] == ["Scans"]
    only = await Coverage(site.graph, alerts, mastery, FixedTeam(), clock).report(T, 30, ["usr_b"])
    assert (only.people, only.covered) == (1, 0)
