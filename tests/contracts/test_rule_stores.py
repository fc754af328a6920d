"""One suite for the rulebook's stores: in memory, on SQLite and on PostgreSQL."""

import pytest

from netsentinel.detection.rulebook.model import (
    INSTALLED,
    Disabling,
    Pack,
    PackKind,
    RuleFacts,
    RuleFilter,
    RuleOrder,
    RuleState,
)
from netsentinel.detection.rulebook.service import RuleStores
from netsentinel.detection.rulebook.store_sql import SqlHits, SqlPacks, SqlRules
from netsentinel.detection.rulebook.testing import MemoryHits, MemoryPacks, MemoryRules
from netsentinel.detection.rules import RuleWeight
from netsentinel.kernel.clock import DAY
from netsentinel.kernel.errors import ConflictError
from netsentinel.kernel.types import DEFAULT_TENANT, Level, TenantId
from netsentinel.storage import Database, Tx
from tests.unit.alerts.factories import NOON, finding

pytestmark = pytest.mark.anyio

T = DEFAULT_TENANT
OTHER = TenantId("other")
Kept = tuple[Database, RuleStores]


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest) -> Kept:
    database = request.getfixturevalue(f"{request.param}_database")
    if request.param == "memory":
        rules = MemoryRules()
        return database, RuleStores(rules, MemoryPacks(rules), MemoryHits(rules))
    return database, RuleStores(SqlRules(), SqlPacks(), SqlHits())


def pack(pack_id: str, owner: TenantId = T, **changes: object) -> Pack:
    fields = {"name": pack_id.upper(), "kind": PackKind.ARCHIVE, "origin": "here", "licence": "MIT", "rules": 1}
    return Pack(id=pack_id, owner=owner, failing=0, added_at=NOON, added_by="ann", **{**fields, **changes})  # type: ignore[arg-type] - a test's convenience


def facts(rule_id: str, title: str = "", **changes: object) -> RuleFacts:
    return RuleFacts(id=rule_id, path=f"{rule_id}.yml", title=title or rule_id, **changes)  # type: ignore[arg-type] - the same


async def put(kept: Kept, item: Pack, *rules: RuleFacts) -> None:
    db, stores = kept
    await db.write(lambda tx: stores.packs.put(tx, item, f"{item.id}.zip", rules))


async def ids(
    kept: Kept, tenant: TenantId = T, where: RuleFilter | None = None, order: RuleOrder = RuleOrder.TITLE
) -> list[str]:
    db, stores = kept
    rows = await db.read(lambda tx: stores.rules.page(tx, tenant, where or RuleFilter(), order, 100, None))
    return [row.facts.id for row in rows]


async def test_an_owner_has_a_rule_in_one_pack_only(kept: Kept) -> None:
    await put(kept, pack("p1"), facts("r1"))
    with pytest.raises(ConflictError):
        await put(kept, pack("p2"), facts("r1"))
    await put(kept, pack("p2", OTHER), facts("r1"))
    await put(kept, pack("p1"), facts("r1", "changed"))
    assert await ids(kept) == await ids(kept, OTHER) == ["r1"]


async def test_a_rule_comes_back_as_it_was_put(kept: Kept) -> None:
    db, stores = kept
    rule = facts(
        "r1",
        "Title",
        description="d",
        maturity="test",
        level=Level.HIGH,
        author="Ann",
        licence="MIT",
        changed_on="2026-01-02",
        product="zeek",
        category="c",
        service="s",
        tags=("a", "b"),
        false_positives=("f",),
        references=("https://example.org",),
        source="title: T\n",
        patterns=3,
        error="",
        line=1,
        column=2,
    )
    await put(kept, pack("p1"), rule)
    row = await db.read(lambda tx: stores.rules.get(tx, T, "r1"))
    assert row is not None
    assert (row.facts, row.pack, row.owner, row.disabled, row.hits) == (rule, pack("p1"), T, None, 0)
    assert await db.read(lambda tx: stores.rules.get(tx, OTHER, "r1")) is None
    assert await db.read(lambda tx: stores.packs.packs(tx, T)) == [(pack("p1"), "p1.zip")]
    assert await db.read(lambda tx: stores.packs.packs(tx, OTHER)) == []


