"""The API's page sends real requests, offline, under the policy of every page."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.browser import TEST_S, faults, require_dashboard
from tests.live_server import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(TEST_S)]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with LiveServer(tmp_path_factory.mktemp("api-page")) as running:
        yield running


def test_an_operation_is_tried_with_a_key(browser: Browser, server: LiveServer) -> None:
    with browser.new_context(viewport={"width": 390, "height": 844}, bypass_csp=False) as context:
        page = context.new_page()
        foreign: list[str] = []
        page.on("request", lambda request: foreign.append(request.url) if server.url not in request.url else None)
        page.goto(f"{server.url}/docs")
        operation = page.locator("#list_alerts")
        operation.locator("summary").click()
        operation.get_by_role("button", name="Send").click()
        expect(operation.locator("pre")).to_contain_text("401")
        page.fill("#key", server.key)
        operation.locator("input[data-name=limit]").fill("7")
        operation.get_by_role("button", name="Send").click()
        expect(operation.locator("pre")).to_contain_text('"items": []')
        expect(operation.locator("pre")).to_contain_text("/api/v2/alerts?limit=7")
        batch = page.locator("#run_batch")
        batch.locator("summary").click()
        batch.get_by_role("button", name="Send").click()
        expect(batch.locator("pre")).to_contain_text('"succeeded": 1')
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert foreign == []


def test_the_page_has_no_fault(browser: Browser, server: LiveServer) -> None:
    require_dashboard()
    with browser.new_context(bypass_csp=True) as context:
        page = context.new_page()
        page.goto(f"{server.url}/docs")
        page.locator("#list_alerts summary").click()
        assert faults(page, widths=(1280,)) == []
