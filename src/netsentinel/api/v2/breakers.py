"""Circuit breakers over HTTP: how they stand, what happened to them, and the hand on the switch."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Response

from netsentinel.api.answers import answer, problems
from netsentinel.api.deps import Requires
from netsentinel.api.late import LateRouter
from netsentinel.api.services import Served
from netsentinel.kernel.types import Permission, Principal
from netsentinel.recovery import BreakerChange, BreakerView, Command

router = LateRouter(prefix="/api/v2/error-recovery/circuit-breaker", tags=["error recovery"])

Reader = Annotated[Principal, Depends(Requires(Permission.RECOVERY_READ))]
Writer = Annotated[Principal, Depends(Requires(Permission.RECOVERY_WRITE))]

_CHANGES = 100


@dataclass(frozen=True, slots=True)
class BreakerItems:
    """Every breaker of the tenant, by dependency."""

    items: tuple[BreakerView, ...]


@dataclass(frozen=True, slots=True)
class BreakerDetail:
    """A breaker, and its latest changes."""

    breaker: BreakerView
    changes: tuple[BreakerChange, ...]
    """At most 100, newest first."""


@router.get("", response_model=BreakerItems, responses=problems(401, 403))
async def list_breakers(principal: Reader, services: Served) -> Response:
    """The tenant's breakers with the calls that count at the moment, at most a second old."""
    return answer(BreakerItems(tuple(await services.breakers.all(principal.tenant))))


@router.get("/{service}", response_model=BreakerDetail, responses=problems(401, 403, 404))
async def show_breaker(service: str, principal: Reader, services: Served) -> Response:
    """One breaker with its latest changes. `service` is the dependency, for example `smtp`."""
    breaker = await services.breakers.get(principal.tenant, service)
    until = services.clock.now() + 1
    changes = await services.breakers.history(
        principal.tenant, dependency=service, since=0, until=until, limit=_CHANGES
    )
    return answer(BreakerDetail(breaker, tuple(reversed(changes))))


@router.post("/{service}/reset", response_model=BreakerView, responses=problems(401, 403, 404))
async def reset_breaker(service: str, principal: Writer, services: Served) -> Response:
    """Close the breaker, with nothing remembered: calls go again, and decide anew."""
    return answer(await services.breakers.command(principal, service, Command.RESET))


@router.post("/{service}/open", response_model=BreakerView, responses=problems(401, 403, 404))
async def open_breaker(service: str, principal: Writer, services: Served) -> Response:
    """Hold back all calls until the breaker is reset or closed by hand; tasks wait meanwhile."""
    return answer(await services.breakers.command(principal, service, Command.OPEN))


@router.post("/{service}/close", response_model=BreakerView, responses=problems(401, 403, 404))
async def close_breaker(service: str, principal: Writer, services: Served) -> Response:
    """Let all calls through, however they go, until the breaker is reset or opened by hand."""
    return answer(await services.breakers.command(principal, service, Command.CLOSE))
