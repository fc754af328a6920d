"""Intake over HTTP: batches of native events, acknowledged when they are on disk."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from netsentinel.api.answers import answer, problems
from netsentinel.api.deps import Requires
from netsentinel.api.services import Served
from netsentinel.events import Accepted
from netsentinel.events.positions import HEADER, StreamPosition
from netsentinel.kernel.types import Permission, Principal

router = APIRouter(prefix="/api/v2/events", tags=["events"])

Sender = Annotated[Principal, Depends(Requires(Permission.EVENTS_WRITE))]

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
    source: Annotated[str, Query(pattern=r"^[A-Za-z0-9._:-]{1,64}$", description="Name of the source.")] = "http",
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
        source,
        format,
        await request.body(),
        request.headers.get("content-type", ""),
        request.headers.get("content-encoding", ""),
        StreamPosition.parse(position),
    )
    services.processor.wake()
    return answer(accepted, 202)
