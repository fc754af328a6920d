from typing import Any

import pytest

from netsentinel.academy.courses import lesson_id
from netsentinel.kernel.types import DEFAULT_TENANT, Role
from tests.unit.api.v2.conftest import Desk

pytestmark = pytest.mark.anyio

COURSES, LESSONS, COHORTS = "/api/v2/courses", "/api/v2/lessons", "/api/v2/cohorts"
A: dict[str, Any] = {"slug": "a", "title": "A", "teaches": ["SYN"], "text": "A SYN begins.\n"}
B: dict[str, Any] = {"slug": "b", "title": "B", "requires": ["SYN"], "text": "See [A](a.md).\n"}
COURSE: dict[str, Any] = {"slug": "tcp", "title": "TCP", "lessons": [B, A]}


async def published(desk: Desk) -> None:
    assert (await desk.call("POST", COURSES, json=COURSE)).status_code == 201
    assert (await desk.call("POST", f"{COURSES}/tcp/publish", json={"note": "first"})).status_code == 201


async def test_a_course_is_written_and_learned_over_http(desk: Desk) -> None:
    await published(desk)
    (card,) = (await desk.get(COURSES)).json()["items"]
    assert (card["slug"], card["lessons"], card["done"], card["state"]) == ("tcp", 2, 0, "published")
    view = (await desk.get(f"{COURSES}/{card['id']}")).json()
    assert [(one["slug"], one["state"]) for one in view["lessons"]] == [("a", "open"), ("b", "locked")]
    first, second = (one["id"] for one in view["lessons"])
    refused = await desk.call("POST", f"{LESSONS}/{second}/done", Role.VIEWER)
    assert (refused.status_code, refused.json()["code"]) == (409, "lesson-locked")
    assert refused.json()["unmet"][0]["lessons"][0]["slug"] == "a"
    assert (await desk.call("POST", f"{LESSONS}/{first}/read", Role.VIEWER)).json()["done_at"] == 0
    assert (await desk.call("POST", f"{LESSONS}/{first}/done", Role.VIEWER)).json()["done_at"] > 0
    lesson = (await desk.get(f"{LESSONS}/{first}")).json()
    assert (lesson["text"], lesson["lesson"]["state"], len(lesson["contents"])) == ("A SYN begins.\n", "done", 2)
    assert (await desk.get(f"{COURSES}/tcp")).json()["lessons"][1]["state"] == "open"
    (found,) = (await desk.get(f"{LESSONS}?concept=syn")).json()["items"]
    assert found["lesson"]["slug"] == "a"
    path = (await desk.get("/api/v2/paths?goal=syn")).json()
    assert (path["is_reached"], path["steps"]) == (True, [])


async def test_lists_go_on_where_they_ended(desk: Desk) -> None:
    for slug in ("one", "two", "three"):
        assert (await desk.call("POST", COURSES, json={"slug": slug, "title": slug})).status_code == 201
    assert (await desk.get(COURSES)).json() == {"items": [], "next": None}
    page = (await desk.call("GET", f"{COURSES}?limit=2")).json()
    assert [one["slug"] for one in page["items"]] == ["one", "three"]
    rest = (await desk.call("GET", f"{COURSES}?limit=2&cursor={page['next']}")).json()
    assert ([one["slug"] for one in rest["items"]], rest["next"]) == (["two"], None)
    assert (await desk.get(f"{COURSES}?cursor=x")).json()["code"] == "invalid-cursor"


async def test_changes_name_what_they_are_based_on(desk: Desk) -> None:
    made = await desk.call("POST", COURSES, json=COURSE)
    tag = made.headers["ETag"]
    draft = await desk.call("GET", f"{COURSES}/tcp/draft")
    assert [one["text"] for one in draft.json()["draft"]["lessons"]] == [A["text"], B["text"]]
    same = {"headers": {"If-None-Match": draft.headers["ETag"]}}
    assert (await desk.call("GET", f"{COURSES}/tcp/draft", **same)).status_code == 304
    body = {"json": {"title": "New", "lessons": [A]}, "headers": {"If-Match": tag}}
    assert (await desk.call("PUT", f"{COURSES}/tcp/draft", **body)).status_code == 200
    for method, path, more in (
        ("PUT", "tcp/draft", {"json": {"title": "Newer"}}),
        ("POST", "tcp/publish", {"json": {}}),
        ("POST", "tcp/retire", {}),
        ("DELETE", "tcp", {}),
    ):
        refused = await desk.call(method, f"{COURSES}/{path}", headers={"If-Match": tag}, **more)
        assert (refused.status_code, refused.json()["code"]) == (412, "precondition-failed"), path
    assert (await desk.call("DELETE", f"{COURSES}/tcp")).status_code == 204


