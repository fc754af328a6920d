"""The directory of routes: it finds what the framework would find, and leaves it what it does not know."""

from itertools import product

import pytest
from fastapi.routing import APIRoute
from starlette.routing import Match, NoMatchFound

from netsentinel.api.app import create_app
from netsentinel.api.directory import Directory
from netsentinel.kernel.settings import Settings

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
ODD = ("/", "//", "/api", "/api/v2", "/api/v2/", "/api/v2/alerts/", "/api/v2/alerts/a/b/c", "/nowhere", "/api/v2/me\n")
SETTINGS = Settings(_env_file=None)  # type: ignore[call-arg] - pydantic-settings' own


def _scope(method: str, path: str, **more: object) -> dict[str, object]:
    return {"type": "http", "method": method, "path": path, "headers": [], **more}


def test_it_finds_what_the_framework_would_find() -> None:
    app = create_app(SETTINGS)
    directory, *_ = app.router.routes
    assert isinstance(directory, Directory)
    routes = [one for one in app.routes if isinstance(one, APIRoute)]
    assert len(routes) > 100
    paths = {str(one.path).replace("{", "a").replace("}", "").replace(":path", "") for one in routes} | {*ODD}
    for method, path in product(METHODS, paths):
        expected = next((one for one in routes if one.matches(_scope(method, path))[0] is Match.FULL), None)
        match, found = directory.matches(_scope(method, path))
        if expected is None:
            assert match is Match.NONE, (method, path)
        else:
            assert match is Match.FULL, (method, path)
            assert found["route"] is expected, (method, path)
            assert found["path_params"] == expected.matches(_scope(method, path))[1]["path_params"]


def test_it_knows_no_sockets_no_prefixes_and_no_names() -> None:
    directory = create_app(SETTINGS).router.routes[0]
    assert directory.matches({"type": "websocket", "path": "/ws", "headers": []})[0] is Match.NONE
    assert directory.matches(_scope("GET", "/below/api/v2/me", root_path="/below"))[0] is Match.NONE
    with pytest.raises(NoMatchFound):
        directory.url_path_for("show_me")
