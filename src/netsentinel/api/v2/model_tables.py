"""Tables that people upload, to train and measure models on."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Request, Response

from netsentinel.api.answers import answer, problems
from netsentinel.api.deps import Requires
from netsentinel.api.late import LateRouter
from netsentinel.api.services import Served
from netsentinel.kernel.types import Micros, Permission, Principal
from netsentinel.models.tables import MOST_NAME, KeptTable

router = LateRouter(prefix="/api/v2/models/tables", tags=["models"])

Reader = Annotated[Principal, Depends(Requires(Permission.MODELS_READ))]
Sender = Annotated[Principal, Depends(Requires(Permission.SOURCES_WRITE))]
Name = Annotated[
    str,
    Path(
        max_length=MOST_NAME,
        description="A file's name that ends as tables or logs of flows do: `.csv`, `.txt`, `.log`,"
        " `.labeled`, `.json`, `.jsonl`, `.ndjson` and `.binetflow`, also with `.gz`; `.csv.zst`, `.parquet`, `.pq`.",
    ),
]


@dataclass(frozen=True, slots=True)
class TableItem:
    """An uploaded table. Times are microseconds since 1970 UTC."""

    name: str
    path: str
    """What `path` of a training or an evaluation says to use it."""
    size: int
    uploaded_at: Micros


@dataclass(frozen=True, slots=True)
class TableItems:
    """The tenant's tables by name."""

    items: tuple[TableItem, ...]
    used: int
    """Bytes of all of them."""
    quota: int
    """Bytes that they may take."""


@router.get("", response_model=TableItems, responses=problems(401, 403))
async def list_tables(principal: Reader, services: Served) -> Response:
    """The tables that were uploaded, and how much room is left."""
    found = await services.model_tables.tables(principal.tenant)
    used = sum(one.size for one in found)
    return answer(TableItems(tuple(map(_item, found)), used, services.model_tables.quota))


@router.put(
    "/{table}",
    response_model=TableItem,
    status_code=201,
    responses=problems(400, 401, 403, 408, 413, 503),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def put_table(table: Name, request: Request, principal: Sender, services: Served) -> Response:
    """Upload a table in place of the one of that name. The body is the file; it goes to the disk as it comes."""
    return answer(_item(await services.model_tables.keep(principal.tenant, table, request.stream())), 201)


@router.delete("/{table}", status_code=204, responses=problems(400, 401, 403, 404))
async def delete_table(table: Name, principal: Sender, services: Served) -> Response:
    """Delete a table. What was trained on it stays."""
    await services.model_tables.delete(principal.tenant, table)
    return Response(status_code=204)


def _item(table: KeptTable) -> TableItem:
    return TableItem(table.name, table.path, table.size, table.uploaded_at)
