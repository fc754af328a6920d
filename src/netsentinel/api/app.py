"""The HTTP application: routes, middleware and error handling, over services that `bootstrap/` made."""

from fastapi import FastAPI

from netsentinel import __version__
from netsentinel.api import dashboard, operations, reference, sensor, ws
from netsentinel.api.deps import admit
from netsentinel.api.directory import Directory
from netsentinel.api.errors import install_error_handlers
from netsentinel.api.metrics import Metrics, RequestMetrics
from netsentinel.api.middleware import install_middleware
from netsentinel.api.middleware.idempotency import IdempotentPosts
from netsentinel.api.middleware.known_senders import KnownSenders
from netsentinel.api.middleware.rate_limits import RateLimitHeaders
from netsentinel.api.openapi import Document, document
from netsentinel.api.services import Services
from netsentinel.api.v1 import alerts as alerts_v1
from netsentinel.api.v1 import ml as ml_v1
from netsentinel.api.v1 import threats as threats_v1
from netsentinel.api.v2 import (
    alerts,
    aliases,
    analytics,
    api_keys,
    batch,
    breakers,
    briefings,
    cohorts,
    concepts,
    connections,
    course_learners,
    courses,
    entries,
    error_recovery,
    events,
    graph,
    lessons,
    media,
    model_tables,
    models,
    practice,
    reviews,
    rules,
    schedules,
    session,
    set_aside,
    sources,
    suppressions,
    tasks,
    threats,
    triage,
    uploads,
    usage,
    users,
    webhooks,
)
from netsentinel.kernel.settings import Settings

Application = FastAPI
"""What `create_app` makes, for those who must not know the framework."""

_DESCRIPTION = """\
NetSentinel detects, responds and teaches, live. Every error is a problem (RFC 9457) with a stable `code` and a
`trace_id`. Times are integer microseconds since 1970-01-01 UTC. Lists are paged by an opaque cursor in `next`.

Programs send `Authorization: Bearer ns_key_...`; browsers use the session cookie with `X-NetSentinel-Request: 1` on
everything that changes something.

`X-API-Version: 2` or `Accept: application/vnd.netsentinel.v2+json` (also `application/vnd.k1n.v2+json`) names the
version on paths without one: `/api/alerts` is `/api/v2/alerts`. A path, header and media type that disagree, or a
version that this server does not speak, answer 400 with the list `supported`. Every answer says its version in
`X-API-Version`.
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
        telemetry={"tracing": False, "metrics": False, "logs": False},  # nothing here reads it; it asks per request
    )
    app.state.services = services
    app.state.sensors = sensor.SensorPlaces()
    for router in (
        operations.router,
        session.router,
        usage.router,
        users.router,
        api_keys.router,
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
        model_tables.router,
        models.router,
        connections.router,
        tasks.router,
        tasks.actions,
        error_recovery.router,
        breakers.router,
        schedules.router,
        aliases.router,
        batch.router,
        webhooks.router,
        briefings.router,
        graph.router,
        concepts.router,
        reviews.router,
        practice.router,
        uploads.router,  # before the media: its path is no medium's id
        media.router,
        courses.router,
        course_learners.router,
        cohorts.router,
        lessons.router,
        lessons.paths,
        analytics.router,
        set_aside.router,
        threats_v1.router,
        alerts_v1.router,
        ml_v1.router,
        reference.router,
        sensor.router,
        ws.router,
        dashboard.router,  # last: it answers every path that nobody else does
    ):
        # Not `include_router`: it would build every route, with the schemas of its bodies, a second time.
        app.router.routes.extend(router.routes)
    app.router.routes.insert(0, Directory(app.routes))
    install_error_handlers(app)
    # First, which is the innermost: what it keeps has no header of the others.
    app.add_middleware(IdempotentPosts, admit=admit)
    app.add_middleware(KnownSenders, admit=admit)
    app.add_middleware(RateLimitHeaders)
    install_middleware(app, settings)
    if metrics is not None:
        app.add_middleware(RequestMetrics, metrics=metrics)
    app.openapi = lambda: _described(app)
    return app


def _described(app: FastAPI) -> Document:
    """The document, made once."""
    if not app.openapi_schema:
        app.openapi_schema = document(app)
    return app.openapi_schema
