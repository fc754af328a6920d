"""The way through the academy in a real browser: a text of one's own is uploaded, reviewed, taught, learned and asked,
and an alert becomes a drill, up to what the team covers.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from netsentinel.academy.practice.judging import NEXT_STEPS, VERDICTS
from netsentinel.demo import story
from netsentinel.kernel.clock import MINUTE
from tests.e2e.browser import TEST_S, WAIT_S, require_dashboard, violations
from tests.e2e.sending import send
from tests.live_server import LiveServer, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.timeout(TEST_S)]

TEXT = """# Spotting scans

## Service ports

A **service port** is a number that names a service of a host. A **banner** is a greeting that a service sends first.
A **handshake** is an exchange of three packets that opens a connection. A handshake requires a service port.

## Scans

A **port scan** is a series of probes that looks for open ports. A port scan requires a service port. A **half-open
scan** is a port scan that never completes a handshake. A half-open scan depends on a handshake.
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server that saw a scan; nobody was there yet."""
    require_dashboard()
    with LiveServer(tmp_path_factory.mktemp("e2e")) as running:
        begin = time.time_ns() // 1_000 - 60 * MINUTE
        send(running, (line for line in story(begin) if line.at < begin + 6 * MINUTE))
        yield running


class Walk:
    """One window, whose width and colours change on the way; what axe finds is kept with its place."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[str] = []

    def look(self, width: int, theme: Literal["dark", "light"]) -> None:
        """Go on at this width (px) and in these colours."""
        self.page.set_viewport_size({"width": width, "height": 844})
        self.page.emulate_media(color_scheme=theme, reduced_motion="reduce")

    def check(self, place: str) -> None:
        """Have axe look at the page from its top, and see that nothing is cut off at its side."""
        self.page.evaluate("scrollTo(0, 0)")  # what is half below the bar at the top counts as too small to press
        found = violations(self.page)
        if self.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append("wider than the window")
        self.faults += [f"{place}: {one}" for one in found]

    def tab(self, name: str) -> None:
        """To another page of the academy."""
        self.page.get_by_role("navigation", name="Academy").get_by_role("link", name=name).click()


def test_from_a_text_to_what_the_team_covers(context: BrowserContext, server: LiveServer, tmp_path: Path) -> None:
    walk = Walk(context.new_page())
    with server.client() as client:
        alert = client.get("/api/v2/alerts?tag=attack.t1046").json()["items"][0]
        upload(walk, tmp_path / "scans.md")
        review(walk, client)
        approve_a_question(walk)
        write_a_course(walk)
        publish_and_assign(walk)
        from_the_alert_to_its_lesson(walk, alert)
        learn(walk)
        quiz(walk)
        drill(walk, alert)
        coverage(walk, client)
    assert not walk.faults, "\n".join(walk.faults)


def upload(walk: Walk, file: Path) -> None:
    """The teacher uploads a text and sees it being read."""
    file.write_text(TEXT)
    page = walk.page
    walk.look(1440, "dark")
    page.goto("/library")
    page.get_by_label("Files to upload").set_input_files(file)
    row = page.get_by_role("list", name="Media").get_by_role("listitem")
    expect(row).to_contain_text("Spotting scans")
    expect(row).to_contain_text("concepts")
    walk.check("library")


def review(walk: Walk, client: Any) -> None:
    """Confirms a suggestion that came with the text, by keys."""
    page = walk.page
    walk.tab("Review queue")
    waiting = page.get_by_role("list", name="Suggestions").get_by_role("listitem")
    expect(waiting.first).to_be_visible()
    many = waiting.count()
    walk.check("reviews")
    page.keyboard.press("y")
    expect(waiting).to_have_count(many - 1)
    wait_for(lambda: client.get("/api/v2/reviews").json()["answered"] == 1, WAIT_S)


def approve_a_question(walk: Walk) -> None:
    """Has a question made of what the text says of a concept, puts it right, and approves it."""
    page = walk.page
    walk.look(390, "light")
    walk.tab("To approve")
    expect(page.get_by_role("heading", name="Nothing waits")).to_be_visible()
    page.get_by_label("Make drafts for a concept").fill("port scan")
    page.get_by_role("button", name="Make drafts").click()
    drafts = page.get_by_role("list", name="Drafts").locator("> li")
    expect(drafts.first).to_be_visible()
    walk.check("drafts")
    many = drafts.count()
    drafts.first.get_by_role("button", name="Edit").click()
    page.get_by_label("Explanation").fill("It looks for open ports.")
    walk.check("draft being put right")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("It looks for open ports.")).to_be_visible()
    drafts.filter(has_text="It looks for open ports.").get_by_role("button", name="Approve").click()
    expect(drafts).to_have_count(many - 1)


