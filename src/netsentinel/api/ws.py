"""`/ws`: the bridge between the web framework's WebSocket and the hub, which knows what the frames mean."""

from functools import partial
from typing import Final

from fastapi import WebSocket

from netsentinel.api.credentials import bearer, has_session
from netsentinel.api.deps import admission_from
from netsentinel.api.late import LateRouter
from netsentinel.api.line import LINE, Line
from netsentinel.api.middleware.origin import origin_of, own_origin
from netsentinel.api.middleware.trace import trace_id_of
from netsentinel.api.problems import refuse
from netsentinel.api.services import Services
from netsentinel.kernel.errors import ForeignOriginError, InvalidInputError, NetSentinelError
from netsentinel.kernel.settings import Settings
from netsentinel.streamer import SUBPROTOCOL, Visitor

router: Final = LateRouter()


@router.websocket("/ws")
async def live(websocket: WebSocket) -> None:
    """Live updates by the sub-protocol `netsentinel.v1.json`; see the AsyncAPI document."""
    services: Services = websocket.app.state.services
    try:
        visitor = await _let_in(websocket, services)
    except NetSentinelError as error:
        await refuse(error, trace_id_of(websocket.scope), websocket.scope, websocket.receive, websocket.send)
        return
    await websocket.accept(subprotocol=SUBPROTOCOL)
    line = websocket.scope["extensions"][LINE]["socket"]
    line.serve_by(partial(services.hub.serve, Line(line), visitor))


async def _let_in(websocket: WebSocket, services: Services) -> Visitor:
    """Who asks for a WebSocket, and what admits them already. Without a cookie or key, `hello` has to bring a ticket.

    Raises:
        UnavailableError: there is no place now.
        ThrottledError: the address failed too often.
        InvalidInputError: the client speaks another protocol.
        ForeignOriginError: a page of another site opens it with our cookie.
    """
    address = websocket.client.host if websocket.client else ""
    services.hub.check_place()
    try:
        _check_protocol(websocket)
        _check_origin(websocket, services.settings)
    except NetSentinelError:
        services.hub.failed(address)
        raise
    admission = await admission_from(websocket)
    services.hub.admit(address, is_known=admission is not None)
    return Visitor(address, admission)


def _check_protocol(websocket: WebSocket) -> None:
    if SUBPROTOCOL not in websocket.scope.get("subprotocols", ()):
        raise InvalidInputError(f"Open the WebSocket with the sub-protocol {SUBPROTOCOL}.")


def _check_origin(websocket: WebSocket, settings: Settings) -> None:
    """Refuse a foreign page that uses a browser's cookie, whatever stands in front of this route.

    Cookies know no ports, so that a page of another port of this machine is foreign as well.
    """
    headers = websocket.headers
    if bearer(headers) is not None or not has_session(headers, settings):
        return
    stated = {origin_of(url) for url in (settings.public_url, *settings.allowed_origins) if url}
    allowed = stated | own_origin(websocket.scope, settings)
    origin = headers.get("origin", "")
    if origin_of(origin) not in allowed - {""}:
        raise ForeignOriginError(f"Pages of '{origin}' may not do this.", origin=origin)
