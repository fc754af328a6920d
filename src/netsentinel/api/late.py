"""Routes that are built when they are first used: their schemas are most of what a start of the server would cost."""

from collections.abc import Callable
from functools import partial
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.routing import Match, compile_path, get_name
from starlette.types import Scope


class LateRoute(APIRoute):
    """Knows at once which requests it is for; the rest is made when somebody asks for it, and then kept."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        self._build: partial[None] | None = partial(super().__init__, path, endpoint, **options)
        self.path = path
        self.endpoint = endpoint
        self.name = options.get("name") or get_name(endpoint)
        self.methods = {method.upper() for method in options.get("methods") or ("GET",)}
        self._stem = path.partition("{")[0]

    def __getattr__(self, name: str) -> Any:
        """Called for what is not there yet."""
        if name in {"path_regex", "path_format", "param_convertors"}:
            self.path_regex, self.path_format, self.param_convertors = compile_path(self.path)
            return getattr(self, name)
        build = self.__dict__.get("_build")
        if build is None:
            message = f"{type(self).__name__} has no {name}"
            raise AttributeError(message)
        self._build = None
        build()
        return getattr(self, name)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Most requests are for other routes, which the beginning of the path tells."""
        if not scope.get("root_path") and not scope["path"].startswith(self._stem):
            return Match.NONE, {}
        return super().matches(scope)


class LateRouter(APIRouter):
    """A router of such routes."""

    def __init__(self, **options: Any) -> None:
        super().__init__(route_class=LateRoute, **options)
