from pathlib import Path

import pytest

from netsentinel.detection.rulebook import Installed, PackKind, RuleFilter, RuleOrder, RuleState
from netsentinel.detection.rules import RuleWeight
from netsentinel.kernel.clock import DAY
from netsentinel.kernel.errors import ConflictError, InvalidCursorError, NotFoundError
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId, system_principal
from tests.unit.alerts.factories import finding
from tests.unit.detection.rulebook.shelf import HIT, Shelf, rule_id, rule_text

pytestmark = pytest.mark.anyio

ADMIN = system_principal()
OTHER = TenantId("other")


@pytest.fixture
async def shelf(tmp_path: Path) -> Shelf:
    shelf = Shelf(tmp_path)
    await shelf.library.open([Installed(shelf.installed(1, 2, 3), "ours", PackKind.BUNDLED, "MIT")])
    return shelf


async def test_pages_follow_each_other(shelf: Shelf) -> None:
    first = await shelf.service.page(DEFAULT_TENANT, RuleFilter(), RuleOrder.TITLE, limit=2)
    rest = await shelf.service.page(DEFAULT_TENANT, RuleFilter(), RuleOrder.TITLE, limit=2, cursor=first.next)
    assert [item.title for item in (*first.items, *rest.items)] == ["Rule 1", "Rule 2", "Rule 3"]
    assert (first.total, rest.next) == (3, None)
    with pytest.raises(InvalidCursorError):
        await shelf.service.page(DEFAULT_TENANT, RuleFilter(), RuleOrder.HITS, limit=2, cursor=first.next)


async def test_disabling_is_the_tenants_own_and_is_told_once(shelf: Shelf) -> None:
    for _ in range(2):
        summary = await shelf.service.switch(ADMIN, rule_id(1), enabled=False, note="too loud")
        assert summary.state is RuleState.DISABLED
    detail = await shelf.service.detail(DEFAULT_TENANT, rule_id(1))
    assert detail.disabled is not None
    assert (detail.disabled.note, detail.disabled.by, detail.disabled.at) == (
        "too loud",
        "NetSentinel",
        shelf.clock.now(),
    )
    assert (await shelf.service.detail(OTHER, rule_id(1))).rule.state is RuleState.ENABLED
    assert (await shelf.library.selection())[1].disabled == {DEFAULT_TENANT: (rule_id(1),)}
    page = await shelf.service.page(DEFAULT_TENANT, RuleFilter(states=(RuleState.DISABLED,)), RuleOrder.TITLE, limit=9)
    assert (page.total, page.states) == (1, {"enabled": 2, "disabled": 1, "failing": 0})
    assert (await shelf.service.switch(ADMIN, rule_id(1), enabled=True)).state is RuleState.ENABLED
    assert shelf.kinds() == ["rule.disabled", "rule.enabled"]
    assert (await shelf.library.selection())[1].disabled == {}


async def test_hits_and_costs_are_shown(shelf: Shelf) -> None:
    hits = [finding(rule_id=rule_id(2)), finding(rule_id=rule_id(2)), finding(rule_id=rule_id(2), tenant=OTHER)]
    shelf.clock.advance(-3 * DAY)
    await shelf.db.write(lambda tx: shelf.stores.hits.count_hits(tx, hits[:1], shelf.clock.now()))
    shelf.clock.advance(3 * DAY)
    await shelf.db.write(lambda tx: shelf.stores.hits.count_hits(tx, hits, shelf.clock.now()))
    weights = [RuleWeight(TenantId(""), rule_id(2), 5, 1_000)]
    await shelf.db.write(lambda tx: shelf.stores.hits.add_weights(tx, 100, weights))
    page = await shelf.service.page(DEFAULT_TENANT, RuleFilter(), RuleOrder.HITS, limit=1)
    (top,) = page.items
    assert (top.id, top.hits, top.last_hit_at) == (rule_id(2), 3, shelf.clock.now())
    assert (len(top.history), top.history[-1], top.history[-4], sum(top.history)) == (30, 2, 1, 3)
    assert (top.cost.events, top.cost.evaluations, top.cost.ns_per_event) == (100, 5, 10.0)
    assert (await shelf.service.page(OTHER, RuleFilter(), RuleOrder.COST, limit=1)).items[0].hits == 1


async def test_a_rule_explains_itself(shelf: Shelf) -> None:
    detail = await shelf.service.detail(DEFAULT_TENANT, rule_id(1))
    assert (detail.author, detail.licence, detail.changed_on, detail.path) == (
        "Ann",
        "MIT",
        "2026-01-02",
        "rule1/rule.yml",
    )
    assert [(case.name, case.expected) for case in detail.cases] == [
        ("hit.jsonl:1", True),
        ("miss.jsonl:1", False),
        ("miss.jsonl:3", False),
    ]
    assert detail.source == rule_text(1)
    assert not detail.removable
    with pytest.raises(NotFoundError):
        await shelf.service.detail(DEFAULT_TENANT, "nothing")


async def test_a_rule_is_tried_on_its_cases_and_on_other_events(shelf: Shelf) -> None:
    report = await shelf.service.test(DEFAULT_TENANT, rule_id(1), [])
    assert (report.passed, report.failed) == (3, 0)
    assert [result.fired for result in report.results] == [True, False, False]
    assert report.results[0].matched[0].field == "uri"
    given = await shelf.service.test(DEFAULT_TENANT, rule_id(1), [HIT, "{"])
    assert [(one.fired, one.expected, bool(one.error)) for one in given.results] == [
        (True, None, False),
        (False, None, True),
    ]


async def test_a_failing_rule_is_neither_switched_nor_tried(shelf: Shelf) -> None:
    (shelf.folder / "installed" / "rule3" / "rule.yml").write_text("title: [", encoding="utf-8")
    await shelf.library.open([Installed(shelf.folder / "installed", "ours", PackKind.BUNDLED)])
    page = await shelf.service.page(DEFAULT_TENANT, RuleFilter(states=(RuleState.FAILING,)), RuleOrder.TITLE, limit=9)
    failing = page.items[0].id
    with pytest.raises(ConflictError):
        await shelf.service.switch(ADMIN, failing, enabled=False)
    with pytest.raises(ConflictError):
        await shelf.service.test(DEFAULT_TENANT, failing, [])


async def test_a_check_says_what_a_text_would_become(shelf: Shelf) -> None:
    await shelf.library.add_text(ADMIN, rule_text(9))
    text = "---\n".join([rule_text(1), rule_text(8), rule_text(9), "title: x\n"])
    report = await shelf.service.check(DEFAULT_TENANT, text)
    assert [(one.title, one.takes_place_of) for one in report.rules] == [("Rule 1", "ours"), ("Rule 8", "")]
    assert len(report.faults) == 2
    assert any("already used in the pack Rule 9" in one.detail for one in report.faults)
    assert await shelf.service.packs(OTHER) == await shelf.service.packs(TenantId("third"))


async def test_a_pack_whose_archive_is_lost_says_so(shelf: Shelf) -> None:
    await shelf.library.add_text(system_principal(), rule_text(9))
    assert [pack.trouble for pack in (await shelf.service.packs(DEFAULT_TENANT)).items] == ["", ""]
    for file in shelf.packs.path("").iterdir():
        file.unlink()
    bundled, own = (await shelf.service.packs(DEFAULT_TENANT)).items
    assert (bundled.trouble, own.name) == ("", "Rule 9")
    assert "is missing in the server's data folder" in own.trouble
    assert (await shelf.service.detail(DEFAULT_TENANT, rule_id(9))).pack.trouble == own.trouble
