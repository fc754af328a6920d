"""Ports of the intake: what a format is, and where batches wait until their effect is recorded."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, runtime_checkable

from netsentinel.events.model import Event
from netsentinel.events.positions import StreamPosition
from netsentinel.kernel.types import Micros, TenantId
from netsentinel.storage.ports import ReadTx, Tx


class Format(Protocol):
    """Turns one decoded record into an event. One file per format in `events/formats`."""

    @property
    def name(self) -> str:
        """For example `suricata`."""
        ...

    def recognises(self, record: dict[str, Any]) -> bool:
        """Whether the record looks like this format. Cheap: called once per record where no format is stated."""
        ...

    def parse(self, record: dict[str, Any], raw: bytes, tenant: TenantId, source: str) -> Event:
        """The event.

        Raises:
            ValueError: the record lacks what makes it an event (for example its time).
        """
        ...


@runtime_checkable
class LineFormat(Format, Protocol):
    """A format of text lines: it turns a line into a record, and a record into an event as any format does.

    A line is understood by itself; rows under a header are no matter of formats but of `events/tables.py`.
    """

    def recognises_line(self, line: bytes) -> bool:
        """Whether the line looks like this format. Cheap: called once per line that is no JSON."""
        ...

    def decode(self, line: bytes, received_at: Micros) -> dict[str, Any]:
        """The line as a record that `parse` takes: what the line names, by the names rules use.

        Args:
            line: without its line end.
            received_at: for formats whose times lack the year; never used for anything else.

        Raises:
            ValueError: the line is broken.
        """
        ...


@dataclass(frozen=True, slots=True)
class InboxBatch:
    """A batch as it was handed over, durable until its effect is recorded."""

    id: int
    """Order of arrival."""
    tenant: TenantId
    source: str
    format: str
    """Name of a format, or empty to recognise each record."""
    received_at: Micros
    records: int
    """How many records the sender handed over."""
    raw: bytes
    """NDJSON, compressed with zstd."""
    done: bool = False
    """Whether its effect is recorded; it then waits for the detectors' next checkpoint."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A batch in the inbox, without what it holds."""

    id: int
    tenant: TenantId
    records: int
    size: int
    """Bytes, compressed."""


class Backlog(NamedTuple):
    """What of one tenant waits for detection."""

    batches: int
    """Batches that are not done."""
    since: Micros
    """When the oldest of them was received."""


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What one processed batch says about its source."""

    tenant: TenantId
    source: str
    format: str
    events: int
    rejected: int
    size: int
    """Bytes, uncompressed."""
    last_event_at: Micros
    """Time of its newest event, 0 when it had none."""
    last_error: str


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """A source as the page of sources shows it."""

    name: str
    format: str
    events: int
    rejected: int
    size: int
    """Bytes, uncompressed."""
    first_seen_at: Micros
    last_seen_at: Micros
    last_event_at: Micros
    last_error: str
    waiting: int
    """Records received and not yet processed."""
    waiting_since: Micros = 0
    """When the oldest of them was received; 0 when none waits."""


class InboxQueue(Protocol):
    """Batches on their way through detection."""

    def arrivals(self, tx: ReadTx, after: int, limit: int) -> list[Arrival]:
        """Batches with an id above `after`, in order, done or not."""
        ...

    def fetch(self, tx: ReadTx, ids: Sequence[int]) -> list[InboxBatch]:
        """These batches, in the order asked for; one that is not there is left out."""
        ...

    def finish(self, tx: Tx, ids: Sequence[int]) -> list[int]:
        """Mark batches as done, in the transaction of their effect; the ids that were not done before."""
        ...

    def checkpoint(self, tx: Tx, number: int, covered: Sequence[int], state: bytes) -> None:
        """Record the detectors' state, and delete the batches that it covers.

        Args:
            tx: the transaction that records what else was made of the batches.
            number: of the checkpoint, above all before it.
            covered: ids of batches that the detectors have seen since the last checkpoint; all are done.
            state: what their `restore` needs.

        Raises:
            UnavailableError: another server was first: there is a checkpoint with this number or a higher one, or a
                batch is not there any more, because that server set it aside.
        """
        ...

    def last_checkpoint(self, tx: ReadTx) -> tuple[int, bytes]:
        """The newest checkpoint: number and state; `(0, b"")` before the first."""
        ...


class Inbox(Protocol):
    """The durable waiting room between receiving and processing."""

    def put(self, tx: Tx, batch: InboxBatch) -> int:
        """Store a batch (its `id` is ignored); the id it got."""
        ...

    def advance(self, tx: Tx, tenant: TenantId, source: str, position: StreamPosition, now: Micros) -> int | None:
        """Move a stream's recorded end to the position's, in the transaction that puts its batch.

        Returns:
            None when it moved: the batch is new. The recorded end when that is beyond the position's start: the batch,
            or its beginning, is here already, and nothing changed.
        """
        ...

    def finish(self, tx: Tx, ids: Sequence[int]) -> list[int]:
        """Mark batches as done, in the transaction of their effect; the ids that were not done before."""
        ...

    def backlog(self, tx: ReadTx) -> dict[TenantId, Backlog]:
        """What waits of each tenant of which something does."""
        ...


class SourceStore(Protocol):
    """Counts and errors per source, and the records that could not be parsed."""

    def record(self, tx: Tx, report: SourceReport, now: Micros) -> None:
        """Add one batch's counts."""
        ...

    def keep_rejected(
        self, tx: Tx, tenant: TenantId, source: str, lines: Sequence[tuple[bytes, str]], now: Micros
    ) -> None:
        """Keep unparsable lines with the reason of each."""
        ...

    def all(self, tx: ReadTx, tenant: TenantId) -> list[SourceStatus]:
        """All sources of a tenant, by name."""
        ...

    def rejected(self, tx: ReadTx, tenant: TenantId, source: str, limit: int) -> list[tuple[Micros, bytes, str]]:
        """The newest unparsable lines: when, the line, why."""
        ...
