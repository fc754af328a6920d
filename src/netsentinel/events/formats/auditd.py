"""The Linux audit log: `type=EXECVE msg=audit(1364481363.243:24287): argc=2 a0="ls" ...`, one record per line.

Values that the kernel wrote in hexadecimal because they hold blanks are decoded, as `ausearch -i` does: rules name what
was typed. Source: audit-userspace (lib/libaudit, auparse/interpret.c); RHEL's "Understanding Audit log files".
"""

import re
from functools import lru_cache
from typing import Any

from netsentinel.events.columns import epoch_seconds, number, text
from netsentinel.events.formats.lines import as_text
from netsentinel.events.model import Event, Logsource
from netsentinel.kernel.types import Micros, TenantId

_LOGSOURCE = Logsource(product="linux", service="auditd")
_LINE = re.compile(
    r"(?:.{0,256}?\b)?(?:node=(?P<node>\S{1,255}) )?type=(?P<type>[\w\[\]]{1,64})"
    r" msg=audit\((?P<time>\d{1,11}\.\d{3}):(?P<serial>\d{1,20})\): ?(?P<rest>.*)",
    re.DOTALL,
)
_HEAD = re.compile(rb"type=[\w\[\]]{1,64} msg=audit\(\d")
_HEAD_WITHIN = 512
_PAIR = re.compile(r"""([\w-]{1,64})=("[^"]*"|'[^']*'|[^\s]*)""")
_ENRICHED = "\x1d"
_HEX = re.compile(r"(?:[0-9A-F]{2})+")
_UNTRUSTED = frozenset({"proctitle", "name", "exe", "comm", "cwd", "cmd", "data", "acct", "key"})
"""Fields that the kernel writes in hexadecimal when they hold blanks, quotes or control characters."""
_ARGUMENT = re.compile(r"a\d{1,4}(?:\[\d{1,4}\])?")
_AUTHENTICATION, _PROCESS, _FILE = 3002, 1007, 1001
_CLASSES = {
    "USER_LOGIN": _AUTHENTICATION,
    "USER_AUTH": _AUTHENTICATION,
    "EXECVE": _PROCESS,
    "SYSCALL": _PROCESS,
    "PROCTITLE": _PROCESS,
    "USER_CMD": _PROCESS,
    "PATH": _FILE,
}
_NOT_SAID = frozenset({"?", "(null)", "unset"})
_MILLIS = 1_000


class AuditdFormat:
    """Reads audit.log, also behind a syslog header."""

    name = "auditd"

    def recognises(self, record: dict[str, Any]) -> bool:
        """Records that this format decoded."""
        return "audit_serial" in record and "type" in record

    def recognises_line(self, line: bytes) -> bool:
        """`type=... msg=audit(`."""
        return _HEAD.search(line[:_HEAD_WITHIN]) is not None

    def decode(self, line: bytes, received_at: Micros) -> dict[str, Any]:
        """The record's fields.

        Raises:
            ValueError: the line is no audit record.
        """
        del received_at
        match = _LINE.match(as_text(line))
        if match is None:
            raise ValueError("an audit record needs type= and msg=audit(time:serial):")
        kind = match["type"]
        record: dict[str, Any] = {"type": kind, "time": match["time"], "audit_serial": match["serial"]}
        if match["node"]:
            record["node"] = match["node"]
        _pairs(match["rest"].replace(_ENRICHED, " "), kind, record)
        if kind == "EXECVE":
            arguments = [record[name] for at in range(_arguments(record)) if (name := f"a{at}") in record]
            record.setdefault("CommandLine", " ".join(arguments))
        return record

    def parse(self, record: dict[str, Any], raw: bytes, tenant: TenantId, source: str) -> Event:
        """The event.

        Raises:
            ValueError: the type is missing, or the time cannot be read.
        """
        get = record.get
        kind = text(get("type"))
        if not kind:
            raise ValueError("an audit record needs its type")
        address, said = text(get("addr")), text(get("res") or get("success")).lower()
        return Event(
            tenant=tenant,
            source=source,
            format="auditd",
            time=_time(get("time")),
            class_uid=_CLASSES.get(kind, 0),
            logsource=_LOGSOURCE,
            event_code=kind,
            src_ip="" if address in _NOT_SAID else address,
            connection_uid=text(get("audit_serial")),
            user=text(get("acct") or get("AUID") or get("auid")),
            device=text(get("node")),
            process=text(get("exe")),
            command_line=text(get("CommandLine") or get("proctitle") or get("cmd")),
            file=text(get("name")) if kind == "PATH" else "",
            action={"failed": "failure", "no": "failure", "success": "success", "yes": "success"}.get(said, ""),
            native=record,
            raw=raw,
        )


def _pairs(said: str, kind: str, record: dict[str, Any]) -> None:
    for name, value in _PAIR.findall(said):
        if value[:1] == "'":
            _pairs(value[1:-1], kind, record)
        elif name not in record:
            record[name] = _value(name, value, kind)


def _value(name: str, value: str, kind: str) -> str:
    if value[:1] == '"':
        return value[1:-1]
    free = name in _UNTRUSTED or (kind == "EXECVE" and _ARGUMENT.fullmatch(name) is not None)
    if free and _HEX.fullmatch(value):
        return as_text(bytes.fromhex(value)).replace("\0", " ").rstrip(" ")
    return value


_MOST_ARGUMENTS = 4096


def _arguments(record: dict[str, Any]) -> int:
    return max(0, min(number(record.get("argc")), _MOST_ARGUMENTS))


@lru_cache(maxsize=4096)
def _stamp(said: str) -> Micros:
    whole, _, millis = said.partition(".")
    return epoch_seconds(int(whole)) + int(millis or 0) * _MILLIS


def _time(said: Any) -> Micros:
    try:
        return _stamp(text(said))
    except ValueError:
        raise ValueError(f"{text(said)[:64]!r} is no time of an audit record") from None
