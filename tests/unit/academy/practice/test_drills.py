"""Drills show nothing of the real names, and are judged by what was decided."""

from dataclasses import replace

import msgspec
import pytest

from netsentinel.academy.practice import Given, QuestionState
from netsentinel.academy.practice.checking import check
from netsentinel.academy.practice.drills import Drills, drill_of, drills_of
from netsentinel.academy.practice.errors import UndecidedAlertError
from netsentinel.academy.practice.judging import NEXT_STEP, NEXT_STEPS, SEVERITY, VERDICT, VERDICTS, judge, pose
from netsentinel.alerts import AlertPage
from netsentinel.alerts.model import Activity, ActivityKind, AlertDetail, AlertFilter, AlertSample, RuleText, Verdict
from netsentinel.detection.model import MatchedField
from netsentinel.kernel.clock import MINUTE
from netsentinel.kernel.errors import NotAllowedError, NotFoundError
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import TenantId
from tests.unit.academy.practice.site import ANA, memory_gym
from tests.unit.alerts.factories import alert

pytestmark = pytest.mark.anyio

SECRETS = ("10.4.7.9", "8.8.4.4", "dc-finance", "sommer", "acme", "helga")
EVENT = {"Computer": "dc-finance", "winlog": {"SubjectUserName": "ACME\\m.sommer", "SubjectDomainName": "ACME"}}
COMMAND = r"type C:\Users\m.sommer\x.txt > \\DC-FINANCE\c$ && curl https://files.acme.example/u -d 10.4.7.9"


def detail(verdict: Verdict = Verdict.TRUE_POSITIVE) -> AlertDetail:
    one = alert(
        title="m.sommer copied files from dc-finance",
        verdict=verdict,
        entity="dc-finance",
        entity_kind="host",
        src_ip="10.4.7.9",
        dst_ip="8.8.4.4",
        user="m.sommer",
        device="dc-finance",
        tags=("attack.t1021.002",),
    )
    sample = AlertSample(
        one.first_at, (MatchedField("CommandLine", COMMAND, "contains curl"),), msgspec.Raw(msgspec.json.encode(EVENT))
    )
    note = Activity(
        "act_1", one.id, 1, "usr_h", "helga", ActivityKind.NOTE, "helga asked m.sommer@acme.example about 8.8.4.4"
    )
    rule = RuleText(one.rule_id, one.title, "", ("backups of dc-finance",), (), "")
    return AlertDetail(one, rule, (sample,), (), (note,))


class SomeAlerts:
    """Knows alerts of the default tenant, the newest first."""

    def __init__(self, *known: AlertDetail) -> None:
        self._known = known

    async def detail(self, tenant: TenantId, alert_id: str) -> AlertDetail:
        (one,) = [one for one in self._known if (one.alert.tenant, one.alert.id) == (tenant, alert_id)]
        return one

    async def page(self, tenant: TenantId, where: AlertFilter, *, limit: int) -> AlertPage:
        found = [one.alert for one in self._known if one.alert.tenant == tenant and one.alert.entity in where.entities]
        return AlertPage(tuple(found[:limit]), None)

    async def entities_named(self, tenant: TenantId, typed: str) -> tuple[str, ...]:
        known = {one.alert.entity for one in self._known if one.alert.tenant == tenant}
        return (typed, *(entity for entity in known if entity.endswith(f"\\{typed}")))


def incident(*verdicts: Verdict) -> list[AlertDetail]:
    """Alerts about one host ten minutes apart, the newest first; the last of these verdicts is the oldest one's."""
    found: list[AlertDetail] = []
    for number, verdict in enumerate(verdicts):
        one, begin = detail(verdict), (len(verdicts) - number) * 10 * MINUTE
        title = f"m.sommer did {number} on dc-finance"
        changed = replace(one.alert, id=f"alr_{number}", title=title, first_at=begin, last_at=begin)
        found.append(replace(one, alert=changed))
    return found


def test_no_name_is_left_and_the_same_name_is_the_same_mask() -> None:
    content = drill_of(detail())
    check(content)
    said = msgspec.json.encode(content).decode().casefold()
    assert [name for name in SECRETS if name in said] == []
    facts = {fact.name: fact.value for fact in content.facts}
    assert facts["Device"] == facts["About"]
    assert facts["User"] in facts["Alert"]
    assert facts["From"].startswith("10.0.")
    assert facts["From"] in facts["CommandLine"]
    assert facts["To"].startswith("203.0.113.")
    assert facts["To"] in content.explanation
    assert content.concepts == ("T1021.002",)


def test_a_name_that_one_text_shows_is_replaced_in_all() -> None:
    one = detail()
    sample = replace(one.samples[0], matched=(MatchedField("CommandLine", r"type C:\Users\zora\x.txt", "contains"),))
    shown = drill_of(replace(one, alert=replace(one.alert, title="zora read a file"), samples=(sample,)))
    assert "zora" not in msgspec.json.encode(shown).decode().casefold()


