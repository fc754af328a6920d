"""The API described: the OpenAPI document, and `/docs`, one page made from it on which every operation can be tried.

The page loads nothing from elsewhere, so that it works offline and under the same policy as the dashboard.
"""

import json
import re
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from fastapi import Depends, Request, Response
from fastapi.responses import FileResponse, HTMLResponse

from netsentinel.api.answers import answer
from netsentinel.api.deps import public
from netsentinel.api.examples import example
from netsentinel.api.late import LateRouter
from netsentinel.api.openapi import METHODS
from netsentinel.kernel.errors import NotFoundError

router = LateRouter(include_in_schema=False)

FOLDER: Final = Path(__file__).parent / "docs_page"
_FILES: Final = {"docs.css": "text/css", "docs.js": "text/javascript"}
_DEEP: Final = frozenset({"entity"})
"""Path parameters that may have slashes in them."""


@router.get("/docs", dependencies=[Depends(public())])
async def docs(request: Request) -> HTMLResponse:
    """Every operation with its parameters and answers, and a form to try it."""
    return HTMLResponse(render(request.app.openapi()))


@router.get("/docs/{file}", dependencies=[Depends(public())])
async def docs_file(file: str) -> FileResponse:
    """What the page needs."""
    if file not in _FILES:
        raise NotFoundError("There is nothing at this path.")
    return FileResponse(FOLDER / file, media_type=_FILES[file], headers={"Cache-Control": "no-cache"})


@router.get("/api/v2/openapi.json", dependencies=[Depends(public())])
async def specification(request: Request) -> Response:
    """The OpenAPI 3.1 document."""
    return answer(request.app.openapi())


def render(schema: dict[str, Any]) -> str:
    """The page for an OpenAPI document."""
    operations = [
        (path, method, operation)
        for path, item in schema["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    ]
    tags = [tag["name"] for tag in schema.get("tags", ())]
    meaning = {tag["name"]: tag["description"] for tag in schema.get("tags", ())}
    operations.sort(key=lambda one: tags.index(_tag(one[2])) if _tag(one[2]) in tags else len(tags))
    groups = "".join(
        f"<h2>{escape(name.capitalize())}</h2><p class=dim>{escape(meaning.get(name, ''))}</p>"
        + "".join(_operation(path, method, operation, schema) for path, method, operation in group)
        for name, group in groupby(operations, key=lambda one: _tag(one[2]))
    )
    info = schema["info"]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="stylesheet" href="/docs/docs.css"><script src="/docs/docs.js" defer></script>'
        f"<title>{escape(info['title'])} API</title></head><body><main>"
        f"<h1>{escape(info['title'])} API {escape(info['version'])}</h1>"
        f"{_paragraphs(info['description'])}"
        '<p>For programs: <a href="/api/v2/openapi.json">OpenAPI 3.1</a>. Version 1 ends at the date in its'
        " <code>Sunset</code> header; each of its operations below says what to call instead.</p>"
        "<div class=key><label><span>API key; empty to use the session of this browser</span>"
        '<input id=key type=password autocomplete=off placeholder="ns_key_..."></label></div>'
        f"{groups}</main></body></html>"
    )


def _tag(operation: dict[str, Any]) -> str:
    return next(iter(operation.get("tags", ())), "other")


def _operation(path: str, method: str, operation: dict[str, Any], schema: dict[str, Any]) -> str:
    old = " class=old" if operation.get("deprecated") else ""
    answers = "".join(
        f"<li><code>{escape(str(code))}</code> {_marked(_described(item, schema))}</li>"
        for code, item in operation.get("responses", {}).items()
    )
    text = operation.get("description", operation.get("summary", ""))
    first = re.split(r"(?<=\.)\s", text, maxsplit=1)[0]
    return (
        f'<details id="{escape(operation.get("operationId", ""))}"><summary>'
        f"<code><span class=method>{method.upper()}</span> <span{old}>{escape(path)}</span></code>"
        f"<span class=dim>{_marked(first)}</span></summary><div class=inside>"
        f"{_paragraphs(text) if text != first else ''}{_form(path, method, operation, schema)}"
        f"<pre tabindex=0></pre><ul class=answers>{answers}</ul></div></details>"
    )


def _marked(text: str) -> str:
    """The text for a page, with what stands between backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{_marked(part)}</p>" for part in text.strip().split("\n\n"))


def _described(response: dict[str, Any], schema: dict[str, Any]) -> str:
    if "$ref" in response:
        response = schema["components"]["responses"][response["$ref"].rpartition("/")[2]]
    return response.get("description", "")


def _form(path: str, method: str, operation: dict[str, Any], schema: dict[str, Any]) -> str:
    fields = "".join(_field(parameter) for parameter in operation.get("parameters", ()))
    return (
        f'<form data-path="{escape(path)}" data-method="{method.upper()}">{fields}'
        f"{_body(operation, schema)}<button>Send</button></form>"
    )


def _field(parameter: dict[str, Any]) -> str:
    name, place = escape(parameter["name"]), escape(parameter["in"])
    text = _marked(parameter.get("description", parameter.get("schema", {}).get("description", "")))
    needed = " required" if parameter.get("required") else ""
    deep = " data-deep=1" if parameter["name"] in _DEEP else ""
    return (
        f"<label><span><code>{name}</code> <span class=dim>{place}. {text}</span></span>"
        f'<input name="{place}.{name}" data-name="{name}" data-in="{place}"{deep}{needed}></label>'
    )


def _body(operation: dict[str, Any], schema: dict[str, Any]) -> str:
    content = operation.get("requestBody", {}).get("content", {})
    if not content:
        return ""
    kind, media = next(iter(content.items()))
    if "json" not in kind:
        return f"<label><span>Body <span class=dim>{escape(kind)}</span></span><input type=file name=body></label>"
    shown = media.get("example", example(media.get("schema", {}), schema))
    text = shown if isinstance(shown, str) else json.dumps(shown, indent=2, ensure_ascii=False)
    return (
        f"<label><span>Body <span class=dim>{escape(kind)}</span></span>"
        f'<textarea name=body data-type="{escape(kind)}" spellcheck=false>{escape(text)}</textarea></label>'
    )
