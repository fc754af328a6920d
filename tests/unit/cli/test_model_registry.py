import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from netsentinel.cli import model_registry
from netsentinel.cli.program import run
from tests.unit.cli.answering import Answering

SCORES = {
    "roc_auc": 0.98, "recall_at_01": 0.5, "recall_at_1": 0.8, "realised_fpr": 0.0012, "realised_recall": 0.5, "bad": 20,
}  # fmt: skip


def item(number: int = 3, **changes: Any) -> dict[str, Any]:
    made = {
        "id": f"mdl_{number}",
        "name": f"flows {number}",
        "number": number,
        "stage": "trained",
        "share": 0.0,
        "kind": "novelty",
        "scores": SCORES,
        "trained_at": 1_780_000_000_000_000,
        "alias": "",
        "request": None,
    }
    return {**made, **changes}


HISTORY = [{"at": 0, "principal_name": "ana", "change": "trained", "after": "trained", "note": "first"}]
REASON = {"feature": "bytes_out", "value": "9 bytes", "usual": "1 byte", "says": "sent", "direction": "for"}
FIGURES = {
    "judged": 1_000, "flagged": 10, "flagged_share": 0.01, "expected_share": 0.001, "limit_share": 0.02,
    "findings": 2, "microseconds": 3.5,
}  # fmt: skip
DRIFT = {
    "state": "drifted",
    "score_psi": 0.3,
    "verdicts": {"true_positives": 1, "false_positives": 2},
    "features": [{"feature": "duration", "psi": 0.4, "drifted": True}],
}
TASK = {"id": "tsk_1", "percent": 100.0, "stage": "kept", "message": "", "ended_at": 5, "state": "succeeded"}


def reply(request: httpx2.Request) -> Any:
    path = request.url.path.removeprefix("/api/v2/models").strip("/")
    if path == "":
        return {"items": [item(3), item(2, stage="canary", share=0.25)], "next": None}
    if path == "train":
        return TASK
    last = path.rpartition("/")[2]
    answers: dict[str, Any] = {
        "compare": {"items": [{"model": item(3)}, {"model": item(2)}]},
        "tsk_1": {"task": {**TASK, "error": "", "error_code": ""}, "model": item(4)},
        "alr_1": {
            "line": "flows",
            "findings": [{"at": 0, "version": "3", "probability": "99 %", "threshold": "90 %", "reasons": [REASON]}],
        },
        "metrics": FIGURES,
        "drift": DRIFT,
        "deploy": item(3, stage="canary", share=0.1),
        "promote": item(3, stage="canary", request={"by_name": "ana"}),
        "rollback": item(3, stage="rolled_back"),
        "retire": item(3, stage="retired"),
        "mdl_3": {"model": item(3), "report": {"card": "# flows 3"}, "history": HISTORY},
    }
    return answers.get(last) or httpx2.Response(404, json={"detail": "nothing", "code": "not-found"})


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Answering:
    monkeypatch.setattr(model_registry, "_WAIT_S", 0.0)
    return Answering(reply).install(monkeypatch)


def body(server: Answering) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(server.asked[-1].content)
    return said


def test_models_are_listed_with_stage_and_share(server: Answering, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "list", "--line", "flows", "--stage", "canary"]) == 0
    out = capsys.readouterr().out
    assert "canary 25%" in out
    assert "0.9800" in out
    assert dict(server.asked[-1].url.params) == {"line": "flows", "stage": "canary", "limit": "200"}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], {"rows_of": "flows", "kind": "flow-classifier", "path": ""}),
        (["--rows-of", "windows"], {"rows_of": "windows", "kind": "behaviour"}),
        (["--rows-of", "histories"], {"rows_of": "histories", "kind": "feature-maps"}),
        (["--path", "table:a.csv", "--kind", "nearest", "--line", "mine"], {"path": "table:a.csv", "line": "mine"}),
        (["--benign", "ok", "--fpr", "0.01", "--search", "9"], {"benign": ["ok"], "fpr": 0.01, "search_seconds": 9}),
    ],
)
def test_a_training_asks_for_what_was_said_and_tells_what_came_of_it(
    server: Answering, capsys: pytest.CaptureFixture[str], options: list[str], expected: dict[str, Any]
) -> None:
    assert run(["models", "train", *options]) == 0
    said = capsys.readouterr()
    assert "flows 4" in said.out
    assert "100 % kept" in said.err
    sent = json.loads(server.asked[0].content)
    assert {name: sent[name] for name in expected} == expected
    assert ("line" in sent) == ("--line" in options), "the server knows the line of a table"


