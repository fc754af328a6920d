from types import SimpleNamespace

import pytest

from netsentinel.kernel.errors import NotFoundError
from netsentinel.kernel.types import DEFAULT_TENANT, Role, TenantId
from netsentinel.streamer import Connected, Connection
from tests.unit.api.v2.conftest import Desk

pytestmark = pytest.mark.anyio


class Hub:
    """Two connections, of two tenants."""

    def __init__(self) -> None:
        self.open = {TenantId("default"): ["con_1"], TenantId("other"): ["con_2"]}

    def connected(self, tenant: TenantId) -> list[Connected]:
        return [
            Connected(Connection(one, tenant, "usr_1", "Ada", "192.0.2.1", "dashboard", 5, 6), ("alerts",), 2, 3)
            for one in self.open[tenant]
        ]

    def disconnect(self, tenant: TenantId, connection_id: str) -> None:
        if connection_id not in self.open[tenant]:
            raise NotFoundError("There is no such connection.")
        self.open[tenant].remove(connection_id)


@pytest.fixture
def hub(desk: Desk) -> Hub:
    made = Hub()
    services: SimpleNamespace = desk.app.state.services  # type: ignore[attr-defined] - what create_app was given
    services.hub = made
    return made


async def test_who_is_connected(desk: Desk, hub: Hub) -> None:
    answer = await desk.get("/api/v2/connections", role=Role.ANALYST)
    assert answer.json()["items"] == [
        {
            "id": "con_1",
            "user_id": "usr_1",
            "user": "Ada",
            "address": "192.0.2.1",
            "client": "dashboard",
            "connected_at": 5,
            "last_ping_at": 6,
            "topics": ["alerts"],
            "requests": 2,
            "waiting": 3,
        }
    ]
    assert (await desk.get("/api/v2/connections", role=Role.VIEWER)).status_code == 403


async def test_a_connection_is_closed(desk: Desk, hub: Hub) -> None:
    refused = await desk.call("DELETE", "/api/v2/connections/con_1", role=Role.ANALYST)
    assert refused.status_code == 403
    assert (await desk.call("DELETE", "/api/v2/connections/con_2", role=Role.ADMIN)).status_code == 404
    assert (await desk.call("DELETE", "/api/v2/connections/con_1", role=Role.ADMIN)).status_code == 204
    assert hub.open[DEFAULT_TENANT] == []
