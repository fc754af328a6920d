"""Usage in a real browser: one's own limits and days, and a key's requests to an administrator."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.e2e.browser import TEST_S, require_dashboard, violations, visit_again
from tests.live_server import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(TEST_S)]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    require_dashboard()
    with LiveServer(tmp_path_factory.mktemp("e2e")) as running:
        yield running


def test_ones_own_limits_and_then_everybodys_requests(context: BrowserContext, server: LiveServer) -> None:
    with server.client() as client:
        asked = [client.get("/api/v2/me").status_code for _ in range(5)]
    assert asked == [200] * 5
    page = context.new_page()
    page.goto("/tasks")
    page.get_by_role("link", name="Usage").click()
    own = page.get_by_role("region", name="Requests of your browsers")
    expect(own.get_by_role("meter", name="This minute: used")).to_have_attribute("max", "1200")
    expect(own).to_contain_text("of 200,000")
    days = page.get_by_role("table", name="Your requests of the last 30 days")
    expect(days.get_by_role("row")).to_have_count(2)
    assert violations(page) == []

    page.get_by_role("radio", name="Everybody's").check()
    page.wait_for_url("**/usage?scope=tenant")
    everybody = page.get_by_role("table", name="Everybody's requests of the last 30 days")
    key = everybody.get_by_role("row").filter(has_text="Key · unlimited")
    expect(key).to_contain_text("5")
    expect(everybody.get_by_role("row").filter(has_text="ada")).to_contain_text("Browser")
    assert violations(page) == []
    page.close()


def test_the_page_on_a_phone_and_in_the_dark(context: BrowserContext, server: LiveServer) -> None:
    phone = visit_again(context, server, width=390, theme="dark")
    page = phone.new_page()
    for address in ("/usage", "/usage?scope=tenant"):
        page.goto(address)
        expect(page.get_by_role("table")).to_be_visible()
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    phone.close()
