from dataclasses import replace

import msgspec
import pytest

from netsentinel.alerts.model import AlertSample
from netsentinel.detection.model import MatchedField
from netsentinel.detection.models import ModelTally, extra
from netsentinel.detection.models import Role as Duty
from netsentinel.kernel.types import Role, system_principal
from netsentinel.models import ModelVersion
from netsentinel.models.report import Reference
from tests.unit.alerts.factories import alert
from tests.unit.api.v2.conftest import Desk
from tests.unit.models.shelf import Shelf
from tests.unit.models.test_card import report

pytestmark = pytest.mark.anyio

MODELS = "/api/v2/models"
USUAL = (990, *[0] * 48, 10)
REPORT = msgspec.json.encode(
    report(reference=Reference(scores=USUAL, features={"size": (500, 500)}, flagged=0.01), card="# flows")
)


async def add(desk: Desk, **options: object) -> ModelVersion:
    """One more model on the desk."""
    shelf = Shelf(desk.database, desk.model_stores, desk.clock, desk.models)
    return await shelf.add(report=REPORT, **options)  # type: ignore[arg-type] - whichever it takes


@pytest.mark.parametrize("count", [1, 20])
async def test_a_list_costs_one_statement_however_long_it_is(desk: Desk, count: int) -> None:
    for _ in range(count):
        await add(desk)
    answer = await desk.get(f"{MODELS}?limit=100")
    assert [item["number"] for item in answer.json()["items"]] == list(range(count, 0, -1))
    assert desk.statements == 1
    item = answer.json()["items"][0]
    assert (item["name"], item["stage"], item["alias"], item["scores"]["roc_auc"]) == (
        f"flows {count}",
        "trained",
        "",
        0.98,
    )


async def test_pages_and_filters(desk: Desk) -> None:
    for number in range(3):
        await add(desk, line="hosts" if number == 1 else "flows")
    first = (await desk.get(f"{MODELS}?limit=2")).json()
    second = (await desk.get(f"{MODELS}?limit=2&cursor={first['next']}")).json()
    assert [item["line"] for item in first["items"] + second["items"]] == ["flows", "hosts", "flows"]
    assert second["next"] is None
    assert [item["line"] for item in (await desk.get(f"{MODELS}?line=hosts&stage=trained,shadow")).json()["items"]] == [
        "hosts"
    ]
    assert (await desk.get(f"{MODELS}?kind=nearest")).json()["items"] == []
    refused = await desk.get(f"{MODELS}?stage=perfect")
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid-filter")


async def test_a_life_over_http(desk: Desk) -> None:
    model = await add(desk)
    path = f"{MODELS}/{model.id}"
    early = await desk.call("POST", f"{path}/promote", Role.ADMIN, json={})
    assert (early.status_code, early.json()["code"]) == (409, "model-stage")
    assert (await desk.call("POST", f"{path}/deploy", json={"stage": "shadow"})).json()["alias"] == "shadow"
    large = await desk.call("POST", f"{path}/deploy", json={"stage": "canary", "share": 0.25})
    assert (large.status_code, large.json()["code"]) == (403, "not-allowed")
    canary = (await desk.call("POST", f"{path}/deploy", json={"stage": "canary", "share": 0.2, "note": "try"})).json()
    assert (canary["alias"], canary["share"]) == ("challenger", 0.2)
    assert (await desk.call("POST", f"{path}/promote", Role.ANALYST, json={})).status_code == 403
    assert (await desk.call("POST", f"{path}/promote", Role.ADMIN, json={"note": "good"})).json()["alias"] == "champion"
    assert (await desk.call("POST", f"{path}/retire", json={})).status_code == 409
    assert (await desk.call("POST", f"{path}/rollback", json={"note": "loud"})).status_code == 403
    back = await desk.call("POST", f"{path}/rollback", Role.ADMIN, json={"note": "loud"})
    assert back.json()["stage"] == "rolled_back"
    assert (await desk.call("POST", f"{path}/retire", json={})).json()["stage"] == "retired"
    view = (await desk.get(path)).json()
    assert [change["change"] for change in view["history"]] == [
        "trained", "shadowed", "canaried", "promoted", "rolled_back", "retired",
    ]  # fmt: skip
    assert view["report"]["card"] == "# flows"
    history = (await desk.get(f"{MODELS}/history?line=flows&limit=2")).json()["items"]
    assert [change["after"] for change in history] == ["retired", "rolled_back"]
    for body in ({"stage": "champion"}, {"stage": "canary", "share": 0}, {"stage": "canary", "share": 1.5}, {}):
        assert (await desk.call("POST", f"{path}/deploy", json=body)).status_code == 400


