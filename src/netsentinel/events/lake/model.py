"""What the lake holds: a stored event, the files it stands in, and how one asks for events."""

from dataclasses import dataclass

import msgspec

from netsentinel.kernel.types import Micros, TenantId

ASIDE = "aside"
"""Below the lake's folder: what is being written. Nothing in it survives a start."""

MIXED = -1
"""The class of a file that holds several days and classes: what is left of a batch with very many of them."""


PARTED = frozenset({2004, 3002, *range(4001, 4015)})
"""Classes that have files of their own: those that detectors and searches ask for one at a time. All others share those
of class 0: a log of Windows has a dozen, and few rows cost less than a file.
"""


class StoredEvent(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One event as it is kept and shown: the columns of `Event`, flat, with its native text."""

    batch: int
    """The inbox batch it came with. Together with `number` it is the event's id."""
    number: int
    """Its position among the events of its batch, from 0."""
    tenant: TenantId
    source: str
    format: str
    time: Micros
    received_at: Micros
    """When the server received it."""
    class_uid: int
    product: str
    category: str
    service: str
    src_ip: str
    src_port: int
    dst_ip: str
    dst_port: int
    protocol: str
    app_protocol: str
    bytes_out: int
    bytes_in: int
    packets_out: int
    packets_in: int
    duration_us: int
    connection_uid: str
    user: str
    device: str
    domain: str
    url: str
    user_agent: str
    event_code: str
    message: str
    signature: str
    http_method: str
    http_status: int
    referrer: str
    dns_type: str
    dns_answer: str
    ja3: str
    process: str
    parent_process: str
    command_line: str
    file: str
    file_hash: str
    src_mac: str
    action: str
    severity: int
    native: str
    """The native fields as JSON; the very bytes that came where those were JSON."""
    raw: str
    """The line as it came, where that was not JSON; empty otherwise."""
    raw_hash: str
    """BLAKE2b of the line as it came, 16 bytes in hexadecimal digits."""

    @property
    def id(self) -> str:
        """The event's id, the same after a crash and a second reading."""
        return f"evt_{self.batch}_{self.number}"

    def key(self, *, by_arrival: bool = False) -> "EventKey":
        """Its place in a list: newest first, by its own time or by when it was received."""
        return (self.received_at if by_arrival else self.time, self.batch, self.number)


EventKey = tuple[Micros, int, int]
"""The time that the list goes by, batch and number: where a page of events ends."""

COLUMNS: dict[str, type] = {
    name: int if kind in (int, Micros) else str
    for name, kind in ((field.name, field.type) for field in msgspec.structs.fields(StoredEvent))
}
"""Every column with the type it has in Python; the tenant's id is text."""

FILTERS = frozenset(COLUMNS) - {"batch", "number", "tenant", "time", "native", "raw"}
"""Columns that can be compared with a value. Time has its range, the texts have the free-text filters."""


GROUPINGS = frozenset({"class_uid", "severity", "source", "format", "action"})
"""Columns with few values: a histogram can be told apart by them."""

Terms = tuple[tuple[str, tuple[str | int, ...]], ...]
"""Columns of `FILTERS`, each with values."""


@dataclass(frozen=True, slots=True)
class FoundEvents:
    """What a search found."""

    events: tuple[StoredEvent, ...]
    is_cut: bool = False
    """Whether further ones that were asked for are not here, because all together weigh too much for one answer."""


class EventFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which events. Everything given must hold; what is empty does not count."""

    since: Micros = 0
    """At or after."""
    until: Micros = 0
    """Before; 0 for no end."""
    by_arrival: bool = False
    """`since`, `until` and the order are about when the server received an event, not about the event's own time."""
    older_than: Micros = 0
    """The event's own time lies before; 0 for any."""
    equal: Terms = ()
    """Columns with the values one of which each must have."""
    unequal: Terms = ()
    """Columns with the values none of which each may have."""
    ids: tuple[tuple[int, int], ...] = ()
    """Batch and number of the only events that count; empty for all."""
    text: str = ""
    """What the native or raw text contains, in any case."""
    regex: str = ""
    """What the native or raw text contains, as a regular expression (RE2)."""


@dataclass(frozen=True, slots=True)
class Spool:
    """Events that were read and wait to be stored, as lines of JSON in a file that nobody else writes."""

    path: str
    """Empty when there are none."""
    events: int
    longest: int
    """Bytes of the longest line."""
    size: int
    """Bytes of all of them."""


EMPTY_SPOOL = Spool("", 0, 0, 0)


class LakeFile(msgspec.Struct, frozen=True, kw_only=True):
    """One Parquet file, as the database knows it."""

    path: str
    """Below the lake's folder, with `/`."""
    tenant: TenantId
    day: int
    """Days since 1970 of its oldest event."""
    class_uid: int
    events: int
    size: int
    """Bytes."""
    min_time: Micros
    max_time: Micros
    stored_at: Micros
    digest: str = ""
    """BLAKE2b of its bytes, 16 of them in hexadecimal; empty where it is not asked for, and for older files."""


@dataclass(frozen=True, slots=True)
class ValueCount:
    """A value of a column, and how many events have it."""

    value: str | int
    count: int


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bar of a histogram over time."""

    at: Micros
    """Its beginning."""
    count: int
    parts: tuple[ValueCount, ...] = ()
    """The same events by the values of the column they are told apart by, largest first; empty without one."""


@dataclass(frozen=True, slots=True)
class Facet:
    """The values that a column has among events."""

    column: str
    items: tuple[ValueCount, ...]
    """The most frequent ones, most frequent first."""
    distinct: int
    """How many values there are in all."""
    events: int
    """How many events were looked at."""


@dataclass(frozen=True, slots=True)
class Extent:
    """From when to when a tenant has stored events."""

    oldest: Micros
    newest: Micros


@dataclass(frozen=True, slots=True)
class HuntResult:
    """What a hunt found."""

    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    truncated: bool
    """Whether there are more rows: more than were asked for, or more than the 16 MiB that an answer may weigh."""
    seconds: float
