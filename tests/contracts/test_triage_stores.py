"""One suite for the stores of triage and of suppressions: in memory, on SQLite and on PostgreSQL."""

from dataclasses import dataclass, replace

import msgspec
import pytest

from netsentinel.alerts import AlertFilter, AlertStatus, AlertStore, Verdict
from netsentinel.alerts.model import Activity, ActivityKind, AlertCount, AlertSample, RaisedCount
from netsentinel.alerts.ports import ActivityStore, AlertFigures, EvidenceStore
from netsentinel.alerts.store_sql import SqlAlerts, SqlEvidence
from netsentinel.alerts.suppression import Condition, HiddenFinding, Match, Suppression, SuppressionStores
from netsentinel.alerts.suppression.ports import KEPT
from netsentinel.alerts.suppression.store_sql import SqlHiddenFindings, SqlSuppressions
from netsentinel.alerts.suppression.testing import memory_suppressions
from netsentinel.alerts.testing import MemoryActivity, MemoryAlerts, MemoryEvidence, MemoryFigures
from netsentinel.alerts.triage.store_sql import SqlActivity, SqlFigures
from netsentinel.kernel.clock import DAY, MINUTE
from netsentinel.kernel.types import DEFAULT_TENANT, Level, TenantId, system_principal
from netsentinel.storage import Database, Tx
from netsentinel.storage.testing import MemoryDatabase
from tests.unit.alerts.factories import NOON, alert

pytestmark = pytest.mark.anyio

OTHER = TenantId("other")
T = DEFAULT_TENANT


@dataclass
class Shelf:
    """A database with the stores that are kept in it."""

    db: Database
    alerts: AlertStore
    evidence: EvidenceStore
    activity: ActivityStore
    figures: AlertFigures
    hiding: SuppressionStores


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def shelf(request: pytest.FixtureRequest) -> Shelf:
    if request.param == "memory":
        alerts = MemoryAlerts()
        figures = MemoryFigures(alerts)
        return Shelf(MemoryDatabase(), alerts, MemoryEvidence(), MemoryActivity(), figures, memory_suppressions())
    hiding = SuppressionStores(SqlSuppressions(), SqlHiddenFindings())
    database = request.getfixturevalue(f"{request.param}_database")
    return Shelf(database, SqlAlerts(), SqlEvidence(), SqlActivity(), SqlFigures(), hiding)


def did(number: int, **changes: object) -> Activity:
    base = Activity(f"act_{number}", "alr_1", NOON + number, "usr_1", "ann", ActivityKind.NOTE, f"note {number}")
    return replace(base, **changes)  # type: ignore[arg-type] - a test's convenience


def suppression(number: int, **changes: object) -> Suppression:
    base = Suppression(
        id=f"sup_{number}",
        tenant=T,
        conditions=(
            Condition("rule_id", Match.EQUALS, ("r", "s")),
            Condition("event.url", Match.STARTSWITH, ("/ü'",)),
        ),
        reason="known",
        alert_id="alr_1",
        created_by="usr_1",
        created_by_name="ann",
        created_at=NOON + number,
        expires_at=0,
    )
    return replace(base, **changes)  # type: ignore[arg-type] - a test's convenience


def hidden(number: int) -> HiddenFinding:
    event = msgspec.Raw(b'{"n":%d}' % number)
    return HiddenFinding(NOON + number, "r", "Title", Level.HIGH, "192.0.2.1", "192.0.2.1", "192.0.2.2", event)


async def test_an_alert_keeps_who_looks_after_it(shelf: Shelf) -> None:
    await shelf.db.write(lambda tx: shelf.alerts.save(tx, alert(1)))
    mine = alert(1, assignee="usr_1", assignee_name="ann", version=2)
    await shelf.db.write(lambda tx: shelf.alerts.save(tx, mine))
    assert await shelf.db.read(lambda tx: shelf.alerts.get(tx, T, "alr_0001")) == mine


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (AlertFilter(assignee="usr_1"), [1]),
        (AlertFilter(assignee="Ann"), [1]),
        (AlertFilter(assignee="an"), []),
        (AlertFilter(assignee="äGNES"), [4]),
        (AlertFilter(unassigned=True), [3, 2]),
        (AlertFilter(verdict=(Verdict.BENIGN, Verdict.FALSE_POSITIVE)), [2]),
    ],
)
async def test_filters_of_triage(shelf: Shelf, where: AlertFilter, expected: list[int]) -> None:
    def fill(tx: Tx) -> None:
        shelf.alerts.save(tx, alert(1, assignee="usr_1", assignee_name="ann"))
        shelf.alerts.save(tx, alert(2, verdict=Verdict.BENIGN))
        shelf.alerts.save(tx, alert(3))
        shelf.alerts.save(tx, alert(4, assignee="usr_2", assignee_name="Ägnes"))

    await shelf.db.write(fill)
    found = await shelf.db.read(lambda tx: shelf.alerts.page(tx, T, where, 10, None))
    assert [one.id for one in found] == [f"alr_{number:04}" for number in expected]


