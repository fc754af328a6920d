"""Models in a real browser: one is trained on stored events, deployed step by step, watched, and taken out again."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from netsentinel.demo import story
from tests.e2e.browser import TEST_S, WAIT_S, faults, require_dashboard, visit_again
from tests.live_server import NDJSON, LiveServer, wait_for

pytest.importorskip("lightgbm", reason="needs the extra ml")
pytestmark = pytest.mark.timeout(TEST_S)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server that has stored the story."""
    require_dashboard()
    with LiveServer(tmp_path_factory.mktemp("e2e")) as running, running.client() as client:
        lines = list(story(time.time_ns() // 1_000 - 7_200_000_000))
        for name in {line.source for line in lines}:
            body = b"\n".join(line.line for line in lines if line.source == name)
            assert client.post(f"/api/v2/events?source={name}", content=body, headers=NDJSON).status_code == 202

        def stored() -> bool:
            bars = client.get("/api/v2/events/histogram").json()["items"]
            return sum(bar["count"] for bar in bars) == len(lines)

        wait_for(stored, WAIT_S)
        yield running


def agreed(page: Page, act: str, why: str = "") -> None:
    """Do what the button says, after the question."""
    page.get_by_role("button", name=act, exact=True).click()
    dialog = page.get_by_role("dialog")
    if why:
        dialog.get_by_label("Why").fill(why)
    dialog.get_by_role("button", name=act, exact=True).click()
    expect(dialog).to_be_hidden()


def evaluated(page: Page) -> None:
    """Measure the model on stored events, watch it live, and come back."""
    model = page.url
    page.get_by_role("button", name="Evaluate").click()
    page.get_by_role("dialog").get_by_role("button", name="Evaluate").click()
    expect(page.get_by_role("heading", name="Evaluation of flows 1")).to_be_visible()
    figures = page.get_by_role("region", name="Figures")
    expect(figures.get_by_role("row", name="Threshold")).to_contain_text("0.9")
    expect(figures.get_by_role("row", name="Allowed")).to_contain_text("0.1 %")
    expect(
        page.get_by_role("region", name="On these rows").get_by_role("img", name="rows by probability")
    ).to_be_visible()
    page.get_by_role("link", name="The task").click()
    page.get_by_role("link", name="Figures and curves").click()
    expect(figures).to_be_visible()
    page.get_by_role("link", name="The model").click()
    expect(page).to_have_url(model)


def test_a_model_from_its_training_to_its_end(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/alerts")
    page.get_by_role("link", name="Models").click()
    expect(page.get_by_role("heading", name="No model so far")).to_be_visible()
    page.get_by_role("link", name="Training").click()
    page.get_by_role("button", name="Train a model").click()
    form = page.get_by_role("dialog", name="Train a model")
    form.get_by_label("Model", exact=True).select_option("isolation-forest")
    form.get_by_role("button", name="Start the training").click()
    trained = page.get_by_role("row").filter(has_text="models.train")
    expect(trained.get_by_text("Succeeded")).to_be_visible()

    page.get_by_role("link", name="Registry").click()
    page.get_by_role("link", name="flows 1").click()
    expect(page.get_by_role("heading", name="flows 1", exact=True)).to_be_visible()
    expect(page.get_by_role("img", name="rows by probability")).to_be_visible()
    expect(page.get_by_role("region", name="Model card")).to_contain_text("What moves its scores")
    evaluated(page)
    agreed(page, "Deploy as shadow", "to see what it says")
    expect(page.get_by_text("judges everything; only counted")).to_be_visible()
    agreed(page, "Make it a canary")
    expect(page.get_by_text("Canary · 10 %")).to_be_visible()
    agreed(page, "Promote")
    expect(page.get_by_role("region", name="History")).to_contain_text("to see what it says")

    page.get_by_role("link", name="Monitoring").click()
    expect(page.get_by_role("combobox", name="Model")).to_have_value(page.url.rpartition("=")[2])
    expect(page.get_by_role("region", name="Scores")).to_contain_text("Too little judged")
    page.get_by_role("link", name="Its figures and history").click()
    agreed(page, "Roll back")
    expect(page.get_by_text("taken out for what it did")).to_be_visible()
    page.close()


def test_no_page_has_a_fault(context: BrowserContext, server: LiveServer) -> None:
    with server.client() as client:
        (model,) = client.get("/api/v2/models").json()["items"]
        (evaluation,) = client.get("/api/v2/tasks?action=models.evaluate").json()["items"]
    visitor = visit_again(context, server)
    page = visitor.new_page()
    for path, ready in (
        ("/models", "link"),
        (f"/models/{model['id']}", "img"),
        ("/models/training", "table"),
        (f"/models/evaluations/{evaluation['id']}", "img"),
        (f"/models/monitoring?model={model['id']}", "combobox"),
    ):
        page.goto(path)
        expect(page.locator("main").get_by_role(ready).first).to_be_visible()  # type: ignore[arg-type] - one of its roles
        assert faults(page) == [], path
    visitor.close()
