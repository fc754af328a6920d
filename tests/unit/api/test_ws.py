"""The bridge to the web framework: who gets a WebSocket, and how frames cross."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI

from netsentinel.api import ws
from netsentinel.api.line import LINE, Line
from netsentinel.kernel.errors import NetSentinelError, ThrottledError, UnavailableError
from netsentinel.kernel.settings import Settings
from netsentinel.streamer import SUBPROTOCOL, Visitor
from netsentinel.streamer.testing import FakeAdmission, admission

pytestmark = pytest.mark.anyio

HOST = "127.0.0.1:8740"
OWN = f"http://{HOST}"


class FakeHub:
    """Takes whoever comes, and says one word."""

    def __init__(self) -> None:
        self.refusal: NetSentinelError | None = None
        self.is_full = False
        self.failures: list[str] = []
        self.visitors: list[Visitor] = []
        self.known: list[bool] = []

    def check_place(self) -> None:
        if self.is_full:
            raise UnavailableError("Full.", retry_after=7)

    def admit(self, address: str, *, is_known: bool = False) -> None:
        self.known.append(is_known)
        if self.refusal is not None:
            raise self.refusal

    def failed(self, address: str) -> None:
        self.failures.append(address)

    async def serve(self, transport: Line, visitor: Visitor) -> None:
        assert isinstance(transport, Line)
        self.visitors.append(visitor)


class FakeIdentity:
    """Knows one session and one key."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def validate_token(self, token: str) -> FakeAdmission | None:
        self.asked.append(token)
        return {"session": admission("usr_ada"), "ns_key_good": admission("key_1")}.get(token)


