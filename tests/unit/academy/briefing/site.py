"""A graph that knows some of ATT&CK, with lessons of published courses."""

from dataclasses import replace

from netsentinel.academy.graph import Claims, ConceptClaim, ConceptKind, EdgeClaim, Origin, OriginKind, Relation
from netsentinel.academy.graph.attack import ATTACK, AttackRow, claims_from
from netsentinel.kernel.testing import FakeClock
from tests.unit.academy.graph.site import ANA, Site, memory_site
from tests.unit.alerts.factories import alert

TABLE = (
    AttackRow(id="TA0006", kind=ConceptKind.TACTIC, name="Credential Access", under=()),
    AttackRow(id="T1110", kind=ConceptKind.TECHNIQUE, name="Brute Force", under=("TA0006",)),
    AttackRow(id="T1110.001", kind=ConceptKind.TECHNIQUE, name="Password Guessing", under=("T1110",)),
    AttackRow(id="T1046", kind=ConceptKind.TECHNIQUE, name="Network Service Discovery", under=("TA0006",)),
)


def lesson(slug: str, title: str, *explains: str, requires: tuple[str, ...] = ()) -> Claims:
    key = f"lesson:alerts/{slug}"
    return Claims(
        (
            ConceptClaim(name=title, key=key, kind=ConceptKind.LESSON, text="Reading alerts"),
            *(ConceptClaim(name=one) for one in requires),
        ),
        (
            *(EdgeClaim(source=key, target=one, relation=Relation.EXPLAINS) for one in explains),
            *(EdgeClaim(source=key, target=one) for one in requires),
        ),
    )


async def taught(clock: FakeClock, *lessons: Claims) -> Site:
    site = memory_site(clock)
    await site.graph.state(ANA, ATTACK, claims_from(TABLE))
    for number, one in enumerate(lessons):
        await site.graph.state(ANA, Origin(OriginKind.COURSE, f"crs_{number}"), one)
    return site


GUESSING = replace(alert(1), tags=("attack.t1110.001", "attack.credential_access"))
