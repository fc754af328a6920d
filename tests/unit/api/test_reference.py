from html.parser import HTMLParser
from typing import Any

import pytest

from netsentinel.api.reference import FOLDER, render
from tests.application import document
from tests.unit.api.conftest import Site


class Page(HTMLParser):
    """What a page loads, and the forms it has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.forms: list[tuple[str, str]] = []
        self.inline: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in {"script", "link", "img", "iframe"}:
            self.loads.append(given.get("src") or given.get("href") or "")
        if tag == "form":
            self.forms.append((given.get("data-method") or "", given.get("data-path") or ""))
        self.inline += [name for name in given if name.startswith("on") or name == "style"]


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return document()


def test_every_operation_is_on_the_page_with_a_form(schema: dict[str, Any]) -> None:
    page = Page(render(schema))
    expected = {(method.upper(), path) for path, item in schema["paths"].items() for method in item}
    assert set(page.forms) == expected
    assert len(page.forms) == len(expected)


def test_the_page_loads_its_own_two_files_and_runs_nothing_inline(schema: dict[str, Any]) -> None:
    page = Page(render(schema))
    assert sorted(page.loads) == ["/docs/docs.css", "/docs/docs.js"]
    assert page.inline == []
    text = "".join(path.read_text(encoding="utf-8") for path in FOLDER.iterdir() if path.suffix in {".css", ".js"})
    assert "://" not in text
    assert "innerHTML" not in text
    assert len(text) < 10_000


def test_text_from_the_document_is_escaped() -> None:
    operation = {
        "operationId": '"><b>',
        "description": "<i>",
        "parameters": [{"name": '"><b>', "in": "query", "description": "<b>"}],
        "responses": {"200": {"description": "<b>"}},
    }
    schema = {"info": {"title": "<b>", "version": "1", "description": "<b>"}, "paths": {'/"><b>': {"get": operation}}}
    page = render(schema)
    assert "<b>" not in page
    assert "<i>" not in page
    assert "&lt;i&gt;" in page


@pytest.mark.anyio
async def test_the_pages_files_are_served_and_nothing_beside_them(site: Site) -> None:
    async with site.client() as client:
        for name, kind in (("docs.css", "text/css"), ("docs.js", "text/javascript")):
            told = await client.get(f"/docs/{name}")
            assert (told.status_code, told.headers["content-type"].partition(";")[0]) == (200, kind)
        assert (await client.get("/docs/reference.py")).status_code == 404
        assert (await client.get("/docs")).status_code == 200