class Handshake:
    """One attempt to open the WebSocket of an app, without a socket."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.hub = FakeHub()
        self.identity = FakeIdentity()
        self._app = FastAPI()
        self._app.state.services = SimpleNamespace(
            hub=self.hub, identity=self.identity, settings=settings or Settings(_env_file=None)
        )
        self._app.include_router(ws.router)

    async def dial(
        self,
        *,
        protocols: tuple[str, ...] = (SUBPROTOCOL,),
        scheme: str = "ws",
        client: tuple[str, int] | None = ("192.0.2.1", 5),
        **headers: str,
    ) -> list[dict[str, Any]]:
        """What the server sent."""
        sent: list[dict[str, Any]] = []
        taken_over: list[Callable[[], Coroutine[Any, Any, None]]] = []
        incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        incoming.put_nowait({"type": "websocket.connect"})

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)
            if message["type"] == "websocket.close":
                incoming.put_nowait({"type": "websocket.disconnect", "code": 1000})

        scope = {
            "type": "websocket",
            "scheme": scheme,
            "path": "/ws",
            "raw_path": b"/ws",
            "query_string": b"",
            "root_path": "",
            "headers": [(name.encode(), value.encode()) for name, value in {"host": HOST, **headers}.items()],
            "client": client,
            "server": ("127.0.0.1", 8740),
            "subprotocols": list(protocols),
            "extensions": {
                "websocket.http.response": {},
                LINE: {"socket": SimpleNamespace(serve_by=taken_over.append)},
            },
            "state": {},
        }
        await self._app(scope, incoming.get, send)
        for work in taken_over:
            await work()
        return sent


def status(sent: list[dict[str, Any]]) -> int:
    assert sent[0]["type"] == "websocket.http.response.start"
    return sent[0]["status"]


def problem(sent: list[dict[str, Any]]) -> dict[str, Any]:
    return json.loads(b"".join(message["body"] for message in sent[1:]))


async def test_a_cookie_from_our_own_page_opens_it() -> None:
    door = Handshake()
    (accepted,) = await door.dial(cookie="ns_session=session", origin=OWN)
    assert (accepted["type"], accepted["subprotocol"]) == ("websocket.accept", SUBPROTOCOL)
    (visitor,) = door.hub.visitors
    assert visitor.address == "192.0.2.1"
    assert visitor.admission is not None
    assert visitor.admission.principal.id == "usr_ada"
    assert door.hub.known == [True]


async def test_without_a_cookie_the_hub_asks_for_a_ticket() -> None:
    door = Handshake()
    assert (await door.dial())[0]["type"] == "websocket.accept"
    assert door.hub.visitors == [Visitor("192.0.2.1", None)]
    assert door.hub.known == [False]


async def test_an_expired_cookie_is_the_hubs_to_refuse() -> None:
    door = Handshake()
    await door.dial(cookie="ns_session=expired", origin=OWN)
    assert door.hub.visitors == [Visitor("192.0.2.1", None)], "browsers see a close code, but never a status"


async def test_a_programs_key_in_the_header_opens_it_and_the_cookie_is_ignored() -> None:
    door = Handshake()
    await door.dial(authorization="Bearer ns_key_good", cookie="ns_session=session")
    await door.dial(authorization="Bearer ns_key_bad", cookie="ns_session=session")
    good, bad = door.hub.visitors
    assert good.admission is not None
    assert good.admission.principal.id == "key_1"
    assert bad.admission is None


@pytest.mark.parametrize("protocols", [(), ("chat",), ("netsentinel.v2.json",)])
async def test_another_protocol_is_refused(protocols: tuple[str, ...]) -> None:
    door = Handshake()
    sent = await door.dial(protocols=protocols)
    assert status(sent) == 400
    assert SUBPROTOCOL in problem(sent)["detail"]
    assert door.hub.failures == ["192.0.2.1"]
    assert door.hub.visitors == []


async def test_ours_is_taken_from_several() -> None:
    accepted, *_ = await Handshake().dial(protocols=("chat", SUBPROTOCOL))
    assert accepted["subprotocol"] == SUBPROTOCOL


PUBLIC = Settings(
    public_url="https://soc.example.org", allowed_origins=("https://wall.example.org:8443",), _env_file=None
)


@pytest.mark.parametrize(
    ("settings", "cookie", "scheme", "origin", "allowed"),
    [
        (None, "ns_session", "ws", OWN, True),
        (None, "ns_session", "ws", "HTTP://127.0.0.1:8740", True),
        (None, "ns_session", "ws", "http://127.0.0.1:5173", False),
        (None, "ns_session", "ws", "https://127.0.0.1:8740", False),
        (None, "ns_session", "ws", "http://127.0.0.1:8740.evil.example", False),
        (None, "ns_session", "ws", "https://evil.example", False),
        (None, "ns_session", "ws", "null", False),
        (None, "ns_session", "ws", "", False),
        (None, "ns_session", "ws", "http://[", False),
        (None, "ns_session", "ws", None, False),
        (PUBLIC, "__Host-ns_session", "ws", "https://soc.example.org", True),
        (PUBLIC, "__Host-ns_session", "ws", "https://soc.example.org:443", True),
        (PUBLIC, "__Host-ns_session", "ws", "http://soc.example.org", False),
        (PUBLIC, "__Host-ns_session", "ws", "https://wall.example.org:8443", True),
        (PUBLIC, "__Host-ns_session", "ws", "https://wall.example.org", False),
        (PUBLIC, "__Host-ns_session", "wss", f"https://{HOST}", False),
    ],
)
async def test_which_pages_may_use_the_cookie(
    settings: Settings | None, cookie: str, scheme: str, origin: str | None, allowed: bool
) -> None:
    door = Handshake(settings)
    headers = {} if origin is None else {"origin": origin}
    sent = await door.dial(cookie=f"{cookie}=session", scheme=scheme, **headers)
    assert (sent[0]["type"] == "websocket.accept") is allowed
    if not allowed:
        assert status(sent) == 403
        assert problem(sent)["code"] == "foreign-origin"
        assert door.hub.failures == ["192.0.2.1"]


async def test_programs_have_no_origin_and_need_none() -> None:
    door = Handshake()
    assert (await door.dial(origin="https://evil.example"))[0]["type"] == "websocket.accept"
    assert door.hub.visitors[0].admission is None, "without our cookie a foreign page is a stranger"


@pytest.mark.parametrize(
    ("refusal", "code"),
    [(ThrottledError("Wait.", retry_after=7), 429), (UnavailableError("Full.", retry_after=7), 503)],
)
async def test_a_refusal_says_when_to_come_back(refusal: NetSentinelError, code: int) -> None:
    door = Handshake()
    door.hub.refusal = refusal
    sent = await door.dial()
    assert status(sent) == code
    headers = {name.lower(): value for name, value in sent[0]["headers"]}
    assert headers[b"retry-after"] == b"7"
    assert headers[b"content-type"] == b"application/problem+json"
    assert door.hub.failures == [], "being turned away is no failed attempt"


async def test_nobody_is_looked_up_for_what_is_refused_in_any_case() -> None:
    door = Handshake()
    assert status(await door.dial(cookie="ns_session=session", origin=OWN, protocols=("chat",))) == 400
    assert status(await door.dial(cookie="ns_session=session", origin="https://evil.example")) == 403
    door.hub.is_full = True
    assert status(await door.dial(cookie="ns_session=session", origin=OWN)) == 503
    assert door.identity.asked == [], "asking would count as a use of the session"


async def test_a_peer_without_an_address() -> None:
    door = Handshake()
    await door.dial(client=None)
    assert door.hub.visitors[0].address == ""
