from pathlib import Path

import pytest

from netsentinel.detection.rulebook import Installed, PackKind
from netsentinel.detection.rulebook.packs import zip_of
from netsentinel.kernel.types import Role, TenantId
from tests.unit.alerts.factories import finding
from tests.unit.api.v2.conftest import Desk
from tests.unit.detection.rulebook.shelf import HIT, Shelf, rule_id, rule_text

pytestmark = pytest.mark.anyio

RULES = "/api/v2/rules"


async def fill(desk: Desk, count: int = 3) -> Path:
    root = Shelf(desk.folder).installed(*range(1, count + 1))
    await desk.library.open([Installed(root, "ours", PackKind.BUNDLED, "MIT")])
    return root


async def listed(desk: Desk, query: str = "") -> list[str]:
    return [item["title"] for item in (await desk.get(f"{RULES}?{query}")).json()["items"]]


@pytest.mark.parametrize("count", [1, 40])
@pytest.mark.parametrize("order", ["title", "level", "hits", "last_hit", "cost"])
async def test_a_list_costs_three_statements_however_long_it_is(desk: Desk, count: int, order: str) -> None:
    await fill(desk, count)
    answer = await desk.get(f"{RULES}?limit=100&order={order}")
    assert len(answer.json()["items"]) == count
    assert desk.statements == 3


@pytest.mark.parametrize("order", ["title", "level", "hits", "last_hit", "cost"])
async def test_pages_follow_each_other_in_every_order(desk: Desk, order: str) -> None:
    await fill(desk, 7)
    hits = [finding(rule_id=rule_id(5)), finding(rule_id=rule_id(5)), finding(rule_id=rule_id(6))]
    await desk.database.write(lambda tx: desk.rule_stores.hits.count_hits(tx, hits, desk.clock.now()))
    found, cursor = [], ""
    while True:
        page = (await desk.get(f"{RULES}?limit=2&order={order}&cursor={cursor}")).json()
        found += [item["title"] for item in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
    assert sorted(found) == [f"Rule {number}" for number in range(1, 8)]
    if order in ("hits", "last_hit"):
        assert set(found[:2]) == {"Rule 5", "Rule 6"}


async def test_filters(desk: Desk) -> None:
    await fill(desk)
    await desk.call("POST", RULES, json={"text": rule_text(9, title="Odd %_", level="high").replace("http", "dns")})
    assert await listed(desk, "q=odd %25_") == ["Odd %_ 9"]
    assert await listed(desk, "q=T1110&level=high,low") == ["Odd %_ 9"]
    assert await listed(desk, "service=DNS") == ["Odd %_ 9"]
    assert await listed(desk, "pack=ours&product=zeek") == ["Rule 1", "Rule 2", "Rule 3"]
    assert await listed(desk, "category=webserver") == []
    await desk.call("POST", f"{RULES}/{rule_id(2)}/disable", json={"note": "n"})
    assert await listed(desk, "state=disabled,failing") == ["Rule 2"]
    refused = await desk.get(f"{RULES}?level=terrible")
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid-filter")


async def test_a_viewer_looks_and_tries_but_changes_nothing(desk: Desk) -> None:
    await fill(desk)
    detail = (await desk.get(f"{RULES}/{rule_id(1)}")).json()
    assert (detail["licence"], detail["rule"]["state"], len(detail["cases"])) == ("MIT", "enabled", 3)
    tried = (await desk.call("POST", f"{RULES}/{rule_id(1)}/test", Role.VIEWER, json={})).json()
    assert (tried["passed"], tried["failed"]) == (3, 0)
    given = (await desk.call("POST", f"{RULES}/{rule_id(1)}/test", Role.VIEWER, json={"events": [HIT]})).json()
    assert given["results"][0]["fired"]
    for path, body in (
        (f"{RULES}/{rule_id(1)}/disable", {}),
        (f"{RULES}/{rule_id(1)}/enable", {}),
        (RULES, {"text": rule_text(4)}),
        (f"{RULES}/check", {"text": rule_text(4)}),
        (f"{RULES}/packs?name=x", {}),
    ):
        refused = await desk.call("POST", path, Role.VIEWER, json=body)
        assert (refused.status_code, refused.json()["permission"]) == (403, "rules:write")


async def test_a_rule_is_disabled_with_a_note_and_enabled_again(desk: Desk) -> None:
    await fill(desk)
    answer = await desk.call("POST", f"{RULES}/{rule_id(1)}/disable", json={"note": "too loud"})
    assert answer.json()["state"] == "disabled"
    detail = (await desk.get(f"{RULES}/{rule_id(1)}")).json()
    assert (detail["disabled"]["note"], detail["disabled"]["by"]) == ("too loud", "analyst key")
    assert (await desk.call("POST", f"{RULES}/{rule_id(1)}/enable")).json()["state"] == "enabled"
    assert (await desk.call("POST", f"{RULES}/nothing/enable")).status_code == 404


async def test_a_text_is_checked_and_added(desk: Desk) -> None:
    checked = (await desk.call("POST", f"{RULES}/check", json={"text": rule_text(1) + "---\ntitle: [\n"})).json()
    assert ([one["title"] for one in checked["rules"]], checked["faults"][0]["line"]) == (["Rule 1"], 15)
    bad = await desk.call("POST", RULES, json={"text": "title: x\nlogsource: {}\n"})
    assert (bad.status_code, bad.json()["code"]) == (400, "rule-syntax")
    assert {"line", "column", "path", "faults"} <= set(bad.json())
    added = await desk.call("POST", RULES, json={"text": rule_text(1)})
    assert (added.status_code, added.json()["rules"]) == (201, [rule_id(1)])
    again = await desk.call("POST", RULES, json={"text": rule_text(1)})
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert (await desk.call("DELETE", f"{RULES}/{rule_id(1)}")).status_code == 204
    assert await listed(desk) == []


async def test_an_archive_is_added_and_removed(desk: Desk) -> None:
    archive = zip_of({"a.yml": rule_text(1).encode(), "LICENSE": b"Our terms"})
    answer = await desk.call("POST", f"{RULES}/packs?name=mine&origin=here", content=archive)
    assert (answer.status_code, answer.json()["pack"]["licence"]) == (201, "Our terms")
    (pack,) = (await desk.get(f"{RULES}/packs")).json()["items"]
    assert (pack["name"], pack["origin"], pack["kind"], pack["added_by"]) == ("mine", "here", "archive", "analyst key")
    assert (await desk.call("DELETE", f"{RULES}/packs/{pack['id']}")).status_code == 204
    assert (await desk.call("DELETE", f"{RULES}/packs/{pack['id']}")).status_code == 404
    entries = (await desk.get("/api/v2/entries?topic=rules")).json()["items"]
    assert sorted(item["kind"] for item in entries) == ["rule.added", "rule.removed"]


async def test_another_tenants_rules_are_not_seen(desk: Desk) -> None:
    await desk.call("POST", RULES, json={"text": rule_text(1)})
    service = desk.app.state.services.rules
    assert (await service.packs(TenantId("other"))).items == ()
