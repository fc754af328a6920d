"""A finding: what one detector says about one or more events."""

from dataclasses import dataclass

import msgspec

from netsentinel.kernel.types import Level, Micros, TenantId

MOST_AT_ONCE = 50_000
"""So many findings a detector tells of one call; one more says that there are others."""


@dataclass(frozen=True, slots=True)
class MatchedField:
    """One field that made the detector fire."""

    field: str
    """Native name, as the rule speaks it."""
    value: str
    """What the event held (cut to 512 characters)."""
    condition: str
    """What was asked for, for example `endswith '/wp-login.php'` or `distinct ports >= 20 in 60 s`; cut as well."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What one detector says. Everything an alert needs to explain itself travels with it."""

    tenant: TenantId
    source: str
    detector: str
    """`sigma`, `port_scan`, `password_guessing`, ..."""
    rule_id: str
    """The Sigma rule's id, or the detector's own stable id."""
    title: str
    description: str
    level: Level
    tags: tuple[str, ...]
    """Sigma tags, for example `attack.t1110.001`."""
    time: Micros
    """Time of the event that completed it."""
    src_ip: str
    dst_ip: str
    user: str
    device: str
    entity: str
    """The address, host or user the finding is about: the threat's key."""
    entity_kind: str
    """`address`, `host` or `user`."""
    matched: tuple[MatchedField, ...]
    false_positives: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    rule_source: str = ""
    """The rule's own text, for detectors that have one; stored once per rule, not per alert."""
    fingerprint: str
    """Findings with the same fingerprint within the window are one alert."""
    raw: bytes
    """The event that completed it, as it was given; empty where others of its batch had filled the room for them."""


class BatchResult(msgspec.Struct, frozen=True, kw_only=True):
    """What the detection process answers for one inbox batch. Crosses the process boundary as MessagePack."""

    batch: int
    events: int
    rejected: int
    size: int
    """Bytes, uncompressed."""
    format: str
    """The format most of its records had."""
    last_event_at: Micros
    findings: tuple[Finding, ...]
    rejected_lines: tuple[tuple[bytes, str], ...]
    is_cut: bool = False
    """Whether there were more findings than are told of one batch."""
    omitted: int = 0
    """Events that the tenant's own rules did not judge, because these had taken too long."""
    kept: int = 0
    """Bytes that its events take until the lake has them."""
    took: Micros = 0
    """Time of the processor that it took; 0 where nobody measured it."""
