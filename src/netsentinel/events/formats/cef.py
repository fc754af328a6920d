"""ArcSight's Common Event Format: `CEF:0|vendor|product|version|id|name|severity|key=value ...`, alone or in syslog.

Source: the "Implementing ArcSight Common Event Format" guide, version 26.
"""

import re
from functools import lru_cache
from typing import Any

from netsentinel.events.columns import epoch_seconds, iso_time, number, text
from netsentinel.events.formats.lines import as_text, classic_time, month_number
from netsentinel.events.model import Event, Logsource
from netsentinel.kernel.clock import to_iso
from netsentinel.kernel.types import Micros, TenantId

_MARK = b"CEF:"
_MARK_WITHIN = 256
_START = re.compile(r"CEF:\s?(?P<version>\d{1,2}(?:\.\d)?)\|")
_HEADER = ("cef_version", "deviceVendor", "deviceProduct", "deviceVersion", "deviceEventClassId", "name", "severity")
_UNESCAPED_PIPE = re.compile(r"(?<!\\)\|")
_KEY = re.compile(r"(?:^|\s)([A-Za-z][\w.\[\]-]{0,63})=")
_CLASSIC = re.compile(r"(?:<\d{1,3}>)?([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d) (\S{1,255})")
_ISO = re.compile(r"(?:<\d{1,3}>)?(?:1 )?(\d{4}-\d\d-\d\dT\S{8,24}) (\S{1,255})")
_DATED = re.compile(r"([A-Z][a-z]{2}) (\d\d?) (\d{4}) (\d\d:\d\d:\d\d)(\.\d{1,6})?")
_MILLIS = 1_000
_WORDS = {"unknown": 0, "low": 2, "medium": 3, "high": 4, "very-high": 5}
_LEVELS = (1, 1, 1, 1, 2, 2, 2, 4, 4, 5, 5)
"""CEF's 0 to 10 (0-3 low, 4-6 medium, 7-8 high, 9-10 very high) as OCSF severity_id."""
_ACTIONS = {"blocked", "block", "deny", "denied", "drop", "dropped", "reject", "reset"}
_ALLOWED = {"allow", "allowed", "accept", "permit", "permitted", "pass"}


@lru_cache(maxsize=1024)
def _logsource(vendor: str, product: str) -> Logsource:
    return Logsource(product=vendor, service=product)


class CefFormat:
    """Reads CEF."""

    name = "cef"

    def recognises(self, record: dict[str, Any]) -> bool:
        """Records that this format decoded."""
        return "cef_version" in record and "deviceVendor" in record

    def recognises_line(self, line: bytes) -> bool:
        """`CEF:` near the beginning."""
        return _MARK in line[:_MARK_WITHIN]

    def decode(self, line: bytes, received_at: Micros) -> dict[str, Any]:
        """Header and extension; a time in front of it fills `timestamp` when the extension states none.

        Raises:
            ValueError: the header has not its seven parts.
        """
        said = as_text(line)
        start = _START.search(said)
        if start is None:
            raise ValueError("a CEF line needs CEF:version|")
        parts = _UNESCAPED_PIPE.split(said[start.end() :], maxsplit=len(_HEADER) - 1)
        if len(parts) < len(_HEADER) - 1:
            raise ValueError("the CEF header has not its seven parts")
        values = [start["version"], *(part.replace("\\|", "|").replace("\\\\", "\\") for part in parts[:6])]
        record: dict[str, Any] = dict(zip(_HEADER, values, strict=True))
        record |= _extension(parts[6] if len(parts) >= len(_HEADER) else "")
        front = said[: start.start()]
        _front(front, record, received_at)
        return record

    def parse(self, record: dict[str, Any], raw: bytes, tenant: TenantId, source: str) -> Event:
        """The event.

        Raises:
            ValueError: it has no vendor, or a stated time cannot be read.
        """
        get = record.get
        if type(get("deviceVendor")) is not str:
            raise ValueError("a CEF record needs its deviceVendor")
        return Event(
            tenant=tenant,
            source=source,
            format="cef",
            time=_time(record),
            logsource=_logsource(_word(get("deviceVendor")), _word(get("deviceProduct"))),
            event_code=text(get("deviceEventClassId")),
            message=text(get("msg")) or text(get("name")),
            signature=text(get("name")),
            src_ip=text(get("src") or get("c6a2")),
            src_port=number(get("spt")),
            dst_ip=text(get("dst") or get("c6a3")),
            dst_port=number(get("dpt")),
            protocol=text(get("proto")).lower(),
            app_protocol=text(get("app")).lower(),
            bytes_out=number(get("out")),
            bytes_in=number(get("in")),
            user=text(get("suser") or get("duser")),
            device=text(get("dvchost") or get("dvc") or get("hostname")),
            domain=text(get("dhost")),
            url=text(get("request")),
            user_agent=text(get("requestClientApplication")),
            http_method=text(get("requestMethod")),
            process=text(get("sproc") or get("dproc")),
            file=text(get("filePath") or get("fname")),
            file_hash=text(get("fileHash")),
            action=_action(text(get("outcome")).lower(), text(get("act")).lower()),
            severity=_severity(text(get("severity")).lower()),
            native=record,
            raw=raw,
        )


def _extension(said: str) -> dict[str, str]:
    keys = list(_KEY.finditer(said))
    values: dict[str, str] = {}
    ends = [key.start() for key in keys[1:]] + [len(said)]
    for key, end in zip(keys, ends[: len(keys)], strict=True):
        value = said[key.end() : end].strip()
        values[key[1]] = value.replace("\\=", "=").replace("\\n", "\n").replace("\\\\", "\\")
    return values


def _front(front: str, record: dict[str, Any], received_at: Micros) -> None:
    """What syslog says in front of the message."""
    classic = _CLASSIC.match(front)
    match = classic or _ISO.match(front)
    if match is None:
        return
    record.setdefault("hostname", match[2])
    if classic:
        record.setdefault("timestamp", to_iso(classic_time(match[1], received_at)))
    else:
        record.setdefault("timestamp", match[1])


def _time(record: dict[str, Any]) -> Micros:
    for name in ("rt", "start", "end", "timestamp"):
        said = text(record.get(name))
        if said:
            return _read_time(said)
    return 0


def _read_time(said: str) -> Micros:
    if said.isascii() and said.isdigit():
        return epoch_seconds(int(said[:18]) / _MILLIS)
    dated = _DATED.match(said)
    if dated:
        month, day, year, clock, fraction = dated.groups()
        said = f"{year}-{month_number(month):02d}-{int(day):02d}T{clock}{fraction or ''}"
    return iso_time(said)


def _word(value: Any) -> str:
    return text(value).lower().replace(" ", "_")[:64]


def _action(outcome: str, act: str) -> str:
    if outcome.startswith(("fail", "success")):
        return "failure" if outcome.startswith("fail") else "success"
    return "blocked" if act in _ACTIONS else "allowed" if act in _ALLOWED else ""


def _severity(said: str) -> int:
    if said.isascii() and said.isdigit() and int(said[:3]) < len(_LEVELS):
        return _LEVELS[int(said[:3])]
    return _WORDS.get(said, 0)
