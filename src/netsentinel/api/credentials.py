"""What a request brings to be let in: an API key in its header, or the session in a cookie.

The cookie's name says how it travels, and browsers enforce what the prefix `__Host-` promises (RFC 6265bis, 4.1.3.2).
"""

from typing import Final

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import Response

from netsentinel.kernel.settings import Settings

SECURE_NAME: Final = "__Host-ns_session"
"""Over https: the prefix makes browsers insist on Secure, on the path `/` and on this very host."""
LOCAL_NAME: Final = "ns_session"
"""On plain loopback, where nobody listens and browsers refuse the prefix."""

_BEARER: Final = "bearer"


def bearer(headers: Headers) -> str | None:
    """What stands in `Authorization: Bearer`; None without such a header.

    Browsers never add one by themselves, unlike cookies and the Basic credentials of a proxy: who sends it is a program
    that means it.
    """
    scheme, _, credentials = headers.get("authorization", "").partition(" ")
    return credentials.strip() if scheme.lower() == _BEARER else None


def is_secure(settings: Settings) -> bool:
    """Whether browsers reach the server over https."""
    return settings.public_url.startswith("https://")


def cookie_name(settings: Settings) -> str:
    """The one name under which a session is believed."""
    return SECURE_NAME if is_secure(settings) else LOCAL_NAME


def session_token(headers: Headers, settings: Settings) -> str:
    """The session token that came with a request; empty when none did."""
    return cookie_parser(headers.get("cookie", "")).get(cookie_name(settings), "")


def has_session(headers: Headers, settings: Settings) -> bool:
    """Whether a session token came with a request, valid or not."""
    return bool(session_token(headers, settings))


def set_session(response: Response, token: str, settings: Settings) -> None:
    """Hand a session to the browser. The server ends it; the cookie itself lasts as long as the browser is open."""
    response.set_cookie(
        cookie_name(settings), token, path="/", secure=is_secure(settings), httponly=True, samesite="lax"
    )


def clear_session(response: Response, settings: Settings) -> None:
    """Take the session away from the browser."""
    response.delete_cookie(cookie_name(settings), path="/", secure=is_secure(settings), httponly=True, samesite="lax")
