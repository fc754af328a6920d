"""Events over HTTP: batches in, acknowledged when they are on disk; stored ones searched, counted, hunted through."""

from typing import Annotated, Any, Literal

import msgspec
from fastapi import Depends, Header, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, create_model

from netsentinel.alerts.spellings import entity_of_stored
from netsentinel.api.answers import answer, problems
from netsentinel.api.deps import Requires
from netsentinel.api.hangup import while_wanted
from netsentinel.api.late import LateRouter
from netsentinel.api.services import Served
from netsentinel.events import Accepted
from netsentinel.events.lake import COLUMNS, EventFilter, Facet, Histogram, HuntResult, StoredEvent, parse_terms
from netsentinel.events.positions import HEADER, StreamPosition
from netsentinel.kernel.types import Permission, Principal

router = LateRouter(prefix="/api/v2/events", tags=["events"])
hunts = LateRouter(prefix="/api/v2/hunts", tags=["events"])

Sender = Annotated[Principal, Depends(Requires(Permission.EVENTS_WRITE))]

Reader = Annotated[Principal, Depends(Requires(Permission.EVENTS_READ))]
Hunting = Annotated[Principal, Depends(Requires(Permission.EVENTS_HUNT))]

_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-ndjson": {
                "schema": {"type": "string"},
                "example": '{"timestamp":"2026-01-01T00:00:00.000000+0000","event_type":"dns"}\n',
            },
            "application/json": {"schema": {"type": "array", "items": {"type": "object"}}},
        },
    }
}


@router.post(
    "",
    status_code=202,
    response_model=Accepted,
    responses=problems(400, 401, 403, 413, 503),
    openapi_extra=_BODY,
)
async def post_events(
    request: Request,
    principal: Sender,
    services: Served,
    source: Annotated[
        str,
        Query(
            pattern=r"^[A-Za-z0-9._:-]{0,64}$",
            description="Name of the source. Left out, it is the key's own source, or `http` for a key that has none.",
        ),
    ] = "",
    format: Annotated[str, Query(max_length=32, description="Name of a format; empty to recognise each.")] = "",  # noqa: A002 - the parameter's public name
    position: Annotated[
        str,
        Header(
            alias=HEADER,
            max_length=128,
            description="`<stream>:<start>-<end>`: the body is these bytes of a stream that the sender named. When the"
            " stream's recorded end is beyond the start, nothing is stored and the answer says `duplicate` and where to"
            " go on (`position`).",
        ),
    ] = "",
) -> Response:
    """Hand over a batch (NDJSON or a JSON array, plain, gzip or zstd).

    The answer comes after the batch is on disk. A record that cannot be parsed does not fail the batch: it is kept with
    the reason and shown on the page of sources.
    """
    accepted = await services.intake.accept(
        principal.tenant,
        services.sources.admit(principal, source),
        format,
        await request.body(),
        request.headers.get("content-type", ""),
        request.headers.get("content-encoding", ""),
        StreamPosition.parse(position),
    )
    services.processor.wake()
    return answer(accepted, 202)


class EventQuery(BaseModel):
    """Which stored events."""

    model_config = ConfigDict(extra="forbid")

    where: list[str] = Field(
        [],
        max_length=20,
        description="`column=value` or `column!=value`, repeated; one column several times means any of its values, or"
        " none of them.",
    )
    q: str = Field("", max_length=1_000, description="Text that the event contains, in any case.")
    regex: str = Field("", max_length=1_000, description="Regular expression (RE2) that the event's text matches.")
    since: int = Field(0, ge=0, le=2**63 - 1, description="At or after this time, microseconds since 1970 UTC.")
    until: int = Field(0, ge=0, le=2**63 - 1, description="Before this time; 0 for no end.")
    by_arrival: bool = Field(
        default=False,
        description="`since`, `until`, the order and the bars go by when the server received an event, not by the"
        " event's own time: what was replayed lately stands first.",
    )

    def as_filter(self) -> EventFilter:
        """The domain's filter.

        Raises:
            InvalidFilterError: an unknown column, or a value of the wrong type.
        """
        equal, unequal = parse_terms(self.where)
        return EventFilter(
            since=self.since,
            until=self.until,
            by_arrival=self.by_arrival,
            equal=equal,
            unequal=unequal,
            text=self.q,
            regex=self.regex,
        )


