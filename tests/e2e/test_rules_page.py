"""Rules as their author meets them: write one, see what is wrong, add it, watch it find something, switch it off."""

import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.browser import TEST_S, WAIT_S, require_dashboard, violations
from tests.e2e.sending import settle
from tests.live_server import NDJSON, LiveServer, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.timeout(TEST_S)]

SCANNER = "1509bb0a-9bf1-4331-8a11-8783593942a4"
"""A rule that comes with NetSentinel: a web scanner names itself."""
WRONG = """title: Wrong
logsource:
    category: webserver
detection:
    it:
        cs-uri|sounds_like: x
    condition: it
"""
FROM_FILE = """title: Backup folder asked for
id: 5f6d2a4e-6d25-4b0e-9a55-3f6a1f0f7c01
status: experimental
description: A client asks for a folder of backups.
logsource:
    category: webserver
detection:
    selection:
        cs-uri|contains: /backup/
    condition: selection
level: low
"""

numbers = itertools.count(1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    require_dashboard()
    with LiveServer(tmp_path_factory.mktemp("e2e")) as running:
        yield running


def request_of(url: str, agent: str = "Mozilla/5.0") -> dict[str, Any]:
    """One HTTP request as Suricata reports it; no two are alike."""
    number = next(numbers)
    return {
        "timestamp": f"2026-05-04T09:12:{number % 60:02}.{number:06}+0000",
        "event_type": "http",
        "src_ip": f"203.0.113.{number % 250}",
        "src_port": 40_000 + number,
        "dest_ip": "10.10.20.10",
        "dest_port": 80,
        "proto": "TCP",
        "http": {"hostname": "www.corp.example", "url": url, "http_user_agent": agent, "http_method": "GET"},
    }


def hits_after_a_request(server: LiveServer, rule: str, url: str) -> tuple[int, int]:
    """Hits of the rule before and after one more request went through detection."""

    def hits() -> int:
        answer = client.get(f"/api/v2/rules/{rule}")
        assert answer.status_code == 200, answer.text
        return int(answer.json()["rule"]["hits"])

    with server.client() as client:
        before = hits()
        body = json.dumps(request_of(url)).encode()
        assert client.post("/api/v2/events?source=web", content=body, headers=NDJSON).status_code == 202
        settle(server)
        return before, hits()


def finds(server: LiveServer, rule: str, url: str) -> bool:
    before, after = hits_after_a_request(server, rule, url)
    return after > before


def test_a_rule_is_written_finds_something_and_is_switched(context: BrowserContext, server: LiveServer) -> None:
    page = context.new_page()
    page.goto("/alerts")
    page.get_by_role("link", name="Rules").click()
    expect(page.get_by_role("table", name="Rules")).to_be_visible()
    faults = violations(page)
    faults += _write(page)
    rule = page.url.rpartition("/")[2]
    faults += violations(page)

    wait_for(lambda: finds(server, rule, "/dump.sql"), WAIT_S, every=0.5)
    page.get_by_role("link", name="Its alerts").click()
    expect(page.get_by_role("link", name="Database dump requested").first).to_be_visible()
    page.go_back()

    _disable(page)
    wait_for(lambda: not finds(server, rule, "/other.sql"), WAIT_S, every=0.5)
    page.get_by_role("button", name="Enable", exact=True).click()
    expect(page.get_by_role("button", name="Disable", exact=True)).to_be_visible()
    wait_for(lambda: finds(server, rule, "/third.sql"), WAIT_S, every=0.5)
    page.reload()
    expect(page.get_by_role("img", name=re.compile("hits? in the last 30 days"))).to_be_visible()
    page.close()
    assert faults == []


def _write(page: Page) -> list[str]:
    """A wrong text says where it is wrong; a right one becomes a rule."""
    page.keyboard.press("n")
    dialog = page.get_by_role("dialog", name="Add a rule")
    dialog.get_by_label("Sigma rule as YAML").fill(WRONG)
    expect(dialog.get_by_role("button", name=re.compile("^Line 6"))).to_be_visible()
    expect(dialog.get_by_role("button", name="Add the rule")).to_be_disabled()
    dialog.get_by_role("button", name="Start from a pattern").click()
    expect(dialog.get_by_role("button", name="Add the rule")).to_be_enabled()
    faults = violations(page)
    dialog.get_by_role("button", name="Add the rule").click()
    expect(page.get_by_role("heading", name="Database dump requested")).to_be_visible()
    return faults


def _disable(page: Page) -> None:
    page.get_by_role("button", name="Disable", exact=True).click()
    dialog = page.get_by_role("dialog", name="Disable this rule")
    dialog.get_by_label("Why").fill("The nightly backup asks for it")
    dialog.get_by_role("button", name="Disable").click()
    expect(page.get_by_role("note")).to_contain_text("The nightly backup asks for it")


def test_a_rules_cases_are_run_and_other_events_tried(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"/rules/{SCANNER}")
    expect(page.get_by_text(re.compile(r"^\d+ cases? pass$"))).to_be_visible()
    page.get_by_text("must hit", exact=True).first.click()
    expect(page.get_by_text("cs-user-agent", exact=False).first).to_be_visible()
    events = [request_of("/", "sqlmap/1.7"), request_of("/", "Mozilla/5.0")]
    page.get_by_label("Try other events").fill("\n".join(json.dumps(event) for event in events))
    page.get_by_role("button", name="Try", exact=True).click()
    said = page.get_by_role("status").filter(has_text="does not hit")
    expect(said).to_contain_text("event 1: hits")
    assert violations(page) == []
    page.close()


def test_a_rule_comes_from_a_file_and_goes_again(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/rules?q=backup")
    page.get_by_role("button", name="Add a rule").click()
    file: Any = {"name": "backup.yml", "mimeType": "text/yaml", "buffer": FROM_FILE.encode()}
    page.get_by_label("Rule files").set_input_files(files=file)
    expect(page.get_by_role("status").filter(has_text="Backup folder asked for")).to_be_visible()
    page.get_by_role("button", name="Add the rule").click()
    expect(page.get_by_role("heading", name="Backup folder asked for")).to_be_visible()
    page.get_by_role("navigation", name="Breadcrumb").get_by_role("link").click()
    page.get_by_label("Search title").fill("backup folder")
    expect(page.get_by_role("link", name="Backup folder asked for")).to_be_visible()
    switch = page.get_by_role("switch", name="Enabled: Backup folder asked for")
    switch.click()
    expect(switch).not_to_be_checked()
    page.get_by_role("link", name="Backup folder asked for").click()
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog", name="Remove this rule").get_by_role("button", name="Remove").click()
    page.wait_for_url("**/rules")
    page.goto("/rules?q=backup+folder")
    expect(page.get_by_role("heading", name="No rule matches these filters")).to_be_visible()
    page.close()