async def test_samples_of_several_alerts_come_at_once(shelf: Shelf) -> None:
    def sample(at: int) -> AlertSample:
        return AlertSample(at, (), msgspec.Raw(b"{}"), "zeek", "192.0.2.1", "192.0.2.2", "root", "fw")

    def fill(tx: Tx) -> None:
        shelf.evidence.keep_sample(tx, T, "a", 0, sample(2))
        shelf.evidence.keep_sample(tx, T, "a", 1, sample(1))
        shelf.evidence.keep_sample(tx, T, "b", 0, sample(3))
        shelf.evidence.keep_sample(tx, OTHER, "c", 0, sample(4))

    await shelf.db.write(fill)
    found = await shelf.db.read(lambda tx: shelf.evidence.samples_of(tx, T, ["a", "b", "c", "none"]))
    assert {name: [one.at for one in samples] for name, samples in found.items()} == {"a": [1, 2], "b": [3]}
    assert found["b"] == [sample(3)]
    assert await shelf.db.read(lambda tx: shelf.evidence.samples_of(tx, T, [])) == {}


async def test_activities_are_the_newest_oldest_first(shelf: Shelf) -> None:
    def fill(tx: Tx) -> None:
        for number in (3, 1, 2):
            shelf.activity.add(tx, T, did(number))
        shelf.activity.add(tx, T, did(4, alert_id="alr_2", kind=ActivityKind.STATUS, before="open", after="closed"))
        shelf.activity.add(tx, OTHER, did(5))

    await shelf.db.write(fill)

    async def of(tenant: TenantId, alert_id: str, limit: int) -> list[Activity]:
        return await shelf.db.read(lambda tx: shelf.activity.of(tx, tenant, alert_id, limit))

    assert await of(T, "alr_1", 10) == [did(1), did(2), did(3)]
    assert await of(T, "alr_1", 2) == [did(2), did(3)]
    assert await of(T, "alr_2", 2) == [
        did(4, alert_id="alr_2", kind=ActivityKind.STATUS, before="open", after="closed")
    ]
    assert await of(OTHER, "alr_2", 2) == []


async def test_figures(shelf: Shelf) -> None:
    def fill(tx: Tx) -> None:
        shelf.alerts.save(tx, alert(1, level=Level.HIGH, raised_at=NOON))
        shelf.alerts.save(tx, alert(2, level=Level.HIGH, raised_at=NOON + MINUTE - 1, assignee="usr_1"))
        shelf.alerts.save(tx, alert(3, status=AlertStatus.CLOSED, raised_at=NOON + 3 * MINUTE))
        shelf.alerts.save(tx, alert(4, status=AlertStatus.ACKNOWLEDGED, raised_at=NOON - 1))
        shelf.alerts.save(tx, alert(5, tenant=OTHER))

    await shelf.db.write(fill)
    assert await shelf.db.read(lambda tx: shelf.figures.by_status(tx, T)) == [
        AlertCount(AlertStatus.ACKNOWLEDGED, Level.MEDIUM, 1),
        AlertCount(AlertStatus.CLOSED, Level.MEDIUM, 1),
        AlertCount(AlertStatus.OPEN, Level.HIGH, 2),
    ]
    assert await shelf.db.read(lambda tx: shelf.figures.looked_after(tx, T, "")) == 2
    assert await shelf.db.read(lambda tx: shelf.figures.looked_after(tx, T, "usr_1")) == 1
    assert await shelf.db.read(lambda tx: shelf.figures.raised(tx, T, NOON, MINUTE)) == [
        RaisedCount(NOON, 2),
        RaisedCount(NOON + 3 * MINUTE, 1),
    ]


