"""Changing one's own password in a real browser, from the menu to the next login."""

import re
from collections.abc import Iterator

import httpx2
import pytest
from playwright.sync_api import BrowserContext, expect

from tests.e2e.browser import TEST_S, faults, require_dashboard, visit_again
from tests.live_server import PASSWORD, LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(TEST_S)]
OTHER = "walrus orbit lantern eleven"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    require_dashboard()
    with LiveServer(tmp_path_factory.mktemp("e2e")) as running:
        yield running


def test_the_own_password_is_changed_here_and_ends_the_sessions_elsewhere(
    context: BrowserContext, server: LiveServer
) -> None:
    own = {"X-NetSentinel-Request": "1", "Origin": server.url}
    with httpx2.Client(base_url=server.url, headers=own, timeout=60) as elsewhere:
        assert elsewhere.post("/auth/login", json={"username": "ada", "password": PASSWORD}).status_code == 200
        page = context.new_page()
        page.goto("/alerts")
        page.get_by_role("button", name="Account: ada").click()
        page.get_by_role("menuitem", name="Change password").click()
        dialog = page.get_by_role("dialog", name="Change password")
        dialog.get_by_label("Present password", exact=True).fill("not what it is at all")
        dialog.get_by_label("New password", exact=True).fill(OTHER)
        dialog.get_by_label("New password again", exact=True).fill(OTHER)
        dialog.get_by_role("button", name="Change password").click()
        expect(dialog.get_by_label("Present password", exact=True)).to_have_accessible_description(
            "What you typed as your present password is not it."
        )
        dialog.get_by_label("Present password", exact=True).fill(PASSWORD)
        dialog.get_by_label("New password", exact=True).fill(PASSWORD)
        dialog.get_by_label("New password again", exact=True).fill(PASSWORD)
        dialog.get_by_role("button", name="Change password").click()
        expect(dialog.get_by_label("New password", exact=True)).to_have_accessible_description(
            re.compile("That is your present password. Take another one.")
        )
        dialog.get_by_label("New password", exact=True).fill(OTHER)
        dialog.get_by_label("New password again", exact=True).fill(OTHER)
        assert faults(page) == []
        page.set_viewport_size({"width": 1440, "height": 900})
        dialog.get_by_label("Present password", exact=True).fill(PASSWORD)
        dialog.get_by_role("button", name="Change password").click()
        expect(dialog).to_be_hidden()
        expect(page.get_by_text("Your password is changed")).to_be_visible()
        assert elsewhere.get("/api/v2/me").status_code == 401
        page.goto("/threats")
        expect(page.get_by_role("button", name="Account: ada")).to_be_visible()
        assert elsewhere.post("/auth/login", json={"username": "ada", "password": PASSWORD}).status_code == 401
        assert elsewhere.post("/auth/login", json={"username": "ada", "password": OTHER}).status_code == 200
    page.close()


def test_the_menu_and_the_dialog_on_a_phone(context: BrowserContext, server: LiveServer) -> None:
    phone = visit_again(context, server, width=390, theme="dark")
    page = phone.new_page()
    page.goto("/alerts")
    page.get_by_role("button", name="Account: ada").click()
    page.get_by_role("menuitem", name="Change password").click()
    dialog = page.get_by_role("dialog", name="Change password")
    dialog.get_by_role("button", name="Change password").click()
    expect(dialog.get_by_label("Present password", exact=True)).to_be_focused()
    phone.close()
