"""The TypeScript client in a real Chromium: its own tests, the lying server, and a network that blocks WebSockets."""

import asyncio
import re
import subprocess
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.async_api import Browser, Page, async_playwright
from playwright.async_api import TimeoutError as PlaywrightTimeoutError

from tests.conformance import check
from tests.e2e.browser import ARGUMENTS
from tests.live_server import LiveServer
from tests.programs import require_program
from tests.typescript import CLIENT, require_client

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.anyio]

TYPES: Final = {".html": "text/html", ".js": "text/javascript"}
WITHIN_S: Final = 100
SEVERAL: Final = 4
"""Scenarios at once: they wait for most of their time."""
DRIVE: Final = """async requests => {
  const { drive } = await import("/client/conformance/drive.js");
  const { StoragePositions } = await import("/client/dist/index.js");
  globalThis.lines = [];
  const say = line => globalThis.lines.push(line);
  await drive({ url: "/", requests, positions: new StoragePositions(localStorage), say });
}"""
FOLLOW: Final = """async key => {
  const { Client } = await import("/client/dist/index.js");
  globalThis.client = new Client("/", { key, pollEveryMs: 100, probeEveryMs: 1_000 });
  globalThis.seen = [];
  const follow = async () => {
    for await (const event of client.subscribe("tasks", { from: 0 })) seen.push([event.seq, event.name]);
  };
  void follow();
}"""


@asynccontextmanager
async def page_of(browser: Browser, url: str) -> AsyncGenerator[Page]:
    """A page with the client's files beside it, on which nothing has run yet."""
    page = await browser.new_page()
    page.set_default_timeout(WITHIN_S * 1_000)
    await page.goto(f"{url}/client/test/browser/page.html")
    try:
        yield page
    finally:
        await page.close()


@asynccontextmanager
async def chromium() -> AsyncGenerator[Browser]:
    executable = str(require_program("chromium"))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()


@pytest.fixture
def own_tests() -> list[str]:
    """The client's own tests that need nothing of Node, compiled; as addresses."""
    folder = require_client()
    subprocess.run(["npx", "tsc", "-p", "tsconfig.test.json"], cwd=folder, check=True)
    names = [path.name for path in sorted((folder / "build" / "test").glob("*.test.js"))]
    return [f"/client/build/test/{name}" for name in names if name != "node.test.js"]


async def test_its_own_tests_pass_in_chromium(own_tests: list[str]) -> None:
    assert len(own_tests) >= 5
    async with Way().serve() as url, chromium() as browser, page_of(browser, url) as page:
        results: list[list[Any]] = await page.evaluate(
            """async paths => {
              for (const path of paths) await import(path);
              return (await import("/client/test/browser/test.js")).results();
            }""",
            own_tests,
        )
    assert len(results) >= 40
    assert [result for result in results if result[1] is not None] == []


async def test_it_keeps_its_promises_in_chromium() -> None:
    require_client()
    found: dict[str, list[str]] = {}
    async with chromium() as browser:

        async def drive(url: str, within_s: float) -> tuple[list[dict[str, Any]], list[str]]:
            async with Way(int(url.rpartition(":")[2])).serve() as way, page_of(browser, way) as page:
                try:
                    async with asyncio.timeout(within_s):
                        await page.evaluate(DRIVE, check.REQUESTS)
                except (TimeoutError, PlaywrightTimeoutError):
                    return await page.evaluate("lines"), [f"it did not end within {within_s:g} s"]
                return await page.evaluate("lines"), []

        several = asyncio.Semaphore(SEVERAL)

        async def hold(name: str) -> None:
            async with several:
                found[name] = await check.faults(check.SCENARIOS[name], drive, within_s=WITHIN_S)

        await asyncio.gather(*map(hold, check.SCENARIOS))
    assert found.keys() == check.SCENARIOS.keys()
    assert {name: faults for name, faults in found.items() if faults} == {}


class Way:
    """A proxy on the way to a server: it adds the client's files, and while `blocks` it lets no WebSocket through."""

    def __init__(self, port: int = 0, *, blocks: bool = False) -> None:
        self.blocks = blocks
        self.refused = 0
        self._port = port

    @asynccontextmanager
    async def serve(self) -> AsyncGenerator[str]:
        """Its address."""
        server = await asyncio.start_server(self._pass_on, "127.0.0.1", 0)
        try:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        finally:
            server.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            path = head.split(b" ", 2)[1].decode()
            if path.startswith("/client/"):
                await _answer(writer, "200 OK", *_file(path.removeprefix("/client/")))
            elif self.blocks and b"upgrade: websocket" in head.lower():
                self.refused += 1
                await _answer(writer, "403 Forbidden")
            else:
                from_server, to_server = await asyncio.open_connection("127.0.0.1", self._port)
                to_server.write(_once(head))
                await asyncio.gather(_copy(reader, to_server), _copy(from_server, writer))
        except (OSError, asyncio.IncompleteReadError):
            pass  # one of the two has gone
        finally:
            writer.close()


def _once(head: bytes) -> bytes:
    """The request, as the only one of its connection: so every request is looked at."""
    if b"upgrade: websocket" in head.lower():
        return head
    return re.sub(rb"(?i)\r\nconnection:[^\r]*", b"\r\nConnection: close", head)


def _file(path: str) -> tuple[bytes, str]:
    """A file of the client: its content and its type."""
    file = CLIENT / path
    return file.read_bytes(), TYPES[file.suffix]


async def _answer(writer: asyncio.StreamWriter, status: str, body: bytes = b"", kind: str = "text/plain") -> None:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    writer.write(head.encode() + body)
    await writer.drain()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()


async def test_where_websockets_are_blocked_it_reads_over_http_and_goes_back(tmp_path: Path) -> None:
    require_client()
    with LiveServer(tmp_path) as server, server.client() as http:
        proxy = Way(server.port, blocks=True)
        async with proxy.serve() as url, chromium() as browser, page_of(browser, url) as page:
            await page.evaluate(FOLLOW, server.key)
            _submit(http)
            await page.wait_for_function("client.state === 'polling' && seen.length > 0")
            assert proxy.refused >= 2
            await _agree(page, http, "polling")

            await page.evaluate("client.request('history.trim', {}, { mode: 'async' })")
            await _agree(page, http, "polling")

            proxy.blocks = False
            await page.wait_for_function("client.state === 'live'")
            await page.evaluate("client.request('history.trim', {}, { mode: 'async' })")
            await _agree(page, http, "live")


async def _agree(page: Page, http: Any, state: str) -> None:
    """Wait until the page has seen every entry of the journal, once and in order; it is in this state all the time."""
    deadline = time.monotonic() + WITHIN_S
    while True:
        items = http.get("/api/v2/entries?topic=tasks&limit=1000").json()["items"]
        seen: list[list[Any]] = await page.evaluate("seen")
        assert await page.evaluate("client.state") == state
        if seen and seen == [[item["seq"], item["name"]] for item in items]:
            return
        assert time.monotonic() < deadline, (seen, items)
        await asyncio.sleep(0.1)


def _submit(http: Any) -> None:
    answer = http.post("/api/v2/tasks", json={"action": "history.trim"})
    assert answer.status_code == 201, answer.text
