"""Sensors that stay connected: who is let in, and what is answered to each batch."""

import asyncio
import json
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI, WebSocket

from netsentinel.api import sensor
from netsentinel.api.sensor import SENSOR_PROTOCOL, StarletteTransport
from netsentinel.events.formats import FORMATS
from netsentinel.events.service import IntakeService, Limits
from netsentinel.events.testing import MemoryInbox
from netsentinel.identity.tokens import new_api_key
from netsentinel.kernel.clock import SystemClock
from netsentinel.kernel.errors import NotAllowedError, ThrottledError, UnavailableError
from netsentinel.kernel.settings import Settings
from netsentinel.kernel.types import Permission, Principal
from netsentinel.storage.testing import MemoryDatabase
from netsentinel.streamer.testing import FakeAdmission, admission

pytestmark = pytest.mark.anyio

GOOD, READER = new_api_key(), new_api_key()
LINES = '{"event_type":"dns"}\n{"event_type":"tls"}'


class Site:
    """The real intake over fakes, behind the real route."""

    def __init__(self) -> None:
        self.inbox = MemoryInbox()
        self.limits = Limits(max_backlog=2)
        self.keys: dict[str, FakeAdmission] = {
            GOOD: admission("key_1"),
            READER: admission("key_2", permissions=frozenset({Permission.EVENTS_READ})),
        }
        self.closed_source = ""
        self.woken = self.failures = 0
        self.is_throttled = self.is_full = False
        self.asked: list[str] = []
        intake = IntakeService(MemoryDatabase(), self.inbox, SystemClock(), limits=self.limits, formats=FORMATS)
        self._app = FastAPI()
        self._app.state.services = SimpleNamespace(
            hub=SimpleNamespace(check_place=self._check_place, admit=self._admit_address, failed=self._fail),
            identity=SimpleNamespace(validate_token=self._validate),
            sources=SimpleNamespace(admit=self._admit),
            processor=SimpleNamespace(wake=self._wake),
            intake=intake,
            settings=Settings(_env_file=None),
        )
        self._app.state.sensors = sensor.SensorPlaces()
        self._app.include_router(sensor.router)

    def _check_place(self) -> None:
        if self.is_full:
            raise UnavailableError("Full.", retry_after=7)

    def _admit_address(self, _: str, *, is_known: bool) -> None:
        if self.is_throttled and not is_known:
            raise ThrottledError("Too many failed attempts.", retry_after=7)

    def _fail(self, _: str) -> None:
        self.failures += 1

    def _wake(self) -> None:
        self.woken += 1

    async def _validate(self, key: str) -> FakeAdmission | None:
        self.asked.append(key)
        return self.keys.get(key)

    def _admit(self, principal: Principal, source: str) -> str:
        if source == self.closed_source:
            raise NotAllowedError(f"The source {source} is disabled; nothing was taken.", source=source)
        return source or principal.source or "http"

    async def dial(
        self, *frames: object, key: str = GOOD, protocol: str = SENSOR_PROTOCOL, stays: bool = False
    ) -> list[dict[str, Any]]:
        """What the server sends to a sensor that sends these frames and then goes, or stays and says nothing more."""
        sent: list[dict[str, Any]] = []
        incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        incoming.put_nowait({"type": "websocket.connect"})
        for frame in frames:
            text = frame if isinstance(frame, str) else json.dumps(frame)
            incoming.put_nowait({"type": "websocket.receive", "text": text})
        if not stays:
            incoming.put_nowait({"type": "websocket.disconnect", "code": 1000})

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        scope = {
            "type": "websocket",
            "scheme": "ws",
            "path": "/ws/sensor",
            "raw_path": b"/ws/sensor",
            "query_string": b"source=probe&format=suricata",
            "root_path": "",
            "headers": [(b"host", b"127.0.0.1:8740"), (b"authorization", f"Bearer {key}".encode())],
            "client": ("192.0.2.1", 5),
            "server": ("127.0.0.1", 8740),
            "subprotocols": [protocol],
            "extensions": {"websocket.http.response": {}},
            "state": {},
        }
        await self._app(scope, incoming.get, send)
        return sent


