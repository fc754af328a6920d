from collections.abc import Iterable
from dataclasses import replace

import pytest

from netsentinel.academy.briefing import Coverage, Shown
from netsentinel.academy.briefing.testing import FixedAlerts, FixedMastery, FixedShifts, FixedTeam
from netsentinel.academy.courses import Cohort
from netsentinel.kernel.clock import DAY
from netsentinel.kernel.errors import NotAllowedError, NotFoundError
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import ROLE_PERMISSIONS, Principal, Role
from tests.unit.academy.briefing.site import GUESSING, lesson, taught
from tests.unit.academy.graph.site import T
from tests.unit.alerts.factories import alert

pytestmark = pytest.mark.anyio

TEACHER = Principal("usr_t", "user", T, Role.ANALYST, "Tea", ROLE_PERMISSIONS[Role.ANALYST])
READER = Principal("usr_r", "user", T, Role.VIEWER, "Rea", ROLE_PERMISSIONS[Role.VIEWER])


def cohort(name: str, members: Iterable[str]) -> Cohort:
    return Cohort(
        id=f"coh_{name}", tenant=T, name=name, members=tuple(members), created_by="x", created_at=1, updated_at=1
    )


async def test_techniques_that_nobody_masters_come_first(clock: FakeClock) -> None:
    site = await taught(clock, lesson("03", "Scans", "t1046"))
    now = clock.now()
    scan = replace(alert(2), tags=("attack.t1046",), last_at=now)
    old = replace(alert(3), tags=("attack.t9999",), last_at=now - 31 * DAY, raised_at=now - 31 * DAY)
    odd = replace(alert(4), tags=("attack.t9998",), last_at=now)
    alerts = FixedAlerts(replace(GUESSING, last_at=now), replace(GUESSING, id="alr_5", last_at=now), scan, old, odd)
    mastery = FixedMastery({("usr_a", "t1110.001"): 0.61, ("usr_b", "t1046"): 0.5})
    shifts = FixedShifts(cohort("night", ["usr_b", "usr_elsewhere"]), on=["night"])
    coverage = Coverage(site.graph, alerts, mastery, FixedTeam("usr_a", "usr_b"), shifts, clock)
    report = await coverage.report(TEACHER, 30)
    assert [(one.id, one.alerts, one.masters, one.mastered_by, one.best) for one in report.items] == [
        ("T1046", 1, 0, (), 0.5),
        ("T9998", 1, 0, (), 0.0),
        ("T1110.001", 2, 1, ("usr_a",), 0.61),
    ]
    assert (report.shifts, report.shown) == (None, Shown.NAMES)
    assert (report.people, report.covered, report.since) == (2, 1, now - 30 * DAY)
    assert [one.title for one in report.items[0].lessons] == ["Scans"]
    for shift in ("now", "night", "coh_night"):
        only = await coverage.report(TEACHER, 30, shift)
        assert (only.shifts, only.people, only.covered) == (("night",), 1, 0)
    with pytest.raises(NotFoundError):
        await coverage.report(TEACHER, 30, "day")


async def test_nobody_is_on_shift(clock: FakeClock) -> None:
    site = await taught(clock)
    alerts = FixedAlerts(replace(GUESSING, last_at=clock.now()))
    shifts = FixedShifts(cohort("night", ["usr_a"]))
    mastery = FixedMastery({("usr_a", "t1110.001"): 0.9})
    report = await Coverage(site.graph, alerts, mastery, FixedTeam("usr_a"), shifts, clock).report(TEACHER, 30, "now")
    assert (report.shifts, report.people, report.covered) == ((), 0, 0)
    assert [one.masters for one in report.items] == [0]


async def test_who_may_not_teach_sees_numbers_that_do_not_say_who(clock: FakeClock) -> None:
    site = await taught(clock, lesson("03", "Scans", "t1046"))
    now = clock.now()
    scan = replace(alert(2), tags=("attack.t1046",), last_at=now)
    alerts = FixedAlerts(replace(GUESSING, last_at=now), replace(GUESSING, id="alr_5", last_at=now), scan)
    mastery = FixedMastery({("usr_a", "t1110.001"): 0.9})
    shifts = FixedShifts(cohort("night", ["usr_a"]))
    few = await Coverage(site.graph, alerts, mastery, FixedTeam("usr_a", "usr_b"), shifts, clock).report(READER, 30)
    assert (few.shown, few.covered) == (Shown.NOTHING, None)
    # In the order of how often they were seen: the order must not say what is mastered either.
    told = [(one.id, one.masters, one.mastered_by, one.best) for one in few.items]
    assert told == [("T1110.001", None, (), None), ("T1046", None, (), None)]
    three = Coverage(site.graph, alerts, mastery, FixedTeam("usr_a", "usr_b", "usr_c"), shifts, clock)
    some = await three.report(READER, 30)
    assert (some.shown, some.covered, some.people) == (Shown.COUNTS, 1, 3)
    told = [(one.id, one.masters, one.mastered_by, one.best) for one in some.items]
    assert told == [("T1046", 0, (), None), ("T1110.001", 1, (), None)]
    for shift in ("now", "night"):
        with pytest.raises(NotAllowedError):
            await three.report(READER, 30, shift)
