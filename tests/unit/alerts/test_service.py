from dataclasses import replace
from typing import Any

import msgspec
import pytest

from netsentinel.alerts import AlertFilter, AlertService, AlertStores
from netsentinel.alerts import service as module
from netsentinel.alerts.model import AlertStatus, RuleText, Verdict
from netsentinel.alerts.testing import MemoryActivity, MemoryAlerts, MemoryEvidence, MemoryThreats
from netsentinel.kernel.clock import DAY, HOUR
from netsentinel.kernel.entries import Entry
from netsentinel.kernel.errors import InvalidCursorError, NotFoundError
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId
from netsentinel.storage.testing import MemoryDatabase, MemoryTx
from tests.unit.alerts.factories import NOON, alert

pytestmark = pytest.mark.anyio

OTHER = TenantId("other")


class Office:
    """The service over stores in memory."""

    def __init__(self) -> None:
        self.db = MemoryDatabase()
        self.clock = FakeClock(NOON)
        self.stores = AlertStores(MemoryAlerts(), MemoryEvidence(), MemoryThreats(), MemoryActivity())
        self.service = AlertService(self.db, self.stores, self.clock, 6 * HOUR)

    def add(self, number: int, **changes: object) -> None:
        self.stores.alerts.save(MemoryTx(), alert(number, **changes))

    def react(self, number: int, *, by: str = "system", **changes: object) -> MemoryTx:
        self.add(number, **changes)
        tx = MemoryTx()
        payload = msgspec.to_builtins(alert(number, **changes))
        self.service.on_alert_entry(
            tx, Entry(7, DEFAULT_TENANT, "alert.raised", NOON, by, "x", payload, (), audited=False)
        )
        return tx

    async def score(self) -> int:
        return (await self.service.threat(DEFAULT_TENANT, "203.0.113.66")).threat.score


@pytest.fixture
def office() -> Office:
    return Office()


