"""Media over HTTP: what there is to learn from, how far its reading is, its text, and its bytes as they came."""

from typing import Annotated, Any, Final

from fastapi import Depends, Query, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field

from netsentinel.academy.graph import Origin, OriginKind
from netsentinel.academy.media import MEDIA_READ, MEDIA_TRANSCRIBE
from netsentinel.academy.media.actions import ANY_LANGUAGE
from netsentinel.api.answers import answer, problems
from netsentinel.api.deps import Requires
from netsentinel.api.late import LateRouter
from netsentinel.api.services import Served
from netsentinel.api.v2.media_views import (
    ConceptsSaid,
    LibraryView,
    MediumItem,
    MediumItems,
    MediumShown,
    TextView,
    concepts_said,
    item_of,
    library_view,
    shown,
    text_view,
)
from netsentinel.api.v2.task_views import TaskItem
from netsentinel.api.v2.task_views import item_of as task_item
from netsentinel.kernel.types import Permission, Principal
from netsentinel.tasks import TaskRequest

router = LateRouter(prefix="/api/v2/media", tags=["media"])

Reader = Annotated[Principal, Depends(Requires(Permission.MEDIA_READ))]
Writer = Annotated[Principal, Depends(Requires(Permission.MEDIA_WRITE))]

_ORIGINAL: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The bytes as they came.", "content": {"*/*": {}}},
    206: {"description": "A range of them.", "content": {"*/*": {}}},
    416: {"description": "There is no such range.", "content": {"text/plain": {}}},
}
_NO_RIGHTS: Final = "sandbox; default-src 'none'; style-src 'unsafe-inline'"


class MediaQuery(BaseModel):
    """Which media."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field("", max_length=200, description="Only the one of this name.")
    limit: int = Field(100, ge=1, le=500, description="Media a page.")
    cursor: str = Field("", max_length=2_000, description="`next` of the previous page.")


class TextQuery(BaseModel):
    """Which part of a text."""

    model_config = ConfigDict(extra="forbid")

    first: int = Field(0, ge=0, le=2**31, description="The number of the first passage.")
    limit: int = Field(500, ge=1, le=2_000, description="Passages at most.")


class ConceptsQuery(BaseModel):
    """How many of a medium's concepts."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(500, ge=1, le=2_000, description="Concepts at most.")


class Transcribe(BaseModel):
    """How to hear a recording."""

    model_config = ConfigDict(extra="forbid")

    language: str = Field(
        "", pattern=ANY_LANGUAGE, description="What is spoken, as a tag such as `en`; found out if empty."
    )


@router.get("", response_model=MediumItems, responses=problems(400, 401, 403))
async def list_media(query: Annotated[MediaQuery, Query()], principal: Reader, services: Served) -> Response:
    """Media by name, with the state of each."""
    if query.name:
        found = await services.media.named(principal.tenant, query.name)
        return answer(MediumItems((item_of(found),) if found else (), None))
    page = await services.media.page(principal.tenant, limit=query.limit, cursor=query.cursor or None)
    return answer(MediumItems(tuple(item_of(one) for one in page.items), page.next))


@router.get("/library", response_model=LibraryView, responses=problems(401, 403))
async def show_library(principal: Reader, services: Served) -> Response:
    """How much the library keeps, how much it may, and which formats it takes."""
    usage = await services.media.usage(principal.tenant)
    return answer(library_view(usage, services.uploads.limits, services.hearing.installed))


@router.get("/{medium_id}", response_model=MediumShown, responses=problems(401, 403, 404))
async def show_medium(medium_id: str, principal: Reader, services: Served) -> Response:
    """A medium: its state, the steps of its last reading, what was found, and the captions or recordings beside it."""
    medium = await services.media.get(principal.tenant, medium_id)
    return answer(shown(medium, await services.media.beside(medium), await services.media.speaker(medium)))


@router.get("/{medium_id}/text", response_model=TextView, responses=problems(400, 401, 403, 404))
async def show_text(
    medium_id: str, query: Annotated[TextQuery, Query()], principal: Reader, services: Served
) -> Response:
    """What a medium says, passage by passage, each with its position: section, page, slide, line or time.

    A recording says what the captions beside it say.
    """
    document = await services.media.document(principal.tenant, medium_id)
    return answer(text_view(document, query.first, query.limit))


@router.get("/{medium_id}/concepts", response_model=ConceptsSaid, responses=problems(400, 401, 403, 404))
async def show_medium_concepts(
    medium_id: str, query: Annotated[ConceptsQuery, Query()], principal: Reader, services: Served
) -> Response:
    """The concepts that a medium names, and which of them go when it is deleted, since nothing else states them.

    A recording names what the captions beside it name; that stays when the recording goes.
    """
    tenant = principal.tenant
    medium = await services.media.get(tenant, medium_id)
    speaker = await services.media.speaker(medium)
    said = await services.graph.said_by(tenant, Origin(OriginKind.MEDIUM, speaker.id))
    found = await services.graph.find(tenant, {one.concept_id for one in said.concepts})
    return answer(concepts_said(said, found, query.limit, is_own=speaker.id == medium.id))


@router.get("/{medium_id}/original", response_class=FileResponse, responses=problems(401, 403, 404) | _ORIGINAL)
async def show_original(medium_id: str, principal: Reader, services: Served) -> Response:
    """The medium's bytes as they came, to be saved; ranges of them for players. Not of what is quarantined."""
    medium, path = await services.media.original(principal.tenant, medium_id)
    return FileResponse(
        path,
        media_type=medium.media_type or "application/octet-stream",
        filename=medium.name.rpartition("/")[2],
        content_disposition_type="attachment",
        headers={"Content-Security-Policy": _NO_RIGHTS, "Cache-Control": "private, no-cache"},
    )


@router.post("/{medium_id}/read", response_model=TaskItem, status_code=202, responses=problems(401, 403, 404))
async def read_medium(medium_id: str, principal: Writer, services: Served) -> Response:
    """Have a medium read again, as a task: after a failure, or when a newer release reads more."""
    medium = await services.media.get(principal.tenant, medium_id)
    submitted = await services.tasks.submit(
        principal,
        TaskRequest(action=MEDIA_READ, input={"medium": medium.id}, origin=f"medium:{medium.id}"),
    )
    return answer(task_item(submitted.task), 202)


@router.post(
    "/{medium_id}/transcribe",
    response_model=TaskItem,
    status_code=202,
    responses=problems(400, 401, 403, 404, 409, 413),
)
async def transcribe_medium(medium_id: str, body: Transcribe, principal: Writer, services: Served) -> Response:
    """Have a recording heard, as a task: what is said becomes captions beside it. A plug-in must understand speech."""
    medium = await services.hearing.check(principal, medium_id)
    wanted = {"medium": medium.id, "language": body.language}
    request = TaskRequest(action=MEDIA_TRANSCRIBE, input=wanted, origin=f"medium:{medium.id}")
    return answer(task_item((await services.tasks.submit(principal, request)).task), 202)


@router.delete("/{medium_id}", response_model=MediumItem, responses=problems(401, 403, 404))
async def delete_medium(medium_id: str, principal: Writer, services: Served) -> Response:
    """Delete a medium: the graph is then what it would be without it."""
    return answer(item_of(await services.media.delete(principal, medium_id)))
