"""Webhooks in a real browser: registered with the secret shown once, tried out, looked at, and replayed."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.e2e.browser import TEST_S, WAIT_S, require_dashboard, violations
from tests.live_server import LiveServer, wait_for
from tests.webhook_receiver import Receiver, Reply

pytestmark = [pytest.mark.browser, pytest.mark.timeout(TEST_S)]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    require_dashboard()
    inside = {"outbound_networks": "127.0.0.0/8", "outbound_ports": "1-65535"}
    with LiveServer(tmp_path_factory.mktemp("e2e"), **inside) as running:
        yield running


def test_a_webhook_from_its_secret_to_a_replay(context: BrowserContext, server: LiveServer) -> None:
    page = context.new_page()
    with Receiver() as receiver:
        page.goto(f"{server.url}/webhooks")
        page.get_by_role("button", name="Add a webhook").click()
        form = page.get_by_role("dialog", name="Add a webhook")
        form.get_by_label("URL").fill(receiver.url)
        form.get_by_label("Description").fill("the ticket system")
        form.locator("summary").filter(has_text="scheduler").click()
        form.get_by_label("All of scheduler").check()
        assert violations(page) == []
        form.get_by_role("button", name="Add the webhook").click()
        shown = page.get_by_role("dialog", name="The secret of this webhook")
        secret = shown.locator("pre").inner_text().strip()
        assert secret.startswith("whsec_")
        assert violations(page) == []
        shown.get_by_role("button", name="I have copied it").click()

        page.get_by_role("button", name="Actions for").click()
        page.get_by_role("menuitem", name="Send a test").click()
        expect(page.get_by_text("The test was taken: 200")).to_be_visible(timeout=WAIT_S * 1_000)
        assert receiver.received[0].verified(secret)["type"] == "webhook.test"
        with server.client() as client:
            client.post("/api/v2/scheduler/events", json={"name": "e2e.happened"})
        wait_for(lambda: "scheduler.event_announced" in receiver.events(), WAIT_S)

        page.get_by_role("link", name=f"127.0.0.1:{receiver.port}/hook").click()
        drawer = page.get_by_role("dialog", name=f"127.0.0.1:{receiver.port}/hook")
        drawer.get_by_role("button", name="scheduler.event_announced").click()
        expect(drawer.get_by_role("list", name="Attempts, newest first")).to_contain_text("The endpoint answered 200.")
        drawer.get_by_text("Request and answer").click()
        expect(drawer.get_by_text("webhook-signature")).to_be_visible()
        assert violations(page) == []
        receiver.reply = Reply(503, body=b"busy")
        drawer.get_by_role("button", name="Replay").click()
        wait_for(lambda: len(receiver.received) >= 3, WAIT_S)
        expect(drawer.get_by_text("The endpoint answered 503.")).to_be_visible(timeout=WAIT_S * 1_000)
        assert len({one.id for one in receiver.received}) == 2
    page.close()


def test_the_page_on_a_phone_and_in_the_dark(context: BrowserContext, server: LiveServer) -> None:
    page = context.new_page()
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{server.url}/webhooks")
    expect(page.get_by_role("table", name="Webhooks")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()