async def test_a_suppression_comes_back_as_it_was_made(shelf: Shelf) -> None:
    store = shelf.hiding.suppressions
    made = suppression(1)
    await shelf.db.write(lambda tx: store.add(tx, made))
    assert await shelf.db.read(lambda tx: store.get(tx, T, "sup_1")) == made
    assert await shelf.db.read(lambda tx: store.get(tx, OTHER, "sup_1")) is None


async def test_a_suppression_is_lifted_once_and_by_its_own_tenant(shelf: Shelf) -> None:
    store = shelf.hiding.suppressions
    await shelf.db.write(lambda tx: store.add(tx, suppression(1)))
    mine, theirs = system_principal(), system_principal(OTHER)
    assert not await shelf.db.write(lambda tx: store.lift(tx, theirs, "sup_1", NOON))
    assert await shelf.db.write(lambda tx: store.lift(tx, mine, "sup_1", NOON + 9))
    assert not await shelf.db.write(lambda tx: store.lift(tx, mine, "sup_1", NOON + 10))
    found = await shelf.db.read(lambda tx: store.get(tx, T, "sup_1"))
    assert found is not None
    assert (found.lifted_at, found.lifted_by, found.lifted_by_name) == (NOON + 9, "system", "NetSentinel")


async def test_only_what_is_in_force_is_in_force(shelf: Shelf) -> None:
    store = shelf.hiding.suppressions

    def fill(tx: Tx) -> None:
        store.add(tx, suppression(3))
        store.add(tx, suppression(1, tenant=OTHER))
        store.add(tx, suppression(2, expires_at=NOON + DAY))
        store.add(tx, suppression(4))
        store.lift(tx, system_principal(), "sup_4", NOON)

    await shelf.db.write(fill)

    async def at(now: int) -> list[str]:
        return [one.id for one in await shelf.db.read(lambda tx: store.in_force(tx, now))]

    assert await at(NOON + DAY - 1) == ["sup_1", "sup_2", "sup_3"]
    assert await at(NOON + DAY) == ["sup_1", "sup_3"]

    async def page(limit: int, after: tuple[int, str] | None, active_at: int = 0) -> list[str]:
        found = await shelf.db.read(lambda tx: store.page(tx, T, limit, after, active_at))
        return [one.id for one in found]

    assert await page(2, None) == ["sup_4", "sup_3"]
    assert await page(2, (NOON + 3, "sup_3")) == ["sup_2"]
    assert await page(9, None, NOON + DAY) == ["sup_3"]


async def test_the_revision_never_comes_back(shelf: Shelf) -> None:
    store = shelf.hiding.suppressions
    seen = [await shelf.db.read(store.revision)]
    for number in range(3):
        made = suppression(number)
        await shelf.db.write(lambda tx, made=made: store.add(tx, made))
        seen.append(await shelf.db.read(store.revision))
    await shelf.db.write(lambda tx: store.lift(tx, system_principal(), "sup_1", NOON))
    seen.append(await shelf.db.read(store.revision))
    await shelf.db.write(lambda tx: store.lift(tx, system_principal(), "sup_1", NOON))
    seen.append(await shelf.db.read(store.revision))
    assert len(set(seen)) == 5
    assert seen[-1] == seen[-2], "lifting twice changes nothing"


async def test_what_is_hidden_is_counted_and_the_newest_is_kept(shelf: Shelf) -> None:
    store, findings = shelf.hiding.suppressions, shelf.hiding.hidden
    await shelf.db.write(lambda tx: store.add(tx, suppression(1)))
    await shelf.db.write(lambda tx: findings.record(tx, T, "sup_1", 3, [hidden(n) for n in range(3)], NOON + 1))
    later = [hidden(n) for n in range(100 - KEPT, 100)]
    await shelf.db.write(lambda tx: findings.record(tx, T, "sup_1", 97, later, NOON + 2))
    await shelf.db.write(lambda tx: findings.record(tx, T, "sup_1", 1, [hidden(100)], NOON + 3))
    await shelf.db.write(lambda tx: findings.record(tx, OTHER, "sup_1", 5, [hidden(999)], NOON + 4))
    found = await shelf.db.read(lambda tx: store.get(tx, T, "sup_1"))
    assert found is not None
    assert (found.hidden, found.last_hidden_at) == (101, NOON + 3)
    kept = await shelf.db.read(lambda tx: findings.examples(tx, T, "sup_1"))
    assert [one.at - NOON for one in kept] == list(range(100, 100 - KEPT, -1))
    assert kept[0] == hidden(100)
    assert await shelf.db.read(lambda tx: findings.examples(tx, OTHER, "sup_1")) == []
