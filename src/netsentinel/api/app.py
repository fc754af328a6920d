"""The HTTP application: routes, middleware and error handling, over services that `bootstrap.py` made."""

from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from netsentinel import __version__
from netsentinel.api import dashboard, operations, reference, sensor, ws
from netsentinel.api.errors import install_error_handlers
from netsentinel.api.metrics import Metrics, RequestMetrics
from netsentinel.api.middleware import install_middleware
from netsentinel.api.problems import Problem
from netsentinel.api.services import Services
from netsentinel.api.v2 import (
    alerts,
    analytics,
    breakers,
    connections,
    entries,
    error_recovery,
    events,
    rules,
    schedules,
    session,
    set_aside,
    sources,
    suppressions,
    tasks,
    threats,
    triage,
)
from netsentinel.kernel.settings import Settings

Application = FastAPI
"""What `create_app` makes, for those who must not know the framework."""

_DESCRIPTION = """\
NetSentinel detects, responds and teaches, live. Every error is a problem (RFC 9457) with a stable `code` and a
`trace_id`. Times are integer microseconds since 1970-01-01 UTC. Lists are paged by an opaque cursor in `next`.

Programs send `Authorization: Bearer ns_key_...`; browsers use the session cookie with `X-NetSentinel-Request: 1` on
everything that changes something.
"""


def create_app(settings: Settings, services: Services | None = None, metrics: Metrics | None = None) -> Application:
    """The application. Without services it can only describe itself (`netsentinel api spec`)."""
    app = FastAPI(
        title="NetSentinel",
        version=__version__,
        description=_DESCRIPTION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.services = services
    app.state.sensors = sensor.SensorPlaces()
    for router in (
        operations.router,
        session.router,
        events.router,
        events.hunts,
        triage.router,  # before the alerts: its fixed paths are no alert's id
        alerts.router,
        suppressions.router,
        threats.router,
        entries.router,
        sources.router,
        sources.kinds,
        rules.router,
        connections.router,
        tasks.router,
        tasks.actions,
        error_recovery.router,
        breakers.router,
        schedules.router,
        analytics.router,
        analytics.unversioned,
        set_aside.router,
        reference.router,
        sensor.router,
        ws.router,
        dashboard.router,  # last: it answers every path that nobody else does
    ):
        app.include_router(router)
    install_error_handlers(app)
    install_middleware(app, settings)
    if metrics is not None:
        app.add_middleware(RequestMetrics, metrics=metrics)
    app.openapi = lambda: _openapi(app)
    return app


def _openapi(app: FastAPI) -> dict[str, Any]:
    """OpenAPI 3.1 with the problem's schema and both ways to authenticate."""
    if app.openapi_schema:
        return app.openapi_schema
    schema = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        openapi_version="3.1.0",
    )
    for item in schema["paths"].values():
        for operation in item.values():
            operation.get("responses", {}).pop("422", None)  # the framework's own; ours is a problem with status 400
    components = schema.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = msgspec.json.schema(Problem)["$defs"]["Problem"]
    for unused in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(unused, None)
    components["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "An API key, `ns_key_...`."},
        "session": {"type": "apiKey", "in": "cookie", "name": "__Host-ns_session"},
    }
    schema["security"] = [{"key": []}, {"session": []}]
    app.openapi_schema = schema
    return schema
