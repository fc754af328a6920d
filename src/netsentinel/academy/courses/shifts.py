"""Who is on shift: the cohorts whose hours it is."""

from typing import Final

from netsentinel.academy.courses.hours import is_on
from netsentinel.academy.courses.model import Cohort
from netsentinel.academy.courses.teaching import MOST_COHORTS, Teaching
from netsentinel.kernel.clock import Clock
from netsentinel.kernel.types import TenantId

NOW: Final = "now"
"""Means every cohort whose hours it is."""


class Shifts:
    """Chooses cohorts by the clock."""

    def __init__(self, teaching: Teaching, clock: Clock) -> None:
        self._teaching = teaching
        self._clock = clock

    async def of(self, tenant: TenantId, shift: str) -> tuple[Cohort, ...]:
        """The cohorts that are meant, by name.

        Args:
            tenant: whose.
            shift: `now` for all that are on shift now, none perhaps; else the id or the name of a cohort.

        Raises:
            NotFoundError: the tenant has no such cohort.
        """
        if shift != NOW:
            return (await self._teaching.cohort(tenant, shift),)
        there = (await self._teaching.cohorts(tenant, limit=MOST_COHORTS)).items
        now = self._clock.now()
        return tuple(one for one in there if one.hours is not None and is_on(one.hours, now))