async def test_pages_join_without_gap_or_double(office: Office) -> None:
    for number in range(7):
        office.add(number, last_at=NOON + number // 2)
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = await office.service.page(DEFAULT_TENANT, AlertFilter(), limit=2, cursor=cursor)
        seen += [item.id for item in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert seen == [f"alr_{number:04}" for number in reversed(range(7))]


async def test_a_cursor_of_another_list_is_refused(office: Office) -> None:
    with pytest.raises(InvalidCursorError):
        await office.service.page(DEFAULT_TENANT, AlertFilter(), limit=2, cursor="bm90IG91cnM")


async def test_an_alert_of_another_tenant_does_not_exist(office: Office) -> None:
    office.add(1, tenant=OTHER)
    with pytest.raises(NotFoundError):
        await office.service.detail(DEFAULT_TENANT, "alr_0001")


async def test_detail_shows_what_else_the_entity_did(office: Office) -> None:
    office.add(1)
    office.add(2)
    office.add(3, entity="198.51.100.1")
    detail = await office.service.detail(DEFAULT_TENANT, "alr_0001")
    assert [other.id for other in detail.related] == ["alr_0002"]


async def test_the_reaction_scores_the_entity_and_doing_it_twice_changes_nothing(office: Office) -> None:
    first = office.react(1, score=70)
    again = office.react(1, score=70)
    assert [entry.kind for entry in first.entries] == ["threat.updated"]
    assert first.entries[0].cause == (7,)
    assert again.entries == []
    office.react(2, score=90)
    detail = await office.service.threat(DEFAULT_TENANT, "203.0.113.66")
    assert detail.threat.alerts == 2
    assert 95 <= detail.threat.score <= 100


async def test_a_threat_says_when_an_alert_about_it_was_last_raised(office: Office) -> None:
    office.react(1, last_at=NOON, raised_at=NOON + DAY)
    office.react(2, last_at=NOON - 30 * DAY, raised_at=NOON + 2 * DAY)
    office.react(3, last_at=NOON + HOUR, raised_at=NOON)
    threat = (await office.service.threat(DEFAULT_TENANT, "203.0.113.66")).threat
    assert (threat.last_at, threat.raised_at) == (NOON + HOUR, NOON + 2 * DAY)


async def test_when_a_threat_was_raised_is_known_without_the_alert_that_did(office: Office) -> None:
    office.react(1, raised_at=NOON + 2 * DAY)
    office.stores = replace(office.stores, alerts=MemoryAlerts())
    office.service = AlertService(office.db, office.stores, office.clock, 6 * HOUR)
    office.react(2, raised_at=NOON + DAY)
    assert (await office.service.threat(DEFAULT_TENANT, "203.0.113.66")).threat.raised_at == NOON + 2 * DAY


async def test_a_threat_fades_and_can_be_filtered_by_its_score_of_now(office: Office) -> None:
    office.react(1, score=70)
    office.clock.advance(12 * HOUR)
    page = await office.service.threats(DEFAULT_TENANT, limit=10)
    assert [threat.score for threat in page.items] == [17]
    assert (await office.service.threats(DEFAULT_TENANT, limit=10, min_score=18)).items == ()


@pytest.mark.parametrize(
    "change", [{"assignee": "usr_1"}, {"status": AlertStatus.ACKNOWLEDGED}, {"status": AlertStatus.CLOSED}]
)
async def test_what_people_do_with_an_alert_never_raises_the_score(office: Office, change: dict[str, Any]) -> None:
    office.react(1, score=70)
    office.react(2, score=30)
    office.clock.advance(HOUR)
    before = await office.score()
    seen = office.react(2, by="usr_1", score=30, updated_at=office.clock.now(), version=2, **change)
    assert (await office.score(), seen.entries) == (before, [])
    office.react(2, score=31, count=2, updated_at=office.clock.now(), last_at=office.clock.now(), version=3, **change)
    assert await office.score() > before


async def test_a_dismissed_alert_lowers_the_score(office: Office) -> None:
    office.react(1, score=70)
    office.react(2, score=30)
    before = await office.score()
    office.clock.advance(HOUR)
    closed = {"status": AlertStatus.CLOSED, "verdict": Verdict.FALSE_POSITIVE, "updated_at": office.clock.now()}
    office.react(1, by="usr_1", score=70, **closed)
    assert 0 < await office.score() < 30 < before
    office.react(2, by="usr_1", score=30, **closed)
    assert await office.score() == 0


async def test_findings_of_an_old_record_restart_the_decay_when_they_come(office: Office) -> None:
    office.react(1, score=70, last_at=NOON - 30 * DAY)
    office.clock.advance(DAY)
    office.react(1, score=71, last_at=NOON - 30 * DAY, count=2, updated_at=office.clock.now())
    assert await office.score() == 70


async def test_threat_pages_join(office: Office) -> None:
    for number in range(5):
        office.react(number, entity=f"192.0.2.{number}", score=50)
    first = await office.service.threats(DEFAULT_TENANT, limit=3)
    rest = await office.service.threats(DEFAULT_TENANT, limit=3, cursor=first.next)
    entities = [threat.entity for threat in (*first.items, *rest.items)]
    assert sorted(entities) == [f"192.0.2.{number}" for number in range(5)]
    assert rest.next is None


async def test_an_unknown_entity_is_not_found(office: Office) -> None:
    with pytest.raises(NotFoundError):
        await office.service.threat(DEFAULT_TENANT, "192.0.2.1")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("workstation5\\wardog", ["workstation5\\wardog"]),
        ("WORKSTATION5\\WarDog", ["workstation5\\wardog"]),
        ("WORKSTATION5.theshire.local\\wardog", ["workstation5\\wardog"]),
        ("wardog@THESHIRE.LOCAL", ["theshire\\wardog"]),
        ("Wardog", ["theshire\\wardog", "workstation5\\wardog"]),
        ("ward", []),
        ("dog", []),
        ("WORKSTATION5", ["workstation5"]),
        ("WORKSTATION5.theshire.local", ["workstation5"]),
        ("WORKSTATION5$", ["workstation5"]),
        ("THESHIRE\\WORKSTATION5$", ["workstation5"]),
        ("john.doe", ["theshire\\john.doe"]),
        ("root", ["root"]),
        ("web1.example.org", ["web1.example.org"]),
        ("10.0.0.9", ["10.0.0.9"]),
        ("100%", []),
        ("", []),
    ],
)
async def test_a_name_that_somebody_types_finds_its_bearers(office: Office, typed: str, meant: list[str]) -> None:
    users = ["workstation5\\wardog", "theshire\\wardog", "theshire\\hotdog", "theshire\\john.doe", "root"]
    for number, entity in enumerate([*users, "workstation5", "john", "web1", "web1.example.org", "10.0.0.9"]):
        office.react(number, entity=entity, entity_kind="user" if entity in users else "host")
    names = await office.service.entities_named(DEFAULT_TENANT, typed)
    found = (await office.service.page(DEFAULT_TENANT, AlertFilter(entities=names), limit=50)).items if names else ()
    assert sorted(one.entity for one in found) == meant
    if len(meant) == 1:
        assert (await office.service.threat_named(DEFAULT_TENANT, typed)).threat.entity == meant[0]