def write_a_course(walk: Walk) -> None:
    """Writes a course: two sections of the text in the wrong order, and a lesson in Markdown."""
    page = walk.page
    walk.look(1440, "light")
    walk.tab("Courses")
    page.get_by_role("button", name="New course").click()
    page.get_by_role("dialog").get_by_label("Title").fill("Scans for beginners")
    page.get_by_role("dialog").get_by_role("button", name="Begin").click()
    page.wait_for_url("**/courses/scans-for-beginners/edit")
    take_section(page, "Scans", first="Scans", last="", teaches="port scan")
    page.get_by_label("Needs").fill("service port")
    page.get_by_label("ATT&CK techniques").fill("t1046")
    take_section(page, "Ports", first="Service ports", last="Service ports", teaches="service port")
    walk.check("editor, section")
    page.get_by_role("button", name="Write a lesson").click()
    page.get_by_label("Title of the lesson").fill("What to do")
    page.get_by_label("Text in Markdown").fill("<b>Block</b> it. See [Scans](scans.md).")
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_role("alert")).to_contain_text("What to do: line 1: HTML is not shown; write Markdown")
    walk.look(390, "dark")
    walk.check("editor, refused")
    page.get_by_label("Text in Markdown").fill("**Block** it. See [Scans](scans.md).")
    page.get_by_role("radio", name="Read").check()
    expect(page.get_by_role("region", name="As learners see it").get_by_role("link", name="Scans")).to_be_visible()
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_text("Saved. Lessons were moved behind what they need")).to_be_visible()
    order = page.get_by_role("list", name="Lessons").get_by_role("listitem")
    expect(order.nth(0)).to_contain_text("Ports")
    expect(order.nth(1)).to_contain_text("Scans")
    walk.check("editor, saved")


def take_section(page: Page, title: str, *, first: str, last: str, teaches: str) -> None:
    """Add a lesson from the library, of what stands between two headings."""
    page.get_by_role("button", name="Take one from the library").click()
    page.get_by_label("Medium").select_option(index=1)
    expect(page.get_by_label("Title of the lesson")).to_have_value("Spotting scans")
    page.get_by_label("Title of the lesson").fill(title)
    page.get_by_label("From", exact=True).select_option(label=first)
    page.get_by_label("To", exact=True).select_option(label=last or "the end")
    expect(page.get_by_role("region", name="What stands there")).to_contain_text(f"A {teaches} is a")
    page.get_by_role("button", name=f"Teach {teaches}", exact=True).click()
    expect(page.get_by_label("Teaches")).to_have_value(teaches)


def publish_and_assign(walk: Walk) -> None:
    """Publishes the course, gathers a cohort, and assigns it the course with a date."""
    page = walk.page
    walk.look(1440, "dark")
    page.get_by_role("button", name="Publish the draft").click()
    walk.check("publishing")
    page.get_by_role("dialog").get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("Version 1 is the newest")).to_be_visible()
    page.get_by_role("link", name="Cohorts").click()
    page.get_by_role("button", name="New cohort").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Night shift")
    dialog.get_by_label("ada").check()
    walk.check("cohort")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("list", name="Cohorts")).to_contain_text("1 person: ada")
    page.go_back()
    page.get_by_role("button", name="Assign").click()
    dialog.get_by_label("Whom").select_option(label="Night shift (1)")
    dialog.get_by_label("Due").fill("2099-12-31")
    walk.check("assigning")
    dialog.get_by_role("button", name="Assign").click()
    expect(page.get_by_role("region", name="Assigned to")).to_contain_text("Night shift")
    walk.look(390, "light")
    walk.check("course")


