"""Rows of stored events: written aside for the process that trains, with what alerts and verdicts say of them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from netsentinel.alerts.model import Alert, Verdict
from netsentinel.alerts.spellings import spellings
from netsentinel.events.lake.model import StoredEvent
from netsentinel.kernel.types import Level
from netsentinel.models.orders import LabelSource, Span
from netsentinel.tasks import Reporter

GATHERED: Final = 20.0
"""Percent of a training that gathering its rows counts for."""
OF_MODELS: Final = "models"
"""The detector of the models themselves: what they say teaches none of them, until a person has agreed."""
LEAST_LEVEL: Final = Level.MEDIUM
"""Alerts of rules below it say too little about an entity."""


async def gather(pieces: AsyncIterator[list[StoredEvent]], path: Path, most: int, reporter: Reporter) -> int:
    """Write stored events to a file that is there whole or not at all; how many.

    Args:
        pieces: the events, newest first.
        path: of the file.
        most: events to take.
        reporter: told how far it is.
    """
    aside, taken = path.with_suffix(".part"), 0
    with await asyncio.to_thread(aside.open, "wb") as file:
        async for piece in pieces:
            part = piece[: most - taken]
            await asyncio.to_thread(file.write, b"".join(map(_line, part)))
            taken += len(part)
            reporter.progress(GATHERED * min(1.0, taken / most), "gathering", f"{taken:,} stored events")
            if taken >= most:
                break
    await asyncio.to_thread(aside.replace, path)
    return taken


async def spans_of(pages: AsyncIterator[Sequence[Alert]]) -> list[Span]:
    """What alerts and verdicts say of entities."""
    return [span async for page in pages for alert in page for span in span_of(alert)]


def span_of(alert: Alert) -> list[Span]:
    """What an alert says of its entity: what a person decided, else what a rule of some weight found, else nothing."""
    decided = alert.verdict is not Verdict.UNDECIDED
    if not decided and (alert.detector == OF_MODELS or alert.level.rank < LEAST_LEVEL.rank):
        return []
    return [
        Span(
            entity=entity,
            since=alert.first_at,
            until=alert.last_at,
            bad=alert.verdict in (Verdict.UNDECIDED, Verdict.TRUE_POSITIVE),
            source=LabelSource.VERDICT if decided else LabelSource.RULE,
            kind=alert.rule_id,
        )
        for entity in _names(alert)
    ]


def _names(alert: Alert) -> list[str]:
    """What rows may call its entity: rows of users and hosts have the names that events have."""
    return sorted({alert.entity, *(name for names in spellings(alert).values() for name in names)})


def _line(event: StoredEvent) -> bytes:
    """The event without its native texts, which no feature looks at."""
    return msgspec.json.encode(msgspec.structs.replace(event, native="", raw="", message="")) + b"\n"
