"""The routes by the begin of their path, so that a request looks at a few of them and not at all."""

from collections.abc import Sequence
from typing import Any, Final

from fastapi.routing import APIRoute
from starlette.datastructures import URLPath
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Receive, Scope, Send

_SEGMENTS: Final = 3
"""Routes are told apart by so many segments of their paths: `/api/v2/alerts`."""


class Directory(BaseRoute):
    """Stands before the routes, and answers for the one that fits a request.

    The framework asks one after the other. This asks those whose path begins like the request's, in the same order.
    What fits none of them, or only with another method, is left to the framework.

    Args:
        routes: of the application, once it has them all.
    """

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        self._everywhere: list[APIRoute] = []
        self._by_start: dict[str, list[APIRoute]] = {}
        for route in routes:
            if isinstance(route, APIRoute):
                self._enter(route, _start_of(route.path))

    def _enter(self, route: APIRoute, start: str) -> None:
        if "{" in start:  # it may fit anything
            for found in (self._everywhere, *self._by_start.values()):
                found.append(route)
            return
        self._by_start.setdefault(start, [*self._everywhere]).append(route)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """The first route that the path and the method of a request fit."""
        if scope["type"] != "http" or scope.get("root_path"):
            return Match.NONE, {}
        start = _start_of(scope["path"].removesuffix("\n"))  # templates fit with one behind them, too
        for route in self._by_start.get(start, self._everywhere):
            match, found = route.matches(scope)
            if match is Match.FULL:
                return match, found
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have the route answer."""
        route: APIRoute = scope["route"]
        await route.handle(scope, receive, send)

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """The routes know their names."""
        raise NoMatchFound(name, path_params)


def _start_of(path: str) -> str:
    """The first segments of a path or of a route's template."""
    return "/".join(path.split("/", _SEGMENTS + 1)[: _SEGMENTS + 1])
