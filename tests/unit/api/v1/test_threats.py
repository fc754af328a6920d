import pytest

from tests.unit.api.v2.conftest import Desk
from tests.unit.api.v2.test_threats import fill

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("path", ["/api/v1/threats", "/threats"])
async def test_threats_are_those_of_the_current_version(desk: Desk, path: str) -> None:
    await fill(desk, 3)
    current = (await desk.get("/api/v2/threats?limit=2")).json()["items"]
    older = (await desk.get(f"{path}?limit=2")).json()
    assert older["count"] == 2
    assert [(one["source_ip"], one["threat_score"]) for one in older["threats"]] == [
        (one["entity"], one["score"]) for one in current
    ]
    assert older["threats"][0]["last_seen"].endswith("Z")


@pytest.mark.parametrize("path", ["/api/v1/threats", "/threats"])
async def test_one_threat_and_one_that_there_is_not(desk: Desk, path: str) -> None:
    await fill(desk, 1)
    found = await desk.get(f"{path}/192.0.2.0")
    assert found.json()["source_ip"] == "192.0.2.0"
    assert found.headers["link"].startswith('</api/v2/threats/192.0.2.0>; rel="successor-version"')
    missing = await desk.get(f"{path}/2001:db8::1")
    assert (missing.status_code, missing.json()["code"]) == (404, "not-found")
    assert missing.headers["deprecation"] == "@1767225600"


async def test_a_limit_that_is_not_possible(desk: Desk) -> None:
    assert (await desk.get("/threats?limit=0")).status_code == 400
