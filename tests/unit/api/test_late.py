import anyio
import httpx2
import pytest
from fastapi import FastAPI

from netsentinel.api.late import LateRoute, LateRouter


@pytest.fixture
def router() -> LateRouter:
    router = LateRouter(prefix="/toys", tags=["toys"])

    @router.get("/{number}")
    async def toy(number: int) -> dict[str, int]:
        return {"number": number}

    @router.post("/{number}/wind", status_code=202)
    async def wind(number: int) -> dict[str, int]:
        return {"wound": number}

    return router


def _is_built(route: object) -> bool:
    return "dependant" in vars(route)


def _ask(router: LateRouter, method: str, path: str, root_path: str = "") -> httpx2.Response:
    app = FastAPI()
    app.router.routes.extend(router.routes)

    async def ask() -> httpx2.Response:
        transport = httpx2.ASGITransport(app=app, root_path=root_path)
        async with httpx2.AsyncClient(transport=transport, base_url="http://toys") as client:
            return await client.request(method, path)

    return anyio.run(ask)


def test_a_route_is_built_by_its_first_request_and_no_other_is(router: LateRouter) -> None:
    get, post = router.routes
    assert not _is_built(get)
    assert _ask(router, "GET", "/toys/7").json() == {"number": 7}
    assert (_is_built(get), _is_built(post)) == (True, False)
    assert _ask(router, "POST", "/toys/7/wind").status_code == 202
    assert _is_built(post)


def test_what_is_for_nobody_builds_nothing(router: LateRouter) -> None:
    assert _ask(router, "GET", "/elsewhere").status_code == 404
    assert _ask(router, "GET", "/toys/7/9").status_code == 404
    assert not any(map(_is_built, router.routes))


def test_another_method_than_its_own_is_refused(router: LateRouter) -> None:
    answer = _ask(router, "DELETE", "/toys/7")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


def test_it_is_found_behind_a_proxys_prefix(router: LateRouter) -> None:
    assert _ask(router, "GET", "/outside/toys/7", root_path="/outside").json() == {"number": 7}


def test_the_document_knows_it_whole(router: LateRouter) -> None:
    app = FastAPI()
    app.router.routes.extend(router.routes)
    operation = app.openapi()["paths"]["/toys/{number}/wind"]["post"]
    assert operation["tags"] == ["toys"]
    assert set(operation["responses"]) == {"202", "422"}


def test_what_no_route_has_is_missing_from_it(router: LateRouter) -> None:
    (route, _) = router.routes
    assert isinstance(route, LateRoute)
    with pytest.raises(AttributeError, match="a_hat"):
        _ = route.a_hat
