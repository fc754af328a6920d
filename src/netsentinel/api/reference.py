"""The API described: the OpenAPI document, and `/docs`, one plain page made from it without scripts."""

from html import escape
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from netsentinel.api.answers import answer
from netsentinel.api.deps import public

router = APIRouter(include_in_schema=False)

_METHODS = ("get", "post", "put", "patch", "delete")


@router.get("/docs", dependencies=[Depends(public())])
async def docs(request: Request) -> HTMLResponse:
    """Every operation with its parameters and answers."""
    return HTMLResponse(render(request.app.openapi()))


@router.get("/api/v2/openapi.json", dependencies=[Depends(public())])
async def specification(request: Request) -> Response:
    """The OpenAPI 3.1 document."""
    return answer(request.app.openapi())


def render(schema: dict[str, Any]) -> str:
    """The page for an OpenAPI document."""
    operations = [
        _operation(path, method, operation)
        for path, item in schema["paths"].items()
        for method, operation in item.items()
        if method in _METHODS
    ]
    info = schema["info"]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(info['title'])} API</title></head><body><main>"
        f"<h1>{escape(info['title'])} API {escape(info['version'])}</h1><p>{escape(info['description'])}</p>"
        '<p>For programs: <a href="/api/v2/openapi.json">OpenAPI 3.1</a>.</p>'
        f"{''.join(operations)}</main></body></html>"
    )


def _operation(path: str, method: str, operation: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(item['name'])}</code></td><td>{escape(item['in'])}</td>"
        f"<td>{escape(item.get('description', item.get('schema', {}).get('description', '')))}</td></tr>"
        for item in operation.get("parameters", ())
    )
    table = f"<table><thead><tr><th>Parameter</th><th>In</th><th>Meaning</th></tr></thead><tbody>{rows}</tbody></table>"
    answers = "".join(
        f"<li><code>{escape(str(code))}</code> {escape(item.get('description', ''))}</li>"
        for code, item in operation.get("responses", {}).items()
    )
    return (
        f"<section><h2><code>{method.upper()} {escape(path)}</code></h2>"
        f"<p>{escape(operation.get('description', operation.get('summary', '')))}</p>"
        f"{table if rows else ''}<ul>{answers}</ul></section>"
    )
