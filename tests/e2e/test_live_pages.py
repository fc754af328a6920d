"""The dashboard over its live connection: who is connected, what was asked for, and WebSockets that are blocked."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.browser import TEST_S, WAIT_S, faults, require_dashboard, visit, visit_again
from tests.live_server import LiveServer, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.timeout(TEST_S)]

LONG = {"seconds": 60}
"""Of the action `echo`: longer than anybody looks."""
BLOCKED = """globalThis.WebSocket = class extends WebSocket {
  constructor(url, protocol) { super(`${url}-blocked`, protocol); }
};"""
"""In place of a proxy that lets no WebSocket through: the handshake is refused."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    require_dashboard()
    with LiveServer(tmp_path_factory.mktemp("live"), ws_heartbeat_seconds="5") as running:
        yield running


def echo(server: LiveServer, request_id: str) -> str:
    """Ask for something that takes its time, as a program does; the task."""
    with server.client() as client:
        new = {"action": "echo", "input": LONG, "request_id": request_id}
        return str(client.post("/api/v2/tasks", json=new).json()["task"]["id"])


def stop(server: LiveServer, task: str) -> None:
    with server.client() as client:
        client.post(f"/api/v2/tasks/{task}/cancel")


def is_live(page: Page) -> None:
    expect(page.get_by_role("status").filter(has_text="Live connection: Live")).to_be_attached()


def test_a_request_is_seen_wherever_it_was_asked_for_and_cancelled(context: BrowserContext, server: LiveServer) -> None:
    page, other = context.new_page(), context.new_page()
    page.goto("/threats")
    is_live(page)
    task = echo(server, "from-a-program")
    tray = page.get_by_role("button", name=re.compile("^Requests: "))
    expect(tray).to_have_accessible_name("Requests: 1 under way")
    tray.click()
    dialog = page.get_by_role("dialog", name="Requests")
    bar = dialog.get_by_role("progressbar", name="Progress of echo")
    expect(bar).to_be_visible()
    before = float(bar.get_attribute("value") or 0)
    wait_for(lambda: float(bar.get_attribute("value") or 0) > before, WAIT_S, every=0.2)

    other.goto("/alerts")
    expect(other.get_by_role("button", name="Requests: 1 under way")).to_be_visible()
    dialog.get_by_role("button", name="Cancel echo").click()
    expect(other.get_by_role("button", name="Requests: none under way")).to_be_visible()
    with server.client() as client:
        assert client.get(f"/api/v2/tasks/{task}").json()["task"]["state"] == "cancelled"
    other.close()
    page.close()


def test_an_export_is_asked_for_over_the_live_connection_and_saved(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/alerts")
    is_live(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
        page.get_by_role("menuitem", name=re.compile("^STIX")).click()
    assert '"type": "bundle"' in download.value.path().read_text(encoding="utf-8").replace('":"', '": "')
    page.get_by_role("button", name=re.compile("^Requests: ")).click()
    dialog = page.get_by_role("dialog", name="Requests")
    expect(dialog.get_by_role("link", name=re.compile(r"^Save .*stix"))).to_be_visible()
    page.close()


def test_a_connection_is_found_and_closed_and_comes_back_by_itself(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/connections")
    is_live(page)
    rows = page.get_by_role("row").filter(has_text="dashboard")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("alerts")
    page.get_by_role("searchbox").fill("nobody like this")
    expect(page.get_by_text("No connection matches these filters")).to_be_visible()
    page.get_by_role("button", name="Reset the filters").click()
    first = rows.get_by_role("button", name=re.compile("^Close the connection of ada"))
    name = str(first.get_attribute("aria-label"))
    first.click()
    page.get_by_role("dialog").get_by_role("button", name="Close the connection").click()
    expect(page.get_by_role("button", name=name)).to_have_count(0)
    page.get_by_role("button", name="Reconnecting").click()
    is_live(page)
    expect(rows).to_have_count(1)
    page.close()


def test_where_websockets_are_blocked_it_goes_on_over_http_by_itself(
    browser: Browser, context: BrowserContext, server: LiveServer
) -> None:
    blocked = visit(browser, server, storage_state=context.storage_state())
    blocked.add_init_script(BLOCKED)
    page = blocked.new_page()
    page.goto("/tasks")
    button = page.get_by_role("button", name="Every 2 s")
    expect(button).to_be_visible()
    task = echo(server, "while-blocked")
    row = page.get_by_role("row").filter(has=page.locator(f'a[href="/tasks/{task}"]'))
    expect(row).to_contain_text("Running")
    expect(page.get_by_role("button", name="Requests: 1 under way")).to_be_visible()
    stored = "JSON.parse(sessionStorage['netsentinel.live']).positions.tasks"
    before: int = page.evaluate(stored)
    page.reload()
    expect(button).to_be_visible()
    assert page.evaluate(stored) >= before, "the reload began anew"
    stop(server, task)
    expect(row).to_contain_text("Cancelled")
    page.close()
    blocked.close()


def test_neither_has_a_fault(context: BrowserContext, server: LiveServer) -> None:
    visitor = visit_again(context, server)
    task = echo(server, "looked at")
    page = visitor.new_page()
    found: list[str] = []
    page.goto("/connections")
    expect(page.get_by_role("row").filter(has_text="dashboard").first).to_be_visible()
    found += faults(page)
    page.get_by_role("button", name=re.compile("^Close the connection of ada")).first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    found += faults(page)
    page.get_by_role("button", name="Keep it").click()
    page.get_by_role("button", name=re.compile("^Requests: 1")).click()
    expect(page.get_by_role("progressbar", name="Progress of echo")).to_be_visible()
    found += faults(page)
    visitor.close()
    stop(server, task)
    assert found == []