async def test_a_tenant_sees_its_own_instead_of_the_installed(kept: Kept) -> None:
    db, stores = kept
    await put(kept, pack("i", INSTALLED), facts("r1", "installed"), facts("r2"))
    await put(kept, pack("p1"), facts("r1", "own"), facts("r3"))
    await put(kept, pack("p2", OTHER), facts("r9"))
    assert (await ids(kept), await ids(kept, OTHER)) == (["r1", "r2", "r3"], ["r1", "r2", "r9"])
    for tenant, title in ((T, "own"), (OTHER, "installed")):
        row = await db.read(lambda tx, tenant=tenant: stores.rules.get(tx, tenant, "r1"))
        assert row is not None
        assert row.facts.title == title
    assert await db.read(lambda tx: stores.rules.installed(tx, ["r1", "r3"])) == {"r1": "I"}
    assert await db.read(lambda tx: stores.rules.installed(tx, [])) == {}
    assert await db.read(lambda tx: stores.packs.taken(tx, T, "p1")) == {}
    assert await db.read(lambda tx: stores.packs.taken(tx, T, "other")) == {"r1": "P1", "r3": "P1"}


FILTERS = [
    (RuleFilter(), ["r1", "r2", "r3", "r4"]),
    (RuleFilter(text="BAD thing"), ["r2"]),
    (RuleFilter(text="t1110"), ["r1"]),
    (RuleFilter(text="100%_"), ["r3"]),
    (RuleFilter(levels=(Level.HIGH, Level.LOW)), ["r2"]),
    (RuleFilter(product="windows", category="process_creation"), ["r3"]),
    (RuleFilter(service="sshd"), ["r1"]),
    (RuleFilter(pack="P2"), ["r4"]),
    (RuleFilter(pack="p1", states=(RuleState.ENABLED,)), ["r3"]),
    (RuleFilter(states=(RuleState.DISABLED, RuleState.FAILING)), ["r1", "r2"]),
]


@pytest.mark.parametrize(("where", "expected"), FILTERS)
async def test_filters(kept: Kept, where: RuleFilter, expected: list[str]) -> None:
    db, stores = kept
    rules = (
        facts("r1", "a", tags=("attack.t1110",), service="sshd"),
        facts("r2", "Bad thing", level=Level.HIGH, error="wrong"),
        facts("r3", "100%_ c", product="windows", category="process_creation"),
    )
    await put(kept, pack("p1"), *rules)
    await put(kept, pack("p2"), facts("r4", "zz"))
    await db.write(lambda tx: stores.rules.switch(tx, T, "r1", Disabling(NOON, "ann", "loud")))
    assert sorted(await ids(kept, T, where)) == expected
    counts = await db.read(lambda tx: stores.rules.count(tx, T, where))
    shown = sum(count for state, count in counts.items() if not where.states or state in where.states)
    assert shown == len(expected)


@pytest.mark.parametrize("order", RuleOrder)
async def test_every_order_can_be_paged(kept: Kept, order: RuleOrder) -> None:
    db, stores = kept
    levels = [Level.LOW, Level.HIGH, Level.LOW, Level.CRITICAL, Level.MEDIUM]
    await put(kept, pack("p1"), *(facts(f"r{n}", f"Title {n % 3}", level=level) for n, level in enumerate(levels)))
    hits = [finding(rule_id=f"r{n}") for n in (1, 1, 3)]
    await db.write(lambda tx: stores.hits.count_hits(tx, hits, NOON))
    weights = [RuleWeight(T, "r2", 3, 900), RuleWeight(T, "r4", 1, 100)]
    await db.write(lambda tx: stores.hits.add_weights(tx, 10, weights))
    found: list[str] = []
    after: tuple[int | str, str] | None = None
    while True:
        rows = await db.read(lambda tx, after=after: stores.rules.page(tx, T, RuleFilter(), order, 2, after))
        if not rows:
            break
        found += [row.facts.id for row in rows]
        after = (rows[-1].key, rows[-1].facts.id)
    expected = {
        RuleOrder.TITLE: ["r0", "r3", "r1", "r4", "r2"],
        RuleOrder.LEVEL: ["r3", "r1", "r4", "r0", "r2"],
        RuleOrder.HITS: ["r1", "r3", "r0", "r2", "r4"],
        RuleOrder.LAST_HIT: ["r1", "r3", "r0", "r2", "r4"],
        RuleOrder.COST: ["r2", "r4", "r0", "r1", "r3"],
    }
    assert found == expected[order]


