"""Zeek's JSON logs: dotted names (`id.orig_h`), nested ones, or the underscored ones of combined streams.

The log's name comes from `_path`, `@stream` or `event.dataset`; a bare log file says it by its fields.
Source: Zeek 6 log reference ("Log Files") and the policy scripts that name the fields.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from netsentinel.events.columns import epoch_seconds, first, iso_time, number, table, text
from netsentinel.events.model import Event, Logsource
from netsentinel.events.web import is_failed_login
from netsentinel.kernel.types import Micros, TenantId

_CLASSES = {
    "conn": 4001,
    "http": 4002,
    "dns": 4003,
    "dhcp": 4004,
    "rdp": 4005,
    "smb_files": 4006,
    "smb_mapping": 4006,
    "ssh": 4007,
    "ftp": 4008,
    "smtp": 4009,
    "files": 4010,
    "kerberos": 3002,
    "ntlm": 3002,
    "radius": 3002,
    "notice": 2004,
}
"""OCSF 1.x class of each log."""

CATEGORIES = {"dns": "dns", "http": "proxy", "conn": "firewall"}
"""Sigma's category of each log, where Sigma has one."""

_TELLTALES: tuple[tuple[str, str], ...] = (
    ("conn_state", "conn"),
    ("qtype_name", "dns"),
    ("rcode_name", "dns"),
    ("trans_id", "dns"),
    ("trans_depth", "http"),
    ("status_code", "http"),
    ("cert_chain_fuids", "ssl"),
    ("cipher", "ssl"),
    ("certificate.serial", "x509"),
    ("certificate_serial", "x509"),
    ("note", "notice"),
    ("kexinit", "ssh"),
    ("host_key_alg", "ssh"),
    ("auth_attempts", "ssh"),
    ("auth_success", "ssh"),
    ("fuid", "files"),
    ("compile_ts", "pe"),
    ("request_type", "kerberos"),
    ("ntlm_user", "ntlm"),
    ("ntlmssp", "ntlm"),
    ("named_pipe", "dce_rpc"),
    ("share_type", "smb_mapping"),
    ("times_modified", "smb_files"),
    ("security_protocol", "rdp"),
    ("mailfrom", "smtp"),
    ("helo", "smtp"),
    ("tunnel_type", "tunnel"),
    ("assigned_addr", "dhcp"),
    ("msg_types", "dhcp"),
    ("software_type", "software"),
    ("failure_reason", "dpd"),
    ("orig_hw", "arp"),
    ("reply_code", "ftp"),
    ("nick", "irc"),
    ("call_id", "sip"),
    ("community", "snmp"),
    ("filter", "packet_filter"),
    ("percent_lost", "capture_loss"),
    ("pkts_proc", "stats"),
    ("peer", "weird"),
)
"""A field that only this log has, most telling first."""

_FAILED_STATES = frozenset({"S0", "REJ", "RSTOS0", "RSTRH", "SH", "SHR"})
"""conn_state of connections that were not answered, refused or never completed (Zeek, base/protocols/conn)."""

_USER_FIELDS = {"kerberos": "client", "rdp": "cookie"}
"""Where a login log keeps the account, when not in `username`."""

_MAX_LOGS = 256
_LONGEST_LOG = 128


@lru_cache(maxsize=_MAX_LOGS)
def _logsource(log: str) -> Logsource:
    return Logsource(product="zeek", category=CATEGORIES.get(log, ""), service=log)


class ZeekFormat:
    """Reads Zeek logs written as JSON."""

    name = "zeek"

    def recognises(self, record: dict[str, Any]) -> bool:
        """A time in `ts` and a sign of Zeek: a log's name, a connection's `uid`, or a field only Zeek writes."""
        if "ts" not in record or "event_type" in record:
            return _is_script(record)
        return bool(
            "uid" in record
            or "_path" in record
            or "@stream" in record
            or "id.orig_h" in record
            or "id_orig_h" in record
            or _log_by_fields(record)
        )

    def parse(self, record: dict[str, Any], raw: bytes, tenant: TenantId, source: str) -> Event:
        """The event.

        Raises:
            ValueError: `ts` is missing or neither a number nor an ISO time.
        """
        get = record.get
        log = log_name(record)
        event = Event(
            tenant=tenant,
            source=source,
            format="zeek",
            time=0 if log == _SCRIPTS else _time(get("ts")),
            class_uid=_CLASSES.get(log, 0),
            logsource=_logsource(log[:_LONGEST_LOG]),
            protocol=text(get("proto")).lower(),
            app_protocol="" if log in {"conn", "notice", "weird", "files"} else log,
            connection_uid=text(get("uid")),
            event_code=log,
            device=text(get("@system") or get("_system_name") or get("host_name")),
            native=record,
            raw=raw,
        )
        if "id.orig_h" in record:
            event.src_ip, event.src_port = text(get("id.orig_h")), number(get("id.orig_p"))
            event.dst_ip, event.dst_port = text(get("id.resp_h")), number(get("id.resp_p"))
        elif "id_orig_h" in record:
            event.src_ip, event.src_port = text(get("id_orig_h")), number(get("id_orig_p"))
            event.dst_ip, event.dst_port = text(get("id_resp_h")), number(get("id_resp_p"))
        elif type(get("id")) is dict:
            ends = table(get("id"))
            event.src_ip, event.src_port = text(ends.get("orig_h")), number(ends.get("orig_p"))
            event.dst_ip, event.dst_port = text(ends.get("resp_h")), number(ends.get("resp_p"))
        fill = _FILL.get(log)
        if fill is not None:
            fill(event, record)
        return event