@pytest.mark.parametrize(("recall", "is_told"), [(0.0, True), (0.4, False), (None, False)])
def test_a_model_that_finds_nothing_is_told_when_it_is_made_and_when_it_judges(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], recall: float | None, is_told: bool
) -> None:
    model = item(4, alias="shadow", stage="shadow", scores={**SCORES, "realised_recall": recall})
    task = {"task": {**TASK, "error": "", "error_code": ""}, "model": model}
    answers = {"train": TASK, "tsk_1": task, "deploy": model, "retire": {**model, "alias": "", "stage": "retired"}}
    monkeypatch.setattr(model_registry, "_WAIT_S", 0.0)
    Answering(lambda asked: answers[asked.url.path.rpartition("/")[2]]).install(monkeypatch)
    for command in (["train"], ["deploy", "mdl_4"]):
        assert run(["models", *command]) == 0
        assert ("found none of the 20 bad rows" in capsys.readouterr().err) is is_told
    assert run(["models", "retire", "mdl_4"]) == 0
    assert "found none" not in capsys.readouterr().err


def test_what_judged_nothing_has_no_share_and_no_time(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    idle = {**FIGURES, "judged": 0, "flagged": 0, "flagged_share": 0.0, "microseconds": 0.0}
    Answering(lambda asked: DRIFT if asked.url.path.endswith("drift") else idle).install(monkeypatch)
    assert run(["models", "monitor", "mdl_3"]) == 0
    out = capsys.readouterr().out
    assert "0.0 us" not in out
    assert "0.000%" not in out


def test_a_training_that_failed_ends_with_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failed = {**TASK, "state": "failed", "error": "too few rows", "error_code": "training-data"}
    Answering(lambda asked: {"task": failed, "model": None} if "trainings" in asked.url.path else TASK).install(
        monkeypatch
    )
    assert run(["models", "train"]) == 1
    assert "The training failed: too few rows [training-data]" in capsys.readouterr().err


def test_a_file_of_this_machine_that_the_server_may_not_read_is_to_be_sent(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    refusal = {"detail": "Sources may not read it.", "code": "not-allowed"}
    Answering(lambda _: httpx2.Response(403, content=json.dumps(refusal))).install(monkeypatch)
    here = tmp_path / "my flows.csv"
    here.touch()
    assert run(["models", "train", "--path", str(here)]) == 1
    assert f"netsentinel models upload '{here}'" in capsys.readouterr().err
    for elsewhere in ("nowhere.csv", ""):
        assert run(["models", "train", "--path", elsewhere]) == 1
        assert "upload" not in capsys.readouterr().err


def test_a_model_is_found_by_line_and_number(server: Answering, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "show", "flows:3"]) == 0
    out = capsys.readouterr().out
    assert "# flows 3" in out
    assert "first" in out
    assert run(["models", "show", "flows:9"]) == 1
    assert "There is no model flows:9" in capsys.readouterr().err


def test_models_side_by_side_and_what_one_does(server: Answering, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "compare", "mdl_3", "flows:2"]) == 0
    assert server.asked[-1].url.params["ids"] == "mdl_3,mdl_2"
    assert "roc_auc" in capsys.readouterr().out
    assert run(["models", "monitor", "mdl_3"]) == 0
    out = capsys.readouterr().out
    assert "10 (1.000%)" in out
    assert "drifted" in out
    assert "3.5 us" in out
    assert run(["models", "explain", "alr_1"]) == 0
    assert "bytes_out" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("command", "sent", "said"),
    [
        (["deploy", "mdl_3", "--stage", "canary"], {"stage": "canary", "share": 0.1, "note": ""}, "canary, 10%"),
        (["deploy", "mdl_3", "--adapts"], {"stage": "shadow", "share": 0.1, "note": "", "adapts": True}, "is canary"),
        (["deploy", "mdl_3", "--fixed"], {"stage": "shadow", "share": 0.1, "note": "", "adapts": False}, "is canary"),
        (["promote", "mdl_3", "--note", "good"], {"note": "good"}, "another user has to agree"),
        (["rollback", "mdl_3"], {"note": ""}, "is rolled_back"),
        (["retire", "mdl_3"], {"note": ""}, "is retired"),
    ],
)
def test_what_is_decided_is_sent_and_said(
    server: Answering, capsys: pytest.CaptureFixture[str], command: list[str], sent: dict[str, Any], said: str
) -> None:
    assert run(["models", *command]) == 0
    assert body(server) == sent
    assert said in capsys.readouterr().err
