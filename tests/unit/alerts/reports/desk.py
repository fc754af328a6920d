"""Reports over alerts in memory."""

from dataclasses import dataclass
from typing import Any

from netsentinel.alerts.reports import Report, Reports, ReportScope
from netsentinel.events.lake.model import EventFilter
from netsentinel.kernel.clock import DAY
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId
from tests.unit.alerts.factories import NOON
from tests.unit.alerts.test_service import Office


@dataclass(frozen=True)
class Bar:
    count: int


@dataclass(frozen=True)
class Bars:
    items: tuple[Bar, ...]


class Events:
    """Says 7 for every question, and remembers what was asked."""

    def __init__(self) -> None:
        self.asked: list[EventFilter] = []

    async def histogram(self, tenant: TenantId, where: EventFilter, *, bars: int, by: str = "") -> Any:
        self.asked.append(where)
        return Bars((Bar(4), Bar(3)))


def scope(entity: str = "") -> ReportScope:
    return ReportScope(DEFAULT_TENANT, NOON - DAY, NOON + DAY, NOON, entity)


async def report(office: Office, entity: str = "") -> Report:
    return await Reports(office.service, Events()).gather(scope(entity))
