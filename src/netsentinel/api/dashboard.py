"""Serves the built dashboard, which is package data; without it, one plain page says what is missing."""

from pathlib import Path

from fastapi import Depends, Request, Response
from fastapi.responses import FileResponse, HTMLResponse

from netsentinel.api.deps import public
from netsentinel.api.late import LateRouter
from netsentinel.kernel.errors import NotFoundError

FOLDER = Path(__file__).parent.parent / "dashboard"

_MISSING = """<!doctype html><html lang="en"><title>NetSentinel</title>
<h1>NetSentinel is running</h1>
<p>The dashboard is not built. Install Node 20 or newer and run <code>make setup</code>, or install the wheel, which
contains it. The API is at <a href="/docs">/docs</a>.</p></html>"""

_NOT_PAGES = ("api/", "auth/", "ws")

router = LateRouter(include_in_schema=False)


@router.get("/{path:path}", dependencies=[Depends(public())])
async def dashboard(path: str, request: Request) -> Response:
    """A file of the dashboard, or its page for every address that the dashboard itself routes."""
    if path.startswith(_NOT_PAGES):
        raise NotFoundError("There is nothing at this path; /docs lists what there is.")
    if not (FOLDER / "index.html").is_file():
        return HTMLResponse(_MISSING, headers={"Cache-Control": "no-store"})
    found = _file(path)
    if found is not None:
        return FileResponse(found, headers={"Cache-Control": _lifetime(path)})
    if path.startswith("assets/") or "text/html" not in request.headers.get("accept", "text/html"):
        raise NotFoundError("There is nothing at this path.")
    return FileResponse(FOLDER / "index.html", headers={"Cache-Control": "no-cache"})


def _file(path: str) -> Path | None:
    """The file of the dashboard at this path, if there is one.

    Raises:
        NotFoundError: no file can have such a name: it is too long, or has a NUL in it.
    """
    try:
        found = (FOLDER / path).resolve()
        return found if path and found.is_relative_to(FOLDER.resolve()) and found.is_file() else None
    except (OSError, ValueError) as error:
        raise NotFoundError("There is nothing at this path.") from error


def _lifetime(path: str) -> str:
    """Built assets carry a hash in their name; everything else may change with the next version."""
    return "public, max-age=31536000, immutable" if path.startswith("assets/") else "no-cache"
