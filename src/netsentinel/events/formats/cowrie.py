"""Cowrie, the SSH and Telnet honeypot: its JSON log, `eventid` says what happened.

Source: Cowrie's "Output Event Code Reference" (docs.cowrie.org) and its jsonlog output, versions 1.4 to 3.1.
"""

from functools import lru_cache
from typing import Any

from netsentinel.events.columns import iso_time, number, text
from netsentinel.events.model import Event, Logsource
from netsentinel.kernel.types import Micros, TenantId

_PREFIX = "cowrie."
_AUTHENTICATION, _SSH, _PROCESS, _FILE = 3002, 4007, 1007, 1001
_CLASSES = {
    "cowrie.login": _AUTHENTICATION,
    "cowrie.session": _SSH,
    "cowrie.client": _SSH,
    "cowrie.direct-tcpip": 4001,
    "cowrie.command": _PROCESS,
}
_FILE_EVENTS = frozenset({"cowrie.session.file_download", "cowrie.session.file_upload"})
_ACTIONS = {"cowrie.login.failed": "failure", "cowrie.login.success": "success"}
_MAX_KINDS = 256


@lru_cache(maxsize=_MAX_KINDS)
def _logsource(kind: str) -> Logsource:
    return Logsource(product="cowrie", category="application", service=kind.removeprefix(_PREFIX).partition(".")[0])


@lru_cache(maxsize=_MAX_KINDS)
def _class(kind: str) -> int:
    return _FILE if kind in _FILE_EVENTS else _CLASSES.get(kind.rpartition(".")[0], 0)


class CowrieFormat:
    """Reads Cowrie's JSON log."""

    name = "cowrie"

    def recognises(self, record: dict[str, Any]) -> bool:
        """An `eventid` that begins with `cowrie.`."""
        kind = record.get("eventid")
        return type(kind) is str and kind.startswith(_PREFIX)

    def parse(self, record: dict[str, Any], raw: bytes, tenant: TenantId, source: str) -> Event:
        """The event.

        Raises:
            ValueError: `eventid` or a readable `timestamp` is missing.
        """
        get = record.get
        kind = text(get("eventid")).lower()[:128]
        if not kind:
            raise ValueError("a Cowrie record needs its eventid")
        return Event(
            tenant=tenant,
            source=source,
            format="cowrie",
            time=_time(text(get("timestamp"))),
            class_uid=_class(kind),
            logsource=_logsource(kind),
            event_code=kind,
            message=text(get("message")),
            src_ip=text(get("src_ip")),
            src_port=number(get("src_port")),
            dst_ip=text(get("dst_ip")),
            dst_port=number(get("dst_port")),
            app_protocol=text(get("protocol")).lower(),
            duration_us=_duration(get("duration_ms"), 1_000) or _duration(get("duration"), 1_000_000),
            connection_uid=text(get("session")),
            user=text(get("username")),
            device=text(get("sensor")),
            command_line=text(get("input")),
            url=text(get("url")),
            file=text(get("outfile") or get("filename")),
            file_hash=text(get("shasum")),
            action=_ACTIONS.get(kind, ""),
            native=record,
            raw=raw,
        )


def _time(stamp: str) -> Micros:
    try:
        return iso_time(stamp)
    except ValueError:
        raise ValueError(f"{stamp[:64]!r} is no Cowrie timestamp") from None


def _duration(value: Any, micros: int) -> Micros:
    """A duration in units of so many microseconds; some versions write it as text."""
    try:
        return max(0, round(float(value) * micros))
    except (TypeError, ValueError, OverflowError):
        return 0
