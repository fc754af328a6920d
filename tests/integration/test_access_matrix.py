"""Who may call what: every route x every role x the own and another tenant. The matrix grows with the routes."""

import re
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from netsentinel.academy.graph import id_of
from netsentinel.academy.graph.attack import shipped_table, table_text
from netsentinel.api.deps import Public, Requires, declared_access
from netsentinel.bootstrap import open_server
from netsentinel.bootstrap.ground import open_ground
from netsentinel.detection.rulebook.packs import zip_of
from netsentinel.identity import AuthProvider, Tenant, Users
from netsentinel.identity.store_sql import SqlIdentity
from netsentinel.identity.tokens import KEY_HINT_LENGTH
from netsentinel.kernel.settings import Settings
from netsentinel.kernel.types import (
    DEFAULT_TENANT,
    ROLE_PERMISSIONS,
    Permission,
    Role,
    TenantId,
    Tier,
    system_principal,
)
from tests.application import bare_application

pytestmark = pytest.mark.anyio

OTHER = TenantId("other")
EVE = (
    b'{"timestamp":"2026-01-01T00:00:00.000000+0000","event_type":"http","src_ip":"203.0.113.66","src_port":4000,'
    b'"dest_ip":"192.0.2.80","dest_port":80,"proto":"TCP","http":{"hostname":"www.example.org","url":"/",'
    b'"http_user_agent":"sqlmap/1.8","http_method":"GET","protocol":"HTTP/1.1","status":404,"length":0}}'
)

SCOPE = {"conditions": [{"field": "entity", "values": ["203.0.113.99"]}]}
RULE = """title: A rule of the matrix
id: FRESH
logsource: {product: zeek, service: http}
detection: {s: {uri: /matrix}, condition: s}
"""
RULE_ID = "6a3c1d52-8a0e-4f0b-9d6e-2f2f6f0c7a11"
PACK = zip_of({"rule.yml": RULE.replace("FRESH", "6a3c1d52-8a0e-4f0b-9d6e-2f2f6f0c7a12").encode()})

QUESTION: dict[str, Any] = {
    "slug": "matrix",
    "kind": "short",
    "prompt": "Who may?",
    "right": ["nobody"],
    "explanation": "The matrix says so.",
    "concepts": ["permission"],
}
SCHEDULE: dict[str, Any] = {
    "name": "matrix",
    "action": "lake.tend",
    "trigger": {"kind": "cron", "cron": "0 0 29 2 *"},
}

WEBHOOK: dict[str, Any] = {"url": "https://example.org/hook", "events": ["alert.raised"], "enabled": False}

TUS = {"Tus-Resumable": "1.0.0"}
OCTETS = "application/offset+octet-stream"
COURSE: dict[str, Any] = {"slug": "matrix", "title": "Matrix"}
COHORT: dict[str, Any] = {"name": "matrix"}

BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("PATCH", "/api/v2/alerts/{alert_id}"): {"json": {"status": "acknowledged"}},
    ("POST", "/api/v2/alerts/bulk"): {"json": {"ids": ["alr_none"], "note": "seen"}},
    ("POST", "/api/v2/alerts/{alert_id}/notes"): {"json": {"text": "seen"}},
    ("POST", "/api/v2/alerts/{alert_id}/assignment"): {"json": {"assignee": ""}},
    ("POST", "/api/v2/suppressions"): {"json": {**SCOPE, "reason": "a test"}},
    ("POST", "/api/v2/suppressions/preview"): {"json": SCOPE},
    ("POST", "/api/v2/events"): {"content": EVE, "headers": {"Content-Type": "application/x-ndjson"}},
    ("GET", "/api/v2/events/facets"): {"params": {"column": "src_ip"}},
    ("POST", "/api/v2/rules"): {"json": {"text": RULE}},
    ("POST", "/api/v2/rules/check"): {"json": {"text": RULE}},
    ("POST", "/api/v2/rules/packs"): {"content": PACK, "params": {"name": "matrix"}},
    ("POST", "/api/v2/rules/{rule_id}/disable"): {"json": {"note": "of the matrix"}},
    ("POST", "/api/v2/rules/{rule_id}/test"): {"json": {}},
    ("GET", "/api/v2/models/compare"): {"params": {"ids": "mdl_none,mdl_other"}},
    ("PUT", "/api/v2/models/tables/{table}"): {"content": b"a,label\n1,normal\n"},
    ("POST", "/api/v2/models/train"): {"json": {"kind": "nearest", "since": 2**61}},
    ("POST", "/api/v1/ml/train"): {"json": {"kind": "nearest", "since": 2**61}},
    ("POST", "/api/v2/models/{model_id}/evaluate"): {"json": {}},
    ("POST", "/api/v2/models/{model_id}/deploy"): {"json": {"stage": "shadow"}},
    ("POST", "/api/v2/models/{model_id}/promote"): {"json": {}},
    ("POST", "/api/v2/models/{model_id}/rollback"): {"json": {}},
    ("POST", "/api/v2/models/{model_id}/retire"): {"json": {}},
    ("POST", "/api/v2/tasks"): {"json": {"action": "none.such"}},
    ("POST", "/api/v2/error-recovery/dlq/resubmit"): {"json": {"dry_run": True}},
    ("POST", "/api/v2/error-recovery/dlq/{task_id}/resubmit"): {"json": {}},
    ("POST", "/api/v2/error-recovery/dlq/{task_id}/resolve"): {"json": {"note": "known"}},
    ("POST", "/api/v2/scheduler/schedules"): {"json": SCHEDULE},
    ("PUT", "/api/v2/scheduler/schedules/{schedule_id}"): {"json": {**SCHEDULE, "priority": 7}},
    ("POST", "/api/v2/scheduler/preview"): {"json": {"trigger": SCHEDULE["trigger"]}},
    ("POST", "/api/v2/scheduler/events"): {"json": {"name": "matrix.happened"}},
    ("POST", "/api/v2/batch/operations"): {"json": {"operations": [{"op": "retry", "task_id": "tsk_none"}]}},
    ("POST", "/api/v2/webhooks"): {"json": WEBHOOK},
    ("PUT", "/api/v2/webhooks/{webhook_id}"): {"json": WEBHOOK},
    ("POST", "/api/v2/webhooks/{webhook_id}/replay"): {"json": {"since": 1, "until": 2}},
    ("GET", "/api/v2/graph/path"): {"params": {"source": "T1046", "target": "TA0007"}},
    ("GET", "/api/v2/graph/evidence"): {"params": {"source": id_of("t1046"), "target": id_of("ta0007")}},
    ("PUT", "/api/v2/graph/references/attack"): {"json": {"table": table_text(shipped_table())}},
    ("POST", "/api/v2/concepts"): {"json": {"name": "matrix"}},
    ("PATCH", "/api/v2/concepts/{concept_id}"): {"json": {"name": "matrix"}},
    ("POST", "/api/v2/concepts/{concept_id}/aliases"): {"json": {"name": "matrix"}},
    ("POST", "/api/v2/concepts/{concept_id}/merge"): {"json": {"into": "cpt_none"}},
    ("POST", "/api/v2/concepts/{concept_id}/split"): {"json": {"name": "matrix"}},
    ("PUT", "/api/v2/concepts/{concept_id}/edges"): {"json": {"target": "cpt_none", "verdict": "confirm"}},
    ("DELETE", "/api/v2/concepts/{concept_id}/edges"): {"params": {"target": "cpt_none"}},
    ("POST", "/api/v2/practice/answers"): {
        "json": {"attempt": "matrix", "question": "qst_none", "version": 1, "chosen": ["yes"]}
    },
    ("POST", "/api/v2/practice/drafts"): {"json": {"concepts": ["no such concept"]}},
    ("POST", "/api/v2/practice/drills"): {"json": {"alert": "alr_none"}},
    ("POST", "/api/v2/practice/incident-drills"): {"json": {"entity": "no such host"}},
    ("PUT", "/api/v2/practice/questions"): {"json": {"questions": [QUESTION]}},
    ("POST", "/api/v2/practice/questions/{question_id}/decision"): {"json": {"state": "approved"}},
    ("POST", "/api/v2/reviews/answers"): {"json": {"answers": [{"id": "rev_none", "verdict": "skip"}]}},
    ("POST", "/api/v2/reviews/{review_id}/answer"): {"json": {"verdict": "skip"}},
    ("POST", "/api/v2/media/uploads"): {
        "content": b"# Matrix",
        "headers": {**TUS, "Upload-Length": "8", "Upload-Metadata": "filename bWF0cml4Lm1k", "Content-Type": OCTETS},
    },
    ("POST", "/api/v2/media/{medium_id}/transcribe"): {"json": {}},
    ("PATCH", "/api/v2/media/uploads/{upload_id}"): {"headers": {**TUS, "Upload-Offset": "0", "Content-Type": OCTETS}},
    ("DELETE", "/api/v2/media/uploads/{upload_id}"): {"headers": TUS},
    ("POST", "/api/v2/courses"): {"json": COURSE},
    ("PUT", "/api/v2/courses/{course_id}/draft"): {"json": {"title": "Matrix"}},
    ("POST", "/api/v2/courses/{course_id}/publish"): {"json": {}},
    ("POST", "/api/v2/courses/{course_id}/assignments"): {"json": {"target": "usr_none"}},
    ("POST", "/api/v2/cohorts"): {"json": COHORT},
    ("PUT", "/api/v2/cohorts/{cohort_id}"): {"json": COHORT},
    ("GET", "/api/v2/paths"): {"params": {"goal": "T1046"}},
    ("POST", "/api/v2/hunts"): {"json": {"sql": "SELECT count(*) FROM events"}},
    ("POST", "/api/v2/sources"): {"json": {"name": "matrix", "kind": "http"}},
    ("PUT", "/api/v2/sources/{name}"): {"json": {"enabled": True}},
    ("POST", "/api/v2/sources/{name}/keys"): {"json": {}},
    ("POST", "/api/v2/users"): {"json": {"username": "matrix", "role": "viewer"}},
    ("PATCH", "/api/v2/users/{user_id}"): {"json": {"enabled": False}},
    ("POST", "/api/v2/api-keys"): {"json": {"name": "matrix", "role": "viewer"}},
    ("PUT", "/api/v2/tenants/current/tier"): {"json": {"tier": "standard"}},
    ("PUT", "/api/v2/api-keys/{key_id}/tier"): {"json": {"tier": "premium"}},
    ("POST", "/auth/login"): {"json": {"username": "nobody", "password": "nothing at all that is real"}},
    ("POST", "/auth/password"): {"json": {"old_password": "wrong", "password": "tractor vivid plum seventeen"}},
    ("POST", "/auth/setup"): {"json": {"token": "x", "username": "nobody", "password": "nothing at all that is real"}},
}
"""A valid body for each route that takes one. `FRESH` is another id in each request."""

