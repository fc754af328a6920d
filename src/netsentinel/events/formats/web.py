"""Access logs of web servers: the common and the combined log format of Apache, nginx and many others.

The lines name no fields, so they get the W3C names that Sigma's web server rules speak (`cs-method`, `sc-status`, ...).
Source: Apache's mod_log_config ("Common Log Format", "Combined Log Format").
"""

import re
from functools import lru_cache
from typing import Any

from netsentinel.events.columns import iso_time, number, text
from netsentinel.events.formats.lines import as_text, month_number
from netsentinel.events.model import Event, Logsource
from netsentinel.events.web import is_failed_login
from netsentinel.kernel.types import Micros, TenantId

_LOGSOURCE = Logsource(category="webserver")
_HTTP = 4002
_LINE = re.compile(
    r"(?:(?P<vhost>[\w.-]{1,255}:\d{1,5}) )?(?P<ip>[^\s\[\"]{1,255}) [^\s\"]{1,128} (?P<user>[^\[\"]{1,256}?)"
    r" \[(?P<time>\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\]"
    r' "(?P<request>(?:[^"\\]|\\.)*)" (?P<status>\d{3}) (?P<size>\d{1,15}|-)'
    r'(?: "(?P<referer>(?:[^"\\]|\\.)*)" "(?P<agent>(?:[^"\\]|\\.)*)"(?P<more>.*))?\s*',
    re.DOTALL,
)
_HEAD = re.compile(rb'[^\[\]"]{5,1024} \[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] "')
_NIL = "-"
_ADDRESS = re.compile(r"[0-9A-Fa-f:.]{2,45}")
_REQUEST_WORDS = 2


class WebFormat:
    """Reads access logs."""

    name = "web"

    def recognises(self, record: dict[str, Any]) -> bool:
        """Records that this format decoded."""
        return "cs-method" in record and "sc-status" in record and "c-ip" in record

    def recognises_line(self, line: bytes) -> bool:
        """A time in square brackets, as access logs write it, and a quote behind it."""
        return _HEAD.match(line) is not None

    def decode(self, line: bytes, received_at: Micros) -> dict[str, Any]:
        """The request's parts by their W3C names.

        Raises:
            ValueError: the line is no access log.
        """
        del received_at
        match = _LINE.fullmatch(as_text(line))
        if match is None:
            raise ValueError("the line is in neither the common nor the combined log format")
        words = match["request"].split(" ")
        whole = len(words) > _REQUEST_WORDS
        target = " ".join(words[1:-1]) if whole else match["request"].partition(" ")[2]
        record: dict[str, Any] = {
            "timestamp": _iso(match["time"]),
            "c-ip": match["ip"],
            "cs-method": words[0] if len(words) > 1 else "",
            "cs-uri": target if len(words) > 1 else match["request"],
            "sc-status": int(match["status"]),
        }
        record["cs-uri-stem"] = record["cs-uri"].partition("?")[0]
        record["cs-uri-query"] = record["c-uri"] = record["cs-uri"]
        if whole:
            record["cs-version"] = words[-1]
        named = (("cs-username", "user"), ("s-name", "vhost"), ("cs-referer", "referer"), ("cs-user-agent", "agent"))
        record |= {name: match[group] for name, group in named if match[group] not in (None, _NIL)}
        if match["size"] != _NIL:
            record["sc-bytes"] = int(match["size"])
        if match["more"] and match["more"].strip():
            record["more"] = match["more"].strip()
        return record

    def parse(self, record: dict[str, Any], raw: bytes, tenant: TenantId, source: str) -> Event:
        """The event.

        Raises:
            ValueError: the time cannot be read.
        """
        get = record.get
        status, url, client = number(get("sc-status")), text(get("cs-uri")), text(get("c-ip"))
        user = text(get("cs-username"))
        return Event(
            tenant=tenant,
            source=source,
            format="web",
            time=iso_time(text(get("timestamp"))),
            class_uid=_HTTP,
            logsource=_LOGSOURCE,
            src_ip=client if _ADDRESS.fullmatch(client) else "",
            protocol="tcp",
            app_protocol="http",
            bytes_in=number(get("sc-bytes")),
            user=user,
            device=text(get("s-name")).partition(":")[0],
            domain=text(get("s-name")).partition(":")[0],
            url=url,
            user_agent=text(get("cs-user-agent")),
            http_method=text(get("cs-method")),
            http_status=status,
            referrer=text(get("cs-referer")),
            action="failure" if is_failed_login(status, url) else "",
            native=record,
            raw=raw,
        )


@lru_cache(maxsize=4096)
def _iso(said: str) -> str:
    """`10/Oct/2000:13:55:36 -0700` as ISO 8601."""
    day, month, rest = said.split("/")
    year, clock = rest[:4], rest[5:13]
    zone = rest[14:]
    stamp = f"{year}-{month_number(month):02d}-{day}T{clock}{zone[:3]}:{zone[3:]}"
    iso_time(stamp)
    return stamp
