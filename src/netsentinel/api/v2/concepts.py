"""Concepts over HTTP: find them, see what they require, and decide about them."""

from typing import Annotated, Literal

from fastapi import Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from netsentinel.academy.graph import (
    Concept,
    ConceptClaim,
    ConceptKind,
    ConceptPage,
    Direction,
    EdgeKey,
    Operation,
    Relation,
    Stated,
)
from netsentinel.api.answers import answer, problems
from netsentinel.api.deps import Requires
from netsentinel.api.late import LateRouter
from netsentinel.api.services import Served
from netsentinel.api.v2.graph_views import ConceptDetail, LearningOrder, neighbour_view
from netsentinel.kernel.types import Permission, Principal

router = LateRouter(prefix="/api/v2/concepts", tags=["graph"])

Reader = Annotated[Principal, Depends(Requires(Permission.GRAPH_READ))]
Writer = Annotated[Principal, Depends(Requires(Permission.GRAPH_WRITE))]
_NAME = Field(min_length=1, max_length=200, description="What it is called.")


class ConceptQuery(BaseModel):
    """Which concepts, and how many of them."""

    model_config = ConfigDict(extra="forbid")

    q: str = Field("", max_length=200, description="Words of a name; the best matches come first, on one page.")
    kind: ConceptKind | None = Field(None, description="Only those of a kind.")
    limit: int = Field(50, ge=1, le=500, description="Concepts a page.")
    cursor: str = Field("", max_length=1_024, description="`next` of the previous page.")


class NewConcept(BaseModel):
    """A concept made by hand."""

    model_config = ConfigDict(extra="forbid")

    name: str = _NAME
    kind: ConceptKind = Field(ConceptKind.CONCEPT, description="What it is.")
    text: str = Field("", max_length=2_000, description="What it means, in a sentence.")


class Named(BaseModel):
    """A name."""

    model_config = ConfigDict(extra="forbid")

    name: str = _NAME


class MergeInto(BaseModel):
    """What a concept is merged into."""

    model_config = ConfigDict(extra="forbid")

    into: str = Field(min_length=1, max_length=64, description="Id of the concept that stays.")


class SplitOff(BaseModel):
    """What is split off."""

    model_config = ConfigDict(extra="forbid")

    name: str = _NAME
    names: list[str] = Field(default=[], max_length=100, description="What is said under these moves; all when empty.")
    origins: list[str] = Field(default=[], max_length=1_000, description="Only what these say moves; all when empty.")


class EdgeVerdict(BaseModel):
    """Somebody's word on an edge from the concept."""

    model_config = ConfigDict(extra="forbid")

    target: str = Field(min_length=1, max_length=64, description="Id of the concept at the other end.")
    relation: Relation = Field(Relation.REQUIRES, description="What the edge says of its source.")
    verdict: Literal["confirm", "deny"] = Field(description="Whether it is so.")
    sentence: str = Field("", max_length=2_000, description="Why.")


class EdgeOf(BaseModel):
    """An edge from the concept."""

    model_config = ConfigDict(extra="forbid")

    target: str = Field(min_length=1, max_length=64, description="Id of the concept at the other end.")
    relation: Relation = Field(Relation.REQUIRES, description="What the edge says of its source.")


class OrderQuery(BaseModel):
    """Which way, and how far."""

    model_config = ConfigDict(extra="forbid")

    direction: Direction = Field(Direction.PREREQUISITES, description="What it requires, or what requires it.")
    limit: int = Field(500, ge=1, le=10_000, description="Concepts at most.")


@router.get("", response_model=ConceptPage, responses=problems(400, 401, 403))
async def list_concepts(query: Annotated[ConceptQuery, Query()], principal: Reader, services: Served) -> Response:
    """The tenant's concepts by name, or those that a search finds."""
    if query.q:
        found = await services.graph.search(principal.tenant, query.q, kind=query.kind, limit=query.limit)
        return answer(ConceptPage(items=tuple(found), next=None))
    return answer(
        await services.graph.page(principal.tenant, kind=query.kind, limit=query.limit, cursor=query.cursor or None)
    )


@router.post("", status_code=201, response_model=Concept, responses=problems(400, 401, 403, 409))
async def create_concept(wanted: NewConcept, principal: Writer, services: Served) -> Response:
    """Make a concept by hand. One that was removed comes back."""
    claim = ConceptClaim(name=wanted.name, kind=wanted.kind, text=wanted.text)
    return answer(await services.concepts.create(principal, claim), 201)