SHARED = (
    "/api/v2/entries",
    "/api/v2/rules",
    "/api/v2/rules/packs",
    "/api/v2/actions",
    "/api/v2/webhooks/events",
)
"""Lists in which every tenant finds something: its own journal; rules, actions and kinds of events of everybody."""

A_SCHEDULE = ("POST", "/api/v2/scheduler/schedules", SCHEDULE)
HTTP_SOURCE = ("POST", "/api/v2/sources", {"name": "http", "kind": "http"})
BEFORE: dict[tuple[str, str], tuple[str, str, dict[str, Any]]] = {
    ("POST", "/api/v2/sources"): ("DELETE", "/api/v2/sources/matrix", {}),
    ("PUT", "/api/v2/sources/{name}"): HTTP_SOURCE,
    ("DELETE", "/api/v2/sources/{name}"): HTTP_SOURCE,
    ("POST", "/api/v2/sources/{name}/test"): HTTP_SOURCE,
    ("POST", "/api/v2/concepts"): ("DELETE", f"/api/v2/concepts/{id_of('matrix')}", {}),
    ("POST", "/api/v2/courses"): ("DELETE", "/api/v2/courses/matrix", {}),
    ("POST", "/api/v2/cohorts"): ("DELETE", "/api/v2/cohorts/matrix", {}),
    ("POST", "/api/v2/scheduler/schedules"): ("DELETE", "/api/v2/scheduler/schedules/matrix", {}),
    ("PUT", "/api/v2/scheduler/schedules/{schedule_id}"): A_SCHEDULE,
    ("DELETE", "/api/v2/scheduler/schedules/{schedule_id}"): A_SCHEDULE,
    ("POST", "/api/v2/scheduler/schedules/{schedule_id}/trigger"): A_SCHEDULE,
    ("POST", "/api/v2/scheduler/schedules/{schedule_id}/pause"): A_SCHEDULE,
    ("POST", "/api/v2/scheduler/schedules/{schedule_id}/resume"): A_SCHEDULE,
    ("GET", "/api/v2/scheduler/schedules/{schedule_id}"): A_SCHEDULE,
    ("GET", "/api/v2/scheduler/schedules/{schedule_id}/next"): A_SCHEDULE,
    ("GET", "/api/v2/scheduler/schedules/{schedule_id}/runs"): A_SCHEDULE,
}
"""What the tenant's administrator does before the call, so that it can succeed each time."""

