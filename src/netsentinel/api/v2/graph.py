"""The knowledge graph over HTTP: parts of it to draw, paths, evidence, and what people decided."""

import asyncio
from typing import Annotated

from fastapi import Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from netsentinel.academy.graph import EdgeKey, GraphStats, Operation, Relation, Stated, Subgraph
from netsentinel.academy.graph.attack import ATTACK, claims_from, read_table
from netsentinel.api.answers import answer, problems
from netsentinel.api.deps import Requires
from netsentinel.api.late import LateRouter
from netsentinel.api.services import Served
from netsentinel.api.v2.graph_views import EvidenceList, GraphMap, History, PathView, evidence_view, map_view
from netsentinel.kernel.types import Permission, Principal

router = LateRouter(prefix="/api/v2/graph", tags=["graph"])

Reader = Annotated[Principal, Depends(Requires(Permission.GRAPH_READ))]
Writer = Annotated[Principal, Depends(Requires(Permission.GRAPH_WRITE))]

MAX_DRAWN = 10_000


class PartQuery(BaseModel):
    """Which part of the graph."""

    model_config = ConfigDict(extra="forbid")

    around: str = Field("", max_length=200, description="A concept's id, key or name; without, the best connected.")
    depth: int = Field(1, ge=1, le=6, description="How many edges away.")
    limit: int = Field(500, ge=1, le=MAX_DRAWN, description="Concepts at most, the nearest first.")


class MapQuery(BaseModel):
    """How much of the graph."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(MAX_DRAWN, ge=1, le=MAX_DRAWN, description="Concepts at most, the best connected first.")


class PathQuery(BaseModel):
    """Between which concepts."""

    model_config = ConfigDict(extra="forbid")

    source: str = Field(min_length=1, max_length=200, description="A concept's id, key or name.")
    target: str = Field(min_length=1, max_length=200, description="Another's.")
    directed: bool = Field(default=False, description="Only along prerequisites, from what requires on.")


class EdgeQuery(BaseModel):
    """Which edge."""

    model_config = ConfigDict(extra="forbid")

    source: str = Field(min_length=1, max_length=64, description="Id of a concept.")
    relation: Relation = Field(Relation.REQUIRES, description="What the edge says of its source.")
    target: str = Field(min_length=1, max_length=64, description="Id of a concept.")


class HistoryQuery(BaseModel):
    """Decisions about what."""

    model_config = ConfigDict(extra="forbid")

    concept: str = Field("", max_length=64, description="Id of a concept; without, all decisions.")
    limit: int = Field(100, ge=1, le=1_000, description="The newest so many.")


class AttackTable(BaseModel):
    """ATT&CK as a table."""

    model_config = ConfigDict(extra="forbid")

    table: str = Field(max_length=4_000_000, description="Tab-separated: id, kind, name, under, mitigated_by, text.")


@router.get("", response_model=Subgraph, responses=problems(400, 401, 403, 404))
async def show_part(query: Annotated[PartQuery, Query()], principal: Reader, services: Served) -> Response:
    """A part of the graph to draw: concepts around one, or the best connected, with the live edges among them."""
    around = None
    if query.around:
        around = (await services.graph.called(principal.tenant, query.around)).id
    return answer(await services.graph.subgraph(principal.tenant, around, depth=query.depth, limit=query.limit))


@router.get("/map", response_model=GraphMap, responses=problems(400, 401, 403))
async def show_map(query: Annotated[MapQuery, Query()], principal: Reader, services: Served) -> Response:
    """The best connected concepts and the live edges among them, in columns: to draw all of a graph at once."""
    version = (await services.graph.stats(principal.tenant)).version
    part = await services.graph.subgraph(principal.tenant, None, depth=1, limit=query.limit)
    return answer(await asyncio.to_thread(map_view, version, part))


@router.get("/stats", response_model=GraphStats, responses=problems(401, 403))
async def show_stats(principal: Reader, services: Served) -> Response:
    """How large the graph is: concepts by kind, live edges by relation, held and denied ones, origins."""
    return answer(await services.graph.stats(principal.tenant))


@router.get("/path", response_model=PathView, responses=problems(400, 401, 403, 404))
async def show_path(query: Annotated[PathQuery, Query()], principal: Reader, services: Served) -> Response:
    """A shortest path between two concepts; `concepts` is empty when there is none."""
    tenant, graph = principal.tenant, services.graph
    source, target = await graph.called(tenant, query.source), await graph.called(tenant, query.target)
    ids = await graph.path(tenant, source.id, target.id, is_directed=query.directed)
    found = {one.id: one for one in await graph.find(tenant, ids)}
    return answer(PathView([found[one] for one in ids if one in found]))


@router.get("/evidence", response_model=EvidenceList, responses=problems(400, 401, 403))
async def show_evidence(query: Annotated[EdgeQuery, Query()], principal: Reader, services: Served) -> Response:
    """Everything that is said of an edge: by which origin, where, in which sentence, and people's word on it."""
    key = EdgeKey(query.source, query.relation, query.target)
    found = await services.graph.evidence(principal.tenant, key)
    return answer(EvidenceList([evidence_view(one) for one in found]))


@router.get("/operations", response_model=History, responses=problems(400, 401, 403))
async def list_operations(query: Annotated[HistoryQuery, Query()], principal: Reader, services: Served) -> Response:
    """What people decided about concepts, newest first, with what was undone."""
    found = await services.concepts.history(principal.tenant, query.concept or None)
    return answer(History(found[: query.limit]))


@router.post("/operations/{number}/undo", response_model=Operation, responses=problems(400, 401, 403, 404, 409))
async def undo_operation(number: int, principal: Writer, services: Served) -> Response:
    """Take a decision back. Everything is then as it would be without it; later decisions stay."""
    return answer(await services.concepts.undo(principal, number))


@router.put("/references/attack", response_model=Stated, responses=problems(400, 401, 403, 413))
async def replace_attack(wanted: AttackTable, principal: Writer, services: Served) -> Response:
    """Replace what ATT&CK states by another table, such as `netsentinel graph import-attack` makes from a bundle."""
    claims = await asyncio.to_thread(lambda: claims_from(read_table(wanted.table)))
    return answer(await services.graph.state(principal, ATTACK, claims))


@router.post("/rebuild", response_model=Stated, responses=problems(401, 403, 503))
async def rebuild_graph(principal: Writer, services: Served) -> Response:
    """Work all concepts and edges out anew from what is stated and decided, and fill Neo4j anew where it is used."""
    done = await services.graph.rebuild(principal)
    if services.projection is not None:
        await services.projection.rebuild(principal.tenant)
    return answer(done)
