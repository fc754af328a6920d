"""Threats over HTTP: entities ranked by what their alerts add up to."""

from typing import Annotated

from fastapi import Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from netsentinel.alerts import ThreatDetail, ThreatPage
from netsentinel.api.answers import answer, problems
from netsentinel.api.deps import Requires
from netsentinel.api.late import LateRouter
from netsentinel.api.services import Served
from netsentinel.kernel.types import Permission, Principal

router = LateRouter(prefix="/api/v2/threats", tags=["threats"])

Reader = Annotated[Principal, Depends(Requires(Permission.THREATS_READ))]


class ThreatQuery(BaseModel):
    """Which threats, and how many of them."""

    model_config = ConfigDict(extra="forbid")

    min_score: int = Field(0, ge=0, le=100, description="This score and above, as of now.")
    kind: str = Field("", description="One or more of address, host, user, separated by commas.")
    q: str = Field("", max_length=255, description="Text that the entity contains.")
    limit: int = Field(50, ge=1, le=500, description="Threats a page.")
    cursor: str = Field("", max_length=512, description="`next` of the previous page.")


@router.get("", response_model=ThreatPage, responses=problems(400, 401, 403))
async def list_threats(query: Annotated[ThreatQuery, Query()], principal: Reader, services: Served) -> Response:
    """The tenant's threats, highest score first. Scores halve every six hours (a setting) without new findings."""
    page = await services.alerts.threats(
        principal.tenant,
        min_score=query.min_score,
        kinds=tuple(part for part in query.kind.split(",") if part),
        text=query.q,
        limit=query.limit,
        cursor=query.cursor or None,
    )
    return answer(page)


@router.get("/{entity:path}", response_model=ThreatDetail, responses=problems(401, 403, 404))
async def show_threat(entity: str, principal: Reader, services: Served) -> Response:
    """One address, host or user with its score and newest alerts."""
    return answer(await services.alerts.threat_named(principal.tenant, entity))
