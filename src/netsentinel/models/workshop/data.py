"""The rows that are learnt from or measured on: tables of files, and stored events with what is known of them."""

from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import duckdb
import msgspec
import numpy as np
import numpy.typing as npt

from netsentinel.detection.errors import TrainingDataError
from netsentinel.detection.models.flows import FlowFeatures, is_flow
from netsentinel.detection.models.histories import HISTORIES, Histories
from netsentinel.detection.models.ports import Labels
from netsentinel.detection.models.read import read
from netsentinel.detection.models.table import Schema, Table
from netsentinel.detection.models.windows import SPAN, WINDOWS, EntityWindows, rows_of
from netsentinel.events.lake.model import StoredEvent
from netsentinel.events.model import Event, Logsource
from netsentinel.kernel.clock import MINUTE
from netsentinel.kernel.types import Micros
from netsentinel.models.orders import LabelSource, Rows, RowsOf, Span

Texts = npt.NDArray[np.str_]

AROUND = MINUTE
"""An alert says something about this long before its first and after its last event, too."""

_BENIGN = "benign"
_BY_SCHEMA = {WINDOWS.version: RowsOf.WINDOWS, HISTORIES.version: RowsOf.HISTORIES}
_COLUMNS = frozenset(Event.__struct_fields__) & frozenset(StoredEvent.__struct_fields__) - {"native", "raw"}


@dataclass(frozen=True, slots=True)
class Known:
    """Rows with everything that a training wants to know of them."""

    table: Table
    labels: Labels
    sources: dict[str, int]
    """Where the labels came from, with how many rows each gave."""
    left_out: tuple[str, ...]
    times: npt.NDArray[np.float64] | None
    hosts: Texts | None

    def fingerprint(self) -> str:
        """SHA-256 of the rows with their labels, whatever file they came from."""
        digest = sha256(self.table.schema.version.encode())
        digest.update(np.ascontiguousarray(self.table.numbers).tobytes())
        for column in self.table.categories:
            digest.update("\0".join(column.values).encode("utf-8", "surrogatepass"))
            digest.update(np.ascontiguousarray(column.codes).tobytes())
        digest.update(np.ascontiguousarray(self.labels.bad).tobytes())
        return digest.hexdigest()


def known(rows: Rows, like: Schema | None = None) -> Known:
    """The rows.

    Args:
        rows: where they are.
        like: the columns that a model knows; without it, whatever describes the rows.

    Raises:
        NotFoundError: there is no such file.
        InvalidInputError: it cannot be read.
        TrainingDataError: it lacks columns, or has nothing to learn from.
    """
    if not rows.is_events:
        return _of_table(rows, like)
    wanted = rows.rows_of if like is None else _BY_SCHEMA.get(like.version, RowsOf.FLOWS)
    return _of_flows(rows) if wanted is RowsOf.FLOWS else _of_windows(rows, wanted)


def _of_table(rows: Rows, like: Schema | None) -> Known:
    path = Path(rows.path)
    drop = (*rows.drop, *(one for one in (rows.time_column, rows.host_column) if one))
    data = read(path, rows.label, benign=rows.benign, drop=drop, like=like)
    times = _column(path, rows.time_column, "DOUBLE") if rows.time_column else None
    hosts = _column(path, rows.host_column, "VARCHAR") if rows.host_column else None
    if (times is not None and len(times) != len(data.table)) or (hosts is not None and len(hosts) != len(data.table)):
        raise TrainingDataError(f"{path.name} has no header, so no column of it can be named.")
    bad = int(data.labels.bad.sum())
    return Known(
        table=data.table,
        labels=data.labels,
        sources={f"column {rows.label}: bad": bad, f"column {rows.label}: benign": len(data.table) - bad},
        left_out=data.left_out,
        times=None if times is None else times.astype(np.float64),
        hosts=None if hosts is None else hosts.astype(np.str_),
    )