def log_name(record: dict[str, Any]) -> str:
    """The log's name, for example `conn`; empty where nothing tells it."""
    said = record.get("_path") or record.get("@stream")
    if type(said) is str:
        return said.lower()
    dataset = record.get("event.dataset") or table(record.get("event")).get("dataset")
    if type(dataset) is str:
        return dataset.rpartition(".")[2].lower()
    return _log_by_fields(record)


def _log_by_fields(record: dict[str, Any]) -> str:
    for field, log in _TELLTALES:
        if field in record:
            return log
    return _SCRIPTS if _is_script(record) else ""


_SCRIPTS = "loaded_scripts"


def _is_script(record: dict[str, Any]) -> bool:
    """A row of loaded_scripts.log, the one log without a time: a script's name, indented by its depth."""
    name = record.get("name")
    return type(name) is str and name.endswith((".zeek", ".bro")) and record.keys() <= {"name", "_path"}


def _time(ts: Any) -> Micros:
    if type(ts) is float or type(ts) is int:
        return epoch_seconds(ts)
    if type(ts) is str:
        try:
            return iso_time(ts)
        except ValueError:
            raise ValueError(f"{ts[:64]!r} is no Zeek time") from None
    raise ValueError("a Zeek record needs ts")


def _conn(event: Event, record: dict[str, Any]) -> None:
    get = record.get
    event.bytes_out = number(get("orig_bytes"))
    event.bytes_in = number(get("resp_bytes"))
    event.packets_out = number(get("orig_pkts"))
    event.packets_in = number(get("resp_pkts"))
    event.duration_us = _duration(get("duration"))
    event.app_protocol = text(get("service")).lower()
    state = text(get("conn_state"))
    if state in _FAILED_STATES or (event.protocol == "tcp" and state.startswith("RST") and event.bytes_in == 0):
        event.action = "failure"


def _duration(seconds: Any) -> Micros:
    try:
        return epoch_seconds(float(seconds)) if seconds is not None else 0
    except (TypeError, ValueError):
        return 0


def _http(event: Event, record: dict[str, Any]) -> None:
    get = record.get
    event.domain = text(get("host"))
    event.url = text(get("uri"))
    event.user_agent = text(get("user_agent"))
    event.http_method = text(get("method"))
    event.http_status = number(get("status_code"))
    event.referrer = text(get("referrer"))
    event.user = text(get("username"))
    event.bytes_out = number(get("request_body_len"))
    event.bytes_in = number(get("response_body_len"))
    if is_failed_login(event.http_status, event.url):
        event.action = "failure"


def _dns(event: Event, record: dict[str, Any]) -> None:
    event.domain, event.dns_type = text(record.get("query")), text(record.get("qtype_name"))
    event.dns_answer = text(first(record.get("answers")))


def _ssl(event: Event, record: dict[str, Any]) -> None:
    event.domain, event.ja3 = text(record.get("server_name")), text(record.get("ja3"))


def _login(event: Event, record: dict[str, Any]) -> None:
    """Logs of protocols that know whether a login worked."""
    said = record.get("auth_success", record.get("success"))
    if type(said) is bool:
        event.action = "success" if said else "failure"
    event.user = text(record.get(_USER_FIELDS.get(event.logsource.service, "username")))


def _ftp(event: Event, record: dict[str, Any]) -> None:
    event.user = text(record.get("user"))
    code = number(record.get("reply_code"))
    event.action = {530: "failure", 230: "success"}.get(code, "")


def _files(event: Event, record: dict[str, Any]) -> None:
    event.src_ip = event.src_ip or text(first(record.get("tx_hosts")))
    event.dst_ip = event.dst_ip or text(first(record.get("rx_hosts")))
    event.app_protocol = text(record.get("source")).lower()
    event.bytes_out = number(record.get("seen_bytes"))
    event.file = text(record.get("filename"))
    event.file_hash = text(record.get("sha256") or record.get("sha1") or record.get("md5"))


def _notice(event: Event, record: dict[str, Any]) -> None:
    event.src_ip = event.src_ip or text(record.get("src"))
    event.dst_ip = event.dst_ip or text(record.get("dst"))
    event.dst_port = event.dst_port or number(record.get("p"))
    event.signature, event.message = text(record.get("note")), text(record.get("msg"))


def _arp(event: Event, record: dict[str, Any]) -> None:
    event.src_ip, event.dst_ip = text(record.get("orig_h")), text(record.get("resp_h"))
    event.src_mac = text(record.get("src_mac"))


def _dhcp(event: Event, record: dict[str, Any]) -> None:
    event.src_ip = event.src_ip or text(record.get("client_addr"))
    event.dst_ip = event.dst_ip or text(record.get("server_addr"))
    event.src_mac = text(record.get("mac"))


_FILL: dict[str, Callable[[Event, dict[str, Any]], None]] = {
    "conn": _conn,
    "http": _http,
    "dns": _dns,
    "ssl": _ssl,
    "ssh": _login,
    "kerberos": _login,
    "ntlm": _login,
    "mysql": _login,
    "rdp": _login,
    "ftp": _ftp,
    "files": _files,
    "notice": _notice,
    "arp": _arp,
    "dhcp": _dhcp,
}
