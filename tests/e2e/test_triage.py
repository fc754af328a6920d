"""Triage as a person does it: look, decide, say why, suppress, and see that it stays away and is counted."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from netsentinel.demo import StoryLine, story
from tests.e2e.browser import TEST_S, WAIT_S, require_dashboard, set_up, violations, visit
from tests.e2e.sending import send
from tests.live_server import LiveServer, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.timeout(TEST_S)]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    require_dashboard()
    with LiveServer(tmp_path_factory.mktemp("triage"), ws_heartbeat_seconds="5") as running:
        yield running


@pytest.fixture(scope="module")
def lines() -> list[StoryLine]:
    return list(story(time.time_ns() // 1_000 - 1_800_000_000))


def alerts(server: LiveServer) -> list[dict[str, Any]]:
    with server.client() as client:
        return client.get("/api/v2/alerts?limit=200").json()["items"]


def one_of_a_rule(server: LiveServer) -> dict[str, Any]:
    """An alert whose rule and entity no other alert has, so that counting it is counting the suppression."""
    return next(item for item in alerts(server) if item["detector"] == "sigma" and item["entity_kind"] == "address")


def log_in(browser: Browser, server: LiveServer) -> Page:
    context = visit(browser, server, accept_downloads=True)
    set_up(context, server)
    return context.new_page()


def test_an_alert_is_judged_and_kept_away(
    browser: Browser, server: LiveServer, lines: list[StoryLine], tmp_path: Path
) -> None:
    send(server, lines)
    alert = one_of_a_rule(server)
    page = log_in(browser, server)
    page.goto(f"/alerts/{alert['id']}")
    _decide(page)
    found = [violations(page)]
    _look_around(page)
    found.append(_suppress(page))
    _is_counted(page, server, lines, alert)
    found.append(violations(page))
    _several_at_once(page, tmp_path)
    page.context.close()
    assert [fault for faults in found for fault in faults] == []


def _decide(page: Page) -> None:
    """Take it, note something, call it benign: by keys."""
    expect(page.get_by_role("button", name="Assign to me")).to_be_visible()
    page.keyboard.press("m")
    history = page.get_by_role("list", name="History")
    expect(history).to_contain_text("gave it to ada")
    page.keyboard.press("n")
    page.keyboard.type("Asked the owner of the host.")
    page.keyboard.press("Control+Enter")
    expect(history).to_contain_text("Asked the owner of the host.")
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("b")
    expect(history).to_contain_text("called it benign")


def _look_around(page: Page) -> None:
    """Events are stored with the next checkpoint, some seconds later; the alert's own one is marked."""
    around = page.get_by_role("region", name="Events around it")

    def marked() -> bool:
        page.reload()
        expect(around).to_be_visible()
        page.wait_for_load_state("networkidle")
        return around.get_by_text("Evidence", exact=True).count() > 0

    wait_for(marked, WAIT_S, every=1.0)
    around.get_by_role("button").filter(has_text="Evidence").first.click()
    expect(around.get_by_role("region", name="Stored event as JSON")).to_be_visible()
    expect(page.get_by_role("region", name="Related alerts").get_by_role("link").first).to_be_visible()


def _suppress(page: Page) -> list[str]:
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("s")
    dialog = page.get_by_role("dialog", name="Suppress findings like this")
    preview = dialog.get_by_role("region", name="Preview")
    expect(preview).to_contain_text(re.compile(r"[1-9]\d* alert"))
    found = violations(page)
    dialog.get_by_label("Reason").fill("Agreed with the owner")
    dialog.get_by_label("This alert").select_option("benign")
    dialog.get_by_role("button", name="Suppress").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("button", name="Reopen")).to_be_visible()
    return found


def _is_counted(page: Page, server: LiveServer, lines: list[StoryLine], alert: dict[str, Any]) -> None:
    """The same events once more: without the suppression the closed alert would be followed by a new one."""
    send(server, lines)
    same = [item for item in alerts(server) if item["fingerprint"] == alert["fingerprint"]]
    assert [item["id"] for item in same] == [alert["id"]]
    page.goto("/suppressions")
    card = page.get_by_role("listitem").filter(has_text="Agreed with the owner").first
    expect(card).to_contain_text(re.compile(r"[1-9]\d*\s*findings? hidden"))
    card.get_by_role("button", name="Show examples").click()
    expect(card.get_by_text(alert["title"]).first).to_be_visible()
    card.get_by_role("button", name="Lift").click()
    expect(page.get_by_role("heading", name="Nothing is suppressed")).to_be_visible()


def _several_at_once(page: Page, folder: Path) -> None:
    page.goto("/alerts")
    page.get_by_role("checkbox").nth(0).check()
    page.get_by_role("checkbox").nth(1).check()
    bar = page.get_by_role("region", name="Selected alerts")
    bar.get_by_role("button", name="Close").click()
    page.get_by_role("menuitem", name="False positive").click()
    expect(bar).to_be_hidden()
    page.goto("/alerts?status=closed")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
        page.get_by_role("menuitem", name=re.compile("CSV")).click()
    path = folder / "alerts.csv"
    download.value.save_as(path)
    assert download.value.suggested_filename.startswith("alerts-")
    rows = path.read_text(encoding="utf-8").splitlines()
    assert sum("false_positive" in row for row in rows) == 2
    assert sum("benign" in row for row in rows) >= 1
