"""People and keys in a real browser: somebody is added and logs in, is shut out, and a key is made and revoked."""

from collections.abc import Iterator

import httpx2
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.browser import TEST_S, faults, require_dashboard, visit, visit_again
from tests.live_server import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(TEST_S)]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    require_dashboard()
    with LiveServer(tmp_path_factory.mktemp("e2e")) as running:
        yield running


def _act(page: Page, name: str, what: str) -> None:
    page.get_by_role("button", name=f"Actions for {name}").click()
    page.get_by_role("menuitem", name=what).click()


def test_a_person_is_added_logs_in_and_is_shut_out(context: BrowserContext, server: LiveServer) -> None:
    page = context.new_page()
    page.goto("/tasks")
    page.get_by_role("link", name="People & keys").click()
    people = page.get_by_role("table", name="People")
    expect(people.get_by_role("row").filter(has_text="ada")).to_contain_text("You")
    assert faults(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})

    page.get_by_role("button", name="Add a person").click()
    page.get_by_role("textbox", name="Name to log in with").fill("grace")
    page.get_by_role("radio", name="Viewer").check()
    assert faults(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("button", name="Add", exact=True).click()
    given = page.get_by_role("dialog", name="Password of grace")
    password = given.locator("code").first.inner_text()
    assert faults(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    page.mouse.click(5, 5)  # beside the dialog: it stays, for the password is not shown again
    given.get_by_role("button", name="I have copied it").click()
    expect(given).to_be_hidden()

    assert context.browser is not None
    with visit(context.browser, server) as other:
        hers = other.new_page()
        hers.goto("/login")
        hers.get_by_label("Username").fill("grace")
        hers.get_by_label("Password", exact=True).fill(password)
        hers.get_by_role("button", name="Log in", exact=True).click()
        hers.wait_for_url("**/alerts**")
        hers.goto("/people")
        expect(hers.get_by_role("heading", name="For administrators")).to_be_visible()
        # The other page hears of the log-in by itself.
        expect(people.get_by_role("row").filter(has_text="grace")).not_to_contain_text("never")
        _act(page, "grace", "Disable…")
        page.get_by_role("dialog").get_by_role("button", name="Disable").click()
        expect(people.get_by_role("row").filter(has_text="grace")).to_contain_text("Disabled")
        hers.goto("/alerts")
        hers.wait_for_url("**/login**")
    page.close()


def test_a_key_is_made_for_one_thing_and_revoked(context: BrowserContext, server: LiveServer) -> None:
    page = context.new_page()
    page.goto("/people?show=keys")
    keys = page.get_by_role("table", name="API keys")
    expect(keys.get_by_role("row").filter(has_text="local command line")).to_contain_text("Command line")
    assert faults(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("button", name="Make an API key").click()
    page.get_by_role("textbox", name="Name").fill("report")
    page.get_by_role("checkbox", name="alerts:read").check()
    assert faults(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("button", name="Make the key").click()
    made = page.get_by_role("dialog", name="The key report")
    text = made.locator("code").first.inner_text()
    made.get_by_role("button", name="I have copied it").click()
    row = keys.get_by_role("row").filter(has_text="report")
    expect(row).to_contain_text("alerts:read")
    with httpx2.Client(base_url=server.url, headers={"Authorization": f"Bearer {text}"}, timeout=60) as client:
        assert client.get("/api/v2/alerts").status_code == 200
        assert client.get("/api/v2/sources").status_code == 403
        _act(page, "report", "Revoke…")
        page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
        expect(page.get_by_text("The key report works no more")).to_be_visible()
        expect(row).to_have_count(0)
        assert client.get("/api/v2/alerts").status_code == 401
    page.get_by_role("radio", name="All").check()
    expect(row).to_contain_text("Revoked")
    page.close()


def test_the_dialogs_on_a_phone_in_the_dark(context: BrowserContext, server: LiveServer) -> None:
    phone = visit_again(context, server, width=390, theme="dark")
    page = phone.new_page()
    page.goto("/people?show=keys")
    page.get_by_role("button", name="Make an API key").click()
    dialog = page.get_by_role("dialog", name="Make an API key")
    expect(dialog.get_by_role("button", name="Make the key")).to_be_in_viewport()
    assert faults(page, widths=(390,)) == []
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("button", name="Make an API key")).to_be_focused()
    phone.close()