async def test_a_viewer_looks_and_changes_nothing(desk: Desk) -> None:
    model = await add(desk)
    for path in (MODELS, f"{MODELS}/{model.id}", f"{MODELS}/{model.id}/metrics", f"{MODELS}/{model.id}/drift"):
        assert (await desk.get(path)).status_code == 200
    for what in ("deploy", "promote", "rollback", "retire", "evaluate"):
        answer = await desk.call("POST", f"{MODELS}/{model.id}/{what}", Role.VIEWER, json={"stage": "shadow"})
        assert answer.status_code == 403
    assert (await desk.call("POST", f"{MODELS}/train", Role.VIEWER, json={})).status_code == 403


async def test_models_side_by_side_and_their_pictures(desk: Desk) -> None:
    one, two = await add(desk), await add(desk)
    both = (await desk.get(f"{MODELS}/compare?ids={two.id},{one.id}")).json()["items"]
    assert [item["model"]["id"] for item in both] == [two.id, one.id]
    assert (await desk.get(f"{MODELS}/compare?ids={one.id}")).status_code == 400
    assert (await desk.get(f"{MODELS}/compare?ids={one.id},mdl_none")).status_code == 404
    picture = await desk.get(f"{MODELS}/{one.id}/plot.png")
    assert (picture.headers["content-type"], picture.content) == ("image/png", b"\x89PNG")
    assert (await desk.get(f"{MODELS}/mdl_none/plot.png")).status_code == 404


async def test_what_a_model_did(desk: Desk) -> None:
    model = await add(desk)
    await desk.models.shadow(system_principal(), model.id)
    tally = ModelTally(
        tenant=model.tenant, name="flows", version="1", role=Duty.SHADOW, judged=1_000, above=10, findings=0,
        nanoseconds=4_000_000, scores=USUAL, features={"size": (500, 500)},
    )  # fmt: skip
    await desk.monitor.take([tally])
    told = (await desk.get(f"{MODELS}/{model.id}/metrics")).json()
    assert (told["judged"], told["flagged_share"], told["microseconds"]) == (1_000, 0.01, 4.0)
    drift = (await desk.get(f"{MODELS}/{model.id}/drift")).json()
    assert (drift["state"], drift["features"][0]["feature"], drift["score_psi"]) == ("steady", "size", 0.0)


async def test_an_alert_of_a_model_is_explained_and_others_are_not(desk: Desk) -> None:
    model = await add(desk)
    base = alert(1, detector="models", rule_id="model.flows")
    matched = (
        MatchedField("probability", "93.0 %", "above 90.0 %, the threshold of version 1"),
        MatchedField("source_failed", "1", "share of the source's flows that came to nothing; speaks for an attack"),
    )
    sample = AlertSample(at=5, matched=matched, event=msgspec.Raw(b"{}"))

    def keep(tx: object) -> None:
        desk.stores.alerts.save(tx, base)  # type: ignore[arg-type] - a transaction
        desk.stores.alerts.save(tx, replace(base, id="alr_other", detector="sigma"))  # type: ignore[arg-type] - the same
        desk.stores.evidence.keep_sample(tx, base.tenant, base.id, 0, sample)  # type: ignore[arg-type] - the same

    await desk.database.write(keep)
    told = (await desk.get(f"{MODELS}/explanations/{base.id}")).json()
    assert (told["line"], told["version"], told["model_id"]) == ("flows", "1", model.id)
    (reason,) = told["findings"][0]["reasons"]
    assert (reason["feature"], reason["direction"]) == ("source_failed", "for")
    other = await desk.get(f"{MODELS}/explanations/alr_other")
    assert (other.status_code, other.json()["code"]) == (404, "no-explanation")


async def test_a_task_that_is_no_training_is_not_shown_as_one(desk: Desk) -> None:
    made = await desk.call("POST", "/api/v2/tasks", json={"action": "test.greet", "input": {"name": "you"}})
    assert (await desk.get(f"{MODELS}/trainings/{made.json()['task']['id']}")).status_code == 404
    assert (await desk.get(f"{MODELS}/trainings/tsk_none")).status_code == 404


async def test_a_model_is_let_go_on_learning_where_it_can(desk: Desk) -> None:
    model = await add(desk, kind="behaviour")
    path = f"{MODELS}/{model.id}/deploy"
    shown = (await desk.call("POST", path, json={"stage": "shadow", "adapts": True})).json()
    assert (shown["adapts"], shown["can_adapt"]) == (True, True)
    assert (await desk.call("POST", path, json={"stage": "canary", "share": 0.1})).json()["adapts"]
    assert not (await desk.call("POST", path, json={"stage": "canary", "adapts": False})).json()["adapts"]
    trees = await add(desk)
    refused = await desk.call("POST", f"{MODELS}/{trees.id}/deploy", json={"stage": "shadow", "adapts": True})
    assert (refused.status_code, refused.json()["code"]) == (409, "model-not-servable")


async def test_a_list_says_what_has_to_be_installed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await desk.get(MODELS)).json()["missing"] == ""
    monkeypatch.setattr(extra, "PACKAGES", ("a_package_that_nobody_has",))
    assert "pip install 'netsentinel[ml]'" in (await desk.get(MODELS)).json()["missing"]
