"""Batches that were set aside, over HTTP: what there is, and another try."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Query, Response

from netsentinel.api.answers import answer, problems
from netsentinel.api.deps import Requires
from netsentinel.api.late import LateRouter
from netsentinel.api.services import Served
from netsentinel.events import SetAside
from netsentinel.kernel.types import Permission, Principal

router = LateRouter(prefix="/api/v2/set-aside", tags=["sources"])

Reader = Annotated[Principal, Depends(Requires(Permission.SOURCES_READ))]
Keeper = Annotated[Principal, Depends(Requires(Permission.SOURCES_WRITE))]


@dataclass(frozen=True, slots=True)
class SetAsideList:
    """Batches that were set aside, newest first."""

    items: tuple[SetAside, ...]


@dataclass(frozen=True, slots=True)
class PutBack:
    """The batch waits again."""

    batch: int
    """Its new id: it is the last in the inbox."""


@router.get("", response_model=SetAsideList, responses=problems(400, 401, 403))
async def list_set_aside(
    principal: Reader,
    services: Served,
    limit: Annotated[int, Query(ge=1, le=500, description="Batches at most.")] = 50,
) -> Response:
    """Batches of which the detection process died again and again. Nothing of them is lost."""
    return answer(SetAsideList(tuple(await services.set_aside.all(principal.tenant, limit))))


@router.post("/{batch}/retry", status_code=202, response_model=PutBack, responses=problems(400, 401, 403, 404))
async def retry_set_aside(batch: Annotated[int, Path(ge=0, lt=2**63)], principal: Keeper, services: Served) -> Response:
    """Try a batch again: it is put at the end of the inbox, and set aside again if it fails again."""
    number = await services.set_aside.retry(principal.tenant, batch)
    services.processor.wake()
    return answer(PutBack(number), 202)
