import pytest

from netsentinel.kernel.types import Role
from tests.unit.api.v2.conftest import Desk

pytestmark = pytest.mark.anyio

PRACTICE = "/api/v2/practice"
CHOICE = {
    "slug": "c/01/one",
    "kind": "choice",
    "prompt": "Which flag opens a connection?",
    "options": ["SYN", "FIN"],
    "right": ["SYN"],
    "explanation": "SYN asks for a connection.",
    "concepts": ["TCP handshake"],
    "source": "lesson:c/01",
}
NUMERIC = {
    **{name: CHOICE[name] for name in ("explanation", "concepts", "source")},
    "slug": "c/01/two",
    "kind": "numeric",
    "prompt": "Which port has SSH?",
    "value": 22,
}


async def write(desk: Desk, *items: dict[str, object]) -> list[str]:
    done = await desk.call("PUT", f"{PRACTICE}/questions", json={"questions": items})
    assert done.status_code == 200, done.text
    return done.json()["ids"]


async def test_a_learner_is_asked_answers_and_sees_what_it_moved(desk: Desk) -> None:
    await write(desk, CHOICE, NUMERIC)
    due = await desk.get(f"{PRACTICE}/due", Role.VIEWER)
    first = due.json()["items"][0]
    assert (first["question"]["prompt"], first["why"][0]["code"]) == (CHOICE["prompt"], "new")
    assert CHOICE["explanation"] not in due.text
    asked = first["question"]
    body = {"attempt": "one", "question": asked["id"], "version": asked["version"], "chosen": ["SYN"]}
    result = await desk.call("POST", f"{PRACTICE}/answers", Role.VIEWER, json=body)
    assert (result.status_code, result.json()["judgement"]["is_right"], result.json()["interval_s"]) == (200, True, 600)
    assert (await desk.call("POST", f"{PRACTICE}/answers", Role.VIEWER, json=body)).json() == result.json()
    other = await desk.call("POST", f"{PRACTICE}/answers", Role.VIEWER, json={**body, "chosen": ["FIN"]})
    assert (other.status_code, other.json()["code"]) == (409, "attempt-taken")
    mine = (await desk.get(f"{PRACTICE}/mastery", Role.VIEWER)).json()
    assert [(one["name"], one["right"]) for one in mine["items"]] == [("TCP handshake", 1)]
    detail = (await desk.get(f"{PRACTICE}/mastery/{mine['items'][0]['concept']}", Role.VIEWER)).json()
    assert detail["moves"][0]["attempt"] == "one"
    assert [reason["code"] for reason in detail["mastery"]["reasons"]] == ["answers", "recall"]
    history = (await desk.get(f"{PRACTICE}/history", Role.VIEWER)).json()
    assert [one["question"] for one in history["items"]] == [asked["id"]]


async def test_those_who_learn_see_no_answers_and_nobody_elses_results(desk: Desk) -> None:
    (question, *_) = await write(desk, CHOICE)
    for path in ("questions", f"questions/{question}", "team"):
        assert (await desk.get(f"{PRACTICE}/{path}", Role.VIEWER)).status_code == 403
    assert (
        await desk.call("PUT", f"{PRACTICE}/questions", Role.VIEWER, json={"questions": [CHOICE]})
    ).status_code == 403
    shown = (await desk.get(f"{PRACTICE}/questions?source=lesson:c/01", Role.ANALYST)).json()["items"]
    assert shown[0]["content"]["key"]["right"] == ["SYN"]
    assert (await desk.get(f"{PRACTICE}/team", Role.ANALYST)).json()["items"] == []


async def test_a_question_is_retired_and_asked_again(desk: Desk) -> None:
    (question,) = await write(desk, CHOICE)
    place = f"{PRACTICE}/questions/{question}"
    assert (await desk.call("POST", f"{place}/decision", json={"state": "retired"})).json()["version"] == 2
    assert (await desk.get(f"{PRACTICE}/due")).json()["items"] == []
    body = {"attempt": "a", "question": question, "version": 2, "chosen": ["SYN"]}
    assert (await desk.call("POST", f"{PRACTICE}/answers", json=body)).status_code == 404
    assert (await desk.call("POST", f"{place}/decision", json={"state": "approved"})).json()["state"] == "approved"
    assert len((await desk.get(f"{PRACTICE}/due")).json()["items"]) == 1
    assert (
        await desk.call("POST", f"{PRACTICE}/questions/none/decision", json={"state": "retired"})
    ).status_code == 404


