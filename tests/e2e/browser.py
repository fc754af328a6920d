"""A real headless Chromium, and what the e2e suites ask of a page.

Everything waits for conditions, and long enough for a machine that is busy with other tests.
"""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.live_server import PASSWORD, LiveServer
from tests.programs import require_program

WAIT_S = 90.0
"""How long anything may take before it counts as not happening; on an idle machine it takes a moment."""
TEST_S = 900
"""How long one test may take with everything that it waits for."""

ROOT = Path(__file__).resolve().parents[2]
DASHBOARD = ROOT / "src" / "netsentinel" / "dashboard" / "index.html"
AXE = ROOT / "dashboard-ui" / "node_modules" / "axe-core" / "axe.min.js"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


expect.set_options(timeout=WAIT_S * 1_000)


@contextmanager
def chromium() -> Generator[Browser]:
    """Debian's Chromium, driven by Playwright; nothing is downloaded."""
    executable = require_program("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(executable), args=ARGUMENTS, timeout=WAIT_S * 1_000)
        try:
            yield browser
        finally:
            browser.close()


def visit(browser: Browser, server: LiveServer, *, width: int = 1440, height: int = 900, **more: Any) -> BrowserContext:
    """A browser window of its own on the server, nobody logged in; it waits as long as a busy machine needs."""
    context = browser.new_context(viewport={"width": width, "height": height}, base_url=server.url, **more)
    context.set_default_timeout(WAIT_S * 1_000)
    return context


def visit_again(
    known: BrowserContext, server: LiveServer, *, width: int = 1440, theme: str = "light"
) -> BrowserContext:
    """A window of whoever is logged in in the known one: its width in pixels, `light` or `dark`, nothing that moves."""
    assert known.browser is not None
    return visit(
        known.browser,
        server,
        width=width,
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
        storage_state=known.storage_state(),
    )


def require_dashboard() -> None:
    """Fail when the dashboard is not built, skip where it cannot be."""
    if not DASHBOARD.exists() or not AXE.exists():
        require_program("node")
        pytest.fail("the dashboard is not built; run: make setup")


def set_up(context: BrowserContext, server: LiveServer) -> None:
    """Make the first administrator, ada, who is then logged in."""
    page = context.new_page()
    page.goto(f"/setup#token={server.setup_token}")
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create administrator").click()
    page.wait_for_url("**/alerts**")
    page.close()


THEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
_DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(null))))"
_AT_REST = """async () => {
    for (let still = 0; still < 4;) {
        await new Promise(requestAnimationFrame);
        const ends = each => each.effect?.getComputedTiming().iterations !== Infinity;
        const moving = document.getAnimations().filter(ends);
        still = moving.length ? 0 : still + 1;
        await Promise.allSettled(moving.map(each => each.finished));
    }
}"""


_BETWEEN: Final = (768, 1024)
"""Windows between a phone and a desk."""


def faults(page: Page, *, widths: tuple[int, ...] = (1440, 390)) -> list[str]:
    """What is wrong with a page, loaded once: what axe finds in every width and theme, and scrolling sideways."""
    found: list[str] = []
    for width in (*_BETWEEN, *widths):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(_DRAWN)
        wider: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wider > 1:
            found.append(f"{width}: scrolls sideways by {wider} px")
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            page.evaluate(_DRAWN)
            found += [f"{width} {theme}: {one}" for one in violations(page, only_colours=theme == THEMES[-1])]
    return found


def violations(page: Page, *, only_colours: bool = False) -> list[str]:
    """What axe finds wrong with the page once nothing moves any more: rule, and where. Or only of colours."""
    page.evaluate(_AT_REST)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    wanted = {"type": "rule", "values": ["color-contrast"]} if only_colours else {"type": "tag", "values": RULES}
    # Of what is in order it need not say where it is: finding selectors for that takes time.
    options = {"runOnly": wanted, "resultTypes": ["violations"]}
    found: list[dict[str, Any]] = page.evaluate(
        "options => axe.run(document, options).then(result => result.violations)", options
    )
    return [f"{item['id']}: {node['html'][:160]}" for item in found for node in item["nodes"]]
