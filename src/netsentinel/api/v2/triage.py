"""Triage over HTTP: figures, notes, who looks after an alert, several alerts at once, what belongs to it, exports."""

from typing import Annotated, Any, Self

from fastapi import Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, create_model, model_validator

from netsentinel.alerts import Alert, AlertStatus, AlertSummary, ExportFormat, Verdict, export_pieces
from netsentinel.alerts.triage import (
    MAX_BULK,
    MAX_NOTE,
    AlertChange,
    Assignees,
    BulkResult,
    Note,
    RelatedAlerts,
)
from netsentinel.api.answers import answer, problems
from netsentinel.api.deps import Requires
from netsentinel.api.etags import IfMatch, precondition, tagged
from netsentinel.api.hangup import while_wanted
from netsentinel.api.late import LateRouter
from netsentinel.api.services import Served
from netsentinel.api.v2.alerts import AlertQuery, Reader, Writer, expected_version
from netsentinel.api.v2.events import StoredEventAnswer, shown
from netsentinel.kernel.clock import MINUTE
from netsentinel.kernel.types import Permission, Principal

router = LateRouter(prefix="/api/v2/alerts", tags=["alerts"])

EventReader = Annotated[Principal, Depends(Requires(Permission.EVENTS_READ))]


class NoteText(BaseModel):
    """A note about an alert."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=MAX_NOTE, description="Plain text; it is never changed afterwards.")


class Assignment(BaseModel):
    """Who looks after an alert."""

    model_config = ConfigDict(extra="forbid")

    assignee: str = Field(max_length=64, description="Id or name of a user; empty for nobody.")


class BulkChange(BaseModel):
    """A change to several alerts; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    ids: list[str] = Field(min_length=1, max_length=MAX_BULK, description="The alerts.")
    status: AlertStatus | None = None
    verdict: Verdict | None = None
    assignee: str | None = Field(None, max_length=64, description="Id or name of a user; empty for nobody.")
    note: str = Field("", max_length=MAX_NOTE, description="Written about each of them.")

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.status is None and self.verdict is None and self.assignee is None and not self.note.strip():
            message = "send status, verdict, assignee or note"
            raise ValueError(message)
        return self


class ExportQuery(AlertQuery):
    """Which alerts, and what the export looks like."""

    format: ExportFormat = Field(
        ExportFormat.CSV, description="A table, a JSON array of the alerts, or a STIX 2.1 bundle."
    )


class NearbyQuery(BaseModel):
    """Which events around an alert."""

    model_config = ConfigDict(extra="forbid")

    minutes: int = Field(5, ge=1, le=1_440, description="How long before and after.")
    at: int = Field(
        0, ge=0, le=2**62, description="Around this time, microseconds since 1970 UTC; 0: the newest finding's."
    )
    limit: int = Field(200, ge=2, le=500, description="Events at most, half of them before and half after.")


_make_model: Any = create_model  # its own types do not describe fields that come from a table
NearbyEventAnswer: Any = _make_model("NearbyEvent", event=(StoredEventAnswer, ...), evidence=(bool, ...))
NearbyEventsAnswer: Any = _make_model(
    "NearbyEvents",
    items=(list[NearbyEventAnswer], ...),
    at=(int, ...),
    since=(int, ...),
    until=(int, ...),
    truncated=(bool, ...),
)


@router.get("/summary", response_model=AlertSummary, responses=problems(401, 403))
async def summarise_alerts(principal: Reader, services: Served) -> Response:
    """The tenant's alerts by status and level, who looks after them, and how many were raised in the last hour."""
    return answer(await services.triage.figures.summary(principal))


@router.get("/assignees", response_model=Assignees, responses=problems(401, 403))
async def list_assignees(principal: Writer, services: Served) -> Response:
    """The users who can look after alerts of the tenant, by name."""
    return answer(await services.triage.decisions.assignees(principal.tenant))


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses=problems(400, 401, 403)
    | {
        200: {
            "description": "Every alert that the filters let through, newest finding first, as a file.",
            "content": {
                "text/csv": {"schema": {"type": "string"}},
                "application/json": {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/Alert"}}},
                ExportFormat.STIX.media_type: {"schema": {"type": "object"}},
            },
        }
    },
)
async def export_alerts(query: Annotated[ExportQuery, Query()], principal: Reader, services: Served) -> Response:
    """All alerts that the filters of the list let through, as a file that is sent while it is made."""
    form, now, tenant = query.format, services.clock.now(), principal.tenant
    pages = services.alerts.every(tenant, await query.as_filter(principal, services.alerts))
    pieces = export_pieces(pages, form, lambda rule_id: services.alerts.rule(tenant, rule_id), now)
    headers = {"Content-Disposition": f'attachment; filename="{form.file_name(now)}"'}
    return StreamingResponse(pieces, media_type=form.media_type, headers=headers)


@router.post("/bulk", response_model=BulkResult, responses=problems(400, 401, 403))
async def change_alerts(change: BulkChange, principal: Writer, services: Served) -> Response:
    """The same change to several alerts in one commit. Ids that there is no alert of come back as `missing`."""
    wanted = AlertChange(change.status, change.verdict, change.assignee, change.note)
    return answer(await services.triage.decisions.change_all(principal, change.ids, wanted))


@router.post("/{alert_id}/notes", status_code=201, response_model=Note, responses=problems(400, 401, 403, 404))
async def write_note(alert_id: str, note: NoteText, principal: Writer, services: Served) -> Response:
    """Write a note about an alert. It stands in the alert's `activity` and can neither be changed nor taken away."""
    return answer(await services.triage.decisions.note(principal, alert_id, note.text), 201)


@router.post("/{alert_id}/assignment", response_model=Alert, responses=problems(400, 401, 403, 404, 412))
async def assign_alert(
    alert_id: str, wanted: Assignment, principal: Writer, services: Served, if_match: IfMatch = None
) -> Response:
    """Say who looks after an alert. Repeating it changes nothing."""
    version = await expected_version(services, principal, alert_id, if_match)
    with precondition(version):
        changed = await services.triage.decisions.assign(principal, alert_id, wanted.assignee, version=version)
    return tagged(changed, changed.version)


@router.get("/{alert_id}/related", response_model=RelatedAlerts, responses=problems(401, 403, 404))
async def list_related(alert_id: str, principal: Reader, services: Served) -> Response:
    """Other alerts that may belong to this one, each with the reasons; those with the most in common first."""
    return answer(await services.triage.related.of(principal.tenant, alert_id))


@router.get("/{alert_id}/events", response_model=NearbyEventsAnswer, responses=problems(400, 401, 403, 404, 503))
async def list_nearby_events(
    request: Request,
    alert_id: str,
    query: Annotated[NearbyQuery, Query()],
    principal: EventReader,
    services: Served,
) -> Response:
    """The stored events of the alert's entity around a time, oldest first, with the alert's own evidence marked.

    Events are stored some seconds after they were received.
    """
    around = query.minutes * MINUTE
    work = services.triage.nearby.of(principal.tenant, alert_id, around=around, limit=query.limit, at=query.at)
    found = await while_wanted(request, work)
    return answer(
        {
            "items": [{"event": shown(item.event), "evidence": item.evidence} for item in found.items],
            "at": found.at,
            "since": found.since,
            "until": found.until,
            "truncated": found.truncated,
        }
    )
