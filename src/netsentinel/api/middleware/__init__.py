"""What every request passes through before it reaches a route, from the outside in. All of it is plain ASGI."""

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from netsentinel.api.middleware.body_limit import BodyLimit
from netsentinel.api.middleware.origin import REQUEST_HEADER, OriginGuard, origin_of
from netsentinel.api.middleware.security_headers import SecurityHeaders
from netsentinel.api.middleware.trace import TRACE_HEADER, Trace
from netsentinel.api.middleware.versions import Versions
from netsentinel.api.versions import VERSION_HEADER
from netsentinel.kernel.clock import Clock, SystemClock
from netsentinel.kernel.settings import Settings

__all__ = ["BodyLimit", "OriginGuard", "SecurityHeaders", "Trace", "Versions", "install_middleware"]


def install_middleware(app: FastAPI, settings: Settings, clock: Clock | None = None) -> None:
    """Put the middleware around the app: headers, the trace, the guards, the version, the size of the body.

    The order matters: whatever a later one answers passes through the earlier ones, so that a refusal has its trace id,
    and every answer its headers.
    """
    # The framework puts what is added last on the outside.
    app.add_middleware(BodyLimit, settings=settings)
    app.add_middleware(Versions)
    if settings.allowed_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=[origin_of(url) for url in settings.allowed_origins],
            allow_credentials=True,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["Content-Type", REQUEST_HEADER, VERSION_HEADER, "If-Match", "If-None-Match", "traceparent"],
            expose_headers=[TRACE_HEADER, VERSION_HEADER, "Retry-After", "ETag", "Deprecation", "Sunset", "Link"],
        )
    app.add_middleware(OriginGuard, settings=settings)
    app.add_middleware(Trace, clock=clock or SystemClock())
    app.add_middleware(SecurityHeaders, settings=settings)