async def test_a_name_of_several_is_no_threat_unless_one_is_called_just_so(office: Office) -> None:
    for number, entity in enumerate(["pc04\\ann", "shire\\ann"]):
        office.react(number, entity=entity, entity_kind="user")
    with pytest.raises(NotFoundError, match=r"Ann may be any of 2: pc04\\ann, shire\\ann"):
        await office.service.threat_named(DEFAULT_TENANT, "Ann")
    with pytest.raises(NotFoundError, match="No alert names Bob"):
        await office.service.threat_named(DEFAULT_TENANT, "Bob")
    office.react(3, entity="Ann", entity_kind="user")
    assert (await office.service.threat_named(DEFAULT_TENANT, "Ann")).threat.entity == "Ann"


async def test_a_name_is_found_however_many_have_it_in_their_domains(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_NAMESAKES", 3)
    for number, entity in enumerate(["a\\root", "b\\root", "c\\root", "root"]):
        office.react(number, entity=entity, entity_kind="user")
    assert (await office.service.threat_named(DEFAULT_TENANT, "root")).threat.entity == "root"
    where = AlertFilter(entities=await office.service.entities_named(DEFAULT_TENANT, "root"))
    assert "root" in {one.entity for one in (await office.service.page(DEFAULT_TENANT, where, limit=9)).items}


def test_the_reaction_leaves_an_alert_that_is_gone_alone(office: Office) -> None:
    payload = msgspec.to_builtins(replace(alert(1), entity="gone"))
    tx = MemoryTx()
    office.service.on_alert_entry(
        tx, Entry(7, DEFAULT_TENANT, "alert.raised", NOON, "system", "x", payload, (), audited=False)
    )
    assert tx.entries == []


async def test_a_detectors_alert_says_its_own_title_whatever_others_of_it_say(
    office: Office,
) -> None:
    office.add(1, detector="password_guessing", rule_id="password_guessing", title="Password guessing (ssh)")
    texts = RuleText("password_guessing", "Password guessing (ftp)", "ftp", ("a forgotten password",), (), "")
    office.stores.evidence.keep_rule(MemoryTx(), DEFAULT_TENANT, texts)
    rule = (await office.service.detail(DEFAULT_TENANT, "alr_0001")).rule
    assert (rule.title, rule.false_positives) == ("Password guessing (ssh)", ("a forgotten password",))


async def test_a_rule_says_its_own_title(office: Office) -> None:
    office.add(1, title="What an older version was called")
    office.stores.evidence.keep_rule(MemoryTx(), DEFAULT_TENANT, RuleText("rule-1", "Now", "", (), (), "title: Now"))
    assert (await office.service.detail(DEFAULT_TENANT, "alr_0001")).rule.title == "Now"
