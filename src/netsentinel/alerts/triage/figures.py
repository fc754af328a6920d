"""The tenant's alerts in figures, counted where they are kept."""

from netsentinel.alerts.model import AlertSummary
from netsentinel.alerts.ports import AlertFigures
from netsentinel.kernel.clock import HOUR, MINUTE, Clock
from netsentinel.kernel.types import Principal
from netsentinel.storage.ports import Database, ReadTx


class Figures:
    """Counts alerts for the page's head."""

    def __init__(self, db: Database, figures: AlertFigures, clock: Clock) -> None:
        self._db = db
        self._figures = figures
        self._clock = clock

    async def summary(self, principal: Principal) -> AlertSummary:
        """How many alerts there are by status and level, who looks after them, and how many were raised lately."""
        now = self._clock.now()
        tenant = principal.tenant

        def read(tx: ReadTx) -> AlertSummary:
            return AlertSummary(
                counts=tuple(self._figures.by_status(tx, tenant)),
                unassigned=self._figures.looked_after(tx, tenant, ""),
                mine=self._figures.looked_after(tx, tenant, principal.id),
                raised=tuple(self._figures.raised(tx, tenant, now - HOUR, MINUTE)),
                at=now,
            )

        return await self._db.read(read)
