from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI

from netsentinel.api import dashboard
from netsentinel.api.errors import install_error_handlers

pytestmark = pytest.mark.anyio


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "dashboard"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<html>the app</html>", encoding="utf-8")
    (folder / "assets" / "app-1a2b.js").write_text("app()", encoding="utf-8")
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    monkeypatch.setattr(dashboard, "FOLDER", folder)
    return folder


async def get(path: str, accept: str = "text/html") -> httpx2.Response:
    app = FastAPI()
    install_error_handlers(app)
    app.include_router(dashboard.router)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://test") as http:
        return await http.get(path, headers={"Accept": accept})


@pytest.mark.parametrize("path", ["/", "/alerts", "/alerts/alr_1", "/threats/192.0.2.1"])
async def test_addresses_of_the_dashboard_get_its_page(built: Path, path: str) -> None:
    answer = await get(path)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")
    assert "the app" in answer.text


async def test_assets_are_kept_for_ever(built: Path) -> None:
    answer = await get("/assets/app-1a2b.js", "*/*")
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize("path", ["/assets/gone.js", "/api/v2/nothing", "/auth/nothing", "/ws"])
async def test_what_is_not_there_is_a_problem_and_no_page(built: Path, path: str) -> None:
    answer = await get(path, "*/*")
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


@pytest.mark.parametrize("path", ["/../secret.txt", "/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt"])
async def test_nothing_outside_the_folder_is_served(built: Path, path: str) -> None:
    assert "secret" not in (await get(path)).text


@pytest.mark.parametrize("path", ["/%00", "/index.html%00.js", "/" + "a" * 5_000, "/" + "a/" * 3_000])
async def test_a_path_that_no_file_can_have_is_not_found(built: Path, path: str) -> None:
    answer = await get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


async def test_without_a_build_the_page_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dashboard, "FOLDER", tmp_path / "none")
    answer = await get("/")
    assert answer.status_code == 200
    assert "Node 20" in answer.text
