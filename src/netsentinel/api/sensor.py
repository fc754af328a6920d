"""`/ws/sensor`: events over a WebSocket, for sensors that stay connected; each batch is answered when it is on disk."""

import asyncio
from collections import Counter
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Final, Literal

import msgspec
from fastapi import WebSocket
from starlette.websockets import WebSocketDisconnect, WebSocketDisconnected

from netsentinel.api.credentials import bearer
from netsentinel.api.late import LateRouter
from netsentinel.api.middleware.trace import trace_id_of
from netsentinel.api.problems import problem, refuse
from netsentinel.api.services import Services
from netsentinel.events import Accepted
from netsentinel.events.positions import StreamPosition
from netsentinel.identity import looks_like_api_key
from netsentinel.kernel.errors import (
    InvalidInputError,
    NetSentinelError,
    NotAllowedError,
    NotAuthenticatedError,
    UnavailableError,
)
from netsentinel.kernel.types import Permission, Principal

router: Final = LateRouter()

SENSOR_PROTOCOL: Final = "netsentinel.sensor.v1.json"

_CHECK_EVERY_S: Final = 5.0
"""A key that was revoked closes its connections within so much time, and so does a disabled source."""
_RETRY_AFTER_S: Final = 30
_HOLD_S: Final = 1
"""How long to hold when the intake does not say."""

IDLE_S: Final = 900
"""A sensor that says nothing for so long is gone without a word, or connects again."""
MOST_SENSORS: Final = 1_000
MOST_PER_KEY: Final = 100

_BAD_FRAME, _LOGGED_OUT, _NOT_ALLOWED, _IDLE = 4400, 4401, 4403, 4408


class SensorPlaces:
    """Counts the connections of sensors: one key cannot take the places of all."""

    def __init__(self) -> None:
        self._taken = Counter[str]()

    @contextmanager
    def place(self, principal: Principal) -> Generator[None]:
        """A place for as long as the connection lasts.

        Raises:
            UnavailableError: there is none now.
        """
        if self._taken.total() >= MOST_SENSORS:
            raise UnavailableError(f"There are {MOST_SENSORS:,} sensors already.", retry_after=_RETRY_AFTER_S)
        if self._taken[principal.id] >= MOST_PER_KEY:
            raise UnavailableError(f"This key has {MOST_PER_KEY} connections already.", retry_after=_RETRY_AFTER_S)
        self._taken[principal.id] += 1
        try:
            yield
        finally:
            self._taken[principal.id] -= 1
            self._taken += Counter()  # forgets those who have none


