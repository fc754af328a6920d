"""OpenCanary, the network honeypot: one JSON object per event, `logtype` is a number that says what happened.

Source: opencanary/logger.py (the LOG_* constants) of OpenCanary 0.9.
"""

from typing import Any

from netsentinel.events.columns import iso_time, number, table, text
from netsentinel.events.model import Event, Logsource
from netsentinel.kernel.types import Micros, TenantId

_LOGSOURCE = Logsource(product="opencanary", category="application")
_AUTHENTICATION, _HTTP, _SSH, _FTP, _NETWORK, _SMB = 3002, 4002, 4007, 4008, 4001, 4006

_SERVICES: dict[int, tuple[str, str]] = {
    2000: ("ftp", "tcp"),
    2001: ("ftp", "tcp"),
    3000: ("http", "tcp"),
    3001: ("http", "tcp"),
    3002: ("http", "tcp"),
    3003: ("http", "tcp"),
    4000: ("ssh", "tcp"),
    4001: ("ssh", "tcp"),
    4002: ("ssh", "tcp"),
    5000: ("smb", "tcp"),
    6001: ("telnet", "tcp"),
    6002: ("telnet", "tcp"),
    7001: ("http", "tcp"),
    8001: ("mysql", "tcp"),
    9001: ("mssql", "tcp"),
    9002: ("mssql", "tcp"),
    9003: ("mssql", "tcp"),
    10001: ("tftp", "udp"),
    11001: ("ntp", "udp"),
    12001: ("vnc", "tcp"),
    13001: ("snmp", "udp"),
    14001: ("rdp", "tcp"),
    15001: ("sip", "udp"),
    16001: ("git", "tcp"),
    17001: ("redis", "tcp"),
    18001: ("", "tcp"),
    18002: ("", "tcp"),
    18003: ("", "tcp"),
    18004: ("", "tcp"),
    18005: ("", "tcp"),
    19001: ("llmnr", "udp"),
}
"""logtype -> application and transport protocol."""

_LOGINS = frozenset({2000, 3001, 4002, 6001, 7001, 8001, 9001, 9002, 12001, 14001})
"""Somebody tried a password (or, for VNC and RDP, connected to be asked for one)."""

_CLASSES = {"http": _HTTP, "ssh": _SSH, "ftp": _FTP, "smb": _SMB}
_STARTS_AT = 2000
"""Smaller logtypes speak about OpenCanary itself: it starts, a module fails, debugging."""


class OpenCanaryFormat:
    """Reads OpenCanary's log."""

    name = "opencanary"

    def recognises(self, record: dict[str, Any]) -> bool:
        """A number in `logtype` beside `node_id` and `logdata`."""
        return type(record.get("logtype")) is int and "node_id" in record and "logdata" in record

    def parse(self, record: dict[str, Any], raw: bytes, tenant: TenantId, source: str) -> Event:
        """The event.

        Raises:
            ValueError: `logtype` is missing, or no time can be read.
        """
        get = record.get
        kind = get("logtype")
        if type(kind) is not int:
            raise ValueError("an OpenCanary record needs its logtype")
        said = table(get("logdata"))
        app, transport = _SERVICES.get(kind, ("", ""))
        login = kind in _LOGINS
        touched = _NETWORK if kind >= _STARTS_AT else 0
        port, source_port = number(get("dst_port")), number(get("src_port"))
        return Event(
            tenant=tenant,
            source=source,
            format="opencanary",
            time=_time(text(get("utc_time")) or text(get("local_time_adjusted")) or text(get("local_time"))),
            class_uid=_AUTHENTICATION if login else _CLASSES.get(app, touched),
            logsource=_LOGSOURCE,
            event_code=str(kind)[:32],
            src_ip=text(get("src_host")),
            src_port=max(0, source_port),
            dst_ip=text(get("dst_host")),
            dst_port=max(0, port),
            protocol=transport,
            app_protocol=app,
            user=text(said.get("USERNAME") or said.get("UserName")),
            device=text(get("node_id")),
            domain=text(said.get("HOSTNAME")) if app == "http" else "",
            url=text(said.get("PATH")) if app == "http" else "",
            user_agent=text(said.get("USERAGENT")),
            command_line=text(said.get("CMD")),
            file=text(said.get("FILENAME")),
            message=text(table(said.get("msg")).get("logdata")),
            action="failure" if login else "",
            native=record,
            raw=raw,
        )


def _time(stamp: str) -> Micros:
    try:
        return iso_time(stamp)
    except ValueError:
        raise ValueError(f"{stamp[:64]!r} is no OpenCanary time") from None
