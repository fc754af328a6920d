"""Routes for operators: liveness, readiness and metrics."""

from typing import Annotated

from fastapi import Depends, Response

from netsentinel.api.answers import answer, problems
from netsentinel.api.deps import Requires, public
from netsentinel.api.health import ReadinessReport
from netsentinel.api.late import LateRouter
from netsentinel.api.services import Served
from netsentinel.kernel.types import Permission, Principal

router = LateRouter(tags=["operations"])

Operator = Annotated[Principal, Depends(Requires(Permission.METRICS_READ))]


@router.get("/livez", dependencies=[Depends(public())], response_class=Response)
async def livez() -> Response:
    """200 while the process can answer at all; it looks at nothing else."""
    return Response("ok\n", media_type="text/plain")


@router.get("/readyz", dependencies=[Depends(public())], response_model=ReadinessReport, responses=problems(503))
async def readyz(services: Served) -> Response:
    """200 when storage, writer, disk and sources are well; 503 with the reason otherwise."""
    report = await services.readiness.report()
    return answer(report, 200 if report.ready else 503)


@router.get("/metrics", response_class=Response, responses=problems(401, 403))
async def metrics(_principal: Operator, services: Served) -> Response:
    """Prometheus text exposition."""
    return Response(services.metrics(), media_type="text/plain; version=0.0.4; charset=utf-8")
