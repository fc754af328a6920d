from pathlib import Path
from typing import Any

import pytest

from netsentinel.alerts import AlertStatus, Verdict
from netsentinel.alerts.reports import ReportFormat, Reports
from netsentinel.alerts.reports.model import Counted
from netsentinel.events.lake import EventLake
from netsentinel.events.lake.spool import SpoolWriter
from netsentinel.events.model import Event, Logsource
from netsentinel.events.ports import InboxBatch
from netsentinel.events.testing import MemoryEventStore
from netsentinel.kernel.clock import DAY, HOUR
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import DEFAULT_TENANT, Level
from netsentinel.storage.testing import MemoryDatabase
from tests.unit.alerts.factories import NOON
from tests.unit.alerts.reports.desk import Events, report, scope
from tests.unit.alerts.test_service import Office

pytestmark = pytest.mark.anyio


@pytest.fixture
def office() -> Office:
    made = Office()
    for number in range(1, 6):
        made.add(number, last_at=NOON + number * HOUR, count=10)
    made.add(
        6,
        level=Level.CRITICAL,
        last_at=NOON,
        rule_id="rule-2",
        entity="192.0.2.1",
        status=AlertStatus.CLOSED,
        tags=("attack.t1110.001", "attack.initial_access"),
    )
    made.add(7, level=Level.HIGH, verdict=Verdict.TRUE_POSITIVE, last_at=NOON, rule_id="rule-2")
    made.add(8, last_at=NOON - 2 * DAY)
    return made


async def test_everything_is_counted_once(office: Office) -> None:
    found = await report(office)
    assert (found.alerts, found.events, found.undecided) == (7, 7, 1)
    assert [one.count for one in found.by_level] == [1, 1, 5, 0, 0]
    assert found.by_status == (Counted("open", 6), Counted("closed", 1))
    assert [(one.rule_id, one.alerts, one.level) for one in found.rules] == [
        ("rule-1", 5, Level.MEDIUM),
        ("rule-2", 2, Level.CRITICAL),
    ]
    assert found.entities[0] == Counted("203.0.113.66", 6)
    assert Counted("T1110.001", 1) in found.techniques
    assert [one.alert.id for one in found.notable][:2] == ["alr_0006", "alr_0007"]
    assert sum(span.count for span in found.over_time) == 7
    assert len(found.over_time) * found.width == 2 * DAY


async def test_an_entity_has_its_own_report(office: Office) -> None:
    events = Events()
    found = await Reports(office.service, events).gather(scope("192.0.2.1"))
    assert found.title.startswith("Incident report: 192.0.2.1")
    assert (found.alerts, found.events) == (1, 28)
    assert {where.equal[0][0] for where in events.asked} == {"src_ip", "dst_ip", "user", "device"}


async def test_events_of_an_entity_are_counted_by_the_names_that_they_have() -> None:
    office, events = Office(), Events()
    office.add(1, last_at=NOON, entity="shire\\ann", entity_kind="user", user="SHIRE\\ann", src_ip="")
    office.add(2, last_at=NOON, entity="shire\\ann", entity_kind="user", user="ann", src_ip="")
    await Reports(office.service, events).gather(scope("shire\\ann"))
    asked = dict(where.equal[0] for where in events.asked)
    assert asked["user"] == ("SHIRE\\ann", "ann", "shire\\ann")
    assert asked["device"] == ("shire\\ann",)


@pytest.mark.parametrize(("typed", "alerts"), [("SHIRE\\Ann", 2), ("ann@shire.local", 2), ("Ann", 3), ("nn", 0)])
async def test_an_entity_may_be_named_as_people_and_logs_do(typed: str, alerts: int) -> None:
    office = Office()
    for number, entity in enumerate(["shire\\ann", "shire\\ann", "pc04\\ann", "shire\\ben"]):
        office.react(number, last_at=NOON, entity=entity, entity_kind="user", src_ip="")
    found = await Reports(office.service, Events()).gather(scope(typed))
    assert found.alerts == alerts
    assert sum(threat.alerts for threat in found.threats) == alerts
    assert [threat.score for threat in found.threats] == sorted((one.score for one in found.threats), reverse=True)


async def test_of_very_many_who_have_a_name_the_gravest_threats_are_shown() -> None:
    office = Office()
    for number, domain in enumerate([*range(30), 29, 29, 20]):
        office.react(number, last_at=NOON, entity=f"d{domain:02}\\ann", entity_kind="user", src_ip="")
    found = await Reports(office.service, Events()).gather(scope("ann"))
    assert [threat.entity for threat in found.threats[:2]] == ["d29\\ann", "d20\\ann"]
    assert len(found.threats) == 10


async def test_so_many_names_of_an_entity_are_looked_for() -> None:
    office, events = Office(), Events()
    for number in range(100):
        office.add(number, last_at=NOON, entity="ann", entity_kind="user", user=f"ann@{number}", src_ip="")
    await Reports(office.service, events).gather(scope("ann"))
    assert len(dict(where.equal[0] for where in events.asked)["user"]) <= 51


async def test_an_event_that_names_the_entity_in_several_columns_is_counted_once(
    office: Office, memory_database: MemoryDatabase, tmp_path: Path
) -> None:
    named: tuple[dict[str, Any], ...] = (
        {"src_ip": "192.0.2.1"},
        {"src_ip": "192.0.2.1", "dst_ip": "192.0.2.1"},
        {"dst_ip": "192.0.2.1", "device": "192.0.2.1"},
        {"user": "192.0.2.1", "device": "192.0.2.1"},
        {"src_ip": "192.0.2.1", "dst_ip": "192.0.2.1", "user": "192.0.2.1", "device": "192.0.2.1"},
        {"device": "192.0.2.1"},
        {"src_ip": "192.0.2.2"},
        {"src_ip": "192.0.2.1", "time": NOON + 3 * DAY},
    )
    clock = FakeClock(NOON)
    store, spool = MemoryEventStore(memory_database, clock), SpoolWriter(tmp_path)
    spool.begin(InboxBatch(1, DEFAULT_TENANT, "eve", "", NOON, len(named), b""))
    base: dict[str, Any] = {"tenant": DEFAULT_TENANT, "source": "eve", "format": "suricata", "time": NOON}
    base |= {"class_uid": 4001, "logsource": Logsource("suricata", "", "flow"), "native": {}}
    spool.keep([Event(**(base | columns)) for columns in named])
    await store.append(spool.cut(), lambda _: None)
    reports = Reports(office.service, EventLake(store, store, clock))
    assert [(await reports.gather(scope(entity))).events for entity in ("192.0.2.1", "192.0.2.2", "")] == [6, 1, 7]


async def test_nothing_is_a_report_too() -> None:
    found = await report(Office(), "nobody")
    assert (found.alerts, found.threats, found.notable) == (0, (), ())


async def test_progress_is_told(office: Office) -> None:
    said: list[tuple[float, str, str]] = []
    reports = Reports(office.service, Events())
    made = await reports.gather(scope(), lambda percent, stage, text: said.append((percent, stage, text)))
    assert [stage for _, stage, _ in said] == ["alerts", "events", "details"]
    assert [percent for percent, _, _ in said] == sorted(percent for percent, _, _ in said)
    pieces = [piece async for piece in reports.pieces(made, ReportFormat.JSON)]
    assert b'"alr_0006"' in b"".join(pieces)
