import httpx2
import pytest
from fastapi import FastAPI

from netsentinel.api import operations
from netsentinel.api.health import Readiness
from netsentinel.kernel.errors import StorageFullError

pytestmark = pytest.mark.anyio


async def red() -> str:
    raise StorageFullError("The disk is full.")


async def green() -> str:
    return "fine"


async def get(path: str, readiness: Readiness) -> httpx2.Response:
    from types import SimpleNamespace

    app = FastAPI()
    app.state.services = SimpleNamespace(readiness=readiness)
    app.include_router(operations.router)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://test") as http:
        return await http.get(path)


async def test_liveness_looks_at_nothing() -> None:
    assert (await get("/livez", Readiness({"disk": red}))).status_code == 200


async def test_readiness_says_what_is_red() -> None:
    answer = await get("/readyz", Readiness({"disk": red, "writer": green}))
    assert answer.status_code == 503
    checks = {check["name"]: (check["ok"], check["detail"]) for check in answer.json()["checks"]}
    assert checks == {"disk": (False, "The disk is full."), "writer": (True, "fine")}
    assert (await get("/readyz", Readiness({"writer": green}))).status_code == 200
