"""Suricata's EVE JSON: one object per line, `event_type` says what it is.

Source: the EVE JSON format chapter of the Suricata 7 and 8 user guides.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from netsentinel.events.columns import first, iso_time, number, table, text
from netsentinel.events.model import Event, Logsource
from netsentinel.events.web import is_failed_login
from netsentinel.kernel.types import Micros, TenantId

_CLASSES = {
    "flow": 4001,
    "netflow": 4001,
    "http": 4002,
    "dns": 4003,
    "dhcp": 4004,
    "rdp": 4005,
    "smb": 4006,
    "ssh": 4007,
    "ftp": 4008,
    "smtp": 4009,
    "fileinfo": 4010,
    "alert": 2004,
}
"""OCSF 1.x class of each event type."""

CATEGORIES = {"dns": "dns", "http": "proxy", "flow": "firewall", "netflow": "firewall"}
"""Sigma's category of each event type, where Sigma has one."""

_NOT_PROTOCOLS = frozenset({"flow", "netflow", "alert", "anomaly", "fileinfo", "stats", "drop", "packet", "metadata"})

_SEVERITIES = {1: 4, 2: 3, 3: 2, 4: 1}
"""Suricata's alert severity (1 is the worst) as OCSF severity_id (4 is high)."""

_MAX_KINDS = 256
_LONGEST_KIND = 128


@lru_cache(maxsize=_MAX_KINDS)
def _logsource(kind: str) -> Logsource:
    return Logsource(product="suricata", category=CATEGORIES.get(kind, ""), service=kind)


class SuricataFormat:
    """Reads EVE JSON."""

    name = "suricata"

    def recognises(self, record: dict[str, Any]) -> bool:
        """EVE lines have an `event_type` and a `timestamp`, both texts."""
        return type(record.get("event_type")) is str and type(record.get("timestamp")) is str

    def parse(self, record: dict[str, Any], raw: bytes, tenant: TenantId, source: str) -> Event:
        """The event.

        Raises:
            ValueError: `timestamp` or `event_type` is missing or not what EVE writes.
        """
        get = record.get
        kind, stamp = text(get("event_type")), text(get("timestamp"))
        if not kind or not stamp:
            raise ValueError("an EVE record needs event_type and timestamp")
        app_protocol = text(get("app_proto")).lower()
        if not app_protocol or app_protocol == "failed":
            app_protocol = "" if kind in _NOT_PROTOCOLS else kind
        event = Event(
            tenant=tenant,
            source=source,
            format="suricata",
            time=_time(stamp),
            class_uid=_CLASSES.get(kind, 0),
            logsource=_logsource(kind[:_LONGEST_KIND]),
            src_ip=text(get("src_ip")),
            src_port=number(get("src_port")),
            dst_ip=text(get("dest_ip")),
            dst_port=number(get("dest_port")),
            protocol=text(get("proto")).lower(),
            app_protocol=app_protocol,
            connection_uid=str(get("flow_id") or ""),
            device=text(get("host")),
            event_code=kind,
            native=record,
            raw=raw,
        )
        for section in record.keys() & _SECTIONS.keys():
            _SECTIONS[section](event, table(record[section]))
        if kind == "flow":
            _outcome(event, table(get("flow")), table(get("tcp")))
        return event


def _time(stamp: str) -> Micros:
    try:
        return iso_time(stamp)
    except ValueError:
        raise ValueError(f"{stamp[:64]!r} is no EVE timestamp") from None


def _flow(event: Event, flow: dict[str, Any]) -> None:
    event.bytes_out = number(flow.get("bytes_toserver", flow.get("bytes")))
    event.bytes_in = number(flow.get("bytes_toclient"))
    event.packets_out = number(flow.get("pkts_toserver", flow.get("pkts")))
    event.packets_in = number(flow.get("pkts_toclient"))
    start, end = text(flow.get("start")), text(flow.get("end"))
    if start and end:
        try:
            event.duration_us = max(0, iso_time(end) - iso_time(start))
        except ValueError:
            event.duration_us = number(flow.get("age")) * 1_000_000


def _outcome(event: Event, flow: dict[str, Any], tcp: dict[str, Any]) -> None:
    """Whether the connection came to nothing: unanswered, refused, or over before any payload came back."""
    if event.protocol == "tcp":
        silent = event.packets_in == 0 or (event.packets_in <= 1 and event.packets_out <= 3)  # noqa: PLR2004 - RST or SYN/ACK only
        if silent or text(tcp.get("state")) in {"syn_sent", "syn_recv"}:
            event.action = "failure"
    elif event.packets_in == 0 and text(flow.get("state")) == "new":
        event.action = "failure"


def _http(event: Event, http: dict[str, Any]) -> None:
    event.domain = text(http.get("hostname"))
    event.url = text(http.get("url"))
    event.user_agent = text(http.get("http_user_agent"))
    event.http_method = text(http.get("http_method"))
    event.referrer = text(http.get("http_refer"))
    event.http_status = number(http.get("status"))
    if is_failed_login(event.http_status, event.url):
        event.action = "failure"


def _dns(event: Event, dns: dict[str, Any]) -> None:
    asked = dns
    if "rrname" not in dns:  # version 2 of alerts has `query`, version 3 of everything has `queries`
        asked = table(first(dns.get("queries") or dns.get("query")))
    event.domain, event.dns_type = text(asked.get("rrname")), text(asked.get("rrtype"))
    answers = dns.get("answers")
    event.dns_answer = text(table(first(answers)).get("rdata")) if answers else text(dns.get("rdata"))


def _tls(event: Event, tls: dict[str, Any]) -> None:
    event.domain = text(tls.get("sni"))
    event.ja3 = text(table(tls.get("ja3")).get("hash"))


def _alert(event: Event, alert: dict[str, Any]) -> None:
    event.severity = _SEVERITIES.get(number(alert.get("severity")), 0)
    event.action = text(alert.get("action"))
    event.signature = text(alert.get("signature"))


def _fileinfo(event: Event, info: dict[str, Any]) -> None:
    event.file = text(info.get("filename"))
    event.file_hash = text(info.get("sha256") or info.get("md5"))


def _ftp(event: Event, ftp: dict[str, Any]) -> None:
    if text(ftp.get("command")).upper() == "USER":
        event.user = text(ftp.get("command_data"))
    codes: Any = ftp.get("completion_code")
    if codes is not None:
        said = {str(code) for code in (codes if isinstance(codes, list) else [codes])}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - JSON of any shape
        event.action = "failure" if "530" in said else "success" if "230" in said else ""


def _krb5(event: Event, krb5: dict[str, Any]) -> None:
    event.user = text(krb5.get("cname"))
    if text(krb5.get("msg_type")) == "KRB_ERROR":
        event.action = "failure"


def _smb(event: Event, smb: dict[str, Any]) -> None:
    event.user = text(table(smb.get("ntlmssp")).get("user"))
    if text(smb.get("status")) == "STATUS_LOGON_FAILURE":
        event.action = "failure"


def _smtp(event: Event, smtp: dict[str, Any]) -> None:
    event.domain = text(smtp.get("helo"))
    event.user = text(smtp.get("mail_from"))


_SECTIONS: dict[str, Callable[[Event, dict[str, Any]], None]] = {
    "flow": _flow,
    "netflow": _flow,
    "http": _http,
    "dns": _dns,
    "tls": _tls,
    "alert": _alert,
    "fileinfo": _fileinfo,
    "ftp": _ftp,
    "krb5": _krb5,
    "smb": _smb,
    "smtp": _smtp,
}
