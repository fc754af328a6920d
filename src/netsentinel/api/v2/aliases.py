"""Document 003's second, shorter spelling of error recovery: the same routes under other paths, from one table."""

from typing import Final

from fastapi.routing import APIRoute

from netsentinel.api.late import LateRouter
from netsentinel.api.v2 import breakers, error_recovery

_LONG: Final = "/api/v2/error-recovery"
ALIASES: Final = (
    ("GET", "/api/v2/retry/{task_id}", f"{_LONG}/retry/{{task_id}}"),
    ("POST", "/api/v2/retry/{task_id}/execute", f"{_LONG}/retry/{{task_id}}/retry"),
    ("GET", "/api/v2/circuit-breaker/{service}", f"{_LONG}/circuit-breaker/{{service}}"),
    ("POST", "/api/v2/circuit-breaker/{service}/reset", f"{_LONG}/circuit-breaker/{{service}}/reset"),
    ("GET", "/api/v2/dlq/entries", f"{_LONG}/dlq/entries"),
    ("POST", "/api/v2/dlq/{task_id}/resubmit", f"{_LONG}/dlq/{{task_id}}/resubmit"),
)
"""Method, the shorter path, and the path that it stands for."""


def _aliases() -> LateRouter:
    """A router with each of them, by the handler, the access and the answers of what it stands for."""
    routes = [*error_recovery.router.routes, *breakers.router.routes]
    known = {
        (method, route.path): route for route in routes if isinstance(route, APIRoute) for method in route.methods or ()
    }
    router = LateRouter(tags=["error recovery"])
    for method, short, long in ALIASES:
        meant = known[method, long]
        router.add_api_route(
            short,
            meant.endpoint,
            methods=[method],
            name=f"{meant.name}_alias",
            status_code=meant.status_code,
            response_model=meant.response_model,
            responses=meant.responses,
            description=f"{meant.description} The same as `{method} {long}`.",
        )
    return router


router = _aliases()
