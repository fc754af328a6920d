"""Rules of configuring sources that the API's own tests do not reach."""

from pathlib import Path
from typing import Any

import pytest

from netsentinel.events import SourceMeter
from netsentinel.events.configured import (
    ConfiguredSources,
    Household,
    Origin,
    SourceConfig,
    SourceSupervisor,
    service,
)
from netsentinel.events.sources import KINDS, Fence, Place
from netsentinel.events.testing import MemorySourceConfigs, MemorySources
from netsentinel.kernel.clock import SECOND
from netsentinel.kernel.errors import ConflictError, NotAllowedError
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId, system_principal
from netsentinel.storage.testing import MemoryDatabase

pytestmark = pytest.mark.anyio

ADMIN = system_principal()


class Desk:
    def __init__(self, *fixed: SourceConfig) -> None:
        self.clock, self.db, self.store = FakeClock(), MemoryDatabase(), MemorySourceConfigs()
        self.fence = Fence()
        house = Household(KINDS, self._around, fixed)
        self.supervisor = SourceSupervisor(self.db, self.store, house, self.clock)
        stores = (self.store, MemorySources())
        self.sources = ConfiguredSources(self.db, stores, self.supervisor, house, SourceMeter(self.clock), self.clock)

    def _around(self, config: SourceConfig) -> Place:
        sink: Any = None
        return Place(config.tenant, config.name, "", sink, self.clock, Path("unused"), self.fence, 1_000)


async def test_what_is_forbidden_by_now_can_still_be_disabled_and_removed() -> None:
    desk = Desk()
    await desk.sources.create(ADMIN, "fw", "syslog", {"port": 5514})
    desk.fence = Fence(ports=(range(6000, 6001),))
    desk.clock.advance(SECOND)
    with pytest.raises(NotAllowedError):
        await desk.sources.change(ADMIN, "fw", format="cef")
    assert (await desk.sources.change(ADMIN, "fw", enabled=False)).state == "disabled"
    with pytest.raises(NotAllowedError):
        await desk.sources.change(ADMIN, "fw", enabled=True)
    await desk.sources.remove(ADMIN, "fw")


async def test_a_change_that_changes_nothing_is_not_announced() -> None:
    desk = Desk()
    await desk.sources.create(ADMIN, "fw", "syslog", {"port": 5514})
    await desk.sources.change(ADMIN, "fw", enabled=True, format="", options={"port": 5514})
    assert [entry.kind for entry in desk.db.entries] == ["source.created"]


async def test_the_operators_own_sources_are_changed_in_their_file() -> None:
    fixed = SourceConfig(DEFAULT_TENANT, "fw", "syslog", "", True, {"port": 514}, origin=Origin.FILE)
    desk = Desk(fixed)
    assert (await desk.sources.one(DEFAULT_TENANT, "fw")).origin == "file"
    with pytest.raises(ConflictError, match="file"):
        await desk.sources.create(ADMIN, "fw", "http", {})
    with pytest.raises(ConflictError, match="file"):
        await desk.sources.change(ADMIN, "fw", enabled=False)
    with pytest.raises(ConflictError, match="file"):
        await desk.sources.remove(ADMIN, "fw")
    assert await desk.sources.all(TenantId("other")) == []


async def test_a_tenant_has_so_many_sources_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MAX_SOURCES", 2)
    desk = Desk()
    for name in ("a", "b"):
        await desk.sources.create(ADMIN, name, "http", {})
    with pytest.raises(ConflictError, match="2 sources"):
        await desk.sources.create(ADMIN, "c", "http", {})
    await desk.sources.create(system_principal(TenantId("other")), "c", "http", {})
