"""Who may call a route."""

from typing import Annotated

import pytest
import structlog
from fastapi import APIRouter, Depends, FastAPI  # noqa: TID251 - any router will do
from fastapi.routing import APIRoute, iter_route_contexts

from netsentinel.api.deps import Public, Requires, authenticated, declared_access, public, require
from netsentinel.kernel.types import Permission, Principal, Role, system_principal
from tests.application import own_application
from tests.unit.api.conftest import Site

SYSTEM = system_principal()

router = APIRouter()


@router.get("/toy/me")
async def me(principal: Annotated[Principal, Depends(authenticated())]) -> dict[str, str]:
    return {"id": principal.id, **structlog.contextvars.get_contextvars()}


@router.get("/toy/write")
async def write(principal: Annotated[Principal, Depends(require(Permission.ALERTS_WRITE))]) -> dict[str, str]:
    return {"id": principal.id}


@pytest.fixture
def toys(site: Site) -> Site:
    """The site with two more routes, in front of those that answer every path."""
    site.app = own_application(site.settings, site.app.state.services)
    routes = site.app.router.routes
    before = len(routes)
    site.app.include_router(router)
    routes[:0] = [routes.pop() for _ in range(len(routes) - before)]
    return site


@pytest.mark.anyio
async def test_a_key_is_let_in_by_its_permissions(toys: Site) -> None:
    made = await toys.house.service.keys.create(SYSTEM, "report", role=Role.VIEWER)
    async with toys.client(Authorization=f"Bearer {made.text}") as client:
        mine, refused = await client.get("/toy/me"), await client.get("/toy/write")
    assert mine.json()["id"] == made.key.id
    assert (refused.status_code, refused.json()["permission"]) == (403, "alerts:write")


@pytest.mark.anyio
async def test_a_session_is_let_in_by_its_cookie(toys: Site) -> None:
    async with toys.browser() as client:
        mine, written = await client.get("/toy/me"), await client.get("/toy/write")
    assert mine.status_code == written.status_code == 200
    assert mine.json()["id"].startswith("usr_")


@pytest.mark.anyio
async def test_the_log_knows_who_it_was(toys: Site) -> None:
    async with toys.browser() as client:
        mine = (await client.get("/toy/me")).json()
    assert (mine["tenant"], mine["principal"]) == ("default", mine["id"])
    assert len(mine["trace_id"]) == 32


@pytest.mark.anyio
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Cookie": "ns_session=made-up"},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer made-up"},
        {"Authorization": "Basic YTpi"},
    ],
)
async def test_nobody_else_is_let_in(toys: Site, headers: dict[str, str]) -> None:
    async with toys.client(**headers) as client:
        answer = await client.get("/toy/me")
    assert (answer.status_code, answer.json()["code"]) == (401, "not-authenticated")
    assert answer.headers["www-authenticate"] == "Bearer"
    sent = headers.get("Authorization") == "Bearer made-up"
    assert ("is no valid API key" in answer.json()["detail"]) is sent


@pytest.mark.anyio
async def test_a_session_token_outside_its_cookie_is_not_believed(toys: Site) -> None:
    login = await toys.house.login()
    async with toys.client(Authorization=f"Bearer {login.token}") as client:
        assert (await client.get("/toy/me")).status_code == 401


@pytest.mark.anyio
async def test_a_key_in_the_cookie_is_not_believed(toys: Site) -> None:
    made = await toys.house.service.keys.create(SYSTEM, "report", role=Role.VIEWER)
    async with toys.client(Cookie=f"ns_session={made.text}") as client:
        assert (await client.get("/toy/me")).status_code == 401


@pytest.mark.anyio
@pytest.mark.parametrize("header", ["Bearer ns_key_made-up", "Bearer", "Bearer "])
async def test_a_key_that_is_not_valid_does_not_fall_back_to_the_cookie(toys: Site, header: str) -> None:
    # The guard against foreign pages lets requests with a bearer through, so the cookie must not count in them.
    async with toys.browser() as client:
        answer = await client.get("/toy/me", headers={"Authorization": header})
    assert answer.status_code == 401


def _access(*declared: object) -> Requires | Public | None:
    app = FastAPI()

    async def endpoint() -> None: ...

    app.get("/x", dependencies=[Depends(one) for one in declared])(endpoint)  # type: ignore[arg-type] - dependencies
    route = app.routes[-1]
    assert isinstance(route, APIRoute)
    return declared_access(route)


def test_what_a_route_declares_can_be_read_from_it() -> None:
    found = _access(require(Permission.USERS_MANAGE))
    assert isinstance(found, Requires)
    assert found.permission is Permission.USERS_MANAGE
    anybody = _access(authenticated())
    assert isinstance(anybody, Requires)
    assert anybody.permission is None
    assert isinstance(_access(public()), Public)


def test_a_route_that_declares_nothing_or_too_much_stands_out() -> None:
    assert _access() is None
    assert _access(public(), require(Permission.ALERTS_READ)) is None


def test_every_route_of_the_app_declares_who_may_call_it(site: Site) -> None:
    found = {
        f"{sorted(context.methods or ())} {context.path}": declared_access(context)
        for context in iter_route_contexts(site.app.routes)
        if isinstance(context.original_route, APIRoute)
    }
    assert len(found) > 15
    assert [name for name, access in found.items() if access is None] == []
