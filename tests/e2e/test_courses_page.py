"""Courses in a real browser: why a lesson is locked, reading, being done, and who did what."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.e2e.browser import TEST_S, require_dashboard, violations
from tests.live_server import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(TEST_S)]

LESSONS = [
    {"slug": "one", "title": "One", "minutes": 1, "teaches": ["SYN"], "text": "## Part\n\nA **SYN** begins.\n"},
    {"slug": "two", "title": "Two", "minutes": 1, "requires": ["SYN"], "text": "See [One](one.md).\n"},
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    require_dashboard()
    with LiveServer(tmp_path_factory.mktemp("e2e")) as running:
        yield running


def test_a_course_is_begun_read_and_assigned(context: BrowserContext, server: LiveServer) -> None:
    with server.client() as client:
        made = client.post("/api/v2/courses", json={"slug": "tcp", "title": "TCP", "lessons": LESSONS})
        assert made.status_code == 201, made.text
        assert client.post("/api/v2/courses/tcp/publish", json={}).status_code == 201
    page = context.new_page()
    page.goto("/courses")
    expect(page.get_by_role("link", name="TCP")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("link", name="TCP").click()
    locked = page.get_by_role("listitem").filter(has_text="Two")
    expect(locked).to_contain_text("First: SYN in One")
    page.get_by_role("link", name="Begin").click()
    expect(page.get_by_role("heading", name="Part")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Done").click()
    page.wait_for_url("**/learn/tcp/two")
    expect(page.get_by_role("heading", name="Two", level=1)).to_be_visible()
    page.keyboard.press("p")
    page.wait_for_url("**/learn/tcp/one")
    page.goto("/courses/tcp")
    expect(page.get_by_role("region", name="Learners")).to_contain_text("1 of 2")
    page.get_by_role("button", name="Assign").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Whom").select_option(label="ada")
    dialog.get_by_role("button", name="Assign").click()
    expect(page.get_by_role("region", name="Assigned to")).to_contain_text("ada")
    page.set_viewport_size({"width": 390, "height": 844})
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.close()
