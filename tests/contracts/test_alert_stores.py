"""One suite for the three alert stores: in memory, on SQLite and on PostgreSQL."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import cast

import msgspec
import pytest

from netsentinel.alerts import AlertFilter, AlertOrder, AlertStatus, AlertStores
from netsentinel.alerts.model import AlertSample, RuleText, Threat
from netsentinel.alerts.store_sql import SqlAlerts, SqlEvidence, SqlThreats
from netsentinel.alerts.testing import MemoryActivity, MemoryAlerts, MemoryEvidence, MemoryThreats
from netsentinel.alerts.triage.store_sql import SqlActivity
from netsentinel.detection.model import MatchedField
from netsentinel.kernel.types import DEFAULT_TENANT, Level, TenantId
from netsentinel.storage import Database, ReadTx, SqliteDatabase, Tx
from netsentinel.storage.ports import Row, SqlValue
from netsentinel.storage.testing import MemoryDatabase
from tests.unit.alerts.factories import NOON, alert

pytestmark = pytest.mark.anyio

OTHER = TenantId("other")
T = DEFAULT_TENANT


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest) -> tuple[Database, AlertStores]:
    if request.param == "memory":
        return MemoryDatabase(), AlertStores(MemoryAlerts(), MemoryEvidence(), MemoryThreats(), MemoryActivity())
    database = request.getfixturevalue(f"{request.param}_database")
    return database, AlertStores(SqlAlerts(), SqlEvidence(), SqlThreats(), SqlActivity())


async def test_an_alert_comes_back_as_it_was_saved(kept: tuple[Database, AlertStores]) -> None:
    db, stores = kept
    original = alert(1, tags=("a", "b"), user="root", count=3, level=Level.CRITICAL)
    await db.write(lambda tx: stores.alerts.save(tx, original))
    assert await db.read(lambda tx: stores.alerts.get(tx, T, original.id)) == original
    changed = replace(original, count=4, status=AlertStatus.CLOSED, last_at=NOON + 9, version=2)
    await db.write(lambda tx: stores.alerts.save(tx, changed))
    assert await db.read(lambda tx: stores.alerts.get(tx, T, original.id)) == changed


async def test_another_tenant_neither_sees_nor_overwrites(kept: tuple[Database, AlertStores]) -> None:
    db, stores = kept
    mine = alert(1)
    await db.write(lambda tx: stores.alerts.save(tx, mine))
    await db.write(lambda tx: stores.alerts.save(tx, replace(mine, tenant=OTHER, count=99)))
    assert await db.read(lambda tx: stores.alerts.get(tx, OTHER, mine.id)) is None
    assert await db.read(lambda tx: stores.alerts.get(tx, T, mine.id)) == mine
    assert await db.read(lambda tx: stores.alerts.reaching(tx, OTHER, mine.fingerprint, 0, 2**62)) is None
    assert await db.read(lambda tx: stores.alerts.page(tx, OTHER, AlertFilter(), 10, None)) == []
    assert await db.read(lambda tx: stores.alerts.about(tx, OTHER, mine.entity, 10)) == []
    assert await db.read(lambda tx: stores.alerts.count_about(tx, OTHER, mine.entity)) == 0


async def test_tags_are_counted_since_a_time(kept: tuple[Database, AlertStores]) -> None:
    db, stores = kept

    def fill(tx: Tx) -> None:
        for number, tags in enumerate((("attack.t1046",), ("attack.t1046",), ("attack.t1110", "x"), ())):
            stores.alerts.save(tx, replace(alert(number), last_at=10 + number, raised_at=5, tags=tags))

    await db.write(fill)
    found = await db.read(lambda tx: stores.alerts.tagged(tx, T, 11))
    assert found == [((), 1, 13), (("attack.t1110", "x"), 1, 12), (("attack.t1046",), 1, 11)]
    assert (("attack.t1046",), 2, 11) in await db.read(lambda tx: stores.alerts.tagged(tx, T, 0))
    assert await db.read(lambda tx: stores.alerts.tagged(tx, OTHER, 0)) == []


async def test_tags_of_alerts_that_were_raised_lately_about_what_is_old_count(
    kept: tuple[Database, AlertStores],
) -> None:
    db, stores = kept
    await db.write(lambda tx: stores.alerts.save(tx, replace(alert(1), last_at=10, raised_at=97, tags=("a",))))
    await db.write(lambda tx: stores.alerts.save(tx, replace(alert(2), last_at=95, raised_at=20, tags=("a",))))
    await db.write(lambda tx: stores.alerts.save(tx, replace(alert(3), last_at=10, raised_at=20, tags=("a",))))
    assert await db.read(lambda tx: stores.alerts.tagged(tx, T, 50)) == [(("a",), 2, 97)]
    assert await db.read(lambda tx: stores.alerts.tagged(tx, T, 96)) == [(("a",), 1, 97)]
    assert await db.read(lambda tx: stores.alerts.tagged(tx, T, 98)) == []


@pytest.mark.parametrize(
    ("fingerprint", "since", "until", "found"),
    [
        ("f", NOON, NOON + 100, "alr_0002"),
        ("f", NOON + 6, NOON + 100, None),
        ("f", NOON + 5, NOON + 5, "alr_0002"),
        ("f", NOON - 9, NOON + 2, "alr_0001"),
        ("f", NOON - 9, NOON - 1, "alr_0001"),
        ("f", NOON - 9, NOON - 3, None),
        ("g", NOON, NOON + 100, "alr_0003"),
        ("closed", NOON, NOON + 100, None),
        ("?", 0, NOON + 100, None),
    ],
)
async def test_the_newest_alert_that_reaches_into_a_span_and_is_not_closed(
    kept: tuple[Database, AlertStores], fingerprint: str, since: int, until: int, found: str | None
) -> None:
    db, stores = kept

    def fill(tx: Tx) -> None:
        stores.alerts.save(tx, alert(1, fingerprint="f", first_at=NOON - 2, last_at=NOON))
        stores.alerts.save(tx, alert(2, fingerprint="f", first_at=NOON + 3, last_at=NOON + 5))
        stores.alerts.save(tx, alert(3, fingerprint="g", first_at=NOON, last_at=NOON + 9))
        stores.alerts.save(
            tx, alert(4, fingerprint="closed", first_at=NOON, last_at=NOON + 9, status=AlertStatus.CLOSED)
        )

    await db.write(fill)
    one = await db.read(lambda tx: stores.alerts.reaching(tx, T, fingerprint, since, until))
    assert (one.id if one else None) == found


FILTERS = [
    (AlertFilter(), [4, 3, 2, 1]),
    (AlertFilter(status=(AlertStatus.OPEN, AlertStatus.ACKNOWLEDGED)), [4, 2, 1]),
    (AlertFilter(min_level=Level.HIGH), [3]),
    (AlertFilter(entities=("198.51.100.9",)), [2]),
    (AlertFilter(entities=("nobody", "198.51.100.9")), [2]),
    (AlertFilter(source="zeek"), [4]),
    (AlertFilter(rule_id="rule-9"), [1]),
    (AlertFilter(tag="ATTACK.T1110"), [2]),
    (AlertFilter(tag="attack.t111"), []),
    (AlertFilter(text="three bad"), [3]),
    (AlertFilter(text="100% sure_"), [4]),
    (AlertFilter(text="100_ sure"), []),
    (AlertFilter(since=NOON + 2, until=NOON + 4), [3, 2]),
    (AlertFilter(known_since=NOON + 3), [4, 3, 1]),
]


@pytest.mark.parametrize(("where", "expected"), FILTERS)
async def test_filters(kept: tuple[Database, AlertStores], where: AlertFilter, expected: list[int]) -> None:
    db, stores = kept

    def fill(tx: Tx) -> None:
        stores.alerts.save(tx, alert(1, rule_id="rule-9", status=AlertStatus.ACKNOWLEDGED, raised_at=NOON + 9))
        stores.alerts.save(tx, alert(2, entity="198.51.100.9", tags=("attack.t1110",)))
        stores.alerts.save(tx, alert(3, level=Level.HIGH, status=AlertStatus.CLOSED, title="Bad alert three"))
        stores.alerts.save(tx, alert(4, source="zeek", title="100% sure_ thing"))

    await db.write(fill)
    found = await db.read(lambda tx: stores.alerts.page(tx, T, where, 10, None))
    assert [item.id for item in found] == [f"alr_{number:04}" for number in expected]


async def test_a_page_goes_on_below_its_last_row(kept: tuple[Database, AlertStores]) -> None:
    db, stores = kept

    def fill(tx: Tx) -> None:
        for number in range(5):
            stores.alerts.save(tx, alert(number, last_at=NOON))

    await db.write(fill)
    found = await db.read(lambda tx: stores.alerts.page(tx, T, AlertFilter(), 10, (NOON, "alr_0002")))
    assert [item.id for item in found] == ["alr_0001", "alr_0000"]


async def test_by_arrival_what_was_raised_last_comes_first(kept: tuple[Database, AlertStores]) -> None:
    db, stores = kept

    def fill(tx: Tx) -> None:
        for number, raised in ((1, 5), (2, 9), (3, 5), (4, 1)):
            stores.alerts.save(tx, alert(number, last_at=NOON + number, raised_at=NOON + raised))

    def ids(after: tuple[int, str] | None) -> Callable[[ReadTx], list[str]]:
        return lambda tx: [
            one.id for one in stores.alerts.page(tx, T, AlertFilter(), 10, after, order=AlertOrder.ARRIVAL)
        ]

    await db.write(fill)
    assert await db.read(ids(None)) == ["alr_0002", "alr_0003", "alr_0001", "alr_0004"]
    assert await db.read(ids((NOON + 5, "alr_0003"))) == ["alr_0001", "alr_0004"]


async def test_by_score_the_gravest_come_first_and_of_equal_ones_the_newest(
    kept: tuple[Database, AlertStores],
) -> None:
    db, stores = kept

    def fill(tx: Tx) -> None:
        for number, score, last in ((1, 40, 9), (2, 90, 1), (3, 40, 5), (4, 40, 9), (5, 7, 99)):
            stores.alerts.save(tx, alert(number, score=score, last_at=NOON + last))

    def ids(after: tuple[int | str, ...] | None, *entities: str) -> Callable[[ReadTx], list[str]]:
        where = AlertFilter(entities=entities)
        return lambda tx: [one.id for one in stores.alerts.page(tx, T, where, 10, after, order=AlertOrder.SCORE)]

    await db.write(fill)
    assert await db.read(ids(None)) == ["alr_0002", "alr_0004", "alr_0001", "alr_0003", "alr_0005"]
    assert await db.read(ids((40, NOON + 9, "alr_0004"))) == ["alr_0001", "alr_0003", "alr_0005"]
    assert await db.read(ids((40, NOON + 5, "alr_0003"), "nobody", alert(1).entity)) == ["alr_0005"]


async def test_samples_replace_what_was_in_their_slot(kept: tuple[Database, AlertStores]) -> None:
    db, stores = kept
    matched = (MatchedField("f", "v", "is v"),)

    def fill(tx: Tx) -> None:
        for slot, at in ((0, 1), (5, 9), (5, 10), (6, 8)):
            sample = AlertSample(NOON + at, matched, msgspec.Raw(b'{"n":%d}' % at))
            stores.evidence.keep_sample(tx, T, "alr_1", slot, sample)

    await db.write(fill)
    samples = await db.read(lambda tx: stores.evidence.samples(tx, T, "alr_1"))
    assert [(sample.at - NOON, msgspec.json.decode(sample.event), sample.matched) for sample in samples] == [
        (1, {"n": 1}, matched),
        (8, {"n": 8}, matched),
        (10, {"n": 10}, matched),
    ]
    assert await db.read(lambda tx: stores.evidence.samples(tx, OTHER, "alr_1")) == []


async def test_the_newest_text_of_a_rule_wins(kept: tuple[Database, AlertStores]) -> None:
    db, stores = kept
    text = RuleText("r", "T", "D", ("f",), ("https://example.org",), "title: T")
    await db.write(lambda tx: stores.evidence.keep_rule(tx, T, replace(text, title="old")))
    await db.write(lambda tx: stores.evidence.keep_rule(tx, T, text))
    assert await db.read(lambda tx: stores.evidence.rule(tx, T, "r")) == text
    assert await db.read(lambda tx: stores.evidence.rule(tx, OTHER, "r")) is None


def _threat(entity: str, **changes: object) -> Threat:
    base = Threat(T, entity, "address", 50, 1, Level.HIGH, ("attack.t1",), NOON, NOON + 1, NOON + 2, NOON + 3)
    return replace(base, **changes)  # type: ignore[arg-type] - a test's convenience


async def test_threats_come_back_hottest_first(kept: tuple[Database, AlertStores]) -> None:
    db, stores = kept

    def fill(tx: Tx) -> None:
        stores.threats.save(tx, _threat("192.0.2.1"), 1.0)
        stores.threats.save(tx, _threat("192.0.2.1", score=60), 3.0)
        stores.threats.save(tx, _threat("192.0.2.2"), 2.0)
        stores.threats.save(tx, _threat("host-9", entity_kind="host"), 2.5)
        stores.threats.save(tx, _threat("192.0.2.1", tenant=OTHER), 9.0)

    await db.write(fill)

    async def page(
        *, min_heat: float = -1e300, kinds: tuple[str, ...] = (), text: str = "", after: tuple[float, str] | None = None
    ) -> list[tuple[float, str]]:
        rows = await db.read(
            lambda tx: stores.threats.page(tx, T, min_heat=min_heat, kinds=kinds, text=text, limit=10, after=after)
        )
        return [(heat, threat.entity) for heat, threat in rows]

    assert await page() == [(3.0, "192.0.2.1"), (2.5, "host-9"), (2.0, "192.0.2.2")]
    assert await page(min_heat=2.5) == [(3.0, "192.0.2.1"), (2.5, "host-9")]
    assert await page(kinds=("host",)) == [(2.5, "host-9")]
    assert await page(text="HOST") == [(2.5, "host-9")]
    assert await page(after=(2.5, "host-9")) == [(2.0, "192.0.2.2")]
    found = await db.read(lambda tx: stores.threats.get(tx, T, "192.0.2.1"))
    assert found == _threat("192.0.2.1", score=60)
    assert await db.read(lambda tx: stores.threats.get(tx, T, "192.0.2.9")) is None


async def test_entities_of_a_name_are_those_that_have_it_and_users_of_any_domain(
    kept: tuple[Database, AlertStores],
) -> None:
    db, stores = kept

    def fill(tx: Tx) -> None:
        for entity in ("pc04\\ann_b", "shire\\Ann_B", "shire\\annxb", "shire\\joann_b", "ann_b"):
            stores.threats.save(tx, _threat(entity, entity_kind="user"), 1.0)
        stores.threats.save(tx, _threat("host\\ann_b", entity_kind="host"), 1.0)
        stores.threats.save(tx, _threat("other\\ann_b", tenant=OTHER, entity_kind="user"), 1.0)

    await db.write(fill)

    async def named(names: tuple[str, ...], account: str, limit: int = 10) -> set[str]:
        return set(await db.read(lambda tx: stores.threats.named(tx, T, names, account, limit)))

    assert await named(("ANN_B", "ann_b"), "ANN_B") == {"ann_b", "pc04\\ann_b", "shire\\Ann_B"}
    assert await named(("host\\ann_b",), "host\\ann_b") == {"host\\ann_b"}
    assert await named(("b",), "b") == set()
    assert await named(("%_b",), "%_b") == set()
    assert len(await named(("ann_b",), "ann_b", limit=2)) == 2


async def test_users_of_a_name_are_looked_for_among_users_alone(sqlite_database: SqliteDatabase) -> None:
    statements: list[tuple[str, tuple[SqlValue, ...]]] = []

    class Noted:
        def rows(self, sql: str, params: Sequence[SqlValue] = ()) -> list[Row]:
            statements.append((sql, tuple(params)))
            return []

    SqlThreats().named(cast("ReadTx", Noted()), T, ("Ann", "ann"), "Ann", 10)
    sql, params = statements[0]
    plan = " ".join(
        str(step[3]) for step in await sqlite_database.read(lambda tx: tx.rows(f"EXPLAIN QUERY PLAN {sql}", params))
    )
    assert "threats_users" in plan
    assert "SCAN threats" not in plan


@pytest.mark.parametrize(("column", "index"), [("entity", "alerts_entity"), ("rule_id", "alerts_rule")])
async def test_few_alerts_about_something_are_not_looked_for_among_all(
    sqlite_database: SqliteDatabase, column: str, index: str
) -> None:
    """SQLite prefers an index that has the whole order to one that has the column and only a part of the order."""
    about = f"FROM alerts WHERE tenant = ? AND {column} = ? ORDER BY last_at DESC, id DESC LIMIT ?"
    explain = f"EXPLAIN QUERY PLAN SELECT * {about}"
    plan = await sqlite_database.read(lambda tx: tx.rows(explain, ("default", "x", 50)))
    assert [index in step[3] for step in plan] == [True]
