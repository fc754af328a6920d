"""Threats in the older form: addresses with their scores."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Query, Response

from netsentinel.alerts import Threat
from netsentinel.api.answers import answer, problems
from netsentinel.api.late import LateRouter
from netsentinel.api.services import Served
from netsentinel.api.v1.times import written
from netsentinel.api.v2.threats import Reader

router = LateRouter(prefix="/api/v1/threats", tags=["version 1"], deprecated=True)


@dataclass(frozen=True, slots=True)
class ThreatV1:
    """An address, host or user with its score. Times are ISO 8601."""

    source_ip: str
    """The entity, whatever its kind."""
    threat_score: int
    """0 to 100."""
    severity: str
    event_count: int
    """How many alerts name it."""
    first_seen: str
    last_seen: str

    @classmethod
    def of(cls, threat: Threat) -> "ThreatV1":
        """The threat as it was written."""
        return cls(
            threat.entity,
            threat.score,
            threat.level.value,
            threat.alerts,
            written(threat.first_at),
            written(threat.last_at),
        )


@dataclass(frozen=True, slots=True)
class ThreatsV1:
    """The threats with the highest scores."""

    threats: tuple[ThreatV1, ...]
    count: int
    """How many are listed here."""


@router.get("", response_model=ThreatsV1, responses=problems(400, 401, 403))
async def list_threats(
    principal: Reader,
    services: Served,
    min_score: Annotated[int, Query(ge=0, le=100, description="This score and above.")] = 0,
    limit: Annotated[int, Query(ge=1, le=500, description="Threats at most.")] = 50,
) -> Response:
    """The threats with the highest scores, as `GET /api/v2/threats` lists them."""
    page = await services.alerts.threats(principal.tenant, min_score=min_score, limit=limit)
    return answer(ThreatsV1(tuple(map(ThreatV1.of, page.items)), len(page.items)))


@router.get("/{entity:path}", response_model=ThreatV1, responses=problems(401, 403, 404))
async def show_threat(entity: str, principal: Reader, services: Served) -> Response:
    """One address, host or user, as `GET /api/v2/threats/{entity}` shows it."""
    found = await services.alerts.threat_named(principal.tenant, entity)
    return answer(ThreatV1.of(found.threat))
