"""Schedules over HTTP: state them, pause and trigger them, and see when they fire and what came of it."""

from typing import Annotated, Any

from fastapi import Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from netsentinel.api.answers import answer, problems
from netsentinel.api.deps import Requires
from netsentinel.api.etags import UNCHANGED, IfMatch, IfNoneMatch, based_on, precondition, tagged
from netsentinel.api.late import LateRouter
from netsentinel.api.services import Served, Services
from netsentinel.api.v2.schedule_views import (
    RunItem,
    RunItems,
    ScheduleItem,
    ScheduleItems,
    ScheduleText,
    Times,
    TriggerText,
    item_of,
    run_of,
)
from netsentinel.kernel.types import Permission, Principal
from netsentinel.scheduler import Schedule, ScheduleFilter
from netsentinel.scheduler.service import MOST_SCHEDULES

router = LateRouter(prefix="/api/v2/scheduler", tags=["schedules"])

Reader = Annotated[Principal, Depends(Requires(Permission.SCHEDULES_READ))]
Writer = Annotated[Principal, Depends(Requires(Permission.SCHEDULES_WRITE))]


class RunQuery(BaseModel):
    """How many runs."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(50, ge=1, le=500, description="Runs a page.")
    cursor: str = Field("", max_length=512, description="`next` of the previous page.")


class ScheduleQuery(BaseModel):
    """Which schedules, and how many of them."""

    model_config = ConfigDict(extra="forbid")

    enabled: bool | None = Field(None, description="Only those that fire by themselves, or only the others.")
    action: str = Field("", max_length=200, description="Only those of this action.")
    q: str = Field("", max_length=200, description="Text that the name contains, in any case.")
    limit: int = Field(MOST_SCHEDULES, ge=1, le=MOST_SCHEDULES, description="Schedules a page; all by default.")
    cursor: str = Field("", max_length=1_024, description="`next` of the previous page.")

    def as_filter(self) -> ScheduleFilter:
        """The domain's filter."""
        return ScheduleFilter(enabled=self.enabled, action=self.action, text=self.q)


class CountQuery(BaseModel):
    """How many times."""

    model_config = ConfigDict(extra="forbid")

    count: int = Field(10, ge=1, le=1_000, description="How many times to give.")


class ScheduleChange(ScheduleText):
    """The schedule anew, and which version it is to replace."""

    version: int | None = Field(None, ge=1, le=2**53, description="Refused with 409 when it has another by now.")


class Preview(CountQuery):
    """A trigger to try out."""

    trigger: TriggerText


class Happening(BaseModel):
    """Something that happened."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=200, description="For example `webhook.received`.")
    data: dict[str, Any] = Field(default_factory=dict, description="What filters of schedules look at.")


@router.get("/schedules", response_model=ScheduleItems, responses=problems(400, 401, 403))
async def list_schedules(query: Annotated[ScheduleQuery, Query()], principal: Reader, services: Served) -> Response:
    """The tenant's schedules by name, each with its newest run; all of them, unless a page is to hold less."""
    page = await services.schedules.overview(
        principal.tenant, query.as_filter(), limit=query.limit, cursor=query.cursor or None
    )
    return answer(ScheduleItems(tuple(item_of(schedule, last) for schedule, last in page.items), page.next))


@router.post(
    "/schedules", response_model=ScheduleItem, status_code=201, responses=problems(400, 401, 403, 404, 409, 413)
)
async def create_schedule(stated: ScheduleText, principal: Writer, services: Served) -> Response:
    """Make a schedule. Whoever makes it must be allowed to run its action."""
    return answer(item_of(await services.schedules.create(principal, stated.as_draft()), None), 201)


@router.post(
    "/preview",
    dependencies=[Depends(Requires(Permission.SCHEDULES_READ))],
    response_model=Times,
    responses=problems(400, 401, 403),
)
async def preview_trigger(wanted: Preview, services: Served) -> Response:
    """When a trigger would fire from now on, before jitter. Nothing is kept."""
    return answer(Times(tuple(services.schedules.preview(wanted.trigger.as_trigger(), wanted.count))))


@router.post("/events", status_code=204, responses=problems(400, 401, 403))
async def announce_event(told: Happening, principal: Writer, services: Served) -> Response:
    """Say that something happened; schedules that wait for an event of that name fire."""
    await services.schedules.announce(principal, told.name, told.data)
    return Response(status_code=204)


@router.get("/runs", response_model=RunItems, responses=problems(400, 401, 403))
async def list_runs(query: Annotated[RunQuery, Query()], principal: Reader, services: Served) -> Response:
    """The history of all schedules, newest first; those of deleted ones included."""
    return await _runs(services, principal, query, None)


