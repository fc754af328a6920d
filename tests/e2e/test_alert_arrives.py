"""The promise of the product, as a person meets it: log in, watch an alert arrive, understand it, and miss nothing."""

import time
from collections.abc import Iterator
from itertools import pairwise

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from netsentinel.demo import StoryLine, story
from tests.e2e.browser import TEST_S, faults, require_dashboard, visit, visit_again
from tests.e2e.sending import send
from tests.live_server import PASSWORD, LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(TEST_S)]


@pytest.fixture(scope="module", autouse=True)
def _dashboard() -> None:
    require_dashboard()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with LiveServer(tmp_path_factory.mktemp("e2e"), ws_heartbeat_seconds="5") as running:
        yield running


@pytest.fixture(scope="module")
def chapters() -> list[list[StoryLine]]:
    """The story in three parts."""
    lines = list(story(time.time_ns() // 1_000 - 1_800_000_000))
    cuts = [0, len(lines) // 3, 2 * len(lines) // 3, len(lines)]
    return [lines[start:end] for start, end in pairwise(cuts)]


def titles(client: httpx2.Client) -> set[str]:
    return {item["title"] for item in client.get("/api/v2/alerts?limit=200").json()["items"]}


def test_a_wrong_password_is_said_and_a_right_one_gets_in(
    browser: Browser, server: LiveServer, context: BrowserContext
) -> None:
    fresh = visit(browser, server)
    page = fresh.new_page()
    page.goto("/alerts")
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password", exact=True).fill("not the password at all")
    page.get_by_role("button", name="Log in", exact=True).click()
    expect(page.get_by_role("alert").first).to_be_visible()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.wait_for_url("**/alerts**")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    fresh.close()


def test_alerts_arrive_survive_a_cut_and_a_restart(
    context: BrowserContext, server: LiveServer, chapters: list[list[StoryLine]]
) -> None:
    page = context.new_page()
    page.set_viewport_size({"width": 1440, "height": 4_000})  # the table keeps only rows in sight
    loads: list[str] = []
    page.on("framenavigated", lambda frame: loads.append(frame.url))
    page.goto("/alerts")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    navigations = len(loads)

    send(server, chapters[0] + chapters[1])
    with server.client() as client:
        first = titles(client)
        assert first
        _all_shown(page, client)
    assert len(loads) == navigations, "the page was reloaded"

    _understand_one(page, first)

    context.set_offline(True)
    send(server, chapters[2])
    server.kill()
    server.start()
    with server.client() as client:
        assert titles(client) - first, "the last part of the story raises something new"
        context.set_offline(False)
        _all_shown(page, client)
    page.close()


def _all_shown(page: Page, client: httpx2.Client) -> None:
    """Every alert the server has is on the screen, without a reload."""
    for title in titles(client):
        row = page.get_by_role("row").filter(has_text=title).first
        expect(row).to_be_attached()


def _understand_one(page: Page, known: set[str]) -> None:
    """Open an alert and find out why it fired."""
    title = min(known)
    page.get_by_role("link", name=title).first.click()
    page.wait_for_url("**/alerts/alr_**")
    expect(page.get_by_role("heading", name="Why did this fire")).to_be_visible()
    page.go_back()
    page.wait_for_url("**/alerts**")


def test_titles_have_the_room_of_columns_that_a_window_has_no_place_for(
    context: BrowserContext, server: LiveServer, chapters: list[list[StoryLine]]
) -> None:
    with server.client() as client:
        if len(titles(client)) < 15:
            send(server, chapters[0] + chapters[1] + chapters[2])
    page = context.new_page()
    page.set_viewport_size({"width": 800, "height": 200})  # rows out of sight are a spacer
    page.goto("/alerts")
    header = page.get_by_role("columnheader", name="Alert", exact=True)
    expect(page.locator("tbody tr[aria-hidden]")).to_be_attached()
    box = header.bounding_box()
    assert box is not None
    assert box["width"] > 250
    page.close()


def test_no_page_has_a_fault(context: BrowserContext, server: LiveServer, chapters: list[list[StoryLine]]) -> None:
    with server.client() as client:
        if not titles(client):
            send(server, chapters[0] + chapters[1])
        alert = client.get("/api/v2/alerts?limit=1").json()["items"][0]
    visitor = visit_again(context, server)
    page = visitor.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    found: dict[str, list[str]] = {}
    for path in ("/alerts", f"/alerts/{alert['id']}", "/threats", f"/threats/{alert['entity']}", "/sources"):
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.wait_for_load_state("networkidle")
        found[path] = faults(page)
    visitor.clear_cookies()
    page.goto("/login")
    expect(page.get_by_role("button", name="Log in", exact=True)).to_be_visible()
    found["/login"] = faults(page)
    visitor.close()
    assert {path: items for path, items in found.items() if items} == {}
    assert [text for text in complaints if "401" not in text] == [], "the console of the browser complains"
