"""The real app with a real identity service on stores in memory; the other services are not there."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace

import httpx2
import pytest
from fastapi import FastAPI

from netsentinel.idempotency.testing import memory_idempotency
from netsentinel.kernel.settings import Settings
from netsentinel.limits.testing import memory_limits
from tests.application import SETTINGS, application
from tests.identity import House

MARK = {"X-NetSentinel-Request": "1", "Origin": "http://localhost:8740"}


@dataclass
class Site:
    """A server and what is behind it."""

    settings: Settings = SETTINGS
    house: House = field(default_factory=House)
    base_url: str = "http://localhost:8740"
    address: str = "192.0.2.1"

    def __post_init__(self) -> None:
        services = SimpleNamespace(
            settings=self.settings,
            clock=self.house.clock,
            identity=self.house.service,
            logins=self.house.service.logins,
            limits=memory_limits(self.house.clock),
            idempotency=memory_idempotency(self.house.clock),
            demo=False,
        )
        self.app: FastAPI = application(self.settings, services)

    def client(self, **headers: str) -> httpx2.AsyncClient:
        transport = httpx2.ASGITransport(app=self.app, client=(self.address, 1234))
        return httpx2.AsyncClient(transport=transport, base_url=self.base_url, headers=headers)

    @asynccontextmanager
    async def browser(self, name: str = "ann") -> AsyncIterator[httpx2.AsyncClient]:
        """A browser that is logged in and sends what our own pages send."""
        login = await self.house.login(name)
        async with self.client(**MARK, Cookie=f"ns_session={login.token}") as client:
            yield client


MakeSite = Callable[..., Site]


@pytest.fixture
def site() -> Site:
    return Site()
