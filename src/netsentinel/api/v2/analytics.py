"""Metrics of error recovery and schedules over HTTP; `/api/metrics/...` is the same without the version in the path."""

from typing import Annotated

from fastapi import Depends, Query, Response

from netsentinel.analytics import (
    BreakerMetrics,
    LetterMetrics,
    MetricsSummary,
    RetryMetrics,
    ScheduleMetrics,
    length_of,
)
from netsentinel.api.answers import answer, problems
from netsentinel.api.deps import Requires
from netsentinel.api.late import LateRouter
from netsentinel.api.services import Served
from netsentinel.kernel.types import Permission, Principal

router = LateRouter(prefix="/api/v2/metrics", tags=["metrics"])

Reader = Annotated[Principal, Depends(Requires(Permission.RECOVERY_READ))]
Planner = Annotated[Principal, Depends(Requires(Permission.SCHEDULES_READ))]
Window = Annotated[str, Query(max_length=40, description="How far back: for example `15m`, `24h` or `7d`.")]


@router.get("", response_model=MetricsSummary, responses=problems(401, 403))
async def show_summary(principal: Reader, services: Served) -> Response:
    """The last hour in a few numbers, as the live topic `metrics` carries them."""
    return answer(await services.analytics.summary(principal.tenant))


@router.get("/retry", response_model=RetryMetrics, responses=problems(400, 401, 403))
async def show_retry_metrics(principal: Reader, services: Served, window: Window = "1h") -> Response:
    """How attempts went: success and failure over time, which attempt failed how often, and why."""
    return answer(await services.analytics.retry(principal.tenant, length_of(window)))


@router.get("/circuit-breaker", response_model=BreakerMetrics, responses=problems(400, 401, 403))
async def show_breaker_metrics(principal: Reader, services: Served, window: Window = "1h") -> Response:
    """How the breakers stand, and the timeline of their modes."""
    return answer(await services.analytics.circuit_breaker(principal.tenant, length_of(window)))


@router.get("/dlq", response_model=LetterMetrics, responses=problems(400, 401, 403))
async def show_letter_metrics(principal: Reader, services: Served, window: Window = "1h") -> Response:
    """The trend of dead letters: how many came, how many somebody was done with, how many are left."""
    return answer(await services.analytics.dlq(principal.tenant, length_of(window)))


@router.get("/scheduler", response_model=ScheduleMetrics, responses=problems(400, 401, 403))
async def show_schedule_metrics(principal: Planner, services: Served, window: Window = "1h") -> Response:
    """What schedules came to over time, and when the next one fires."""
    return answer(await services.analytics.scheduler(principal.tenant, length_of(window)))
