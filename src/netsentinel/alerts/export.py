"""Alerts for other programs: as a JSON array or as CSV that no spreadsheet takes for formulas, piece by piece."""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from enum import StrEnum

import msgspec

from netsentinel.alerts.model import Alert
from netsentinel.kernel.clock import to_iso

_encoder = msgspec.json.Encoder()
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What makes a spreadsheet run a cell (OWASP, CSV injection), also as full-width characters."""

COLUMNS = (
    "id",
    "level",
    "score",
    "status",
    "verdict",
    "assignee",
    "title",
    "rule_id",
    "detector",
    "tags",
    "entity_kind",
    "entity",
    "src_ip",
    "dst_ip",
    "user",
    "device",
    "source",
    "count",
    "first_at",
    "last_at",
    "raised_at",
    "updated_at",
)
"""The columns of the CSV. Times are ISO 8601 in UTC; a JSON export has the alerts field for field."""


class ExportFormat(StrEnum):
    """What an export looks like."""

    CSV = "csv"
    JSON = "json"


def export_pieces(pages: AsyncIterator[Sequence[Alert]], form: ExportFormat) -> AsyncIterator[bytes]:
    """The export of some pages of alerts, in pieces: never more than a page at a time."""
    return _csv(pages) if form is ExportFormat.CSV else _json(pages)


async def _csv(pages: AsyncIterator[Sequence[Alert]]) -> AsyncIterator[bytes]:
    yield _lines([COLUMNS])
    async for page in pages:
        yield _lines([_row(alert) for alert in page])


async def _json(pages: AsyncIterator[Sequence[Alert]]) -> AsyncIterator[bytes]:
    yield b"["
    start = b"\n"
    async for page in pages:
        if page:
            yield start + b",\n".join(_encoder.encode(alert) for alert in page)
            start = b",\n"
    yield b"\n]\n"


def _row(alert: Alert) -> list[str]:
    return [
        alert.id,
        alert.level.value,
        str(alert.score),
        alert.status.value,
        alert.verdict.value,
        alert.assignee_name,
        alert.title,
        alert.rule_id,
        alert.detector,
        " ".join(alert.tags),
        alert.entity_kind,
        alert.entity,
        alert.src_ip,
        alert.dst_ip,
        alert.user,
        alert.device,
        alert.source,
        str(alert.count),
        *(to_iso(at) for at in (alert.first_at, alert.last_at, alert.raised_at, alert.updated_at)),
    ]


def _lines(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([inert(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8", "replace")


def inert(cell: str) -> str:
    """The cell as a spreadsheet shows it and does not run it: what begins like a formula gets an apostrophe."""
    cell = cell.replace("\0", "\ufffd")
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) else cell
