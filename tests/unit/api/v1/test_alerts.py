import pytest

from tests.unit.api.v2.conftest import Desk
from tests.unit.api.v2.test_threats import fill

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("path", ["/api/v1/alerts", "/alerts"])
async def test_alerts_are_those_of_the_current_version(desk: Desk, path: str) -> None:
    await fill(desk, 3)
    current = (await desk.get("/api/v2/alerts?limit=2")).json()["items"]
    older = (await desk.get(f"{path}?limit=2")).json()
    assert [(one["id"], one["severity"]) for one in older["alerts"]] == [(one["id"], one["level"]) for one in current]
    one = (await desk.get(f"{path}/{current[0]['id']}")).json()
    assert one == older["alerts"][0]
    assert one["acknowledged"] is False
    assert (await desk.get(f"{path}/alr_none")).status_code == 404


async def test_a_severity_is_a_minimum(desk: Desk) -> None:
    await fill(desk, 2)
    assert (await desk.get("/alerts?severity=critical")).json() == {"alerts": [], "count": 0}
    assert (await desk.get("/alerts?severity=loud")).status_code == 400