async def test_faults_are_told_for_each_lesson(desk: Desk) -> None:
    body = {**COURSE, "lessons": [{**A, "text": "<script>"}, {**B, "text": "[x](javascript:1)"}]}
    refused = (await desk.call("POST", COURSES, json=body)).json()
    assert refused["code"] == "invalid-course"
    assert [one["where"] for one in refused["faults"]] == ["a", "b"]
    cycle = {**COURSE, "lessons": [{**A, "requires": ["x"]}, {**B, "teaches": ["x"]}]}
    refused = (await desk.call("POST", COURSES, json=cycle)).json()
    assert (refused["code"], refused["cycle"]) == ("lesson-cycle", ["A", "B", "A"])


async def test_teachers_see_who_did_what(desk: Desk) -> None:
    desk.people.users[DEFAULT_TENANT, "usr_ben"] = "ben"
    await published(desk)
    assert (await desk.call("GET", f"{COHORTS}/people")).json() == {"items": [{"id": "usr_ben", "name": "ben"}]}
    team = (await desk.call("POST", COHORTS, json={"name": "Team", "members": ["usr_ben"]})).json()
    assert (await desk.call("GET", f"{COHORTS}/Team")).json()["id"] == team["id"]
    body = {"to": "cohort", "target": team["id"], "due_at": 1}
    made = (await desk.call("POST", f"{COURSES}/tcp/assignments", json=body)).json()
    (row,) = (await desk.call("GET", f"{COURSES}/tcp/learners")).json()["items"]
    assert (row["name"], row["done"], row["lessons"], row["is_late"]) == ("ben", 0, 2, True)
    (seen,) = (await desk.call("GET", f"{COURSES}/tcp/assignments")).json()["items"]
    assert (seen["name"], seen["assignment"]["id"]) == ("Team", made["id"])
    changed = await desk.call("PUT", f"{COHORTS}/{team['id']}", json={"name": "Crew", "members": []})
    assert changed.json()["members"] == []
    hours = {"time_zone": "Europe/Berlin", "spans": [{"days": [6, 7], "begins": "22:00", "ends": "06:00"}]}
    night = {"name": "Night", "members": [], "hours": hours}
    assert (await desk.call("PUT", f"{COHORTS}/{team['id']}", json=night)).json()["hours"] == hours
    odd = {"name": "Night", "hours": {"time_zone": "Nowhere", "spans": hours["spans"]}}
    assert (await desk.call("POST", COHORTS, json=odd)).status_code == 400
    stale = {"json": {"name": "X"}, "headers": {"If-Match": '"1-0"'}}
    assert (await desk.call("PUT", f"{COHORTS}/{team['id']}", **stale)).status_code == 412
    assert (await desk.call("DELETE", f"{COURSES}/tcp/assignments/{made['id']}")).status_code == 204
    assert (await desk.call("DELETE", f"{COHORTS}/{team['id']}")).status_code == 204
    assert (await desk.call("GET", COHORTS)).json()["items"] == []


async def test_learners_move_on_when_they_want_to(desk: Desk) -> None:
    await published(desk)
    await desk.call("POST", f"{LESSONS}/{lesson_id('tcp', 'a')}/read", Role.VIEWER)
    assert (await desk.call("PUT", f"{COURSES}/tcp/draft", json={"title": "TCP 2", "lessons": [A]})).status_code == 200
    assert (await desk.call("POST", f"{COURSES}/tcp/publish", json={})).json()["number"] == 2
    assert (await desk.get(f"{COURSES}/tcp")).json()["course"]["number"] == 1
    assert (await desk.call("POST", f"{COURSES}/tcp/move", Role.VIEWER)).json()["number"] == 2
    assert (await desk.get(f"{COURSES}/tcp")).json()["course"]["title"] == "TCP 2"
    versions = (await desk.call("GET", f"{COURSES}/tcp/versions")).json()["items"]
    assert [one["number"] for one in versions] == [2, 1]
    assert (await desk.call("POST", f"{COURSES}/tcp/retire")).json()["state"] == "retired"
    assert (await desk.call("POST", f"{COURSES}/tcp/restore")).json()["state"] == "published"


async def test_a_list_costs_the_same_for_few_as_for_many(desk: Desk) -> None:
    await published(desk)
    desk.statements = 0
    await desk.get(COURSES)
    few = desk.statements
    for number in range(5):
        await desk.call("POST", COURSES, json={**COURSE, "slug": f"c{number}"})
        await desk.call("POST", f"{COURSES}/c{number}/publish", json={})
    desk.statements = 0
    assert len((await desk.get(COURSES)).json()["items"]) == 6
    assert desk.statements <= few