async def test_hits_are_counted_by_tenant_and_day(kept: Kept) -> None:
    db, stores = kept
    await put(kept, pack("i", INSTALLED), facts("r1"))
    for day, count in ((0, 2), (1, 1), (1, 1)):
        found = [finding(rule_id="r1")] * count + [finding(rule_id="r1", tenant=OTHER)]
        await db.write(lambda tx, found=found, day=day: stores.hits.count_hits(tx, found, NOON + day * DAY))
    first = NOON // DAY
    history = await db.read(lambda tx: stores.hits.history(tx, T, ["r1", "r2"], first))
    assert history == {"r1": {first: 2, first + 1: 2}}
    assert await db.read(lambda tx: stores.hits.history(tx, T, ["r1"], first + 1)) == {"r1": {first + 1: 2}}
    assert await db.read(lambda tx: stores.hits.history(tx, T, [], first)) == {}
    for tenant, hits in ((T, 4), (OTHER, 3)):
        row = await db.read(lambda tx, tenant=tenant: stores.rules.get(tx, tenant, "r1"))
        assert row is not None
        assert (row.hits, row.last_hit_at) == (hits, NOON + DAY)


async def test_costs_stay_with_a_rule_until_its_text_changes(kept: Kept) -> None:
    db, stores = kept
    await put(kept, pack("p1"), facts("r1", source="one"), facts("r2", source="one"))
    await db.write(lambda tx: stores.hits.add_weights(tx, 100, [RuleWeight(T, name, 4, 500) for name in ("r1", "r2")]))
    await put(kept, pack("p1"), facts("r1", source="one"), facts("r2", source="two"), facts("r3"))
    costs = {}
    for name in ("r1", "r2", "r3"):
        row = await db.read(lambda tx, name=name: stores.rules.get(tx, T, name))
        assert row is not None
        costs[name] = (row.cost.events, row.cost.evaluations, row.cost.nanoseconds, row.cost.ns_per_event)
    assert costs == {"r1": (100, 4, 500, 5.0), "r2": (0, 0, 0, 0.0), "r3": (0, 0, 0, 0.0)}


async def test_what_is_chosen_has_a_revision(kept: Kept) -> None:
    db, stores = kept
    seen = [await db.read(stores.packs.revision)]

    async def moved(change: object) -> None:
        await db.write(change)  # type: ignore[arg-type] - a closure
        seen.append(await db.read(stores.packs.revision))
        assert seen[-1] > seen[-2]

    await moved(lambda tx: stores.packs.put(tx, pack("p1"), "p1.zip", [facts("r1")]))
    await moved(lambda tx: stores.packs.put(tx, pack("p2", OTHER), "p2.zip", []))
    await moved(lambda tx: stores.rules.switch(tx, T, "r1", Disabling(NOON, "ann", "")))
    revision, files, disabled = await db.read(stores.packs.chosen)
    assert (revision, files, disabled) == (seen[-1], [(T, "p1.zip"), (OTHER, "p2.zip")], {T: ("r1",)})
    await moved(lambda tx: stores.rules.switch(tx, T, "r1", None))
    await moved(lambda tx: stores.packs.drop(tx, T, "p1"))
    assert (await db.read(stores.packs.chosen))[1:] == ([(OTHER, "p2.zip")], {})
    assert await ids(kept) == []


async def test_the_expressions_of_an_owners_other_packs_are_added_up(kept: Kept) -> None:
    db, stores = kept
    await put(kept, pack("p1"), facts("r1", instructions=3), facts("r2", instructions=4))
    await put(kept, pack("p2"), facts("r3", instructions=50), facts("r4"))
    await put(kept, pack("p3", OTHER), facts("r1", instructions=600))

    async def size(owner: TenantId, pack_id: str) -> int:
        return await db.read(lambda tx: stores.rules.instructions(tx, owner, pack_id))

    assert [await size(T, one) for one in ("p1", "p2", "new")] == [50, 7, 57]
    assert [await size(OTHER, "p3"), await size(OTHER, "p1")] == [0, 600]
    await put(kept, pack("p1"), facts("r1", instructions=1))
    assert await size(T, "new") == 51


async def test_the_installations_digest_is_kept(kept: Kept) -> None:
    db, stores = kept

    def digests(tx: Tx) -> list[str]:
        return [stores.packs.digest(tx), stores.packs.digest(tx, "one"), stores.packs.digest(tx, "two")]

    assert await db.write(digests) == ["", "one", "two"]
    await db.write(lambda tx: stores.hits.add_weights(tx, 5, []))
    assert await db.write(stores.packs.digest) == "two"
