"""A source from the first click to its first event, in a real browser against a real server."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import BrowserContext, expect

from tests.e2e.browser import TEST_S, require_dashboard, violations
from tests.live_server import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(TEST_S)]

LINE = b'{"timestamp":"2026-01-01T00:00:00.000000+0000","event_type":"dns","src_ip":"192.0.2.7"}\n'


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("logs")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, logs: Path) -> Iterator[LiveServer]:
    require_dashboard()
    with LiveServer(tmp_path_factory.mktemp("e2e"), source_folders=str(logs)) as running:
        yield running


def test_a_program_sends_with_the_key_that_the_page_shows(context: BrowserContext, server: LiveServer) -> None:
    page = context.new_page()
    page.goto("/sources")
    page.get_by_role("button", name="Add a source").click()
    page.get_by_role("radio", name=re.compile("HTTP")).check()
    page.get_by_label("Name").fill("firewall")
    page.get_by_role("button", name="Add and start").click()
    page.get_by_role("button", name="Make a key").click()
    command = page.get_by_text("Authorization: Bearer").inner_text()
    url, key = re.search(r'curl "(\S+)"', command), re.search(r"Bearer (\w+)", command)
    assert url, command
    assert key, command
    headers = {"Authorization": f"Bearer {key[1]}", "Content-Type": "application/x-ndjson"}
    assert httpx2.post(url[1], content=LINE, headers=headers).status_code == 202
    assert httpx2.get(f"{server.url}/api/v2/alerts", headers=headers).status_code == 403
    page.keyboard.press("Escape")
    row = page.get_by_role("row").filter(has_text="firewall")
    expect(row.get_by_role("cell").nth(2)).to_contain_text("1")
    page.close()


def test_a_log_file_is_followed_tested_disabled_and_removed(context: BrowserContext, logs: Path) -> None:
    log = logs / "eve.json"
    log.write_bytes(LINE * 3)
    page = context.new_page()
    page.goto("/sources")
    page.get_by_role("button", name="Add a source").click()
    page.get_by_role("radio", name=re.compile("Log file")).check()
    page.get_by_label("Name").fill("eve")
    page.get_by_label("Path").fill("/etc/passwd")
    page.get_by_role("button", name="Add and start").click()
    expect(page.get_by_role("alert").filter(has_text="/etc/passwd")).to_be_visible()
    page.get_by_label("Path").fill(str(log))
    page.get_by_role("button", name="Add and start").click()
    expect(page.get_by_text("It works.")).to_be_visible()
    page.keyboard.press("Escape")
    with log.open("ab") as writer:
        writer.write(b"not json\n")
    page.get_by_role("button", name=re.compile("1 rejected lines of eve")).click()
    expect(page.get_by_text("not json", exact=True)).to_be_visible()
    page.keyboard.press("Escape")

    row = page.get_by_role("row").filter(has=page.get_by_role("link", name="eve", exact=True))
    page.get_by_role("button", name="Actions for eve").click()
    page.get_by_role("menuitem", name="Disable").click()
    expect(row.get_by_text(re.compile("^Disabled"))).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Actions for eve").click()
    page.get_by_role("menuitem", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_role("button", name="Actions for eve")).to_have_count(0)
    page.close()
