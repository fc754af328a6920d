"""One path for what has several spellings, and what each answer says of its version."""

import httpx2
import pytest

from netsentinel.api.metrics import Metrics, RequestMetrics
from netsentinel.kernel.types import Role
from tests.application import own_application
from tests.unit.api.v2.conftest import Desk, desk

__all__ = ["desk"]

pytestmark = pytest.mark.anyio

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


async def ask(desk: Desk, path: str, **headers: str) -> httpx2.Response:
    """Without a key."""
    transport = httpx2.ASGITransport(app=desk.app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost:8740") as http:
        return await http.get(path, headers=headers)


async def test_every_answer_says_its_version_and_what_it_varies_by(desk: Desk) -> None:
    for path, version in (("/api/v2/alerts", "2"), ("/api/v1/alerts", "1"), ("/api/alerts", "2"), ("/alerts", "1")):
        told = await desk.get(path)
        assert (told.status_code, told.headers["x-api-version"]) == (200, version), path
        assert {"Accept", "X-API-Version"} <= set(told.headers["vary"].split(", "))
        assert ("deprecation" in told.headers, "sunset" in told.headers) == (version == "1", version == "1")
    assert (await desk.get("/api/v2/alerts/alr_none")).headers["x-api-version"] == "2"
    assert (await desk.get("/auth/state")).headers["x-api-version"] == "2"
    assert "x-api-version" not in (await desk.get("/livez")).headers


@pytest.mark.parametrize("kind", ["application/vnd.netsentinel.v2+json", "application/vnd.k1n.v2+json"])
async def test_the_negotiated_type_comes_back(desk: Desk, kind: str) -> None:
    told = await desk.call("GET", "/api/tasks", headers={"Accept": kind})
    assert (told.status_code, told.headers["content-type"]) == (200, kind)
    refused = await desk.call("GET", "/api/tasks/tsk_none", headers={"Accept": kind})
    assert refused.headers["content-type"] == "application/problem+json"


async def test_a_body_may_come_with_the_vendors_type(desk: Desk) -> None:
    kind = "application/vnd.netsentinel.v2+json"
    told = await desk.call(
        "POST",
        "/api/tasks",
        content=b'{"action": "test.greet", "input": {"name": "Ada"}}',
        headers={"Content-Type": kind, "X-API-Version": "2"},
    )
    assert told.status_code == 201


@pytest.mark.parametrize(
    ("path", "headers", "code"),
    [
        ("/api/v2/alerts", {"X-API-Version": "1"}, "version-conflict"),
        ("/alerts", {"X-API-Version": "2"}, "version-conflict"),
        ("/api/alerts", {"X-API-Version": "9"}, "unsupported-version"),
        ("/api/v7/alerts", {}, "unsupported-version"),
    ],
)
async def test_what_cannot_be_negotiated_is_a_problem(
    desk: Desk, path: str, headers: dict[str, str], code: str
) -> None:
    told = await desk.call("GET", path, headers=headers)
    assert (told.status_code, told.json()["code"], told.json()["supported"]) == (400, code, ["1", "2"])
    assert told.headers["x-api-version"] == "2"
    assert told.json()["trace_id"] == told.headers["x-trace-id"]


async def test_the_older_version_has_its_own_routes_only(desk: Desk) -> None:
    told = await desk.call("GET", "/api/tasks", headers={"X-API-Version": "1"})
    assert told.status_code == 404
    assert told.headers["sunset"].endswith("GMT")


@pytest.mark.parametrize("path", ["/alerts", "/alerts/alr_1", "/threats", "/threats/192.0.2.1"])
async def test_a_browser_still_gets_its_page(desk: Desk, path: str) -> None:
    told = await ask(desk, path, Accept=BROWSER)
    assert told.status_code == 200
    assert told.headers["content-type"].startswith("text/html")
    assert {"Accept", "Authorization"} <= set(told.headers["vary"].split(", "))
    assert "deprecation" not in told.headers


async def test_a_program_gets_the_older_form_whether_it_is_let_in_or_not(desk: Desk) -> None:
    for accept in ("*/*", "application/json"):
        told = await ask(desk, "/threats", Accept=accept)
        assert (told.status_code, told.json()["code"]) == (401, "not-authenticated")
        assert told.headers["deprecation"] == "@1767225600"
    with_key = await desk.call("GET", "/threats", headers={"Accept": BROWSER})
    assert with_key.json() == {"threats": [], "count": 0}


async def test_use_of_the_older_version_is_counted_by_its_route(desk: Desk) -> None:
    metrics = Metrics(list)
    services = desk.app.state.services
    desk.app = own_application(services.settings, services)
    desk.app.add_middleware(RequestMetrics, metrics=metrics)
    for path in ("/threats/192.0.2.7", "/api/v1/threats/192.0.2.8", "/api/v2/threats", "/api/v1/none"):
        await desk.get(path, Role.VIEWER)
    text = metrics.exposition().decode()
    assert 'netsentinel_http_deprecated_requests_total{route="/api/v1/threats/{entity:path}"} 2.0' in text
    assert text.count("netsentinel_http_deprecated_requests_total{") == 1
    assert 'route="/api/v2/threats"' in text