@router.get("/{concept_id}", response_model=ConceptDetail, responses=problems(401, 403, 404))
async def show_concept(concept_id: str, principal: Reader, services: Served) -> Response:
    """A concept by its id, key or name, with every edge to and from it; held and denied ones are marked."""
    tenant = principal.tenant
    concept = await services.graph.called(tenant, concept_id)
    edges = await services.graph.neighbours(tenant, concept.id)
    ends = {end for edge in edges for end in (edge.key.source, edge.key.target)}
    found = {one.id: one for one in await services.graph.find(tenant, ends)}
    shown = [neighbour_view(concept.id, edge, found) for edge in edges if {*edge.key[::2]} <= found.keys()]
    return answer(ConceptDetail(concept, shown))


@router.get("/{concept_id}/prerequisites", response_model=LearningOrder, responses=problems(400, 401, 403, 404))
async def show_prerequisites(
    concept_id: str, query: Annotated[OrderQuery, Query()], principal: Reader, services: Served
) -> Response:
    """All that must be understood before a concept, in an order to learn it in; or all that needs it."""
    tenant = principal.tenant
    concept = await services.graph.called(tenant, concept_id)
    ids = await services.graph.closure(tenant, concept.id, query.direction)
    found = {one.id: one for one in await services.graph.find(tenant, ids[: query.limit])}
    return answer(LearningOrder([found[one] for one in ids[: query.limit] if one in found], len(ids)))


@router.patch("/{concept_id}", response_model=Operation, responses=problems(400, 401, 403, 404, 409))
async def rename_concept(concept_id: str, wanted: Named, principal: Writer, services: Served) -> Response:
    """Call a concept something else."""
    return answer(await services.concepts.rename(principal, concept_id, wanted.name))


@router.delete("/{concept_id}", response_model=Operation, responses=problems(401, 403, 404))
async def remove_concept(concept_id: str, principal: Writer, services: Served) -> Response:
    """Decide that there is no such concept, whatever media say. Undoing the operation brings it back."""
    return answer(await services.concepts.remove(principal, concept_id))


@router.post(
    "/{concept_id}/aliases", status_code=201, response_model=Operation, responses=problems(400, 401, 403, 404, 409)
)
async def add_alias(concept_id: str, wanted: Named, principal: Writer, services: Served) -> Response:
    """Have a concept known by another name too."""
    return answer(await services.concepts.alias(principal, concept_id, wanted.name), 201)


@router.post("/{concept_id}/merge", response_model=Operation, responses=problems(400, 401, 403, 404, 409))
async def merge_concept(concept_id: str, wanted: MergeInto, principal: Writer, services: Served) -> Response:
    """Have a concept be another one: what is said of it, now and later, is about that one."""
    return answer(await services.concepts.merge(principal, concept_id, wanted.into))


@router.post("/{concept_id}/split", response_model=Operation, responses=problems(400, 401, 403, 404, 409))
async def split_concept(concept_id: str, wanted: SplitOff, principal: Writer, services: Served) -> Response:
    """Move some of what is said of a concept to a new one; `other` is its id."""
    return answer(
        await services.concepts.split(principal, concept_id, wanted.name, names=wanted.names, origins=wanted.origins)
    )


@router.put("/{concept_id}/edges", response_model=Stated, responses=problems(400, 401, 403, 404, 409))
async def judge_edge(concept_id: str, wanted: EdgeVerdict, principal: Writer, services: Served) -> Response:
    """Confirm or deny an edge. A prerequisite that would go round in circles is refused, with the circle."""
    key = EdgeKey(concept_id, wanted.relation, wanted.target)
    judge = services.concepts.confirm if wanted.verdict == "confirm" else services.concepts.deny
    return answer(await judge(principal, key, wanted.sentence))


@router.delete("/{concept_id}/edges", status_code=204, responses=problems(400, 401, 403))
async def retract_edge(
    concept_id: str, query: Annotated[EdgeOf, Query()], principal: Writer, services: Served
) -> Response:
    """Take back what people said of an edge; what media say of it counts again."""
    await services.concepts.retract(principal, EdgeKey(concept_id, query.relation, query.target))
    return Response(status_code=204)
