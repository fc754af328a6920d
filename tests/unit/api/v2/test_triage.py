import csv
import io
import json
from pathlib import Path

import msgspec
import pytest

from netsentinel.alerts.model import AlertStatus
from netsentinel.alerts.samples import sample_of
from netsentinel.events.lake.model import Spool
from netsentinel.events.lake.spool import stored
from netsentinel.events.model import Event, Logsource
from netsentinel.kernel.types import DEFAULT_TENANT, Level, Role
from netsentinel.storage import Tx
from tests.unit.alerts.factories import NOON, alert, finding
from tests.unit.api.v2.conftest import Desk

pytestmark = pytest.mark.anyio

ALERT = "/api/v2/alerts/alr_0000"


async def fill(desk: Desk, count: int, **changes: object) -> None:
    def save(tx: Tx) -> None:
        for number in range(count):
            desk.stores.alerts.save(tx, alert(number, **changes))

    await desk.database.write(save)


async def test_a_summary_counts_and_costs_four_statements(desk: Desk) -> None:
    await fill(desk, 3, raised_at=desk.clock.now())
    summary = (await desk.get("/api/v2/alerts/summary")).json()
    assert summary["counts"] == [{"status": "open", "level": "medium", "count": 3}]
    assert (summary["unassigned"], summary["mine"]) == (3, 0)
    assert [each["count"] for each in summary["raised"]] == [3]
    assert desk.statements == 4


async def test_a_note_stands_in_the_alerts_activity(desk: Desk) -> None:
    await fill(desk, 1)
    noted = await desk.call("POST", f"{ALERT}/notes", json={"text": "=looked at it"})
    assert noted.status_code == 201
    activity = (await desk.get(ALERT)).json()["activity"]
    assert activity == [noted.json()["activity"]]
    assert (activity[0]["kind"], activity[0]["text"]) == ("note", "=looked at it")


@pytest.mark.parametrize("body", [{}, {"text": ""}, {"text": "x" * 4_001}, {"text": "x", "by": "me"}])
async def test_a_note_that_is_none_is_refused(desk: Desk, body: dict[str, str]) -> None:
    await fill(desk, 1)
    assert (await desk.call("POST", f"{ALERT}/notes", json=body)).status_code == 400


async def test_an_alert_is_given_to_somebody(desk: Desk) -> None:
    await fill(desk, 1)
    ann = await desk.house.user("ann", Role.ANALYST)
    await desk.house.user("vic", Role.VIEWER)
    people = (await desk.call("GET", "/api/v2/alerts/assignees")).json()
    assert people == {"items": [{"id": ann.id, "name": "ann"}]}
    given = (await desk.call("POST", f"{ALERT}/assignment", json={"assignee": "ann"})).json()
    assert (given["assignee"], given["assignee_name"]) == (ann.id, "ann")
    mine = (await desk.get(f"/api/v2/alerts?assignee={ann.id}")).json()["items"]
    assert [one["id"] for one in mine] == ["alr_0000"]
    assert (await desk.get("/api/v2/alerts?assignee=none")).json()["items"] == []
    assert (await desk.get("/api/v2/alerts?assignee=me")).json()["items"] == []
    refused = await desk.call("POST", f"{ALERT}/assignment", json={"assignee": "vic"})
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid-input")


async def test_several_alerts_change_at_once(desk: Desk) -> None:
    await fill(desk, 3)
    change = {"ids": ["alr_0000", "alr_0002", "alr_x"], "status": "closed", "verdict": "benign", "note": "weekly scan"}
    result = (await desk.call("POST", "/api/v2/alerts/bulk", json=change)).json()
    assert [(one["id"], one["status"], one["verdict"]) for one in result["items"]] == [
        ("alr_0000", "closed", "benign"),
        ("alr_0002", "closed", "benign"),
    ]
    assert result["missing"] == ["alr_x"]
    kinds = [one["kind"] for one in (await desk.get(ALERT)).json()["activity"]]
    assert sorted(kinds) == ["note", "status", "verdict"]


