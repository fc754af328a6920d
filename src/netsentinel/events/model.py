"""An event: one observation from outside. Native fields stay as they came; hot columns get OCSF meanings."""

from typing import Any

import msgspec

from netsentinel.kernel.types import Micros, TenantId


class Logsource(msgspec.Struct, frozen=True, gc=False):
    """Where an event comes from, in Sigma's words. Empty text means "not stated"."""

    product: str = ""
    category: str = ""
    service: str = ""


class Event(msgspec.Struct, gc=False, kw_only=True):
    """One observation. Columns follow OCSF 1.x; what the source does not say stays at its empty value."""

    tenant: TenantId
    source: str
    """Name of the source it came through."""
    format: str
    """Name of the format that parsed it."""
    time: Micros
    """When it happened, by the source's own clock."""
    class_uid: int = 0
    """OCSF class: 4001 network activity, 4002 HTTP, 4003 DNS, 3002 authentication, 1007 process activity, ..."""
    logsource: Logsource
    src_ip: str = ""
    src_port: int = 0
    dst_ip: str = ""
    dst_port: int = 0
    protocol: str = ""
    """Transport, lower case: `tcp`, `udp`, `icmp`."""
    app_protocol: str = ""
    """Application, lower case: `http`, `dns`, `ssh`, ..."""
    bytes_out: int = 0
    """From source to destination."""
    bytes_in: int = 0
    packets_out: int = 0
    packets_in: int = 0
    duration_us: int = 0
    connection_uid: str = ""
    """The source's own id of the connection (`flow_id`, `uid`)."""
    user: str = ""
    device: str = ""
    """Name of the sensor or host that reported."""
    domain: str = ""
    """Host name asked for: DNS query, HTTP host, TLS SNI."""
    url: str = ""
    user_agent: str = ""
    event_code: str = ""
    """What happened, in the source's own word: EVE's `event_type`, Zeek's log, a Windows event id, ..."""
    message: str = ""
    """What the source says to a person."""
    signature: str = ""
    """Name of the source's own rule that fired."""
    http_method: str = ""
    http_status: int = 0
    referrer: str = ""
    dns_type: str = ""
    dns_answer: str = ""
    """First answer."""
    ja3: str = ""
    """Fingerprint of a TLS client."""
    process: str = ""
    """The program: its path where the source says it."""
    parent_process: str = ""
    command_line: str = ""
    file: str = ""
    file_hash: str = ""
    src_mac: str = ""
    action: str = ""
    """`allowed`, `blocked`, `success`, `failure` where the source says so."""
    severity: int = 0
    """OCSF severity_id, 0 unknown to 6 fatal."""
    native: dict[str, Any]
    """The event as it was given, decoded; a format may add other names for its values, but no other texts."""
    raw: bytes = b""
    """The event as JSON: byte for byte as it was given, or made of a line of text, which it then holds in `_line`."""

    def has_any(self, names: frozenset[str]) -> bool:
        """Whether the event itself has one of these names."""
        return not names.isdisjoint(self.native)


class Rejected(msgspec.Struct, frozen=True, gc=False):
    """A line that could not be parsed. It is kept, counted and shown, never dropped."""

    line: bytes
    """The line, cut to `MAX_REJECTED_BYTES`."""
    reason: str
    number: int
    """Its position in the batch, from 1."""


MAX_REJECTED_BYTES = 64 * 1024
