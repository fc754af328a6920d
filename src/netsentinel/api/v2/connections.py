"""Live connections over HTTP: who is connected, and to what; closing one."""

from dataclasses import dataclass
from typing import Annotated, Self

from fastapi import Depends, Response

from netsentinel.api.answers import answer, problems
from netsentinel.api.deps import Requires
from netsentinel.api.late import LateRouter
from netsentinel.api.services import Served
from netsentinel.kernel.types import Micros, Permission, Principal
from netsentinel.streamer import Connected

router = LateRouter(prefix="/api/v2/connections", tags=["connections"])

Reader = Annotated[Principal, Depends(Requires(Permission.CONNECTIONS_READ))]
Writer = Annotated[Principal, Depends(Requires(Permission.CONNECTIONS_WRITE))]


@dataclass(frozen=True, slots=True)
class ConnectionItem:
    """A live connection."""

    id: str
    user_id: str
    """Id of the user or API key."""
    user: str
    """Its name."""
    address: str
    client: str
    """What the client calls itself."""
    connected_at: Micros
    last_ping_at: Micros
    """When it last answered a ping; at first when it connected."""
    topics: tuple[str, ...]
    requests: int
    """Requests without an answer."""
    waiting: int
    """Frames that wait for it to read."""

    @classmethod
    def of(cls, found: Connected) -> Self:
        """The item of a connection."""
        one = found.connection
        return cls(
            id=one.id,
            user_id=one.user_id,
            user=one.user,
            address=one.address,
            client=one.client,
            connected_at=one.connected_at,
            last_ping_at=one.last_ping_at,
            topics=found.topics,
            requests=found.requests,
            waiting=found.waiting,
        )


@dataclass(frozen=True, slots=True)
class ConnectionItems:
    """All of them: there are at most as many as the server takes."""

    items: tuple[ConnectionItem, ...]


@router.get("", response_model=ConnectionItems, responses=problems(401, 403))
async def list_connections(principal: Reader, services: Served) -> Response:
    """Who is connected to this server process now, the newest first."""
    return answer(ConnectionItems(tuple(map(ConnectionItem.of, services.hub.connected(principal.tenant)))))


@router.delete("/{connection_id}", status_code=204, responses=problems(401, 403, 404))
async def close_connection(connection_id: str, principal: Writer, services: Served) -> Response:
    """Close a connection. Its client may come back: to keep somebody out, end the session or revoke the key."""
    services.hub.disconnect(principal.tenant, connection_id)
    return Response(status_code=204)
