"""Headers that keep a browser from doing harm, on every answer, errors included."""

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from netsentinel.kernel.settings import Settings

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'"
)
"""Log lines are written by attackers, so nothing inline ever runs and nothing is fetched from elsewhere."""

_HEADERS: Final = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_POLICY_NAME: Final = b"content-security-policy"
_POLICY: Final = CONTENT_SECURITY_POLICY.encode("ascii")
_CACHE_NAME: Final = b"cache-control"
_NO_STORE: Final = ((_CACHE_NAME, b"no-store"),)
_YEAR_SECONDS: Final = 31_536_000
_STARTS: Final = frozenset({"http.response.start", "websocket.http.response.start"})
_NEVER_STORED: Final = ("/api/", "/auth/", "/metrics", "/readyz", "/livez")


class SecurityHeaders:
    """Adds the headers; `Strict-Transport-Security` when browsers come over https."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        headers = dict(_HEADERS)
        if settings.public_url.startswith("https://"):
            headers["Strict-Transport-Security"] = f"max-age={_YEAR_SECONDS}"
        self._pairs = [(name.lower().encode("ascii"), value.encode("ascii")) for name, value in headers.items()]
        self._names = frozenset(name for name, _ in self._pairs)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; what starts an answer gets the headers."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] in _STARTS:
                self._add(message, scope["path"])
            await send(message)

        await self._app(scope, receive, with_headers)

    def _add(self, message: Message, path: str) -> None:
        is_api = path.startswith(_NEVER_STORED)  # errors elsewhere are problems, which say so themselves
        given: list[tuple[bytes, bytes]] = []
        policy = _POLICY
        for name, value in message["headers"]:
            if name == _POLICY_NAME:
                policy = value  # a file that somebody made is shown under a policy of its own
            elif name not in self._names and not (is_api and name == _CACHE_NAME):
                given.append((name, value))
        message["headers"] = [*given, *self._pairs, (_POLICY_NAME, policy), *(_NO_STORE if is_api else ())]
