"""A small app behind the real middleware."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import httpx2
import pytest
from fastapi import FastAPI, Request, Response
from pydantic import BaseModel

from netsentinel.api.errors import install_error_handlers
from netsentinel.api.middleware import install_middleware
from netsentinel.kernel.errors import ThrottledError
from netsentinel.kernel.settings import Settings
from netsentinel.kernel.testing import FakeClock
from tests.application import settings_with

Open = Callable[..., AbstractAsyncContextManager[httpx2.AsyncClient]]


class Note(BaseModel):
    """Any JSON body."""

    text: str


def make_app(settings: Settings, clock: FakeClock | None = None) -> FastAPI:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    install_error_handlers(app)
    install_middleware(app, settings, clock)

    @app.get("/fine")
    @app.get("/api/v2/fine")
    @app.get("/assets/app.js")
    @app.get("/livez")
    async def fine(request: Request) -> dict[str, str]:
        return {"trace_id": request.state.trace_id}

    @app.get("/cached")
    async def cached() -> Response:
        return Response("x", headers={"Cache-Control": "public, max-age=31536000, immutable"})

    @app.get("/crash")
    async def crash() -> None:
        raise RuntimeError("the insides, with ns_key_secret")

    @app.get("/busy")
    async def busy() -> None:
        raise ThrottledError("later", retry_after=7)

    @app.post("/api/v2/notes")
    async def note(body: Note) -> dict[str, int]:
        return {"size": len(body.text)}

    @app.post("/api/v2/events")
    @app.post("/raw")
    @app.post("/auth/raw")
    async def raw(request: Request) -> dict[str, int]:
        return {"size": len(await request.body())}

    @app.post("/deaf")
    async def deaf() -> dict[str, int]:
        return {"size": 0}

    return app


@pytest.fixture
def opened(clock: FakeClock) -> Open:
    """Opens a client of the small app under the given settings."""

    def open_client(*, base_url: str = "http://localhost:8740", **settings: object) -> httpx2.AsyncClient:
        app = make_app(settings_with(**settings), clock)
        return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=base_url)

    return open_client
