"""Every failure is a problem; every error class of the tree has its place in it."""

import inspect

import httpx2
import pytest
import structlog
from fastapi import FastAPI
from pydantic import BaseModel
from starlette.requests import ClientDisconnect

from netsentinel.api.errors import HUNG_UP, install_error_handlers
from netsentinel.kernel import errors
from netsentinel.kernel.errors import NetSentinelError, NotFoundError, ThrottledError

pytestmark = pytest.mark.anyio


class Body(BaseModel):
    number: int


@pytest.fixture
def app() -> FastAPI:
    app = FastAPI()
    install_error_handlers(app)

    @app.get("/missing")
    async def missing() -> None:
        raise NotFoundError("There is no such thing.")

    @app.get("/slow-down")
    async def slow_down() -> None:
        raise ThrottledError("Slow down.", retry_after=9)

    @app.get("/crash")
    async def crash() -> None:
        message = "a secret detail"
        raise RuntimeError(message)

    @app.get("/left")
    async def left() -> None:
        raise ClientDisconnect

    @app.post("/body")
    async def body(body: Body) -> int:
        return body.number

    return app


async def ask(app: FastAPI, method: str, path: str, **options: object) -> httpx2.Response:
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as http:
        return await http.request(method, path, **options)  # type: ignore[arg-type] - a test's convenience


async def test_a_domain_error_is_its_problem(app: FastAPI) -> None:
    answer = await ask(app, "GET", "/missing")
    body = answer.json()
    assert (answer.status_code, body["code"], body["detail"]) == (404, "not-found", "There is no such thing.")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_caller_who_left_is_no_error(app: FastAPI) -> None:
    with structlog.testing.capture_logs() as log:
        assert (await ask(app, "GET", "/left")).status_code == HUNG_UP
    assert log == []


async def test_throttling_carries_retry_after(app: FastAPI) -> None:
    answer = await ask(app, "GET", "/slow-down")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "9")


async def test_a_crash_tells_nothing_of_its_inside(app: FastAPI) -> None:
    answer = await ask(app, "GET", "/crash")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "secret" not in answer.text


async def test_a_wrong_body_names_the_field_and_does_not_echo_the_value(app: FastAPI) -> None:
    answer = await ask(app, "POST", "/body", json={"number": "hunter2"})
    body = answer.json()
    assert (answer.status_code, body["code"]) == (400, "invalid-input")
    assert body["errors"][0]["field"] == "body.number"
    assert "hunter2" not in answer.text


async def test_the_routers_own_answers_are_problems_too(app: FastAPI) -> None:
    assert (await ask(app, "GET", "/nothing")).json()["code"] == "not-found"
    wrong = await ask(app, "DELETE", "/missing")
    assert (wrong.status_code, wrong.json()["code"], wrong.headers["allow"]) == (405, "method-not-allowed", "GET")


def test_every_error_has_a_code_a_title_and_a_status_of_its_own() -> None:
    tree = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, NetSentinelError)]
    assert len({kind.code for kind in tree}) == len(tree)
    assert len({kind.title for kind in tree}) == len(tree)
    assert all(400 <= kind.status < 600 for kind in tree)
