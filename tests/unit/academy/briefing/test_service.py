from dataclasses import replace

import pytest

from netsentinel.academy.briefing import Briefing, Via
from netsentinel.academy.briefing.testing import FixedAlerts, FixedMastery
from netsentinel.kernel.errors import NotFoundError
from netsentinel.kernel.testing import FakeClock
from tests.unit.academy.briefing.site import GUESSING, lesson, taught
from tests.unit.academy.graph.site import ANA, STRANGER
from tests.unit.alerts.factories import alert

pytestmark = pytest.mark.anyio


async def test_an_alert_leads_to_its_lessons_and_to_what_its_viewer_lacks(clock: FakeClock) -> None:
    site = await taught(
        clock,
        lesson("01-guessing", "Guessing", "t1110.001", requires=("password",)),
        lesson("02-force", "Force", "t1110"),
        lesson("03-scans", "Scans", "t1046"),
    )
    mastery = FixedMastery({(ANA.id, "t1110"): 0.9})
    told = await Briefing(site.graph, FixedAlerts(GUESSING), mastery).lessons(ANA, GUESSING.id)
    assert [(one.id, one.name) for one in told.techniques] == [("T1110.001", "Password Guessing")]
    assert [(one.lesson, one.via, one.explains) for one in told.lessons] == [
        ("01-guessing", Via.TECHNIQUE, ("Password Guessing",)),
        ("02-force", Via.PARENT, ("Password Guessing",)),
    ]
    assert (told.lessons[0].course, told.lessons[0].course_title) == ("alerts", "Reading alerts")
    assert {one.key for one in told.lacks} == {"ta0006", "password"}
    assert set(told.drill) == {"t1110.001", "ta0006", "password"}
    with pytest.raises(NotFoundError):
        await Briefing(site.graph, FixedAlerts(GUESSING), mastery).lessons(STRANGER, GUESSING.id)


async def test_what_is_mastered_is_not_lacked(clock: FakeClock) -> None:
    site = await taught(clock, lesson("01", "Guessing", "t1110.001"))
    mastery = FixedMastery({(ANA.id, key): 0.7 for key in ("t1110", "ta0006")})
    assert (await Briefing(site.graph, FixedAlerts(GUESSING), mastery).lessons(ANA, GUESSING.id)).lacks == ()


async def test_what_nobody_reviewed_is_not_to_be_understood_first(clock: FakeClock) -> None:
    site = await taught(clock, lesson("01", "Guessing", "t1110.001", requires=("password",)))
    pairs = (("T1110", "cookie"), ("password", "microservice"), ("password", "secret"), ("secret", "entropy"))
    await site.says("med_sheet", requires=pairs)
    briefing = Briefing(site.graph, FixedAlerts(GUESSING), FixedMastery())

    async def lacks() -> list[str]:
        told = await briefing.lessons(ANA, GUESSING.id)
        assert {one.key for one in told.lacks} < {*told.drill}
        return [one.name for one in told.lacks]

    assert set(await lacks()) == {"Credential Access", "Brute Force", "password"}
    await site.vouch(("password", "secret"))
    confirmed = await lacks()
    assert set(confirmed) == {"Credential Access", "Brute Force", "password", "secret"}
    assert confirmed.index("secret") < confirmed.index("password")


async def test_an_alert_without_techniques_gets_what_fits_its_words(clock: FakeClock) -> None:
    site = await taught(clock, lesson("01", "Reading port scans"), lesson("02", "Phishing mail"))
    plain = replace(alert(1), tags=(), title="Port scan of 20 hosts", description="Somebody scans ports.")
    told = await Briefing(site.graph, FixedAlerts(plain), FixedMastery()).lessons(ANA, plain.id)
    assert [(one.title, one.via) for one in told.lessons][:1] == [("Reading port scans", Via.WORDS)]
    nothing = await taught(clock)
    assert (await Briefing(nothing.graph, FixedAlerts(plain), FixedMastery()).lessons(ANA, plain.id)).lessons == ()
