"""Who may call a route: every route declares a permission, or that it is public; a test finds the one that forgets."""

from typing import Final

import structlog
from fastapi import Request
from fastapi.routing import APIRoute, RouteContext
from starlette.requests import HTTPConnection

from netsentinel.api.credentials import bearer, session_token
from netsentinel.api.middleware.body_limit import EVENTS_PATH, MEDIA_UPLOADS_PATH
from netsentinel.api.services import Services
from netsentinel.identity import Admission, looks_like_api_key
from netsentinel.kernel.errors import NotAllowedError, NotAuthenticatedError, ThrottledError
from netsentinel.kernel.types import Permission, Principal
from netsentinel.limits import RequestClass

_LOG_IN: Final = "Log in, or send an API key as Authorization: Bearer ns_key_..."
_NOT_VALID: Final = "What was sent as Authorization: Bearer is no valid API key: mistyped, expired or revoked."


class Requires:
    """A dependency that lets a principal in: `Annotated[Principal, Depends(Requires(Permission.ALERTS_READ))]`."""

    def __init__(self, permission: Permission | None = None) -> None:
        self.permission = permission
        """What the principal must hold; None for anybody who is logged in."""

    async def __call__(self, request: Request) -> Principal:
        """The principal behind the session cookie or the API key.

        Raises:
            NotAuthenticatedError: neither came, or it is not valid.
            NotAllowedError: the principal lacks the permission.
            RateLimitedError: its minute is used up.
            QuotaExceededError: its day is.
        """
        admission = await admit(request)
        if admission is None:
            raise NotAuthenticatedError(_NOT_VALID if bearer(request.headers) else _LOG_IN)
        principal = admission.principal
        structlog.contextvars.bind_contextvars(tenant=principal.tenant, principal=principal.id)
        if self.permission is not None and not principal.may(self.permission):
            raise NotAllowedError(f"This needs the permission {self.permission}.", permission=self.permission.value)
        return principal


class Public:
    """A dependency that lets everybody in, and says so: `dependencies=[Depends(public())]`."""

    async def __call__(self) -> None:
        """Nothing to check."""


def require(permission: Permission) -> Requires:
    """The declaration of a route that needs this permission."""
    return Requires(permission)


def authenticated() -> Requires:
    """The declaration of a route for anybody who is logged in."""
    return Requires()


def public() -> Public:
    """The declaration of a route for everybody."""
    return Public()


async def admit(request: HTTPConnection) -> Admission | None:
    """Whom the request lets in, None when nobody; looked up and counted once, however often it is asked.

    Raises:
        RateLimitedError: the principal's minute is used up.
        QuotaExceededError: its day is.
    """
    known: Admission | None = getattr(request.state, "admission", None)
    if known is None:
        known = await admission_from(request)
        if known is not None:
            request.state.admission = known
            await _count(request, known.principal, 1)
    return known


async def charge_items(request: Request, items: int) -> None:
    """Count a request that does the work of many as so many; one was counted when it came in.

    Call it before any of the work is done: all items are counted, or none.

    Raises:
        RateLimitedError: the principal's minute does not take them.
        QuotaExceededError: its day does not.
    """
    if items > 1:
        await _count(request, admission_of(request).principal, items - 1)


def class_of(connection: HTTPConnection, principal: Principal) -> RequestClass:
    """What a request of this principal is counted as."""
    if connection.scope["path"].startswith(MEDIA_UPLOADS_PATH):
        return RequestClass.UPLOAD
    if principal.kind != "key":
        return RequestClass.SESSION
    is_batch = connection.scope.get("method") == "POST" and connection.scope["path"].rstrip("/") == EVENTS_PATH
    return RequestClass.INTAKE if is_batch else RequestClass.API


async def _count(request: HTTPConnection, principal: Principal, units: int) -> None:
    limits = request.app.state.services.limits
    counted_as = class_of(request, principal)
    try:
        request.state.standing = await limits.charge(principal, counted_as, units)
    except ThrottledError:
        request.state.standing = limits.standing(principal, counted_as)
        raise


async def admission_from(connection: HTTPConnection) -> Admission | None:
    """What the request or the WebSocket handshake brings: an API key, else the session cookie; None when not valid."""
    services: Services = connection.app.state.services
    key = bearer(connection.headers)
    if key is not None:
        # Only keys, and then only the key: a session token that left its cookie is not believed, and the guard against
        # foreign pages does not look at requests with a key.
        return await services.identity.validate_token(key) if looks_like_api_key(key) else None
    token = session_token(connection.headers, services.settings)
    if not token or looks_like_api_key(token):  # a key in a cookie would travel with requests that its owner never made
        return None
    return await services.identity.validate_token(token)


def admission_of(request: Request) -> Admission:
    """What admitted this request, after `Requires` has let it in."""
    return request.state.admission


def declared_access(route: APIRoute | RouteContext) -> Requires | Public | None:
    """What a route declares; None when it declares nothing, or more than one thing.

    An app keeps the routers that it includes whole: `fastapi.routing.iter_route_contexts(app.routes)` gives the routes.
    """
    found = [item.call for item in route.dependant.dependencies if isinstance(item.call, Requires | Public)]
    return found[0] if len(found) == 1 else None
