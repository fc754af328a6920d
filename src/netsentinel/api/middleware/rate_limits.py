"""Says on every counted answer how much is left: `RateLimit-Policy` and `RateLimit`.

The fields are those of draft-ietf-httpapi-ratelimit-headers-09, in Structured Fields (RFC 9651).
"""

from functools import lru_cache
from typing import Any, Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from netsentinel.limits import Rate, Standing

POLICY_HEADER: Final = "RateLimit-Policy"
LIMIT_HEADER: Final = "RateLimit"
STANDING: Final = "standing"
"""Under this name the request's state holds what is left to its principal."""


@lru_cache(maxsize=64)
def policy_of(rate: Rate) -> str:
    """The policies of a class: quota `q` in a window of `w` seconds."""
    minute = f'"minute";q={rate.per_minute};w=60'
    return f'{minute}, "day";q={rate.per_day};w=86400' if rate.per_day else minute


def limit_of(standing: Standing) -> str:
    """What is left (`r`) of each policy, and in how many seconds (`t`) it is whole again."""
    minute = f'"minute";r={standing.minute_left};t={standing.minute_ends_in}'
    if not standing.rate.per_day:
        return minute
    return f'{minute}, "day";r={standing.day_left};t={standing.day_ends_in}'


class RateLimitHeaders:
    """Adds both fields where a limit counts: not for the tier `unlimited`, nor for what nobody counts."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; what starts an answer gets the headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                state: dict[str, Any] = scope.get("state") or {}
                standing = state.get(STANDING)
                if isinstance(standing, Standing):
                    headers = MutableHeaders(scope=message)
                    headers[POLICY_HEADER] = policy_of(standing.rate)
                    headers[LIMIT_HEADER] = limit_of(standing)
            await send(message)

        await self._app(scope, receive, with_headers)
