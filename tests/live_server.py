"""A real server in a process of its own, on a free loopback port, ended with the test that started it."""

import os
import signal
import socket
import ssl
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx2

from netsentinel.kernel.data_folder import LOCAL_KEY_FILE
from tests.forks import Forked, forks

START_TIMEOUT_S = 120.0
PASSWORD = "a long enough passphrase for tests"  # a made-up one
NDJSON = {"Content-Type": "application/x-ndjson"}
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For clients of a server without TLS: every one that loads the system's certificates takes 35 ms of processor time."""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


class LiveServer:
    """`netsentinel serve` (or another command that serves) on a folder; start, kill and restart it at will."""

    def __init__(self, folder: Path, *, command: tuple[str, ...] = ("serve",), **settings: str) -> None:
        self.data = folder / "data"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "server.log"
        self._command = command
        self._settings = {f"NETSENTINEL_{name.upper()}": value for name, value in settings.items()}
        self._process: Forked | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> float:
        """Start and wait for /readyz; how many seconds that took."""
        environment = {
            **os.environ,
            "NETSENTINEL_DATA_DIR": str(self.data),
            "NETSENTINEL_PORT": str(self.port),
            "NETSENTINEL_LOG_FORMAT": "json",
            **self._settings,
        }
        began = time.monotonic()
        self._process = forks.start(self._command, environment, self.log)
        with httpx2.Client(base_url=self.url, timeout=5, verify=NO_TLS) as http:
            while time.monotonic() - began < START_TIMEOUT_S and self._process.poll() is None:
                try:
                    if http.get("/readyz").status_code == 200:
                        return time.monotonic() - began
                except httpx2.TransportError:
                    time.sleep(0.03)
        self.kill()
        message = f"the server did not become ready:\n{self.output()[-4_000:]}"
        raise AssertionError(message)

    def output(self) -> str:
        """Everything it said."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def stop(self) -> int:
        """End it as an operator would; its exit code."""
        if self._process is None:
            return 0
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(START_TIMEOUT_S)
        finally:
            self.kill()

    def kill(self) -> None:
        """End it without a chance to tidy up."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    @property
    def key(self) -> str:
        """The API key of the command line on this machine."""
        return (self.data / LOCAL_KEY_FILE).read_text(encoding="ascii").strip()

    @property
    def setup_token(self) -> str:
        """The newest one-time set-up token it printed."""
        return self.output().rpartition("/setup#token=")[2].split()[0]

    def client(self) -> httpx2.Client:
        """An HTTP client with the local key."""
        return httpx2.Client(
            base_url=self.url, headers={"Authorization": f"Bearer {self.key}"}, timeout=30, verify=NO_TLS
        )

    def browser(self) -> httpx2.Client:
        """An HTTP client that behaves like the dashboard, without a session yet."""
        headers = {"Origin": self.url, "X-NetSentinel-Request": "1", "Sec-Fetch-Site": "same-origin"}
        return httpx2.Client(base_url=self.url, headers=headers, timeout=30, verify=NO_TLS)

    def make_admin(self) -> httpx2.Client:
        """Complete the set-up; the first administrator's browser, logged in."""
        browser = self.browser()
        answer = browser.post("/auth/setup", json={"token": self.setup_token, "username": "ada", "password": PASSWORD})
        assert answer.status_code == 201, answer.text
        return browser


def wait_for(check: Any, seconds: float = 10.0, *, every: float = 0.02) -> Any:
    """Ask again and again until the answer is true; the answer."""
    deadline = time.monotonic() + seconds
    while not (found := check()):
        if time.monotonic() > deadline:
            message = f"nothing after {seconds} s"
            raise AssertionError(message)
        time.sleep(every)
    return found