def from_the_alert_to_its_lesson(walk: Walk, alert: dict[str, Any]) -> None:
    """An analyst decides an alert and follows it to the lesson that explains it, which is locked."""
    page = walk.page
    page.goto(f"/alerts/{alert['id']}")
    learn_from = page.get_by_role("region", name="Learn from this")
    expect(learn_from.get_by_text("Once somebody decided what it was")).to_be_visible()
    page.keyboard.press("b")
    expect(page.get_by_role("list", name="History")).to_contain_text("called it benign")
    expect(learn_from.get_by_role("button", name="Make a drill")).to_be_visible()
    walk.check("alert")
    learn_from.get_by_role("link", name="Scans").click()
    expect(page.get_by_role("heading", name="Scans", level=1)).to_be_visible()
    expect(page.get_by_role("region", name="What comes first")).to_contain_text("service port: Ports")
    walk.check("locked lesson")


def learn(walk: Walk) -> None:
    """Reads what comes first, is done with it, and then with the lesson."""
    page = walk.page
    walk.look(390, "dark")
    page.get_by_role("region", name="What comes first").get_by_role("link", name="Ports").click()
    expect(page.get_by_role("heading", name="Ports", level=1)).to_be_visible()
    expect(page.get_by_text("A service port is a number").first).to_be_visible()
    walk.check("open lesson")
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("heading", name="Scans", level=1)).to_be_visible()
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("heading", name="What to do", level=1)).to_be_visible()
    page.get_by_role("link", name="← Scans").click()
    expect(page.get_by_text("Lesson 2 of 3")).to_contain_text("Done")
    page.get_by_role("link", name="Practise it").click()


def quiz(walk: Walk) -> None:
    """Answers the question about the text, and sees why it is so and when it comes again."""
    page = walk.page
    walk.look(390, "light")
    expect(page.get_by_text("1 of 1")).to_be_visible()
    walk.check("question")
    page.get_by_role("radio", name="port scan", exact=False).check()
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("status").filter(has_text="Right")).to_be_visible()
    expect(page.get_by_text("It looks for open ports.")).to_be_visible()
    expect(page.get_by_text("It comes again in")).to_be_visible()
    walk.check("answered")
    page.get_by_role("link", name="Read the text").click()
    expect(page.get_by_role("list", name="Passages")).to_contain_text("looks for open ports")


def drill(walk: Walk, alert: dict[str, Any]) -> None:
    """The alert becomes a drill, whose names are masked; somebody approves it, and judges it."""
    page = walk.page
    walk.look(1440, "light")
    page.goto(f"/alerts/{alert['id']}")
    page.get_by_role("button", name="Make a drill").click()
    made = page.get_by_role("list", name="Drafts").locator("> li").filter(has_text="this alert")
    expect(made).to_be_visible()
    assert alert["entity"] not in made.inner_text()
    walk.check("drill to approve")
    made.get_by_role("button", name="Approve").click()
    expect(made).to_have_count(0)
    page.goto(f"/alerts/{alert['id']}")
    page.get_by_role("link", name="Start a drill").click()
    for field, value in (("Verdict", VERDICTS[2]), ("Severity", alert["level"]), ("Next step", NEXT_STEPS[2])):
        page.get_by_role("combobox", name=field).select_option(value)
    walk.look(390, "dark")
    walk.check("drill")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("status").filter(has_text="Right")).to_be_visible()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="See what you master").click()
    expect(page.get_by_role("list", name="Concepts")).to_contain_text("Network Service Discovery")
    walk.check("mastery")
    walk.look(1440, "dark")
    page.goto(f"/threats/{alert['entity']}")
    page.get_by_role("button", name="Make drills").click()
    expect(page.get_by_text("there already").or_(page.get_by_text("to approve;")).first).to_be_visible()


def coverage(walk: Walk, client: Any) -> None:
    """The team sees its techniques as they are, and comes from a gap to its lesson."""
    page = walk.page
    walk.look(390, "light")
    page.goto("/courses")
    walk.tab("Coverage")
    (seen,) = [one for one in client.get("/api/v2/graph/coverage").json()["items"] if one["id"] == "T1046"]
    assert seen["best"] > 0
    row = page.get_by_role("row").filter(has_text="T1046")
    expect(row).to_contain_text("person" if seen["masters"] else f"best {round(100 * seen['best'])} %")
    walk.check("coverage")
    walk.look(1440, "light")
    row.get_by_role("link", name="Scans").click()
    expect(page.get_by_text("Lesson 2 of 3")).to_contain_text("Done")
