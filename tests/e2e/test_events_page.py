"""Searching stored events in a real browser against a real server: look closer, filter, open, share, hunt, go back."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from netsentinel.demo import story
from tests.e2e.browser import TEST_S, WAIT_S, faults, require_dashboard, visit_again
from tests.live_server import NDJSON, LiveServer, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.timeout(TEST_S)]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server whose lake holds the story."""
    require_dashboard()
    with LiveServer(tmp_path_factory.mktemp("e2e")) as running, running.client() as client:
        lines = list(story(time.time_ns() // 1_000 - 7_200_000_000))
        for name in {line.source for line in lines}:
            body = b"\n".join(line.line for line in lines if line.source == name)
            assert client.post(f"/api/v2/events?source={name}", content=body, headers=NDJSON).status_code == 202

        def stored() -> bool:
            bars = client.get("/api/v2/events/histogram").json()["items"]
            return sum(bar["count"] for bar in bars) == len(lines)

        wait_for(stored, WAIT_S)
        yield running


def total(page: Page) -> int:
    """How many events the page says there are."""
    text = page.get_by_role("region", name="Events over time").get_by_role("status").inner_text()
    found = re.match(r"([\d,]+)\s+event", text)
    return int(found[1].replace(",", "")) if found else -1


def settled(page: Page, before: int = -1) -> int:
    """How many events the search found, once that is another number than before."""
    wait_for(lambda: total(page) not in (-1, before), WAIT_S)
    return total(page)


def test_a_search_is_narrowed_shared_and_widened_again(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/events")
    table = page.get_by_role("table", name="Events, newest first")
    expect(table).to_be_visible()
    everything = settled(page)
    assert everything > 1_000

    bars = page.get_by_role("slider", name="Events over time").bounding_box()
    assert bars is not None
    middle = bars["y"] + bars["height"] / 2
    page.mouse.move(bars["x"] + bars["width"] * 0.90, middle)
    page.mouse.down()
    page.mouse.move(bars["x"] + bars["width"] * 0.922, middle, steps=5)
    page.mouse.up()
    page.wait_for_url("**/events?from=**")
    closer = settled(page, everything)
    assert 0 < closer < everything

    page.get_by_role("button", name="Source address", exact=True).click()
    value = page.get_by_label(re.compile("^Only Source address")).first
    value.click()
    page.wait_for_url("**where=src_ip**")
    narrowed = settled(page, closer)
    assert 0 < narrowed < closer

    shared = context.new_page()
    shared.goto(page.url)
    expect(shared.get_by_role("list", name="Filters in force")).to_be_visible()
    assert settled(shared) == narrowed
    shared.close()

    page.go_back()
    assert settled(page, narrowed) == closer
    page.close()


def test_an_event_opens_by_keyboard_with_its_record_as_it_came(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/events?regex=1&q=sqlmap")
    expect(page.get_by_role("table", name="Events, newest first")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    panel = page.get_by_role("dialog")
    expect(panel).to_be_visible()
    page.get_by_role("radio", name="Record as it came").check()
    expect(panel.get_by_role("region", name="The record as JSON")).to_contain_text("sqlmap")
    address = page.url
    assert "event=evt_" in address
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    page.goto(address)
    expect(page.get_by_role("dialog")).to_be_visible()
    page.close()


def test_an_alerts_evidence_leads_to_the_events_around_it_and_back(context: BrowserContext, server: LiveServer) -> None:
    with server.client() as client:
        alert = next(item for item in client.get("/api/v2/alerts?limit=50").json()["items"] if item["src_ip"])
    page = context.new_page()
    page.goto(f"/alerts/{alert['id']}")
    page.get_by_role("link", name="Events around it").click()
    page.wait_for_url("**/events?**")
    expect(page.get_by_role("table", name="Events, newest first")).to_be_visible()
    assert settled(page) > 0
    page.get_by_role("link", name=alert["title"]).click()
    page.wait_for_url(f"**/alerts/{alert['id']}")
    page.close()


def test_a_hunt_answers_and_a_wrong_one_says_why(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/events/hunt")
    editor = page.get_by_role("textbox", name="SQL")
    editor.fill("SELECT dst_port, count(*) AS n FROM events WHERE dst_port = 22 GROUP BY 1")
    editor.press("Control+Enter")
    rows = page.get_by_role("table", name="Rows")
    expect(rows.get_by_role("link", name="22")).to_be_visible()
    editor.fill("SELECT nothing FROM events")
    editor.press("Control+Enter")
    expect(page.get_by_role("alert").filter(has_text="nothing")).to_be_visible()
    page.close()


def test_no_page_has_a_fault(context: BrowserContext, server: LiveServer) -> None:
    visitor = visit_again(context, server)
    page = visitor.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    found: dict[str, list[str]] = {}
    for path in (
        "/events",
        "/events?where=class_uid%3D4003%3Buser!%3Droot&by=severity",
        "/events?q=zzzz",
        "/events/hunt",
    ):
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_attached()
        page.wait_for_load_state("networkidle")
        found[path] = faults(page)
    visitor.close()
    assert {path: items for path, items in found.items() if items} == {}
    assert complaints == [], "the console of the browser complains"
