"""What every request passes through before it reaches a route, from the outside in. All of it is plain ASGI."""

from typing import Final

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from netsentinel.api.middleware.body_limit import BodyLimit
from netsentinel.api.middleware.origin import REQUEST_HEADER, OriginGuard, origin_of
from netsentinel.api.middleware.rate_limits import LIMIT_HEADER, POLICY_HEADER
from netsentinel.api.middleware.security_headers import SecurityHeaders
from netsentinel.api.middleware.trace import TRACE_HEADER, Trace
from netsentinel.api.middleware.versions import Versions
from netsentinel.api.versions import VERSION_HEADER
from netsentinel.idempotency.model import KEY_HEADER, REPLAYED_HEADER
from netsentinel.kernel.clock import Clock, SystemClock
from netsentinel.kernel.settings import Settings

__all__ = ["BodyLimit", "OriginGuard", "SecurityHeaders", "Trace", "Versions", "install_middleware"]

_ALLOWED: Final = (
    "Content-Type",
    REQUEST_HEADER,
    VERSION_HEADER,
    KEY_HEADER,
    "If-Match",
    "If-None-Match",
    "Tus-Resumable",
    "Upload-Checksum",
    "Upload-Concat",
    "Upload-Length",
    "Upload-Metadata",
    "Upload-Offset",
    "traceparent",
)
_EXPOSED: Final = (
    TRACE_HEADER,
    VERSION_HEADER,
    POLICY_HEADER,
    LIMIT_HEADER,
    REPLAYED_HEADER,
    "Retry-After",
    "Location",
    "Tus-Resumable",
    "Upload-Expires",
    "Upload-Length",
    "Upload-Metadata",
    "Upload-Offset",
    "X-NetSentinel-Change",
    "X-NetSentinel-Medium",
    "ETag",
    "Deprecation",
    "Sunset",
    "Link",
)


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
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"],
            allow_headers=_ALLOWED,
            expose_headers=_EXPOSED,
        )
    app.add_middleware(OriginGuard, settings=settings)
    app.add_middleware(Trace, clock=clock or SystemClock())
    app.add_middleware(SecurityHeaders, settings=settings)