@pytest.mark.parametrize(
    "bad",
    [
        {"right": ["maybe"]},
        {"kind": "essay"},
        {"prompt": ""},
        {"options": [str(number) for number in range(13)]},
        {"slug": "x" * 300},
        {"concepts": []},
    ],
)
async def test_a_question_that_cannot_be_asked_is_refused(desk: Desk, bad: dict[str, object]) -> None:
    done = await desk.call("PUT", f"{PRACTICE}/questions", json={"questions": [{**CHOICE, **bad}]})
    assert done.status_code == 400
    assert (await desk.get(f"{PRACTICE}/questions", Role.ANALYST)).json()["items"] == []


@pytest.mark.parametrize(
    "bad",
    [
        {"attempt": ""},
        {"attempt": "x" * 81},
        {"version": 0},
        {"chosen": ["a"] * 13},
        {"pairs": {str(number): "x" for number in range(13)}},
        {"text": "x" * 401},
        {"more": 1},
    ],
)
async def test_an_answer_that_cannot_be_one_is_refused(desk: Desk, bad: dict[str, object]) -> None:
    (question,) = await write(desk, CHOICE)
    body = {"attempt": "a", "question": question, "version": 1, "chosen": ["SYN"], **bad}
    assert (await desk.call("POST", f"{PRACTICE}/answers", json=body)).status_code == 400


async def test_a_drill_needs_an_alert_that_is_there(desk: Desk) -> None:
    for name, body in (("drills", {"alert": "alr_none"}), ("incident-drills", {"entity": "203.0.113.7"})):
        place = f"{PRACTICE}/{name}"
        assert (await desk.call("POST", place, json=body)).status_code == 404
        assert (await desk.call("POST", place, Role.VIEWER, json=body)).status_code == 403


async def test_a_teacher_drafts_puts_right_and_approves_and_a_learner_sees_nothing_before(desk: Desk) -> None:
    names = ("Beacon", "Tunnel", "Proxy", "Banner")
    relay = (await desk.call("POST", "/api/v2/concepts", json={"name": "Relay"})).json()["id"]
    for name in names:
        said = {"name": name, "text": f"A {name.lower()} is a thing that number {len(name)} tells of."}
        concept = (await desk.call("POST", "/api/v2/concepts", json=said)).json()["id"]
        edge = {"target": relay, "verdict": "confirm"}
        assert (await desk.call("PUT", f"/api/v2/concepts/{concept}/edges", json=edge)).status_code == 200
    place = f"{PRACTICE}/drafts"
    assert (await desk.call("POST", place, Role.VIEWER, json={"concepts": ["Beacon"]})).status_code == 403
    for bad in ({}, {"concepts": ["Beacon"] * 26}, {"concepts": ["Beacon"], "medium": "m"}, {"seed": -1}):
        assert (await desk.call("POST", place, json=bad)).status_code == 400
    made = await desk.call("POST", place, json={"concepts": ["Beacon"]})
    assert made.status_code == 200, made.text
    (first, _) = made.json()["items"]
    assert (first["state"], first["source"]["kind"], made.json()["added"]) == ("draft", "concept", 2)
    assert (await desk.get(f"{PRACTICE}/due", Role.VIEWER)).json()["items"] == []
    decision = {"state": "approved", "prompt": "What is it?", "options": ["a", "b", "c", "d"]}
    decided = await desk.call("POST", f"{PRACTICE}/questions/{first['id']}/decision", json=decision)
    assert decided.json()["content"]["key"]["right"] == [
        "abcd"[first["content"]["options"].index("Beacon")],
    ]
    posed = (await desk.get(f"{PRACTICE}/due", Role.VIEWER)).json()["items"][0]["question"]
    assert (posed["prompt"], posed["concepts"], posed["source"]["id"]) == ("What is it?", [], "")