def batch(name: str, body: str = LINES, **more: str) -> dict[str, str]:
    return {"type": "batch", "id": name, "body": body, **more}


def frames(sent: list[dict[str, Any]]) -> list[dict[str, Any]]:
    assert sent[0]["type"] == "websocket.accept"
    assert sent[0]["subprotocol"] == SENSOR_PROTOCOL
    return [json.loads(message["text"]) for message in sent[1:] if message["type"] == "websocket.send"]


async def test_each_batch_is_answered_when_it_is_in_the_inbox() -> None:
    site = Site()
    first, second = frames(await site.dial(batch("a"), batch("b", LINES + "\n")))
    assert first == {"type": "taken", "id": "a", "records": 2, "duplicate": False, "position": 0}
    assert (second["id"], second["records"]) == ("b", 2)
    assert site.woken == 2


async def test_a_repeated_batch_of_a_stream_is_stored_once() -> None:
    site = Site()
    one = batch("a", position="file-1:0-41")
    first, again = frames(await site.dial(one, one))
    assert (first["duplicate"], again["duplicate"]) == (False, True)
    assert again["position"] == 41
    assert site.woken == 2


async def test_what_cannot_be_taken_is_said_and_the_connection_goes_on() -> None:
    empty, bad, fine = frames(await Site().dial(batch("a", ""), batch("b", position="what"), batch("c")))
    assert (empty["type"], empty["id"], empty["problem"]["status"]) == ("error", "a", 400)
    assert (bad["type"], bad["problem"]["code"]) == ("error", "invalid-input")
    assert fine["type"] == "taken"


@pytest.mark.parametrize("frame", ["{", "[]", '{"type":"other","id":"a","body":"x"}', '{"type":"batch","id":"a"}'])
async def test_a_frame_that_nobody_understands_ends_it(frame: str) -> None:
    sent = await Site().dial(frame, batch("never"))
    assert frames(sent) == []
    assert sent[-1]["code"] == 4400


async def test_a_busy_server_holds_the_batch_and_takes_it_later(monkeypatch: pytest.MonkeyPatch) -> None:
    site, real = Site(), asyncio.sleep
    full = [batch(str(number)) for number in range(3)]

    async def make_room(seconds: float) -> None:
        site.inbox.batches.clear()
        await real(0)
        assert seconds > 0

    monkeypatch.setattr(sensor.asyncio, "sleep", make_room)
    told = frames(await site.dial(*full))
    assert [frame["type"] for frame in told] == ["taken", "taken", "wait", "taken"]
    assert told[2]["id"] == told[3]["id"] == "2"
    assert told[2]["retry_after_ms"] > 0


@pytest.mark.parametrize(
    ("key", "protocol", "status", "failures"),
    [
        (new_api_key(), SENSOR_PROTOCOL, 401, 1),
        ("", SENSOR_PROTOCOL, 401, 1),
        (READER, SENSOR_PROTOCOL, 403, 0),
        (GOOD, "netsentinel.v1.json", 400, 1),
    ],
    ids=["unknown", "none", "reader", "protocol"],
)
async def test_who_may_not_send_gets_no_connection(key: str, protocol: str, status: int, failures: int) -> None:
    site = Site()
    sent = await site.dial(batch("a"), key=key, protocol=protocol)
    assert sent[0]["type"] == "websocket.http.response.start"
    assert sent[0]["status"] == status
    assert site.failures == failures
    assert site.woken == 0


async def test_a_valid_key_is_let_in_whatever_others_of_its_address_did() -> None:
    site = Site()
    site.is_throttled = True
    assert (await site.dial(batch("a"), key=new_api_key()))[0]["status"] == 429
    assert (await site.dial(batch("a")))[0]["type"] == "websocket.accept"