PUBLIC_MAY_ANSWER = {"/auth/login": 401, "/auth/setup": 401}
"""Public routes that check something else: what they answer to these bodies."""


Case = tuple[str, str, Public | Requires | None]
"""Method, path, what it declares (None when it declares nothing)."""


def routes(app: FastAPI) -> list[Case]:
    """Every HTTP route, whoever put it there; a WebSocket route has rules of its own (PROTOCOL.md)."""
    return [
        (method, str(route.path), declared_access(route) if hasattr(route, "dependant") else None)
        for route in iter_route_contexts(app.routes)
        for method in sorted(route.methods or ())
        if method != "HEAD"
    ]


ROUTES = routes(bare_application())


@dataclass(frozen=True)
class World:
    """A server with an alert, and a key for every role in two tenants."""

    http: httpx2.AsyncClient
    keys: dict[tuple[TenantId, str], str]
    things: dict[str, str]
    """A value for each path parameter: things of the default tenant."""
    people: dict[str, dict[str, str]]
    """What the browsers of people of each role send."""

    async def call(
        self, method: str, path: str, key: str | None, shown: dict[str, str] | None = None
    ) -> httpx2.Response:
        if key is not None and ("{rule_id}" in path or "{pack_id}" in path):
            await self._provide(self.keys[DEFAULT_TENANT, "admin"])
        filled = re.sub(r"{(\w+)(?::\w+)?}", lambda match: self.things[match[1]], path)
        options = {
            name: dict(value) if isinstance(value, dict) else value
            for name, value in BODIES.get((method, path), {}).items()
        }
        if "text" in options.get("json", {}):
            options["json"]["text"] = options["json"]["text"].replace("FRESH", str(uuid.uuid4()))
        if (method, path) in BEFORE:
            verb, place, body = BEFORE[method, path]
            admin = {"Authorization": f"Bearer {self.keys[DEFAULT_TENANT, 'admin']}"}
            await self.http.request(verb, place, headers=admin, json=body)
        headers = options.pop("headers", {}) | ({"Authorization": f"Bearer {key}"} if key else shown or {})
        return await self.http.request(method, filled, headers=headers, **options)

    async def _provide(self, key: str) -> None:
        """Have the rule and the pack again that a request before may have removed."""
        headers = {"Authorization": f"Bearer {key}"}
        await self.http.post("/api/v2/rules", json={"text": RULE.replace("FRESH", RULE_ID)}, headers=headers)
        made = await self.http.post("/api/v2/rules/packs?name=matrix", content=PACK, headers=headers)
        self.things["pack_id"] = made.json()["pack"]["id"]


