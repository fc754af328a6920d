"""Tasks, dead letters, breakers and schedules in a real browser against a real server."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.e2e.browser import TEST_S, WAIT_S, require_dashboard, violations
from tests.live_server import LiveServer, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.timeout(TEST_S)]

LATER = 4_102_444_800_000_000
"""2100-01-01: a task that is not started while this runs."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    require_dashboard()
    with LiveServer(tmp_path_factory.mktemp("e2e")) as running:
        yield running


def submit(server: LiveServer, action: str = "journal.trim", **conditions: Any) -> str:
    """Ask for a task; its id."""
    with server.client() as client:
        answer = client.post("/api/v2/tasks", json={"action": action, **conditions})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["task"]["id"])


def state_of(server: LiveServer, task: str) -> str:
    with server.client() as client:
        return str(client.get(f"/api/v2/tasks/{task}").json()["task"]["state"])


def dead_letter(server: LiveServer) -> str:
    """A task that was not started before its deadline, and so gave up."""
    task = submit(server, "tasks.trim", deadline_ms=1)
    wait_for(lambda: state_of(server, task) == "dead", WAIT_S)
    return task


def row_of(page: Page, task: str) -> Locator:
    return page.get_by_role("row").filter(has=page.locator(f'a[href="/tasks/{task}"]'))


def test_a_task_is_watched_paused_resumed_and_tried_at_once(context: BrowserContext, server: LiveServer) -> None:
    page = context.new_page()
    page.goto("/tasks")
    expect(page.get_by_role("status").filter(has_text="Live").first).to_be_visible()
    task = submit(server, not_before=LATER)
    row = row_of(page, task)
    expect(row).to_contain_text("Waiting")
    row.get_by_role("button", name=re.compile("^Actions")).click()
    page.get_by_role("menuitem", name="Pause").click()
    expect(row).to_contain_text("Paused")
    assert state_of(server, task) == "paused"
    assert violations(page) == []
    row.get_by_role("link").first.click()
    page.wait_for_url(f"**/tasks/{task}")
    page.get_by_role("button", name="Resume").click()
    page.get_by_role("button", name="Try again now").click()
    expect(page.get_by_text("Succeeded").first).to_be_visible()
    expect(page.get_by_role("region", name="Result as JSON")).to_contain_text("deleted")
    expect(page.get_by_role("table", name="Attempts, newest first")).to_contain_text("Succeeded")
    assert violations(page) == []
    page.close()


def test_a_task_is_skipped_for_those_that_need_it_and_another_is_cancelled(
    context: BrowserContext, server: LiveServer
) -> None:
    first = submit(server, not_before=LATER)
    needs = submit(server, needs=[first])
    page = context.new_page()
    page.goto(f"/tasks/{needs}")
    page.get_by_role("link", name=first).click()
    page.get_by_role("button", name="Skip…").click()
    page.get_by_role("dialog").get_by_role("button", name="Skip the task").click()
    expect(page.get_by_text("Skipped").first).to_be_visible()
    wait_for(lambda: state_of(server, needs) == "succeeded", WAIT_S)

    other = submit(server, not_before=LATER)
    page.goto("/tasks?state=active")
    row_of(page, other).get_by_role("button", name=re.compile("^Actions")).click()
    page.get_by_role("menuitem", name="Cancel…").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel the task").click()
    wait_for(lambda: state_of(server, other) == "cancelled", WAIT_S)
    expect(row_of(page, other)).to_have_count(0)
    page.close()


def test_dead_letters_are_resubmitted_edited_resolved_and_handled_together(
    context: BrowserContext, server: LiveServer
) -> None:
    page = context.new_page()
    page.goto("/dead-letters")
    expect(page.get_by_text("Nothing has given up")).to_be_visible()
    letter = dead_letter(server)
    expect(row_of(page, letter)).to_contain_text("its deadline passed")
    assert violations(page) == []

    row_of(page, letter).get_by_role("link").first.click()
    page.get_by_role("button", name="Resubmit…").click()
    page.get_by_role("textbox", name="Input").fill('{"days": 3}')
    page.get_by_role("button", name="Resubmit", exact=True).click()
    expect(page.get_by_role("alert").filter(has_text="days")).to_be_visible()
    page.get_by_role("textbox", name="Input").fill("{}")
    page.get_by_role("button", name="Resubmit", exact=True).click()
    expect(page.get_by_role("link", name="resubmitted dead letter")).to_be_visible()
    expect(page.get_by_text("Succeeded").first).to_be_visible()

    known = dead_letter(server)
    page.goto(f"/tasks/{known}")
    page.get_by_role("button", name="Resolve…").click()
    page.get_by_label("Why nothing more is to be done").fill("It came too late.")
    page.get_by_role("button", name="Resolve", exact=True).click()
    expect(page.get_by_text("It came too late.")).to_be_visible()

    together = [dead_letter(server) for _ in range(2)]
    page.goto("/dead-letters")
    for each in together:
        expect(row_of(page, each)).to_have_count(1)
    expect(row_of(page, known)).to_have_count(0)
    page.get_by_role("button", name="Resubmit all…").click()
    expect(page.get_by_text("2 unresolved dead letters match.")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Resubmit 2").click()
    expect(page.get_by_text("Nothing has given up")).to_be_visible()
    with server.client() as client:
        made = client.get("/api/v2/tasks", params={"origin": f"resubmit:{together[0]}"}).json()["items"]
    assert len(made) == 1
    page.close()


def test_the_page_of_breakers_says_that_nothing_outside_was_called_yet(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/breakers")
    expect(page.get_by_text("No breaker so far")).to_be_visible()
    assert violations(page) == []
    page.close()


def test_a_schedule_is_added_with_a_preview_triggered_edited_disabled_and_deleted(
    context: BrowserContext, server: LiveServer
) -> None:
    page = context.new_page()
    page.goto("/schedules")
    page.get_by_role("button", name="Add a schedule").click()
    page.get_by_label("Name").fill("yearly trim")
    page.get_by_label("Action", exact=True).select_option("journal.trim")
    page.get_by_label("Cron expression").fill("0 3 31 2 *")
    form = page.get_by_role("dialog")
    expect(form.get_by_role("status")).to_be_visible()
    page.get_by_label("Cron expression").fill("0 3 1 1 *")
    page.get_by_label("Time zone").fill("Europe/Berlin")
    expect(form.get_by_role("status", name="Next times").get_by_role("listitem")).to_have_count(5)
    assert violations(page) == []
    page.get_by_role("button", name="Add the schedule").click()
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name="yearly trim"))
    expect(row).to_contain_text("0 3 1 1 * (Europe/Berlin)")

    def choose(item: str) -> None:
        page.get_by_role("button", name="Actions for yearly trim").click()
        page.get_by_role("menuitem", name=item).click()

    choose("Trigger now")
    expect(row).to_contain_text("Succeeded")
    choose("Edit")
    page.get_by_role("radio", name="Interval").check()
    page.get_by_label("Unit").select_option(label="hours")
    page.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("every 15 h")
    row.get_by_role("link").first.click()
    drawer = page.get_by_role("dialog", name="yearly trim")
    expect(drawer.get_by_role("list", name="Runs, newest first").get_by_role("listitem")).to_have_count(1)
    drawer.get_by_role("button", name="Close").click()
    choose("Disable")
    expect(row).to_contain_text("Disabled")
    choose("Delete")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)
    page.close()