def test_it_is_judged_by_what_was_decided() -> None:
    for at, verdict in enumerate((Verdict.TRUE_POSITIVE, Verdict.FALSE_POSITIVE, Verdict.BENIGN)):
        one = detail(verdict)
        pairs = {VERDICT: VERDICTS[at], SEVERITY: one.alert.level.value, NEXT_STEP: NEXT_STEPS[at]}
        assert judge(drill_of(one), Given(pairs=pairs)).is_right
        assert not judge(drill_of(one), Given(pairs={**pairs, VERDICT: VERDICTS[at - 1]})).is_right


async def test_a_drill_is_a_draft_until_somebody_approves_it(clock: FakeClock) -> None:
    gym, one = memory_gym(clock), detail()
    drills = Drills(SomeAlerts(one), gym.questions)
    made = await drills.make(ANA, one.alert.id)
    assert made.state is QuestionState.DRAFT
    assert (await gym.practice.due(ANA)).items == ()
    await gym.questions.decide(ANA, made.id, QuestionState.APPROVED)
    assert (await drills.make(ANA, one.alert.id)).state is QuestionState.APPROVED
    (item,) = (await gym.practice.due(ANA)).items
    assert one.alert.id not in msgspec.json.encode(pose(await gym.questions.get(ANA.tenant, made.id))).decode()
    assert {field.name for field in item.question.fields} == {VERDICT, SEVERITY, NEXT_STEP}


async def test_without_a_verdict_or_the_right_to_read_alerts_there_is_none(clock: FakeClock) -> None:
    one = detail(Verdict.UNDECIDED)
    drills = Drills(SomeAlerts(one), memory_gym(clock).questions)
    with pytest.raises(UndecidedAlertError):
        await drills.make(ANA, one.alert.id)
    with pytest.raises(NotAllowedError):
        await drills.make(replace(ANA, permissions=frozenset()), one.alert.id)


def test_drills_of_an_incident_share_their_masks_and_tell_what_was_before() -> None:
    newer, older = incident(Verdict.TRUE_POSITIVE, Verdict.TRUE_POSITIVE)
    other = replace(newer, samples=(replace(newer.samples[0], user="nina"),))
    first, second = drills_of([older, other])
    facts = [{fact.name: fact.value for fact in one.facts} for one in (first, second)]
    assert "Before it" not in facts[0]
    assert facts[1]["Before it"] == f"{facts[0]['Alert']} (10 minutes before)"
    assert facts[0]["From"] == facts[1]["From"]
    assert facts[0]["Device"] == facts[1]["Device"]
    said = msgspec.json.encode(second).decode().casefold()
    assert [name for name in (*SECRETS, "nina") if name in said] == []


async def test_of_an_incident_each_decided_alert_becomes_a_drill_once(clock: FakeClock) -> None:
    gym = memory_gym(clock)
    known = incident(Verdict.BENIGN, Verdict.UNDECIDED, Verdict.TRUE_POSITIVE)
    drills = Drills(SomeAlerts(*known), gym.questions)
    made = await drills.make_of_incident(ANA, "dc-finance")
    assert [one.source.id for one in made.items] == ["alr_2", "alr_0"]
    assert (made.added, made.undecided, made.left) == (2, 1, 0)
    assert {one.state for one in made.items} == {QuestionState.DRAFT}
    again = await drills.make_of_incident(ANA, "dc-finance")
    assert (again.added, again.items) == (0, made.items)
    assert (await drills.make(ANA, "alr_0")).id == made.items[1].id


async def test_an_incident_is_found_by_a_users_name_alone_unless_several_have_it(clock: FakeClock) -> None:
    def of(entity: str, alert_id: str) -> AlertDetail:
        (detail,) = incident(Verdict.BENIGN)
        return replace(detail, alert=replace(detail.alert, id=alert_id, entity=entity, entity_kind="user"))

    known = [of("acme\\ada", "alr_a"), of("acme\\bob", "alr_b"), of("lab\\bob", "alr_c")]
    drills = Drills(SomeAlerts(*known), memory_gym(clock).questions)
    assert [one.source.id for one in (await drills.make_of_incident(ANA, "ada")).items] == ["alr_a"]
    with pytest.raises(NotFoundError, match=r"bob may be any of 2: acme\\bob, lab\\bob"):
        await drills.make_of_incident(ANA, "bob")
    drills = Drills(SomeAlerts(*known, of("bob", "alr_d")), memory_gym(clock).questions)
    assert [one.source.id for one in (await drills.make_of_incident(ANA, "bob")).items] == ["alr_d"]


async def test_a_large_incident_is_taken_from_its_beginning(clock: FakeClock) -> None:
    known = incident(*(Verdict.BENIGN for _ in range(27)))
    made = await Drills(SomeAlerts(*known), memory_gym(clock).questions).make_of_incident(ANA, "dc-finance")
    assert (len(made.items), made.items[0].source.id, made.left) == (25, "alr_26", 2)


async def test_an_incident_needs_alerts_that_are_decided(clock: FakeClock) -> None:
    drills = Drills(SomeAlerts(*incident(Verdict.UNDECIDED)), memory_gym(clock).questions)
    with pytest.raises(UndecidedAlertError):
        await drills.make_of_incident(ANA, "dc-finance")
    for entity in ("elsewhere", ""):
        with pytest.raises(NotFoundError):
            await drills.make_of_incident(ANA, entity)
    with pytest.raises(NotAllowedError):
        await drills.make_of_incident(replace(ANA, permissions=frozenset()), "dc-finance")