def _column(path: Path, name: str, kind: str) -> npt.NDArray[Any]:
    """A column of a table in the order of its rows."""
    quoted = '"' + name.replace('"', '""') + '"'
    read_as = "read_parquet(?)" if path.name.endswith((".parquet", ".pq")) else "read_csv(?, header = true)"
    value = (
        f"coalesce(try_cast({quoted} AS DOUBLE), epoch(try_cast({quoted} AS TIMESTAMP)))"
        if kind == "DOUBLE"
        else f"coalesce(CAST({quoted} AS VARCHAR), '')"
    )
    with duckdb.connect(":memory:") as database:
        database.execute("SET threads = 1")
        try:
            statement = f"SELECT {value} AS v FROM {read_as}"  # noqa: S608 - the name is quoted
            found: Any = cast("Any", database.execute(statement, [str(path)])).fetchnumpy()["v"]
        except duckdb.Error as error:
            first = str(error).splitlines()[0]
            raise TrainingDataError(f"The column {name!r} of {path.name} cannot be read: {first}") from error
    if kind == "DOUBLE":
        numbers = np.ma.asarray(found, dtype=np.float64)
        return np.asarray(numbers.filled(np.nan))
    return np.asarray(found).astype(np.str_)


def _of_flows(rows: Rows) -> Known:
    flows = [event for event in _events(Path(rows.path)) if is_flow(event)]
    if not flows:
        raise TrainingDataError("None of these stored events is a network flow with both addresses.")
    labels = _SpanLabels(rows.spans)
    for flow in flows:
        labels.add(flow.src_ip, flow.time, flow.time)
    return Known(
        table=FlowFeatures().rows(flows),
        labels=labels.labels(),
        sources=dict(labels.sources),
        left_out=(),
        times=np.asarray([flow.time for flow in flows], dtype=np.float64),
        hosts=np.asarray([flow.src_ip for flow in flows], dtype=np.str_),
    )


def _of_windows(rows: Rows, wanted: RowsOf) -> Known:
    closed = EntityWindows().take(_events(Path(rows.path)))
    if not closed:
        raise TrainingDataError(
            "No window of an entity is over: flows, logins or program starts over more than 15 minutes are needed."
        )
    labels = _SpanLabels(rows.spans)
    for one in closed:
        began = one.window.span * SPAN
        # A service is what others use: an alert about its host does not make those bad.
        labels.add("" if one.segment == "service" else one.entity, began, began + SPAN)
    return Known(
        table=Histories().rows(closed) if wanted is RowsOf.HISTORIES else rows_of(closed),
        labels=labels.labels(),
        sources=dict(labels.sources),
        left_out=(),
        times=np.asarray([one.window.span * SPAN for one in closed], dtype=np.float64),
        hosts=np.asarray([f"{one.segment} {one.entity}" for one in closed], dtype=np.str_),
    )


def _events(path: Path) -> list[Event]:
    """Stored events in the order in which detection saw them."""
    decode = msgspec.json.Decoder(StoredEvent).decode
    with path.open("rb") as file:
        stored = sorted((decode(line) for line in file), key=lambda event: (event.batch, event.number))
    return [event_of(event) for event in stored]


def event_of(stored: StoredEvent) -> Event:
    """A stored event as detection saw it, without its native text."""
    columns = {name: getattr(stored, name) for name in _COLUMNS}
    return Event(logsource=Logsource(stored.product, stored.category, stored.service), native={}, **columns)


class _SpanLabels:
    """Labels of rows by what is known of whom they are about."""

    def __init__(self, spans: tuple[Span, ...]) -> None:
        self._spans: dict[str, list[Span]] = {}
        for span in spans:
            self._spans.setdefault(span.entity, []).append(span)
        self._kinds: dict[str, int] = {}
        self._bad: list[bool] = []
        self._kind: list[int] = []
        self.sources: Counter[str] = Counter()

    def add(self, entity: str, since: Micros, until: Micros) -> None:
        """Label a row about an entity and a stretch of time."""
        span = self._span_of(entity, since, until)
        bad = span is not None and span.bad
        name = span.kind if span is not None and bad else _BENIGN
        self._bad.append(bad)
        self._kind.append(self._kinds.setdefault(name, len(self._kinds) + 1) if bad else 0)
        said = f"{span.source.value}: {'bad' if bad else _BENIGN}" if span is not None else "nobody: benign"
        self.sources[said] += 1

    def labels(self) -> Labels:
        """Of all rows so far."""
        return Labels(np.asarray(self._bad, dtype=np.bool_), np.asarray(self._kind, dtype=np.int64))

    def _span_of(self, entity: str, since: Micros, until: Micros) -> Span | None:
        """What counts most of what is known: a person's word before a rule's, bad before benign."""
        found = [
            span
            for span in self._spans.get(entity, ())
            if span.since - AROUND <= until and since <= span.until + AROUND
        ]
        return max(found, key=lambda span: (span.source is LabelSource.VERDICT, span.bad), default=None)