class BatchFrame(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a sensor sends: some whole records."""

    type: Literal["batch"]
    id: str
    """The sensor's own name for it, which the answer repeats."""
    body: str
    """Records, one to a line."""
    position: str = ""
    """`<stream>:<start>-<end>`, as in the header of `POST /api/v2/events`: makes a repeated batch a duplicate."""


class TakenFrame(msgspec.Struct, frozen=True, tag_field="type", tag="taken"):
    """The batch is on disk."""

    id: str
    records: int
    duplicate: bool
    position: int


class WaitFrame(msgspec.Struct, frozen=True, tag_field="type", tag="wait"):
    """The server is busy. It holds the batch and takes it later; nothing has to be sent again."""

    id: str
    retry_after_ms: int


@router.websocket("/ws/sensor")
async def sensor(websocket: WebSocket, source: str = "", format: str = "") -> None:  # noqa: A002 - the public name
    """Batches of events by the sub-protocol `netsentinel.sensor.v1.json`; see the guide to sources."""
    services: Services = websocket.app.state.services
    places: SensorPlaces = websocket.app.state.sensors
    with ExitStack() as stack:
        try:
            key, principal = await _let_in(websocket, services)
            services.sources.admit(principal, source)
            stack.enter_context(places.place(principal))
        except NetSentinelError as error:
            await refuse(error, trace_id_of(websocket.scope), websocket.scope, websocket.receive, websocket.send)
            return
        await websocket.accept(subprotocol=SENSOR_PROTOCOL)
        talk = _Talk(StarletteTransport(websocket), services, key, source, format, trace_id_of(websocket.scope))
        with suppress(ConnectionError):  # the sensor is gone; what it was not told of it sends again
            await talk.run(principal)


async def _let_in(websocket: WebSocket, services: Services) -> tuple[str, Principal]:
    """The key and its principal. Only keys are believed, so no page in a browser can open this.

    Raises:
        UnavailableError: there is no place now.
        ThrottledError: the address failed too often.
        InvalidInputError: the client speaks another protocol.
        NotAuthenticatedError: there is no valid key.
        NotAllowedError: the key may not send events.
    """
    address = websocket.client.host if websocket.client else ""
    if SENSOR_PROTOCOL not in websocket.scope.get("subprotocols", ()):
        services.hub.failed(address)
        raise InvalidInputError(f"Open the WebSocket with the sub-protocol {SENSOR_PROTOCOL}.")
    services.hub.check_place()
    key = bearer(websocket.headers) or ""
    principal = await _principal_of(key, services)
    services.hub.admit(address, is_known=principal is not None)
    if principal is None:
        services.hub.failed(address)
        raise NotAuthenticatedError("Send an API key as Authorization: Bearer ns_key_...")
    return key, principal


async def _principal_of(key: str, services: Services) -> Principal | None:
    """Whose key it is; None when it is not valid.

    Raises:
        NotAllowedError: it may not send events.
    """
    admission = await services.identity.validate_token(key) if looks_like_api_key(key) else None
    if admission is None:
        return None
    if not admission.principal.may(Permission.EVENTS_WRITE):
        raise NotAllowedError(f"This needs the permission {Permission.EVENTS_WRITE}.", permission="events:write")
    return admission.principal


class StarletteTransport:
    """Carries frames over an accepted WebSocket, each by a call of the framework."""

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket

    async def receive(self) -> str | bytes | None:
        """The next frame; None when the peer is gone or after `close`."""
        try:
            message = await self._websocket.receive()
        except WebSocketDisconnected:
            return None
        if message["type"] == "websocket.disconnect":
            return None
        text = message.get("text")
        return text if text is not None else bytes(message.get("bytes") or b"")

    async def send_text(self, text: str) -> None:
        """Hand a frame over; returns when the socket takes more.

        Raises:
            ConnectionError: the peer is gone.
        """
        try:
            await self._websocket.send({"type": "websocket.send", "text": text})
        except (WebSocketDisconnect, WebSocketDisconnected) as error:
            raise ConnectionResetError from error

    async def close(self, code: int, reason: str) -> None:
        """Say goodbye; nothing happens when the peer was quicker.

        Raises:
            ConnectionError: the peer is gone.
        """
        try:
            await self._websocket.close(code, reason)
        except (WebSocketDisconnect, WebSocketDisconnected) as error:
            raise ConnectionResetError from error


@dataclass(slots=True)
class _Talk:
    """One connection of a sensor. A batch is read when the one before it is answered: who is faster waits in TCP."""

    transport: StarletteTransport
    services: Services
    key: str
    source: str
    format: str
    trace_id: str

    async def run(self, principal: Principal) -> None:
        """Take batches until the sensor goes, its key is no longer valid, or it says what nobody understands.

        Raises:
            ConnectionError: the sensor is gone.
        """
        loop = asyncio.get_running_loop()
        checked = heard = loop.time()
        while True:
            # Asked here, because receiving a frame that waits already never runs into the timeout below.
            if loop.time() >= checked + _CHECK_EVERY_S:
                checked = loop.time()
                if not await self._is_still_welcome():
                    return
            try:
                async with asyncio.timeout_at(checked + _CHECK_EVERY_S):
                    frame = await self.transport.receive()
            except TimeoutError:
                if loop.time() < heard + IDLE_S:
                    continue
                await self.transport.close(_IDLE, "idle")
                return
            if frame is None:
                return
            heard = loop.time()
            try:
                batch = msgspec.json.decode(frame, type=BatchFrame)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                await self.transport.close(_BAD_FRAME, str(error)[:100])
                return
            if not await self._answer(principal, batch):
                return

    async def _is_still_welcome(self) -> bool:
        try:
            principal = await _principal_of(self.key, self.services)
            if principal is not None:
                self.services.sources.admit(principal, self.source)
                return True
        except NotAllowedError as error:
            await self.transport.close(_NOT_ALLOWED, error.code)
            return False
        await self.transport.close(_LOGGED_OUT, "not-authenticated")
        return False

    async def _answer(self, principal: Principal, batch: BatchFrame) -> bool:
        """Take a batch and say so; whether the connection goes on."""
        try:
            taken = await self._take(principal, batch)
        except NotAllowedError as error:
            await self._say({"type": "error", "id": batch.id, "problem": problem(error, self.trace_id)})
            await self.transport.close(_NOT_ALLOWED, error.code)
            return False
        except NetSentinelError as error:
            await self._say({"type": "error", "id": batch.id, "problem": problem(error, self.trace_id)})
            return True
        self.services.processor.wake()
        await self._say(TakenFrame(batch.id, taken.records, taken.duplicate, taken.position))
        return True

    async def _take(self, principal: Principal, batch: BatchFrame) -> Accepted:
        body, position = batch.body.encode(), StreamPosition.parse(batch.position)
        while True:
            name = self.services.sources.admit(principal, self.source)
            try:
                return await self.services.intake.accept(
                    principal.tenant, name, self.format, body, "application/x-ndjson", "", position
                )
            except UnavailableError as error:
                seconds = error.extra.get("retry_after")
                held = seconds if isinstance(seconds, int) and seconds > 0 else _HOLD_S
                await self._say(WaitFrame(batch.id, held * 1_000))
                await asyncio.sleep(held)

    async def _say(self, frame: object) -> None:
        await self.transport.send_text(msgspec.json.encode(frame).decode())