async def test_no_key_is_looked_up_when_there_is_no_place() -> None:
    site = Site()
    site.is_full = True
    assert (await site.dial(batch("a")))[0]["status"] == 503
    assert site.asked == []


async def test_a_disabled_source_takes_nothing() -> None:
    site = Site()
    site.closed_source = "probe"
    assert (await site.dial(batch("a")))[0]["status"] == 403
    assert site.woken == 0


async def test_a_key_that_was_revoked_sends_nothing_more_however_many_frames_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sensor, "_CHECK_EVERY_S", 0.0)
    site = Site()
    seen: list[str] = []

    async def validate(key: str) -> FakeAdmission | None:
        seen.append(key)
        return site.keys.get(key) if len(seen) < 4 else None

    site._app.state.services.identity.validate_token = validate
    told = frames(await site.dial(*(batch(str(number)) for number in range(20))))
    assert 1 <= len(told) <= 4


async def test_one_key_cannot_take_the_places_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sensor, "MOST_PER_KEY", 1)
    site = Site()
    staying = asyncio.create_task(site.dial(batch("a"), stays=True))
    while not site.woken:
        await asyncio.sleep(0)
    assert (await site.dial(batch("b")))[0]["status"] == 503
    staying.cancel()
    await asyncio.gather(staying, return_exceptions=True)
    assert frames(await site.dial(batch("c")))[0]["type"] == "taken"


async def test_there_is_a_most_of_sensors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sensor, "MOST_SENSORS", 0)
    assert (await Site().dial(batch("a")))[0]["status"] == 503


async def test_a_sensor_that_says_nothing_for_long_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sensor, "_CHECK_EVERY_S", 0.01)
    monkeypatch.setattr(sensor, "IDLE_S", 0.05)
    sent = await Site().dial(batch("a"), stays=True)
    assert len(frames(sent)) == 1
    assert sent[-1]["code"] == 4408


def accepted_socket(
    incoming: list[dict[str, Any]], failure: Exception | None = None
) -> tuple[StarletteTransport, list[dict[str, Any]]]:
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return incoming.pop(0)

    async def send(message: dict[str, Any]) -> None:
        if failure is not None and message["type"] != "websocket.accept":
            raise failure
        sent.append(message)

    socket = WebSocket({"type": "websocket", "headers": [], "path": "/ws"}, receive, send)
    return StarletteTransport(socket), sent


async def opened(transport: StarletteTransport) -> None:
    await transport._websocket.accept()


async def test_text_binary_and_the_end() -> None:
    transport, _ = accepted_socket(
        [
            {"type": "websocket.connect"},
            {"type": "websocket.receive", "text": "x"},
            {"type": "websocket.receive", "bytes": b"\x00"},
            {"type": "websocket.receive", "text": ""},
            {"type": "websocket.disconnect", "code": 1001},
        ]
    )
    await opened(transport)
    assert [await transport.receive() for _ in range(5)] == ["x", b"\x00", "", None, None]


async def test_a_peer_that_is_gone_is_a_connection_error() -> None:
    transport, _ = accepted_socket([{"type": "websocket.connect"}], OSError("gone"))
    await opened(transport)
    for _ in range(2):  # when it is noticed, and afterwards
        with pytest.raises(ConnectionError):
            await transport.send_text("x")
    with pytest.raises(ConnectionError):
        await transport.close(4503, "draining")


async def test_frames_and_the_close_are_passed_on() -> None:
    transport, sent = accepted_socket([{"type": "websocket.connect"}])
    await opened(transport)
    await transport.send_text("x")
    await transport.close(4503, "retry_after_ms=5")
    assert sent[1:] == [
        {"type": "websocket.send", "text": "x"},
        {"type": "websocket.close", "code": 4503, "reason": "retry_after_ms=5"},
    ]