@pytest.fixture(scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("matrix"), port=0)
    async with open_ground(settings) as ground:  # a tenant without users, whose names would be seen
        await ground.db.write(lambda tx: SqlIdentity().tenants.add(tx, Tenant(OTHER, "Another one", 0)))
    async with open_server(settings, "http://127.0.0.1") as running:
        import asyncio

        tasks = [asyncio.create_task(work) for work in running.background]
        identity = running.services.identity
        admin = system_principal()
        keys: dict[tuple[TenantId, str], str] = {}
        for tenant in (DEFAULT_TENANT, OTHER):
            actor = replace(admin, tenant=tenant)
            for role in Role:
                keys[tenant, role.value] = (
                    await identity.keys.create(actor, f"{role} key", role=role, tier=Tier.UNLIMITED)
                ).text
            for permission in Permission:
                made = await identity.keys.create(
                    actor, f"{permission} key", scopes=frozenset({permission}), tier=Tier.UNLIMITED
                )
                keys[tenant, permission.value] = made.text
                others = frozenset(Permission) - {permission}
                made = await identity.keys.create(actor, f"but {permission}", scopes=others, tier=Tier.UNLIMITED)
                keys[tenant, f"but {permission}"] = made.text
        transport = httpx2.ASGITransport(app=running.app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
            people = {role.value: await _browser(running.services.users, identity, role) for role in Role}
            things = {"entity": "203.0.113.66", "name": "http", "path": "index.html", "file": "docs.css"}
            world = World(http, keys, things, people)
            world.things.update(rule_id=RULE_ID, pack_id="none", batch="7")
            world.things["task_id"] = "tsk_none"
            world.things["model_id"] = "mdl_none"
            world.things["table"] = "matrix.csv"
            world.things.update(schedule_id="matrix", service="smtp", connection_id="con_none")
            world.things.update(webhook_id="whk_none", delivery_id="msg_none", key_id="key_none", user_id="usr_none")
            world.things.update(concept_id="cpt_none", number="999999", review_id="rev_none", answer_id="ans_none")
            world.things["question_id"] = "qst_none"
            world.things.update(medium_id="med_none", upload_id="upl_none")
            world.things.update(
                course_id="crs_none", lesson_id="lsn_none", cohort_id="coh_none", assignment_id="asg_none"
            )
            world.things["alert_id"] = await _one_alert(world)
            world.things["suppression_id"] = await _one_suppression(world)
            world.things["event_id"] = await _one_stored_event(world)
            yield world
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _browser(users: Users, identity: AuthProvider, role: Role) -> dict[str, str]:
    """The headers of a browser in which somebody of this role is logged in."""
    password = users.new_password()
    await users.create(system_principal(), f"the.{role}", password, role)
    login = await identity.authenticate(f"the.{role}", password)
    return {"Cookie": f"ns_session={login.token}", "Origin": "http://127.0.0.1", "X-NetSentinel-Request": "1"}


async def _one_alert(world: World) -> str:
    import asyncio

    admin = world.keys[DEFAULT_TENANT, "admin"]
    await world.call("POST", "/api/v2/events", admin)
    async with asyncio.timeout(20):
        while True:
            alerts = (await world.call("GET", "/api/v2/alerts", admin)).json()["items"]
            threats = (await world.call("GET", "/api/v2/threats", admin)).json()["items"]
            if alerts and threats:
                return alerts[0]["id"]
            await asyncio.sleep(0.05)


async def _one_stored_event(world: World) -> str:
    import asyncio

    async with asyncio.timeout(40):
        while not (
            found := (await world.call("GET", "/api/v2/events", world.keys[DEFAULT_TENANT, "admin"])).json()["items"]
        ):
            await asyncio.sleep(0.2)
        return found[0]["id"]


async def _one_suppression(world: World) -> str:
    made = await world.call("POST", "/api/v2/suppressions", world.keys[DEFAULT_TENANT, "admin"])
    return made.json()["id"]


def _name(case: Case) -> str:
    return f"{case[0]} {case[1]}"


@pytest.mark.parametrize("case", ROUTES, ids=_name)
def test_every_route_declares_who_may_call_it(case: Case) -> None:
    assert case[2] is not None


@pytest.mark.parametrize("case", ROUTES, ids=_name)
async def test_without_credentials_only_public_routes_answer(world: World, case: Case) -> None:
    method, path, access = case
    answer = await world.call(method, path, None)
    if isinstance(access, Public):
        assert answer.status_code == PUBLIC_MAY_ANSWER.get(path, answer.status_code)
        assert answer.status_code in (200, 204, 401, 404)
    else:
        assert (answer.status_code, answer.json()["code"]) == (401, "not-authenticated")


COUNTS = (
    *("/api/v2/metrics", "/api/metrics", "/api/v2/reviews/model", "/api/v2/media/library"),
    "/api/v2/practice/mastery/",
)
"""What is no list, and counts nothing where there is nothing."""


def method_of_nothing(method: str, path: str) -> bool:
    """Whether it is asked about a task, a breaker, a webhook or the like that is not there: 404 is being let in."""
    ids = (
        *("task_id", "batch", "service", "connection_id", "webhook_id", "key_id", "concept_id", "number", "model_id"),
        *("user_id", "review_id", "answer_id", "question_id", "table", "medium_id", "upload_id"),
        *("course_id", "lesson_id", "cohort_id", "assignment_id"),
    )
    nothing = any(f"{{{name}}}" in path for name in ids)
    unexplained = path in ("/api/v2/models/compare", "/api/v2/models/explanations/{alert_id}")
    named_in_body = (
        "/api/v2/tasks",
        *(f"/api/v2/practice/{name}" for name in ("answers", "drafts", "drills", "incident-drills")),
    )
    return nothing or unexplained or (method == "POST" and path in named_in_body)


PROTECTED = [case for case in ROUTES if isinstance(case[2], Requires)]


BESIDES = {
    ("POST", "/api/v2/scheduler/schedules"): Permission.TASKS_WRITE,
    ("PUT", "/api/v2/scheduler/schedules/{schedule_id}"): Permission.TASKS_WRITE,
    ("POST", "/api/v2/scheduler/schedules/{schedule_id}/trigger"): Permission.TASKS_WRITE,
    ("POST", "/api/v2/practice/drafts"): Permission.GRAPH_READ,
    ("POST", "/api/v2/practice/drills"): Permission.ALERTS_READ,
    ("POST", "/api/v2/practice/incident-drills"): Permission.ALERTS_READ,
}
"""What the action of the body needs, besides what the route declares."""


FOR_PEOPLE = {
    ("POST", "/auth/password"),
    ("POST", "/api/v2/users"),
    ("POST", "/api/v2/users/{user_id}/password"),
    ("POST", "/api/v2/api-keys"),
    ("PUT", "/api/v2/api-keys/{key_id}/tier"),
    ("PUT", "/api/v2/tenants/current/tier"),
}
"""No key has a password, and none gives anybody access or a tier."""


def _allowed(case: Case, holder: str) -> bool:
    method, path, access = case
    assert isinstance(access, Requires)
    if (method, path) in FOR_PEOPLE:
        return False
    if holder.startswith("but "):
        held = set(Permission) - {Permission(holder.removeprefix("but "))}
    else:
        held = set(ROLE_PERMISSIONS[Role(holder)]) if holder in list(Role) else {Permission(holder)}
    return access.permission in {None, *held} and held.issuperset(_besides(method, path))


def _besides(method: str, path: str) -> tuple[Permission, ...]:
    if path in ("/api/v2/models/train", "/api/v1/ml/train"):
        return (Permission.EVENTS_READ, Permission.ALERTS_READ)  # of the stored events in the body
    one = BESIDES.get((method, path))
    return () if one is None else (one,)


def _holders(case: Case) -> list[str]:
    """Every role; what the route needs, each by itself; and everything but that."""
    method, path, access = case
    assert isinstance(access, Requires)
    needed = [one for one in (access.permission, *_besides(method, path)) if one is not None]
    return [*Role, *needed, *(f"but {one}" for one in needed)]


@pytest.mark.parametrize(
    ("case", "holder"),
    [pytest.param(case, holder, id=f"{_name(case)}-{holder}") for case in PROTECTED for holder in _holders(case)],
)
async def test_a_key_does_what_its_permissions_say_and_nothing_else(world: World, case: Case, holder: str) -> None:
    method, path, _ = case
    answer = await world.call(method, path, world.keys[DEFAULT_TENANT, str(holder)])
    if _allowed(case, str(holder)):
        let_in = answer.status_code < 300 or (answer.status_code == 404 and method_of_nothing(method, path))
        is_told_nothing = "webhooks" in path and holder == Permission.WEBHOOKS_WRITE
        assert let_in or (is_told_nothing and answer.json()["code"] == "invalid-webhook"), answer.text
    else:
        assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")


EMPTY = {"/api/v2/alerts/summary": "counts", "/api/v2/tasks/timeline": "tasks"}
"""What is no list of `items`, and the field that is empty where there is nothing."""


def _hints_of_other(world: World) -> set[str]:
    """How the texts of the other tenant's keys begin."""
    return {text[:KEY_HINT_LENGTH] for (tenant, _), text in world.keys.items() if tenant == OTHER}


@pytest.mark.parametrize("case", [case for case in PROTECTED if case[0] == "GET"], ids=_name)
async def test_another_tenant_sees_nothing_of_it(world: World, case: Case) -> None:
    method, path, _ = case
    answer = await world.call(method, path, world.keys[OTHER, "admin"])
    assert answer.status_code in (200, 404)
    if path in EMPTY:
        assert answer.json()[EMPTY[path]] == []
    elif path.startswith("/api/v2/graph") and "items" not in answer.json():
        told = answer.json()
        assert answer.status_code == 404 or not told.get("concepts", told.get("ids"))
    elif path.startswith(COUNTS):
        told = answer.json()
        counts = (
            "moves",
            "lacks",
            "succeeded",
            "open",
            "breakers",
            "schedules",
            "runs_submitted",
            "answers",
            "media",
            "bytes",
        )
        assert not any(told.get(name) for name in counts)
    elif path == "/api/v2/alerts/export":
        assert len(answer.text.splitlines()) == 1, "only the head of the table"
    elif path.startswith("/api/v1/"):
        assert answer.status_code == 404 or not any(answer.json().get(name) for name in ("threats", "alerts", "count"))
    elif path == "/api/v2/usage":
        admin = {"Authorization": f"Bearer {world.keys[OTHER, 'admin']}"}
        told = (await world.http.get(path, params={"scope": "tenant"}, headers=admin)).json()
        known = {each["id"] for each in told["consumers"] if each["name"]}
        assert {each["principal"] for each in told["days"]} <= known, "keys of its own only"
    elif path == "/api/v2/api-keys":
        assert {item["hint"] for item in answer.json()["items"]} <= _hints_of_other(world)
    elif path not in ("/metrics", "/api/v2/me", "/api/v2/source-kinds"):
        assert answer.status_code == 404 or world.things["alert_id"] not in answer.text
        assert answer.status_code == 404 or not answer.json()["items"] or path in SHARED
        assert not re.search(
            f"{world.things['rule_id']}|{world.things['pack_id']}", answer.text.partition("There is")[0]
        )
    if path == "/api/v2/entries":
        assert {item["topic"] for item in answer.json()["items"]} <= {"audit"}
        assert "203.0.113.66" not in answer.text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", "/api/v2/alerts/{alert_id}"),
        ("POST", "/api/v2/alerts/{alert_id}/notes"),
        ("POST", "/api/v2/alerts/{alert_id}/assignment"),
        ("DELETE", "/api/v2/suppressions/{suppression_id}"),
    ],
)
async def test_another_tenant_cannot_change_it(world: World, method: str, path: str) -> None:
    answer = await world.call(method, path, world.keys[OTHER, "admin"])
    assert answer.status_code == 404


@pytest.mark.parametrize("role", list(Role))
async def test_people_do_what_no_key_does_if_they_are_administrators(world: World, role: Role) -> None:
    for method, path in sorted(FOR_PEOPLE - {("POST", "/auth/password")}):
        answer = await world.call(method, path, None, world.people[role])
        if role is Role.ADMIN:
            done = 200 if method == "PUT" else 201
            assert answer.status_code == (404 if "_id}" in path else done)
        else:
            assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")


async def test_another_tenant_hunts_through_nothing_of_it(world: World) -> None:
    answer = await world.call("POST", "/api/v2/hunts", world.keys[OTHER, "admin"])
    assert answer.json()["rows"] == [[0]]


async def test_every_path_parameter_has_a_thing(world: World) -> None:
    needed = {name for _, path, _ in ROUTES for name in re.findall(r"{(\w+)(?::\w+)?}", path)}
    assert len(ROUTES) >= 15
    assert needed <= set(world.things), "add a value for the new path parameter to `things`"
