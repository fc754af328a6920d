"""Where a request comes from: known host names only, and nothing that a page of another site sends with our cookie."""

import ipaddress
from string import ascii_letters, digits
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from netsentinel.api.credentials import bearer, has_session
from netsentinel.api.middleware.trace import trace_id_of
from netsentinel.api.problems import refuse
from netsentinel.kernel.errors import ForeignOriginError, InvalidInputError, NetSentinelError
from netsentinel.kernel.settings import Settings

REQUEST_HEADER: Final = "X-NetSentinel-Request"
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_PROBES: Final = frozenset({"/livez", "/readyz"})
_HOST_CHARACTERS: Final = frozenset(f"{ascii_letters}{digits}.:-_[]")
_WILDCARDS: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared with, never bound


def split_host(host: str) -> str:
    """The name in a Host header, in lower case, without the port; empty when the header makes no sense."""
    if not _HOST_CHARACTERS.issuperset(host):
        return ""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def is_loopback(host: str) -> bool:
    """Whether the name means this machine itself, so that nobody on the network sees what is sent to it."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    address = _address(host)
    return address is not None and address.is_loopback


def origin_of(url: str) -> str:
    """Scheme, host and port of a URL as browsers write an origin, without the scheme's own port."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    host = parts.hostname or ""
    if ":" in host:
        host = f"[{host}]"
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    return f"{parts.scheme}://{host}" if port in {None, usual} else f"{parts.scheme}://{host}:{port}"


class OriginGuard:
    """Refuses unknown hosts (DNS rebinding) and requests that a foreign page makes (CSRF, WebSocket hijacking).

    A request with a bearer's key is a program's: no browser adds one by itself, so host and origin mean nothing there,
    and routes ignore the cookie of such a request.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        names = {split_host(settings.host), urlsplit(settings.public_url).hostname or ""}
        self._hosts = names - {"", *_WILDCARDS}
        self._any_address = settings.host in _WILDCARDS
        self._origins = {origin_of(url) for url in (settings.public_url, *settings.allowed_origins) if url}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, unless it comes from where it must not."""
        refusal = self._refusal(scope) if scope["type"] in {"http", "websocket"} else None
        if refusal is not None:
            await refuse(refusal, trace_id_of(scope), scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _refusal(self, scope: Scope) -> NetSentinelError | None:
        headers = Headers(scope=scope)
        if bearer(headers) is not None or scope["path"] in _PROBES:
            return None
        host = split_host(headers.get("host", ""))
        if not self._knows(host):
            return InvalidInputError(
                f"This server does not know itself as '{host}'. Set NETSENTINEL_PUBLIC_URL to the address that"
                " browsers use."
            )
        if scope["type"] == "http" and scope["method"] in _SAFE:
            return None
        return self._foreign(scope, headers)

    def _foreign(self, scope: Scope, headers: Headers) -> ForeignOriginError | None:
        """The refusal of something that changes state or opens a WebSocket, when another site's page is behind it."""
        with_session = has_session(headers, self._settings)
        origin = headers.get("origin")
        site = headers.get("sec-fetch-site")
        if origin is not None:
            if origin not in self._origins | own_origin(scope, self._settings):
                return ForeignOriginError(f"Pages of {origin} may not do this.", origin=origin)
        elif site not in {None, "same-origin"}:
            return ForeignOriginError("Pages of other sites may not do this.")
        elif with_session and site is None:
            return ForeignOriginError("A request with the session cookie must say its Origin.")
        if with_session and scope["type"] == "http" and not headers.get(REQUEST_HEADER):
            return ForeignOriginError(f"A request with the session cookie must carry {REQUEST_HEADER}: 1.")
        return None

    def _knows(self, host: str) -> bool:
        # Rebinding needs a name that an attacker controls; an address cannot be rebound.
        return is_loopback(host) or host in self._hosts or (self._any_address and _address(host) is not None)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def own_origin(scope: Scope, settings: Settings) -> set[str]:
    """The origin that the request's host is; nothing once `public_url` says which one it is.

    Behind a proxy the request itself is plain, so that its host would make the http page of our name one of ours.
    """
    if settings.public_url:
        return set()
    scheme = "https" if scope["scheme"] in {"https", "wss"} else "http"
    return {origin_of(f"{scheme}://{Headers(scope=scope).get('host', '')}")}
