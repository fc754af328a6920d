"""Sources over HTTP: what arrives, how much of it, and what could not be read."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from netsentinel.api.answers import answer, problems, secret_answer
from netsentinel.api.deps import Requires
from netsentinel.api.late import LateRouter
from netsentinel.api.services import Served
from netsentinel.events.configured import SourceItem, SourceShelf
from netsentinel.events.sources import SourceTest
from netsentinel.kernel.types import Micros, Permission, Principal

router = LateRouter(prefix="/api/v2/sources", tags=["sources"])

kinds = LateRouter(prefix="/api/v2/source-kinds", tags=["sources"])

Reader = Annotated[Principal, Depends(Requires(Permission.SOURCES_READ))]
Writer = Annotated[Principal, Depends(Requires(Permission.SOURCES_WRITE))]


@dataclass(frozen=True, slots=True)
class SourceList:
    """All sources of the tenant, by name."""

    items: tuple[SourceItem, ...]


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


@dataclass(frozen=True, slots=True)
class SourceKey:
    """A key for one source. Its text is shown this once."""

    id: str
    source: str
    text: str
    expires_at: Micros


class NewSource(BaseModel):
    """A source to configure."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=64, description="Letters, digits and . _ : -; unique in the tenant.")
    kind: str = Field(max_length=32, description="Name of a kind (`GET /api/v2/source-kinds`).")
    format: str = Field("", max_length=32, description="Name of a format; empty to recognise each record.")
    enabled: bool = Field(True, description="Whether it runs.")
    options: dict[str, Any] = Field({}, description="As the kind's schema says; what is left out has its default.")


class SourceChange(BaseModel):
    """What to change; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    format: str | None = Field(None, max_length=32, description="Name of a format; empty to recognise each record.")
    enabled: bool | None = Field(None, description="Whether it runs.")
    options: dict[str, Any] | None = Field(None, description="All of them: what is left out gets its default.")


class NewSourceKey(BaseModel):
    """A key for one source."""

    model_config = ConfigDict(extra="forbid")

    expires_at: int = Field(
        0, ge=0, le=2**63 - 1, description="When it stops working, microseconds since 1970 UTC; 0 for never."
    )


@kinds.get("", response_model=SourceShelf, responses=problems(401, 403))
async def list_kinds(principal: Reader, services: Served) -> Response:
    """What can be configured: the kinds with the schemas of their options, and what sources may open here."""
    return answer(services.sources.shelf(principal.tenant))


@router.get("", response_model=SourceList, responses=problems(401, 403))
async def list_sources(principal: Reader, services: Served) -> Response:
    """Every source that is configured or ever sent something: state, rate, lag, counts, and its last error."""
    return answer(SourceList(tuple(await services.sources.all(principal.tenant))))


@router.post("", status_code=201, response_model=SourceItem, responses=problems(400, 401, 403, 409))
async def create_source(body: NewSource, principal: Writer, services: Served) -> Response:
    """Configure a source and start it."""
    made = await services.sources.create(
        principal, body.name, body.kind, body.options, format=body.format, enabled=body.enabled
    )
    return answer(made, 201)


@router.get("/{name}", response_model=SourceItem, responses=problems(401, 403, 404))
async def show_source(name: str, principal: Reader, services: Served) -> Response:
    """One source."""
    return answer(await services.sources.one(principal.tenant, name))


@router.put("/{name}", response_model=SourceItem, responses=problems(400, 401, 403, 404, 409))
async def change_source(name: str, body: SourceChange, principal: Writer, services: Served) -> Response:
    """Configure a source otherwise, enable or disable it. Its kind stays."""
    changed = await services.sources.change(
        principal, name, options=body.options, format=body.format, enabled=body.enabled
    )
    return answer(changed)


@router.delete("/{name}", status_code=204, response_class=Response, responses=problems(401, 403, 404, 409))
async def remove_source(name: str, principal: Writer, services: Served) -> Response:
    """Stop a source, forget its configuration, and revoke the keys that are bound to it. What it brought stays."""
    await services.sources.remove(principal, name)
    await services.keys.revoke_of_source(principal, name)
    return Response(status_code=204)


@router.post("/{name}/test", response_model=SourceTest, responses=problems(400, 401, 403, 404))
async def test_source(name: str, principal: Writer, services: Served) -> Response:
    """Try a source out: open what it opens, and say in a sentence what is there. Nothing is handed over."""
    return answer(await services.sources.test(principal.tenant, name))


@router.post("/{name}/keys", status_code=201, response_model=SourceKey, responses=problems(400, 401, 403, 404))
async def create_source_key(
    name: str, body: NewSourceKey, principal: Writer, request: Request, services: Served
) -> Response:
    """Make a key that may send as this source and do nothing else. Its text is shown this once."""
    item = await services.sources.one(principal.tenant, name)
    made = await services.keys.create_for_source(principal, item.name, expires_at=body.expires_at)
    return secret_answer(request, SourceKey(made.key.id, made.key.source, made.text, made.key.expires_at), 201)


@router.get("/{name}/rejected", response_model=RejectedList, responses=problems(400, 401, 403))
async def list_rejected(
    name: str,
    principal: Reader,
    services: Served,
    limit: Annotated[int, Query(ge=1, le=500, description="Lines at most.")] = 50,
) -> Response:
    """The newest lines of a source that could not be parsed, each with its reason."""
    found = await services.inventory.rejected(principal.tenant, name, limit)
    return answer(
        RejectedList(tuple(RejectedLine(at, line.decode("utf-8", "replace"), why) for at, line, why in found))
    )