@router.get("/schedules/{schedule_id}", response_model=ScheduleItem, responses=UNCHANGED | problems(401, 403, 404))
async def show_schedule(
    schedule_id: str, principal: Reader, services: Served, if_none_match: IfNoneMatch = None
) -> Response:
    """One schedule, by its id or its name."""
    return await _shown(services, await _found(services, principal, schedule_id), if_none_match)


@router.put(
    "/schedules/{schedule_id}", response_model=ScheduleItem, responses=problems(400, 401, 403, 404, 409, 412, 413)
)
async def change_schedule(
    schedule_id: str, stated: ScheduleChange, principal: Writer, services: Served, if_match: IfMatch = None
) -> Response:
    """State a schedule anew. Its tasks belong to whoever changed it last."""
    schedule = await _found(services, principal, schedule_id)
    version = based_on(if_match, schedule.version)
    with precondition(version):
        changed = await services.schedules.update(
            principal, schedule.id, stated.as_draft(), version=stated.version if version is None else version
        )
    return await _shown(services, changed)


@router.delete("/schedules/{schedule_id}", status_code=204, responses=problems(401, 403, 404, 409, 412))
async def delete_schedule(schedule_id: str, principal: Writer, services: Served, if_match: IfMatch = None) -> Response:
    """Delete a schedule. Its tasks and its history stay."""
    schedule = await _found(services, principal, schedule_id)
    version = based_on(if_match, schedule.version)
    with precondition(version):
        await services.schedules.delete(principal, schedule.id, version=version)
    return Response(status_code=204)


@router.post("/schedules/{schedule_id}/trigger", response_model=RunItem, responses=problems(401, 403, 404))
async def trigger_schedule(schedule_id: str, principal: Writer, services: Served) -> Response:
    """Fire a schedule now, paused or not; its times stay."""
    schedule = await _found(services, principal, schedule_id)
    return answer(run_of(await services.schedules.trigger(principal, schedule.id)))


@router.post("/schedules/{schedule_id}/pause", response_model=ScheduleItem, responses=problems(401, 403, 404, 412))
async def pause_schedule(schedule_id: str, principal: Writer, services: Served, if_match: IfMatch = None) -> Response:
    """Have it fire by hand only."""
    return await _enabled(services, principal, schedule_id, if_match, enabled=False)


@router.post("/schedules/{schedule_id}/resume", response_model=ScheduleItem, responses=problems(401, 403, 404, 412))
async def resume_schedule(schedule_id: str, principal: Writer, services: Served, if_match: IfMatch = None) -> Response:
    """Have it fire again, from now on."""
    return await _enabled(services, principal, schedule_id, if_match, enabled=True)


@router.get("/schedules/{schedule_id}/next", response_model=Times, responses=problems(400, 401, 403, 404))
async def next_times(
    schedule_id: str, query: Annotated[CountQuery, Query()], principal: Reader, services: Served
) -> Response:
    """When the schedule fires next, jitter included; nothing while it is paused or waits for an event."""
    schedule = await _found(services, principal, schedule_id)
    return answer(Times(tuple(services.schedules.next_runs(schedule, query.count))))


@router.get("/schedules/{schedule_id}/runs", response_model=RunItems, responses=problems(400, 401, 403, 404))
async def list_runs_of_schedule(
    schedule_id: str, query: Annotated[RunQuery, Query()], principal: Reader, services: Served
) -> Response:
    """The history of one schedule, newest first. 90 days are kept."""
    schedule = await _found(services, principal, schedule_id)
    return await _runs(services, principal, query, schedule.id)


async def _found(services: Services, principal: Principal, id_or_name: str) -> Schedule:
    return await services.schedules.get(principal.tenant, id_or_name)


async def _enabled(
    services: Services, principal: Principal, id_or_name: str, if_match: str | None, *, enabled: bool
) -> Response:
    schedule = await _found(services, principal, id_or_name)
    version = based_on(if_match, schedule.version)
    with precondition(version):
        changed = await services.schedules.enable(principal, schedule.id, enabled=enabled, version=version)
    return await _shown(services, changed)


async def _shown(services: Services, schedule: Schedule, if_none_match: str | None = None) -> Response:
    newest = await services.schedules.runs(schedule.tenant, schedule_id=schedule.id, limit=1)
    item = item_of(schedule, newest.items[0] if newest.items else None)
    return tagged(item, schedule.version, if_none_match)


async def _runs(services: Services, principal: Principal, query: RunQuery, schedule_id: str | None) -> Response:
    page = await services.schedules.runs(
        principal.tenant, schedule_id=schedule_id, limit=query.limit, cursor=query.cursor or None
    )
    return answer(RunItems(tuple(map(run_of, page.items)), page.next))
