from dataclasses import replace

import pytest

from netsentinel.academy.graph import Claims, ConceptClaim, ConceptKind, EdgeClaim, Origin, OriginKind, Relation
from netsentinel.kernel.types import system_principal
from tests.unit.alerts.factories import alert
from tests.unit.api.v2.conftest import Desk

pytestmark = pytest.mark.anyio


async def test_an_alert_shows_lessons_and_a_team_its_coverage(desk: Desk) -> None:
    seen = replace(alert(1), tags=("attack.t1046",), last_at=desk.clock.now())
    await desk.database.write(lambda tx: desk.stores.alerts.save(tx, seen))
    technique = ConceptClaim(name="Network Service Discovery", key="t1046", kind=ConceptKind.TECHNIQUE)
    lesson = ConceptClaim(name="Scans", key="lesson:a/01", kind=ConceptKind.LESSON, text="Alerts")
    explains = EdgeClaim(source="lesson:a/01", target="t1046", relation=Relation.EXPLAINS)
    said = Claims((technique, lesson), (explains,))
    await desk.graph.state(system_principal(), Origin(OriginKind.COURSE, "crs_a"), said)
    told = (await desk.get(f"/api/v2/alerts/{seen.id}/lessons")).json()
    assert [(one["course"], one["lesson"], one["via"]) for one in told["lessons"]] == [("a", "01", "technique")]
    assert told["drill"] == ["t1046"]
    report = (await desk.call("GET", "/api/v2/graph/coverage")).json()
    assert [(one["id"], one["alerts"], one["masters"]) for one in report["items"]] == [("T1046", 1, 0)]
    assert (report["shifts"], report["shown"]) == (None, "names")
    assert (await desk.get("/api/v2/graph/coverage?days=0")).status_code == 400
    night = {"name": "Night", "members": []}
    assert (await desk.call("POST", "/api/v2/cohorts", json=night)).status_code == 201
    assert (await desk.call("GET", "/api/v2/graph/coverage?shift=Night")).json()["shifts"] == ["Night"]
    assert (await desk.call("GET", "/api/v2/graph/coverage?shift=now")).json()["shifts"] == []
    assert (await desk.call("GET", "/api/v2/graph/coverage?shift=Day")).status_code == 404
    reader = await desk.get("/api/v2/graph/coverage")
    assert reader.json()["shown"] == "nothing"
    assert reader.json()["items"][0]["masters"] is None
    assert (await desk.get("/api/v2/graph/coverage?shift=now")).status_code == 403
    assert (await desk.get("/api/v2/alerts/alr_none/lessons")).status_code == 404
