"""`Idempotency-Key` over HTTP."""

import asyncio
from dataclasses import replace
from typing import Annotated

import httpx2
import pytest
from fastapi import APIRouter, Depends, Request, Response  # noqa: TID251 - any router will do
from starlette.requests import HTTPConnection

from netsentinel.api import deps
from netsentinel.api.answers import answer, secret_answer
from netsentinel.api.deps import authenticated
from netsentinel.idempotency.model import LEASE
from netsentinel.kernel.errors import (
    ConflictError,
    NotAllowedError,
    NotAuthenticatedError,
    NotFoundError,
    StorageFullError,
    StorageUnavailableError,
    UnavailableError,
)
from netsentinel.kernel.types import Permission, Principal, Role, system_principal
from tests.application import own_application
from tests.unit.api.conftest import Site

pytestmark = pytest.mark.anyio

SYSTEM = system_principal()
router = APIRouter()
Visitor = Annotated[Principal, Depends(authenticated())]


class Counter:
    """What was carried out, and what becomes of it."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.error: Exception | None = None
        self.size = 0
        self.going_on = asyncio.Event()
        self.going_on.set()


@router.post("/api/v2/toys", status_code=201)
async def make(request: Request, _principal: Visitor) -> Response:
    counter: Counter = request.app.state.counter
    counter.bodies.append(await request.body())
    await counter.going_on.wait()
    if counter.error is not None:
        raise counter.error
    made = answer({"number": len(counter.bodies), "filling": "x" * counter.size}, 201)
    made.headers["Location"] = f"/api/v2/toys/{len(counter.bodies)}"
    return made


@router.post("/api/v2/toys/secrets", status_code=201)
async def make_secret(request: Request, _principal: Visitor) -> Response:
    request.app.state.counter.bodies.append(b"")
    return secret_answer(request, {"secret": "only once"}, 201)


@pytest.fixture
def toys(site: Site) -> Site:
    site.app = own_application(site.settings, site.app.state.services)
    routes = site.app.router.routes
    before = len(routes)
    site.app.include_router(router)
    routes[:0] = [routes.pop() for _ in range(len(routes) - before)]
    site.app.state.counter = Counter()
    return site


@pytest.fixture
async def key(toys: Site) -> str:
    made = await toys.house.service.keys.create(SYSTEM, "program", role=Role.ANALYST)
    return f"Bearer {made.text}"


async def _post(
    toys: Site, key: str, name: str = "abc", body: bytes = b"{}", path: str = "/api/v2/toys"
) -> httpx2.Response:
    async with toys.client(Authorization=key, **{"Idempotency-Key": name}) as client:
        return await client.post(path, content=body)


async def test_a_repeated_request_is_answered_alike_and_not_carried_out(toys: Site, key: str) -> None:
    first = await _post(toys, key)
    second = await _post(toys, key, '"abc"')
    assert (first.status_code, first.json()["number"]) == (201, 1)
    assert (second.status_code, second.content) == (201, first.content)
    assert second.headers["Location"] == first.headers["Location"] == "/api/v2/toys/1"
    assert second.headers["Content-Type"] == first.headers["Content-Type"]
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert second.headers["X-Trace-Id"] != first.headers["X-Trace-Id"]
    assert toys.app.state.counter.bodies == [b"{}"]


async def test_every_request_counts_as_one_whether_repeated_or_not(toys: Site, key: str) -> None:
    left = [(await _post(toys, key)).headers["RateLimit"].partition(";t")[0] for _ in range(3)]
    assert left == ['"minute";r=119', '"minute";r=118', '"minute";r=117']


async def test_without_a_key_each_is_carried_out(toys: Site, key: str) -> None:
    async with toys.client(Authorization=key) as client:
        numbers = [(await client.post("/api/v2/toys")).json()["number"] for _ in range(2)]
    assert numbers == [1, 2]


@pytest.mark.parametrize(("body", "path"), [(b"[]", "/api/v2/toys"), (b"{}", "/api/v2/toys?x=1")])
async def test_another_request_under_the_key_is_refused(toys: Site, key: str, body: bytes, path: str) -> None:
    await _post(toys, key)
    refused = await _post(toys, key, body=body, path=path)
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency-key-reused")
    assert len(toys.app.state.counter.bodies) == 1


async def test_somebody_elses_key_is_another_key(toys: Site, key: str) -> None:
    made = await toys.house.service.keys.create(SYSTEM, "another", role=Role.ANALYST)
    await _post(toys, key)
    assert (await _post(toys, f"Bearer {made.text}", body=b"[]")).json()["number"] == 2


async def test_while_the_first_is_under_way_the_others_wait(toys: Site, key: str) -> None:
    counter = toys.app.state.counter
    counter.going_on.clear()
    first = asyncio.create_task(_post(toys, key))
    async with asyncio.timeout(30):
        while not counter.bodies:
            await asyncio.sleep(0)
    refused = await _post(toys, key)
    assert (refused.status_code, refused.json()["code"]) == (409, "idempotency-in-flight")
    assert refused.headers["Retry-After"] == "2"
    counter.going_on.set()
    assert (await first).status_code == 201
    assert (await _post(toys, key)).json()["number"] == 1


@pytest.mark.parametrize(
    ("error", "status"), [(UnavailableError("busy", retry_after=1), 503), (StorageFullError("full"), 507)]
)
async def test_a_fault_is_not_kept(toys: Site, key: str, error: Exception, status: int) -> None:
    counter = toys.app.state.counter
    counter.error = error
    assert (await _post(toys, key)).status_code == status
    counter.error = None
    assert (await _post(toys, key)).json()["number"] == 2


async def test_a_crash_of_the_route_is_not_kept(toys: Site, key: str) -> None:
    counter = toys.app.state.counter
    counter.error = RuntimeError("a fault of ours")
    assert (await _post(toys, key)).status_code == 500
    counter.error = None
    assert (await _post(toys, key)).status_code == 201


async def test_a_refusal_is_kept(toys: Site, key: str) -> None:
    counter = toys.app.state.counter
    counter.error = ConflictError("not now")
    first = await _post(toys, key)
    counter.error = None
    second = await _post(toys, key)
    assert (second.status_code, second.content) == (409, first.content)


@pytest.mark.parametrize("path", ["/api/v2/toys", "/api/v2/toys/secrets"])
async def test_a_long_answer_or_a_secret_is_told_once(toys: Site, key: str, path: str) -> None:
    toys.app.state.counter.size = 64 * 1024
    first = await _post(toys, key, path=path)
    assert first.status_code == 201
    refused = await _post(toys, key, path=path)
    assert (refused.status_code, refused.json()["code"]) == (409, "idempotency-answer-not-kept")
    assert refused.json()["answered"] == 201
    assert len(toys.app.state.counter.bodies) == 1


async def test_a_server_that_died_midway_leaves_a_lock_that_ends(
    toys: Site, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = toys.app.state.services.idempotency

    async def dies(*_: object) -> bool:
        raise StorageUnavailableError("the server is no more")

    with monkeypatch.context() as dying:
        dying.setattr(service, "finish", dies)
        assert (await _post(toys, key)).json()["number"] == 1
    refused = await _post(toys, key)
    assert (refused.status_code, refused.json()["code"]) == (409, "idempotency-in-flight")
    toys.house.clock.advance(LEASE)
    assert (await _post(toys, key)).json()["number"] == 2
    assert (await _post(toys, key)).headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize("name", ["", "a\tb", "x" * 256])
async def test_a_key_that_is_none_is_refused(toys: Site, key: str, name: str) -> None:
    refused = await _post(toys, key, name)
    assert (refused.status_code, refused.json()["field"]) == (400, "Idempotency-Key")


async def test_who_is_not_let_in_leaves_no_trace(toys: Site) -> None:
    assert (await _post(toys, "Bearer ns_key_nonsense")).status_code == 401
    assert toys.app.state.counter.bodies == []


async def test_a_body_that_is_too_large_says_so(toys: Site, key: str) -> None:
    refused = await _post(toys, key, body=b"x" * (64 * 1024 + 1))
    assert (refused.status_code, refused.json()["code"]) == (413, "too-large")


async def test_a_minute_that_is_used_up_says_so(toys: Site, key: str) -> None:
    answers = [await _post(toys, key, f"key {number}") for number in range(125)]
    assert answers[-1].status_code == 429
    assert "RateLimit" in answers[-1].headers


@pytest.mark.parametrize(
    ("error", "status"),
    [(NotAllowedError("no"), 403), (NotFoundError("none"), 404), (NotAuthenticatedError("who"), 401)],
)
async def test_what_was_refused_may_be_asked_for_again(toys: Site, key: str, error: Exception, status: int) -> None:
    counter = toys.app.state.counter
    counter.error = error
    assert (await _post(toys, key)).status_code == status
    counter.error = None
    assert (await _post(toys, key)).json()["number"] == 2


async def test_a_request_that_the_server_stopped_keeps_its_key_until_the_lease_ends(toys: Site, key: str) -> None:
    counter = toys.app.state.counter
    counter.going_on.clear()
    first = asyncio.create_task(_post(toys, key))
    async with asyncio.timeout(30):
        while not counter.bodies:
            await asyncio.sleep(0)
    first.cancel()
    await asyncio.wait({first})
    counter.going_on.set()
    refused = await _post(toys, key)
    assert (refused.status_code, refused.json()["code"]) == (409, "idempotency-in-flight")
    toys.house.clock.advance(LEASE)
    assert (await _post(toys, key)).json()["number"] == 2


async def test_an_answer_is_not_told_to_somebody_who_lost_a_right(
    toys: Site, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await _post(toys, key)).status_code == 201
    let_in = deps.admission_from

    async def with_less(request: HTTPConnection) -> object:
        admission = await let_in(request)
        assert admission is not None
        rights = admission.principal.permissions - {Permission.TASKS_WRITE}
        return replace(admission, principal=replace(admission.principal, permissions=rights))

    monkeypatch.setattr(deps, "admission_from", with_less)
    refused = await _post(toys, key)
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency-key-reused")
