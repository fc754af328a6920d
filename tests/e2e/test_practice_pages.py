"""Practice in a real browser against a real server: by keyboard, on a phone, and what is mastered afterwards."""

from collections.abc import Iterator
from dataclasses import asdict

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from netsentinel.academy.practice import read_course
from netsentinel.detection.content import bundled_rules
from tests.e2e.browser import TEST_S, require_dashboard, violations
from tests.live_server import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(TEST_S)]

COURSE = bundled_rules().parent / "courses" / "reading-network-alerts"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    require_dashboard()
    with LiveServer(tmp_path_factory.mktemp("e2e")) as running:
        with running.client() as client:
            items = [asdict(one) for one in read_course(COURSE)]
            done = client.put("/api/v2/practice/questions", json={"questions": items})
            assert done.json()["added"] == len(items)
        yield running


def answer(page: Page) -> None:
    """Answer the question that is there, right or wrong, without the mouse where keys do it."""
    if page.get_by_role("combobox").count():
        for box in page.get_by_role("combobox").all():
            box.select_option(index=1)
    elif page.get_by_role("textbox").count():
        page.get_by_role("textbox").fill("7")
    elif not page.get_by_role("button", name="Move up").count():
        page.keyboard.press("1")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("button", name="Next").or_(page.get_by_role("button", name="Finish"))).to_be_focused()


def test_a_session_is_practised_to_its_end(context: BrowserContext, server: LiveServer) -> None:
    page = context.new_page()
    page.goto("/practice?source=lesson:reading-network-alerts/02-addresses-ports-flows")
    expect(page.get_by_text("1 of 5")).to_be_visible()
    assert violations(page) == []
    for number in range(5):
        expect(page.get_by_text(f"{number + 1} of 5")).to_be_visible()
        answer(page)
        if number == 0:
            assert violations(page) == []
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="of 5 right")).to_be_visible()
    page.get_by_role("link", name="See what you master").click()
    concept = page.get_by_role("list", name="Concepts").get_by_role("listitem").first
    concept.locator("summary").click()
    expect(concept.get_by_text("answers were right").or_(concept.get_by_text("answer")).first).to_be_visible()
    assert violations(page) == []
    page.close()