class EventPageQuery(EventQuery):
    """Which stored events, and how many of them."""

    limit: int = Field(50, ge=1, le=500, description="Events a page.")
    cursor: str = Field("", max_length=512, description="`next` of the previous page.")


class HistogramQuery(EventQuery):
    """Which stored events, and how finely they are counted."""

    bars: int = Field(60, ge=1, le=500, description="Time spans at most, about.")
    by: Literal["", "class_uid", "severity", "source", "format", "action"] = Field(
        "", description="Column by whose values each span is told apart."
    )


class FacetQuery(EventQuery):
    """Which stored events, and which column of theirs is counted."""

    column: str = Field(min_length=1, max_length=32, description="One that can be filtered by.")
    limit: int = Field(10, ge=1, le=100, description="Values at most.")


class HuntRequest(BaseModel):
    """A hunt."""

    model_config = ConfigDict(extra="forbid")

    sql: str = Field(min_length=1, max_length=20_000, description="One SELECT over the view `events` (DuckDB's SQL).")
    limit: int = Field(1_000, ge=1, le=10_000, description="Rows at most.")


_fields: dict[str, Any] = {"id": (str, ...), **{name: (kind, ...) for name, kind in COLUMNS.items()}}
_fields["entity"] = (str, Field(description="Whom it is about, as alerts of rules name them."))
_fields["native"] = (dict[str, Any], ...)
_make_model: Any = create_model  # its own types do not describe fields that come from a table
StoredEventAnswer: Any = _make_model("StoredEvent", **_fields)
EventPageAnswer: Any = _make_model("EventPage", items=(list[StoredEventAnswer], ...), next=(str | None, ...))


@router.get("", response_model=EventPageAnswer, responses=problems(400, 401, 403, 503))
async def search_events(
    request: Request, query: Annotated[EventPageQuery, Query()], principal: Reader, services: Served
) -> Response:
    """The tenant's stored events, newest first. An event can be found some seconds after it was received.

    A search whose caller hangs up is stopped; so are the other questions about events.
    """
    work = services.lake.page(principal.tenant, query.as_filter(), limit=query.limit, cursor=query.cursor)
    page = await while_wanted(request, work)
    return answer({"items": [shown(event) for event in page.items], "next": page.next})


@router.get("/histogram", response_model=Histogram, responses=problems(400, 401, 403, 503))
async def count_events(
    request: Request, query: Annotated[HistogramQuery, Query()], principal: Reader, services: Served
) -> Response:
    """The stored events over time: from the oldest to the newest one when no range is given."""
    work = services.lake.histogram(principal.tenant, query.as_filter(), bars=query.bars, by=query.by)
    return answer(await while_wanted(request, work))


@router.get("/facets", response_model=Facet, responses=problems(400, 401, 403, 503))
async def count_values(
    request: Request, query: Annotated[FacetQuery, Query()], principal: Reader, services: Served
) -> Response:
    """The most frequent values of a column, exactly counted, and how many values there are."""
    work = services.lake.facet(principal.tenant, query.as_filter(), query.column, limit=query.limit)
    return answer(await while_wanted(request, work))


@router.get("/{event_id}", response_model=StoredEventAnswer, responses=problems(401, 403, 404, 503))
async def get_event(
    request: Request, event_id: Annotated[str, Path(max_length=64)], principal: Reader, services: Served
) -> Response:
    """One stored event."""
    return answer(shown(await while_wanted(request, services.lake.find(principal.tenant, event_id))))


@hunts.post("", response_model=HuntResult, responses=problems(400, 401, 403, 503))
async def hunt(request: Request, statement: HuntRequest, principal: Hunting, services: Served) -> Response:
    """Run a SELECT of one's own over the view `events`, which holds the tenant's stored events and nothing else.

    It runs in a process of its own that can read these files only, with limits of time and memory, and ends when the
    caller hangs up. `truncated` says that there are more rows than were asked for, or than fit into 16 MiB.
    """
    work = services.lake.hunt(principal.tenant, statement.sql, limit=statement.limit)
    return answer(await while_wanted(request, work))


def shown(event: StoredEvent) -> dict[str, Any]:
    """A stored event as it is answered."""
    return {
        "id": event.id,
        **msgspec.structs.asdict(event),
        "entity": entity_of_stored(event),
        "native": msgspec.Raw(event.native.encode()),
    }
