"""A receiver of webhooks on a free loopback port, which answers as told and remembers what came."""

import json
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from standardwebhooks import Webhook, WebhookVerificationError


@dataclass(frozen=True)
class Received:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float
    came: float = field(default_factory=time.time)
    """By the wall clock."""

    @property
    def event(self) -> dict[str, Any]:
        return json.loads(self.body)

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def verified(self, secret: str) -> dict[str, Any]:
        """The message, after the reference implementation of Standard Webhooks found the signature good.

        It is compared with the one that the reference makes, because its `verify` only takes messages of the last five
        minutes, and tests that kill for half an hour look at them when they end.
        """
        signed_at = datetime.fromtimestamp(int(self.headers["webhook-timestamp"]), UTC)
        expected = Webhook(secret).sign(self.id, signed_at, self.body.decode())
        if expected not in self.headers["webhook-signature"].split(" ") or abs(signed_at.timestamp() - self.came) > 300:
            raise WebhookVerificationError(self.id)
        return self.event


@dataclass
class Reply:
    """How to answer."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"ok"
    raw: bytes = b""
    """Sent as it is, instead of HTTP."""
    hangs: bool = False
    """Never answer, until the receiver ends."""
    drips_s: float = 0.0
    """Seconds between the bytes of the body."""


class Receiver:
    """The receiver while it runs; `reply` may be a function of the request."""

    def __init__(self, reply: Reply | Callable[[Received], Reply] | None = None) -> None:
        self.reply = reply or Reply()
        self.received: list[Received] = []
        self._ended = threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                receiver.take(self)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, request: object, client_address: object) -> None:
                """A client that went away is no news."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = int(self._server.server_address[1])
        self.url = f"http://127.0.0.1:{self.port}/hook"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def take(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        if len(body) < int(handler.headers["Content-Length"]):
            return  # whoever sent it was killed meanwhile: no message came
        headers = {name.lower(): value for name, value in handler.headers.items()}
        request = Received(handler.path, headers, body, time.monotonic())
        self.received.append(request)
        reply = self.reply(request) if callable(self.reply) else self.reply
        handler.close_connection = True
        if reply.hangs:
            self._ended.wait()
            return
        if reply.raw:
            handler.wfile.write(reply.raw)
            return
        handler.send_response(reply.status)
        for name, value in {"Content-Type": "text/plain", "Connection": "close", **reply.headers}.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(reply.body)))
        handler.end_headers()
        for byte in reply.body if reply.drips_s else ():
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()
            if self._ended.wait(reply.drips_s):
                return
        if not reply.drips_s:
            handler.wfile.write(reply.body)

    def events(self) -> list[str]:
        """The kinds of what came, in order."""
        return [one.event["type"] for one in list(self.received)]


def free_socket() -> socket.socket:
    """A socket that listens and counts for itself: nobody should connect to it."""
    return socket.create_server(("127.0.0.1", 0))
