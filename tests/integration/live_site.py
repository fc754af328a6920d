"""The live part of a server on a real socket: journal, identity, hub and `/ws`, and nothing else."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Generator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from netsentinel import identity
from netsentinel.api.line import LiveSocketProtocol
from netsentinel.api.live_app import live_app
from netsentinel.api.server import bind
from netsentinel.identity import IdentityLimits, IdentityService
from netsentinel.identity.store_sql import SqlIdentity
from netsentinel.identity.testing import PlainHashing
from netsentinel.kernel.clock import SystemClock
from netsentinel.kernel.entries import EntryRegistry, NewEntry
from netsentinel.kernel.settings import Settings
from netsentinel.kernel.types import DEFAULT_TENANT, Role, TenantId, system_principal
from netsentinel.storage import Journal, JournalWriter, SqliteDatabase
from netsentinel.streamer import SUBPROTOCOL, Hub, HubLimits
from netsentinel.streamer.testing import LIVE_KINDS, MemoryQueue, Told, faults_of

PASSWORD = "a long enough passphrase for tests"  # a made-up one


class Server(uvicorn.Server):
    """Uvicorn that leaves signals alone."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


class Reader:
    """A client over a real socket that holds every frame against the published schema."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.frames: list[dict[str, Any]] = []

    async def say(self, kind: str, **fields: Any) -> None:
        await self.socket.send(json.dumps({"type": kind, **{name.rstrip("_"): v for name, v in fields.items()}}))

    async def next(self, timeout: float = 5) -> dict[str, Any]:
        frame = json.loads(await asyncio.wait_for(self.socket.recv(), timeout))
        assert faults_of(frame) == []
        self.frames.append(frame)
        return frame

    async def until(self, kind: str, timeout: float = 5) -> dict[str, Any]:
        """The next frame of a type; what comes before is in `frames`."""
        while (frame := await self.next(timeout))["type"] != kind:
            continue
        return frame

    async def until_closed(self, timeout: float = 5) -> tuple[int, str]:
        """Read to the end; its code and reason."""
        with pytest.raises(ConnectionClosed) as caught:
            await asyncio.wait_for(self.until("nothing of the kind"), timeout)
        assert caught.value.rcvd is not None, "the socket broke without a close"
        return caught.value.rcvd.code, caught.value.rcvd.reason


class Site:
    """A running server and what it stands on."""

    def __init__(self, database: SqliteDatabase, registry: EntryRegistry, key: bytes, limits: HubLimits) -> None:
        self.database = database
        self.clock = SystemClock()
        self.identity = IdentityService(
            database, SqlIdentity(), self.clock, IdentityLimits.of(Settings()), PlainHashing()
        )
        self.journal = Journal(database, registry, key)
        self.hub = Hub(self.journal, registry, self.clock, self.identity, MemoryQueue(), limits)
        self.hub.listen(("session.closed", "user.disabled", "key.revoked"), self.hub.on_revocation)
        self.sock = bind("127.0.0.1", 0)
        self.host = f"127.0.0.1:{self.sock.getsockname()[1]}"
        app = live_app(self.hub, self.identity, Settings())
        self.server = Server(
            uvicorn.Config(
                app,
                lifespan="off",
                ws=LiveSocketProtocol,
                ws_max_size=65 * 1024,
                ws_ping_interval=None,
                ws_per_message_deflate=False,
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=2,
            )
        )

    async def make_user(self, name: str = "ada", role: Role = Role.ADMIN) -> str:
        """A user; the user's id."""
        return (await self.identity.users.create(system_principal(), name, PASSWORD, role)).id

    async def log_in(self, name: str = "ada") -> str:
        """The token of a new session."""
        return (await self.identity.authenticate(name, PASSWORD)).token

    async def tell(self, *numbers: int, tenant: TenantId = DEFAULT_TENANT, **fields: Any) -> None:
        """Commit an alert for each number."""

        def append(tx: Any) -> None:
            for n in numbers:
                tx.append(NewEntry("test.alert", tenant, "system", f"alr_{n}", Told(n=n, **fields)))

        await self.database.write(append)

    @asynccontextmanager
    async def dial(self, token: str = "", *, origin: str | None = "own", **options: Any) -> AsyncIterator[Reader]:
        """A connection that has said nothing yet, with a session cookie when there is a token."""
        headers = {"Cookie": f"ns_session={token}"} if token else {}
        options = {"subprotocols": [SUBPROTOCOL], "compression": None, "max_size": None, **options}
        async with connect(
            f"ws://{self.host}/ws",
            origin=f"http://{self.host}" if origin == "own" else origin,
            additional_headers=headers,
            ping_interval=None,
            close_timeout=0.5,
            **options,
        ) as socket:
            yield Reader(socket)

    @asynccontextmanager
    async def client(self, token: str, **hello: Any) -> AsyncIterator[Reader]:
        """A connection that was welcomed."""
        async with self.dial(token) as reader:
            await reader.say("hello", client="test", **hello)
            assert (await reader.next())["type"] == "welcome"
            yield reader


@asynccontextmanager
async def running(folder: Path, limits: HubLimits | None = None) -> AsyncIterator[Site]:
    """A site that serves, on a database in the folder."""
    kinds = [kind for kind in LIVE_KINDS if kind.name == "alert.raised"]
    registry = EntryRegistry(identity.ENTRY_KINDS)
    registry.add(*(kind.__class__("test.alert", kind.topic, kind.live_name, Told, kind.summary) for kind in kinds))
    key = b"the audit key of the tests"
    async with SqliteDatabase(folder / "live.db", JournalWriter(registry, SystemClock(), key)) as database:
        site = Site(database, registry, key, limits or HubLimits())
        following = asyncio.create_task(site.hub.run())
        serving = asyncio.create_task(site.server.serve(sockets=[site.sock]))
        while not site.server.started or not site.hub.is_healthy:
            await asyncio.sleep(0.005)
        try:
            yield site
        finally:
            await site.hub.drain()
            site.server.should_exit = True
            await serving
            following.cancel()
            await asyncio.wait({following})
