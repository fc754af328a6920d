"""Alerts in the older form."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Query, Response

from netsentinel.alerts import Alert, AlertFilter
from netsentinel.api.answers import answer, problems
from netsentinel.api.late import LateRouter
from netsentinel.api.services import Served
from netsentinel.api.v1.times import written
from netsentinel.api.v2.alerts import Reader
from netsentinel.kernel.types import Level

router = LateRouter(prefix="/api/v1/alerts", tags=["version 1"], deprecated=True)


@dataclass(frozen=True, slots=True)
class AlertV1:
    """An alert. Times are ISO 8601."""

    id: str
    timestamp: str
    """Of its newest finding."""
    severity: str
    title: str
    description: str
    source_ip: str
    destination_ip: str
    threat_score: int
    """0 to 100."""
    status: str
    acknowledged: bool
    event_count: int

    @classmethod
    def of(cls, alert: Alert) -> "AlertV1":
        """The alert as it was written."""
        return cls(
            id=alert.id,
            timestamp=written(alert.last_at),
            severity=alert.level.value,
            title=alert.title,
            description=alert.description,
            source_ip=alert.src_ip,
            destination_ip=alert.dst_ip,
            threat_score=alert.score,
            status=alert.status.value,
            acknowledged=alert.status.value != "open",
            event_count=alert.count,
        )


@dataclass(frozen=True, slots=True)
class AlertsV1:
    """The newest alerts."""

    alerts: tuple[AlertV1, ...]
    count: int
    """How many are listed here."""


@router.get("", response_model=AlertsV1, responses=problems(400, 401, 403))
async def list_alerts(
    principal: Reader,
    services: Served,
    severity: Annotated[Level, Query(description="This severity and above.")] = Level.INFORMATIONAL,
    limit: Annotated[int, Query(ge=1, le=500, description="Alerts at most.")] = 50,
) -> Response:
    """The newest alerts, as `GET /api/v2/alerts` lists them."""
    page = await services.alerts.page(principal.tenant, AlertFilter(min_level=severity), limit=limit)
    return answer(AlertsV1(tuple(map(AlertV1.of, page.items)), len(page.items)))


@router.get("/{alert_id}", response_model=AlertV1, responses=problems(401, 403, 404))
async def show_alert(alert_id: str, principal: Reader, services: Served) -> Response:
    """One alert, as `GET /api/v2/alerts/{alert_id}` shows it."""
    return answer(AlertV1.of((await services.alerts.detail(principal.tenant, alert_id)).alert))
