"""One attempt: the message is signed, sent, and what came back is kept within bounds."""

import email.utils
from collections.abc import Callable, Iterable
from typing import Any, Final

import msgspec

from netsentinel import __version__
from netsentinel.kernel.clock import DAY, SECOND, Clock, to_iso
from netsentinel.kernel.errors import NetSentinelError
from netsentinel.kernel.types import Micros
from netsentinel.outbound import BUSY, Answer, UnreachableError
from netsentinel.webhooks.model import Delivery, DeliveryAttempt, Endpoint
from netsentinel.webhooks.ports import Caller
from netsentinel.webhooks.signing import Secrets

BODY_BYTES: Final = 4_096
"""So much of an answer's body is kept."""
LONGEST_WAIT: Final = DAY
"""No `Retry-After` is kept longer than this."""
GONE: Final = 410
_MOST_HEADERS: Final = 30
_HEADER_CHARACTERS: Final = 500
_OK: Final = range(200, 300)
_REDIRECTS: Final = range(300, 400)
_AGENT: Final = f"NetSentinel/{__version__} (webhooks)"

OnAttempt = Callable[[str, float], None]
"""Told of every attempt: how it went (`delivered`, `refused`, `unanswered`), and the seconds it took."""


class Sender:
    """Makes attempts. It never raises what the other side causes: that is the attempt's outcome."""

    def __init__(self, caller: Caller, secrets: Secrets, clock: Clock, timeout_s: float = 15.0) -> None:
        self._caller = caller
        self._secrets = secrets
        self._clock = clock
        self._timeout_s = timeout_s
        self._listeners: list[OnAttempt] = []

    def on_attempt(self, listener: OnAttempt) -> None:
        """Have `listener` told of every attempt."""
        self._listeners.append(listener)

    async def send(self, endpoint: Endpoint, delivery: Delivery) -> DeliveryAttempt:
        """Make the next attempt at a delivery.

        Raises:
            UnreachableError: this server had no place for the call: there was no attempt. Any other is an outcome.
        """
        began = self._clock.now()
        body = delivery.body.encode()
        signed = self._secrets.headers(endpoint, delivery.id, body, began)
        headers = {"Content-Type": "application/json", "User-Agent": _AGENT, "Accept": "*/*", **signed}
        status, error, wait = 0, "", 0
        told: tuple[tuple[str, str], ...] = ()
        text = ""
        try:
            answer = await self._caller.post(
                endpoint.url,
                body,
                headers,
                timeout_s=self._timeout_s,
                max_bytes=BODY_BYTES,
                group=endpoint.tenant,
            )
        except NetSentinelError as refused:
            if isinstance(refused, UnreachableError) and refused.reason == BUSY:
                raise
            error = refused.detail
        else:
            status, told, text = answer.status, _bounded(answer.headers), _text(answer.body)
            error = error_of(answer)
            wait = retry_after_of(answer, began) if error else 0
        took = max(0, self._clock.now() - began)
        outcome = "delivered" if not error else "refused" if status else "unanswered"
        for listener in self._listeners:
            listener(outcome, took / SECOND)
        return DeliveryAttempt(
            delivery_id=delivery.id,
            tenant=delivery.tenant,
            number=delivery.attempts + 1,
            at=began,
            took=took,
            status=status,
            error=error,
            retry_after=wait,
            request_headers=tuple((name.lower(), value) for name, value in headers.items()),
            response_headers=told,
            response_body=text,
        )


def message(kind: str, at: Micros, seq: int, subject: str, data: Any) -> str:
    """What is sent about an entry: Standard Webhooks' `type`, `timestamp` and `data`, with where it stands."""
    told = {"type": kind, "timestamp": to_iso(at), "seq": seq, "subject": subject, "data": data}
    return msgspec.json.encode(told).decode()


def error_of(answer: Answer) -> str:
    """Why an answer is a failure; empty for success."""
    if answer.status in _OK:
        return ""
    if answer.status in _REDIRECTS:
        return f"The endpoint answered {answer.status}: redirects are not followed. Register where it leads to."
    return f"The endpoint answered {answer.status}."


def retry_after_of(answer: Answer, now: Micros) -> Micros:
    """How long the answer asks to be left alone, in seconds or until a date (RFC 9110); at most a day."""
    text = answer.header("retry-after").strip()
    if text.isdecimal():
        return min(int(text[:9]) * SECOND, LONGEST_WAIT)
    try:
        until = email.utils.parsedate_to_datetime(text)
        return min(max(0, int(until.timestamp()) * SECOND - now), LONGEST_WAIT)
    except (ValueError, OverflowError):  # no date, or one that is beyond what the system counts
        return 0


def _bounded(headers: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name[:100], value[:_HEADER_CHARACTERS]) for name, value in tuple(headers)[:_MOST_HEADERS])


def _text(body: bytes) -> str:
    """As text that any database holds: PostgreSQL takes no zero characters."""
    return body.decode("utf-8", "replace").replace("\x00", "\ufffd")
