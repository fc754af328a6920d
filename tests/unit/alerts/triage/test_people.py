import pytest

from netsentinel.alerts.triage import TenantUsers
from netsentinel.kernel.types import DEFAULT_TENANT, Role, TenantId, system_principal
from tests.identity import House

pytestmark = pytest.mark.anyio


async def test_only_those_who_may_change_alerts_and_log_in_can_be_named() -> None:
    house = House()
    await house.user("zoe", Role.ANALYST)
    await house.user("ada", Role.ADMIN)
    await house.user("vic", Role.VIEWER)
    gone = await house.user("gus", Role.ANALYST)
    await house.service.users.disable(system_principal(), gone.id)
    people = TenantUsers(house.service.users)
    assert [person.name for person in await people.of(DEFAULT_TENANT)] == ["ada", "zoe"]
    assert await people.of(TenantId("other")) == ()