@pytest.mark.parametrize("body", [{"ids": []}, {"ids": ["a"]}, {"ids": ["a"], "note": " "}, {"ids": ["a"] * 501}])
async def test_a_bulk_change_that_says_nothing_is_refused(desk: Desk, body: dict[str, object]) -> None:
    assert (await desk.call("POST", "/api/v2/alerts/bulk", json=body)).status_code == 400


async def test_related_alerts_say_why(desk: Desk) -> None:
    await fill(desk, 2)
    found = (await desk.get(f"{ALERT}/related")).json()["items"]
    assert [(one["alert"]["id"], [reason["why"] for reason in one["reasons"]]) for one in found] == [
        ("alr_0001", ["entity", "rule", "time"])
    ]


async def test_events_around_an_alert_are_given_with_its_evidence_marked(desk: Desk, tmp_path: Path) -> None:
    await fill(desk, 1)
    raw = b'{"a":1}'
    sample = sample_of(finding(raw=raw))
    await desk.database.write(lambda tx: desk.stores.evidence.keep_sample(tx, DEFAULT_TENANT, "alr_0000", 0, sample))
    event = Event(
        tenant=DEFAULT_TENANT,
        source="eve",
        format="json",
        time=NOON,
        logsource=Logsource(),
        src_ip="203.0.113.66",
        native={},
        raw=raw,
    )
    (tmp_path / "spool").write_bytes(msgspec.json.encode(stored(event, 1, 0, NOON)) + b"\n")
    await desk.events.append(Spool(str(tmp_path / "spool"), 1, 1_000, 1_000), lambda _: None)
    found = (await desk.get(f"{ALERT}/events?minutes=1")).json()
    assert [(one["event"]["native"], one["evidence"]) for one in found["items"]] == [({"a": 1}, True)]
    assert (found["at"], found["truncated"]) == (NOON, False)
    for wrong in ("minutes=0", "minutes=1441", "limit=1", "at=-1", "x=1"):
        assert (await desk.get(f"{ALERT}/events?{wrong}")).status_code == 400


async def test_an_export_has_every_alert_of_the_filter(desk: Desk) -> None:
    await fill(desk, 1_203, level=Level.HIGH)
    await desk.database.write(lambda tx: desk.stores.alerts.save(tx, alert(5_000, status=AlertStatus.CLOSED)))
    answer = await desk.get("/api/v2/alerts/export?format=json&min_level=high")
    assert answer.headers["content-type"] == "application/json"
    assert 'filename="alerts-' in answer.headers["content-disposition"]
    assert [one["id"] for one in answer.json()] == [f"alr_{number:04}" for number in reversed(range(1_203))]
    assert desk.statements == 3
    table = await desk.get("/api/v2/alerts/export?status=closed")
    assert table.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert [(row["id"], row["status"]) for row in rows] == [("alr_5000", "closed")]


async def test_a_spreadsheet_runs_nothing_of_an_export(desk: Desk) -> None:
    await fill(desk, 1, title='=HYPERLINK("http://x","y")', user="@SUM(1)", entity="-1", source="+1", device="  =1")
    (row,) = csv.DictReader(io.StringIO((await desk.get("/api/v2/alerts/export")).text))
    cells = [row[name] for name in ("title", "user", "entity", "source", "device")]
    assert cells == ['\'=HYPERLINK("http://x","y")', "'@SUM(1)", "'-1", "'+1", "'  =1"]


@pytest.mark.parametrize("query", ["format=xml", "status=gone", "verdict=maybe", "limit=5", "cursor=x"])
async def test_an_export_that_cannot_be_understood_is_a_problem(desk: Desk, query: str) -> None:
    answer = await desk.get(f"/api/v2/alerts/export?{query}")
    assert answer.status_code == 400
    assert json.loads(answer.text)["status"] == 400


@pytest.mark.parametrize("path", ["notes", "assignment"])
async def test_a_viewer_changes_nothing(desk: Desk, path: str) -> None:
    await fill(desk, 1)
    body = {"text": "x"} if path == "notes" else {"assignee": ""}
    answer = await desk.call("POST", f"{ALERT}/{path}", Role.VIEWER, json=body)
    assert (answer.status_code, answer.json()["permission"]) == (403, "alerts:write")
