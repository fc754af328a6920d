"""What every store of sources' configurations promises."""

from dataclasses import dataclass, replace

import pytest

from netsentinel.events.configured import SourceConfig, SourceConfigStore
from netsentinel.events.configured.store_sql import SqlSourceConfigs
from netsentinel.events.testing import MemorySourceConfigs
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId
from netsentinel.storage import Database

pytestmark = pytest.mark.anyio

OTHER = TenantId("other")
FW = SourceConfig(
    DEFAULT_TENANT, "fw", "syslog", "", True, {"port": 5514, "senders": ["192.0.2.0/24"]}, 10, "usr_1", 10
)


@dataclass(frozen=True)
class Kept:
    db: Database
    store: SourceConfigStore

    async def add(self, *configs: SourceConfig) -> list[bool]:
        return await self.db.write(lambda tx: [self.store.add(tx, config) for config in configs])

    async def find(self, name: str = "fw", tenant: TenantId = DEFAULT_TENANT) -> SourceConfig | None:
        return await self.db.read(lambda tx: self.store.find(tx, tenant, name))


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest) -> Kept:
    db = request.getfixturevalue(f"{request.param}_database")
    return Kept(db, MemorySourceConfigs() if request.param == "memory" else SqlSourceConfigs())


async def test_a_configuration_comes_back_as_it_was(kept: Kept) -> None:
    assert await kept.find() is None
    assert await kept.add(FW) == [True]
    assert await kept.find() == FW


async def test_a_name_is_taken_once_in_a_tenant(kept: Kept) -> None:
    assert await kept.add(FW, replace(FW, kind="http"), replace(FW, tenant=OTHER, kind="http")) == [True, False, True]
    assert await kept.find() == FW
    assert await kept.find(tenant=OTHER) == replace(FW, tenant=OTHER, kind="http")


async def test_a_change_keeps_who_made_it(kept: Kept) -> None:
    await kept.add(FW, replace(FW, tenant=OTHER))
    new = replace(FW, format="cef", enabled=False, options={}, created_at=99, created_by="usr_2", changed_at=20)
    assert await kept.db.write(lambda tx: kept.store.change(tx, new))
    assert await kept.find() == replace(new, created_at=10, created_by="usr_1")
    assert await kept.find(tenant=OTHER) == replace(FW, tenant=OTHER)
    assert not await kept.db.write(lambda tx: kept.store.change(tx, replace(new, name="gone")))


async def test_what_is_removed_is_gone_for_its_tenant_only(kept: Kept) -> None:
    await kept.add(FW, replace(FW, tenant=OTHER))
    assert await kept.db.write(lambda tx: kept.store.remove(tx, DEFAULT_TENANT, "fw"))
    assert not await kept.db.write(lambda tx: kept.store.remove(tx, DEFAULT_TENANT, "fw"))
    assert await kept.find() is None
    assert await kept.find(tenant=OTHER) is not None


async def test_a_server_gets_all_of_them_by_tenant_and_name(kept: Kept) -> None:
    await kept.add(*(replace(FW, tenant=TenantId(t), name=n) for t, n in (("b", "x"), ("a", "y"), ("a", "B"))))
    found = await kept.db.read(kept.store.all)
    assert [(one.tenant, one.name) for one in found] == [("a", "B"), ("a", "y"), ("b", "x")]
