"""Alerts for other programs: as JSON, as CSV that no spreadsheet takes for formulas, or as STIX 2.1, piece by piece."""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from enum import StrEnum
from typing import Final

import msgspec

from netsentinel.alerts.model import Alert
from netsentinel.alerts.stix import RuleLookup, stix_pieces
from netsentinel.kernel.clock import to_iso
from netsentinel.kernel.types import Micros

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
    STIX = "stix"

    @property
    def media_type(self) -> str:
        """As HTTP names it."""
        return _TYPES[self]

    def file_name(self, at: Micros) -> str:
        """What a file of the day is called."""
        ending = "stix.json" if self is ExportFormat.STIX else self.value
        return f"alerts-{to_iso(at)[:_DAY]}.{ending}"


_TYPES: Final = {
    ExportFormat.CSV: "text/csv; charset=utf-8; header=present",
    ExportFormat.JSON: "application/json",
    ExportFormat.STIX: "application/stix+json;version=2.1",
}
_DAY: Final = len("2026-11-21")


def export_pieces(
    pages: AsyncIterator[Sequence[Alert]], form: ExportFormat, rules: RuleLookup, now: Micros
) -> AsyncIterator[bytes]:
    """The export of some pages of alerts, in pieces: never more than a page at a time.

    Args:
        pages: the alerts.
        form: what the export looks like.
        rules: finds the text of a rule, for STIX.
        now: when it is made.
    """
    match form:
        case ExportFormat.CSV:
            return _csv(pages)
        case ExportFormat.JSON:
            return _json(pages)
        case ExportFormat.STIX:
            return stix_pieces(pages, rules, now)


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
