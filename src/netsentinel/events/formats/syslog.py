"""Syslog lines: RFC 5424, RFC 3164, and what daemons write to files (with or without `<PRI>`, classic or ISO times).

A classic time has no year and no zone: it is read as UTC, in the year in which the line was received, or the year
before when that would lie more than a day ahead. `sshd`'s and `sudo`'s messages are read for who did what from where.
"""

import re
from functools import lru_cache
from typing import Any

from netsentinel.events.columns import iso_time, number, text
from netsentinel.events.formats.lines import as_text, classic_time
from netsentinel.events.model import Event, Logsource
from netsentinel.kernel.clock import to_iso
from netsentinel.kernel.types import Micros, TenantId

_RFC5424 = re.compile(
    r"<(?P<pri>\d{1,3})>1 (?P<time>-|\S{1,64}) (?P<hostname>\S{1,255}) (?P<appname>\S{1,255}) (?P<procid>\S{1,128})"
    r" (?P<msgid>\S{1,64}) (?P<rest>.*)",
    re.DOTALL,
)
_RFC3164 = re.compile(
    r"(?:<(?P<pri>\d{1,3})>)?"
    r"(?P<time>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[^\s]{0,16})"
    r" (?P<hostname>[^\s:]{1,255}) (?P<rest>.*)",
    re.DOTALL,
)
_TAG = re.compile(r"(?P<appname>[^\s\[:]{1,128})(?:\[(?P<procid>[^\]\s]{1,128})\])?: ?(?P<message>.*)", re.DOTALL)
_STRUCTURED = re.compile(r'\[(?P<id>[^\s\]="]{1,32})(?P<params>(?: [^\s\]="]{1,32}="(?:[^"\\\]]|\\.)*")*)\]')
_PARAM = re.compile(r' ([^\s\]="]{1,32})="((?:[^"\\\]]|\\.)*)"')
_NIL = "-"
_MAX_PRI = 191

_FACILITIES = (
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "ntp",
    "security", "console", "solaris-cron", "local0", "local1", "local2", "local3", "local4", "local5", "local6",
    "local7",
)  # fmt: skip
_SEVERITIES = (6, 5, 5, 4, 3, 2, 1, 1)
"""Syslog's severity (0 is an emergency) as OCSF severity_id (6 is fatal)."""

_SERVICES = {"sshd": "sshd", "sshd-session": "sshd", "sudo": "sudo", "cron": "cron", "crond": "cron", "su": "auth"}
"""Sigma's Linux service of each program."""

_SSHD = {"sshd", "sshd-session"}
_AUTHENTICATION = 3002
_PROCESS = 1007
_LOGIN = re.compile(
    r"(?P<said>Accepted|Failed) (?P<method>[\w/-]{1,64}) for (?:invalid user |illegal user )?(?P<user>.{0,256}?)"
    r" from (?P<ip>[0-9A-Fa-f.:%\w]{2,64}) port (?P<port>\d{1,5})"
)
_UNKNOWN_USER = re.compile(
    r"(?:Invalid|Illegal) user (?P<user>.{0,256}?) from (?P<ip>[0-9A-Fa-f.:]{2,64})(?: port (?P<port>\d{1,5}))?$"
)
_SUDO = re.compile(r"\s*(?P<user>[^\s:]{1,64}) : .{0,1024}?COMMAND=(?P<command>.*)", re.DOTALL)
_MAX_APPS = 1024


@lru_cache(maxsize=_MAX_APPS)
def _logsource(app: str, facility: str) -> Logsource:
    service = _SERVICES.get(app.lower(), "")
    if not service:
        service = "auth" if facility in {"auth", "authpriv"} else "cron" if facility == "cron" else "syslog"
    return Logsource(product="linux", service=service)


