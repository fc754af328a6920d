"""What is asked of others: alerts, and who there is. What people master is asked as courses ask it."""

from typing import Protocol

from netsentinel.academy.courses.model import Cohort
from netsentinel.alerts import Alert
from netsentinel.alerts.triage.people import Person
from netsentinel.kernel.types import Micros, TenantId


class SeenAlerts(Protocol):
    """Knows alerts."""

    async def alert(self, tenant: TenantId, alert_id: str) -> Alert:
        """An alert.

        Raises:
            NotFoundError: the tenant has no such alert.
        """
        ...

    async def techniques_since(self, tenant: TenantId, since: Micros) -> dict[str, tuple[int, Micros]]:
        """Id of each technique that alerts since then, by findings or raising, name -> (how many, the newest when)."""
        ...


class Shifts(Protocol):
    """Knows who works when."""

    async def of(self, tenant: TenantId, shift: str) -> tuple[Cohort, ...]:
        """The cohorts that are meant: `now` for all that are on shift now, else the id or the name of one.

        Raises:
            NotFoundError: the tenant has no such cohort.
        """
        ...


class Team(Protocol):
    """Knows who looks after alerts."""

    async def of(self, tenant: TenantId) -> tuple[Person, ...]:
        """Those of a tenant, by name."""
        ...
