"""Sources over HTTP: what arrives, how much of it, and what could not be read."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from netsentinel.api.answers import answer, problems
from netsentinel.api.deps import Requires
from netsentinel.api.services import Served
from netsentinel.events import SourceStatus
from netsentinel.kernel.types import Micros, Permission, Principal

router = APIRouter(prefix="/api/v2/sources", tags=["sources"])

Reader = Annotated[Principal, Depends(Requires(Permission.SOURCES_READ))]


@dataclass(frozen=True, slots=True)
class SourceList:
    """All sources of the tenant, by name."""

    items: tuple[SourceStatus, ...]


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """A line that could not be parsed."""

    at: Micros
    line: str
    """As text; bytes that are no UTF-8 show as U+FFFD."""
    reason: str


@dataclass(frozen=True, slots=True)
class RejectedList:
    """The newest unparsable lines of a source."""

    items: tuple[RejectedLine, ...]


@router.get("", response_model=SourceList, responses=problems(401, 403))
async def list_sources(principal: Reader, services: Served) -> Response:
    """Every source that ever sent something, with counts, lag and its last error."""
    return answer(SourceList(tuple(await services.sources.all(principal.tenant))))


@router.get("/{name}/rejected", response_model=RejectedList, responses=problems(400, 401, 403))
async def list_rejected(
    name: str,
    principal: Reader,
    services: Served,
    limit: Annotated[int, Query(ge=1, le=500, description="Lines at most.")] = 50,
) -> Response:
    """The newest lines of a source that could not be parsed, each with its reason."""
    found = await services.sources.rejected(principal.tenant, name, limit)
    return answer(
        RejectedList(tuple(RejectedLine(at, line.decode("utf-8", "replace"), why) for at, line, why in found))
    )