class SyslogFormat:
    """Reads syslog of both RFCs."""

    name = "syslog"

    def recognises(self, record: dict[str, Any]) -> bool:
        """Records that this format decoded."""
        return "message" in record and "hostname" in record and "syslog_version" in record

    def recognises_line(self, line: bytes) -> bool:
        """A priority in angle brackets, or a syslog time followed by a host's name."""
        head = as_text(line[:512])
        return _RFC5424.match(head) is not None or _RFC3164.match(head) is not None

    def decode(self, line: bytes, received_at: Micros) -> dict[str, Any]:
        """The message's parts.

        Raises:
            ValueError: the line is no syslog, or its time cannot be read.
        """
        said = as_text(line)
        new = _RFC5424.match(said)
        match = new or _RFC3164.match(said)
        if match is None:
            raise ValueError("the line is no syslog message")
        parts: dict[str, Any] = {
            key: value for key, value in match.groupdict().items() if value is not None and value != _NIL
        }
        rest = parts.pop("rest", "")
        parts["syslog_version"] = 1 if new else 0
        _priority(parts)
        stamp = parts.pop("time", "")
        parts["timestamp"] = to_iso(_time(stamp, received_at)) if stamp else ""
        if new:
            parts["message"] = _structured(rest, parts).removeprefix("\ufeff")
        else:
            tagged = _TAG.match(rest)
            parts |= {key: value for key, value in tagged.groupdict().items() if value is not None} if tagged else {}
            parts.setdefault("message", rest)
        return parts

    def parse(self, record: dict[str, Any], raw: bytes, tenant: TenantId, source: str) -> Event:
        """The event.

        Raises:
            ValueError: there is no message, or the time cannot be read.
        """
        get = record.get
        if type(get("message")) is not str:
            raise ValueError("a syslog record needs its message")
        app, message, stamp = text(get("appname")), text(get("message")), text(get("timestamp"))
        severity = number(get("severity_code")) if "severity_code" in record else -1
        event = Event(
            tenant=tenant,
            source=source,
            format="syslog",
            time=iso_time(stamp) if stamp else 0,
            logsource=_logsource(app[:128], text(get("facility"))[:16]),
            event_code=text(get("msgid")),
            message=message,
            device=text(get("hostname")),
            process=app,
            severity=_SEVERITIES[severity] if 0 <= severity < len(_SEVERITIES) else 0,
            native=record,
            raw=raw,
        )
        if app in _SSHD:
            _login(event, message)
        elif app == "sudo":
            _sudo(event, message)
        return event


def _priority(parts: dict[str, Any]) -> None:
    said = parts.pop("pri", None)
    if said is None:
        return
    value = int(said)
    if value > _MAX_PRI:
        raise ValueError(f"{value} is no syslog priority")
    parts["priority"] = value
    parts["facility"] = _FACILITIES[value >> 3]
    parts["severity_code"] = value & 7


def _time(said: str, received_at: Micros) -> Micros:
    if said[0].isdigit():
        try:
            return iso_time(said)
        except ValueError:
            raise ValueError(f"{said[:64]!r} is no time") from None
    return classic_time(said, received_at)


def _structured(rest: str, parts: dict[str, Any]) -> str:
    """The message behind the structured data, whose values go into the parts."""
    if rest.startswith(_NIL):
        return rest[1:].lstrip(" ")
    at, found = 0, dict[str, dict[str, str]]()
    while element := _STRUCTURED.match(rest, at):
        values = {
            name: value.replace('\\"', '"').replace("\\]", "]") for name, value in _PARAM.findall(element["params"])
        }
        found[element["id"]] = values
        at = element.end()
    if not at:
        raise ValueError("the structured data of the syslog message cannot be read")
    parts["structured_data"] = found
    return rest[at:].lstrip(" ")


def _login(event: Event, message: str) -> None:
    match = _LOGIN.match(message)
    if match is not None:
        event.action = "success" if match["said"] == "Accepted" else "failure"
    else:
        match = _UNKNOWN_USER.match(message)
        if match is None:
            return
    event.class_uid = _AUTHENTICATION
    event.app_protocol = "ssh"
    event.user, event.src_ip, event.src_port = match["user"], match["ip"], number(match["port"])


def _sudo(event: Event, message: str) -> None:
    match = _SUDO.match(message)
    if match is not None:
        event.class_uid = _PROCESS
        event.user, event.command_line = match["user"], match["command"]
