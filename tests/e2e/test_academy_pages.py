"""The academy in a real browser: suggestions are judged by keys, the graph is walked, alerts lead to what to learn."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from netsentinel.demo import story
from tests.e2e.browser import TEST_S, WAIT_S, faults, require_dashboard, violations, visit_again
from tests.forks import forks
from tests.live_server import NDJSON, LiveServer, wait_for

pytestmark = pytest.mark.timeout(TEST_S)

TEXT = """# Replay attacks

A **nonce** is a number that is used once. A **replay attack** is an attack in which a captured message is sent again;
it requires a message. A replay attack depends on a session token. A **session token** is a nonce that names a session.

## Session tokens

A session token is based on a nonce. Session tokens are sent in a cookie. A **cookie** is a small text that a browser
keeps. A session token requires a cookie. Replay attacks fail when the session token is bound to the connection.
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server that was sent the story, with a text imported beside it."""
    require_dashboard()
    folder = tmp_path_factory.mktemp("e2e")
    (folder / "replay.md").write_text(TEXT)
    with LiveServer(folder) as running, running.client() as client:
        lines = list(story(time.time_ns() // 1_000 - 7_200_000_000))
        for name in {line.source for line in lines}:
            body = b"\n".join(line.line for line in lines if line.source == name)
            assert client.post(f"/api/v2/events?source={name}", content=body, headers=NDJSON).status_code == 202
        there = {"NETSENTINEL_SERVER": running.url, "NETSENTINEL_KEY": running.key}
        forks.run("learn", "import", str(folder / "replay.md"), check=True, **there)
        wait_for(lambda: len(client.get("/api/v2/alerts?tag=attack.t1046").json()["items"]) > 0, WAIT_S)
        yield running


def current(page: Page) -> str:
    return page.locator("li[aria-current] h2").inner_text()


def test_suggestions_are_judged_by_keys(context: BrowserContext, server: LiveServer) -> None:
    page = context.new_page()
    page.goto("/reviews")
    waiting = page.get_by_role("list", name="Suggestions").get_by_role("listitem")
    expect(waiting.first).to_be_visible()
    many, first = waiting.count(), current(page)
    assert many >= 3
    assert violations(page) == []
    page.keyboard.press("j")
    second = current(page)
    assert second != first
    page.keyboard.press("k")
    assert current(page) == first
    page.keyboard.press("n")
    expect(waiting).to_have_count(many - 1)
    assert first not in page.get_by_role("list", name="Suggestions").inner_text()
    page.keyboard.press("u")
    expect(waiting).to_have_count(many)
    page.keyboard.press("y")
    page.keyboard.press("s")
    expect(waiting).to_have_count(many - 2)
    with server.client() as client:
        wait_for(lambda: client.get("/api/v2/reviews").json()["skipped"] == 1, WAIT_S)
        given = client.get("/api/v2/reviews/answers").json()["items"]
    assert [(one["verdict"], one["undone_at"] > 0) for one in given] == [
        ("skip", False),
        ("confirm", False),
        ("deny", True),
    ]


def test_the_graph_is_searched_and_walked_in_its_list(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/graph")
    concepts = page.get_by_role("list", name="Concepts").get_by_role("listitem")
    expect(concepts.first).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("/")
    page.keyboard.type("brute force")
    page.get_by_role("link", name="Brute Force", exact=True).click()
    expect(page.get_by_role("heading", name="Brute Force")).to_be_visible()
    expect(page.get_by_role("region", name="Learn first")).to_contain_text("Credential Access")
    assert violations(page) == []
    page.get_by_role("region", name="Learn first").get_by_role("link", name="Credential Access").click()
    expect(page.get_by_role("heading", name="Credential Access")).to_be_visible()
    page.locator("body").press("Escape")
    expect(concepts.first).to_be_visible()
    expect(page.get_by_role("link", name="Brute Force", exact=True)).to_be_visible()
    page.get_by_label("Techniques").uncheck()
    expect(page.get_by_role("status").filter(has_text="of kinds that are not shown")).to_be_visible()
    expect(page.get_by_role("link", name="Brute Force", exact=True)).to_have_count(0)
    page.get_by_label("Search concepts").fill("")
    expect(page.get_by_role("status").filter(has_text="concepts, the best connected first")).to_be_visible()


def test_an_alert_leads_to_what_to_learn_and_the_team_sees_its_gaps(
    context: BrowserContext, server: LiveServer
) -> None:
    page = context.new_page()
    with server.client() as client:
        alert = client.get("/api/v2/alerts?tag=attack.t1046").json()["items"][0]
    page.goto(f"/alerts/{alert['id']}")
    learn = page.get_by_role("region", name="Learn from this")
    expect(learn.get_by_role("link", name="Network Service Discovery")).to_be_visible()
    assert violations(page) == []
    page.goto("/coverage")
    row = page.get_by_role("row").filter(has_text="T1046")
    expect(row).to_contain_text("nobody")
    assert violations(page) == []
    page.get_by_role("link", name="Cohorts and shifts").click()
    page.get_by_role("button", name="New cohort").click()
    page.get_by_label("Name", exact=True).fill("Round the clock")
    page.get_by_role("checkbox", name="ada").check()
    page.get_by_role("button", name="Give it hours").click()
    for day in ("Sat", "Sun"):
        page.get_by_role("checkbox", name=day).check()
    page.get_by_label("From", exact=True).fill("00:00")
    page.get_by_label("To", exact=True).fill("00:00")
    assert violations(page) == []
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("listitem").filter(has_text="Mon to Sun 00:00 to 00:00 the next day")).to_be_visible()
    assert violations(page) == []
    page.goto("/coverage")
    page.get_by_label("Whose mastery").select_option("On shift now")
    expect(page.get_by_text("on Round the clock: 1 person who looks after alerts")).to_be_visible()


def test_no_fault_on_a_phone(context: BrowserContext, server: LiveServer) -> None:
    visitor = visit_again(context, server, width=390)
    page = visitor.new_page()
    for path, ready in (("/graph", "listitem"), ("/reviews", "listitem"), ("/coverage", "row")):
        page.goto(path)
        expect(page.locator("main").get_by_role(ready).first).to_be_visible()  # type: ignore[arg-type] - one of its roles
        assert faults(page, widths=(390,)) == [], path
    visitor.close()
