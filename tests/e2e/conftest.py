"""What the suites with a real browser have in common."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.e2e.browser import chromium, set_up, visit
from tests.live_server import LiveServer


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def context(browser: Browser, server: LiveServer) -> Iterator[BrowserContext]:
    """A browser in which the first administrator has set the module's `server` up."""
    context = visit(browser, server, accept_downloads=True)
    set_up(context, server)
    yield context
    context.close()
