from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from netsentinel.alerts.model import Verdict
from netsentinel.events.lake.model import COLUMNS, StoredEvent
from netsentinel.kernel.types import Level
from netsentinel.models.gathering import gather, span_of, spans_of
from netsentinel.models.orders import LabelSource
from tests.unit.alerts.factories import alert

pytestmark = pytest.mark.anyio


def stored(number: int, **changes: Any) -> StoredEvent:
    """A stored event, empty but for what is stated."""
    fields = {name: 0 if kind is int else "" for name, kind in COLUMNS.items()}
    return StoredEvent(**{**fields, "tenant": "default", "batch": 1, "number": number, **changes})


class Heard:
    """A reporter that only listens."""

    def __init__(self) -> None:
        self.percents: list[float] = []

    def progress(self, percent: float, stage: str = "", message: str = "", data: Any = None) -> None:
        self.percents.append(percent)


async def pieces(count: int, size: int) -> AsyncIterator[list[StoredEvent]]:
    for start in range(0, count, size):
        yield [stored(number, native='{"secret": 1}', raw="x") for number in range(start, min(count, start + size))]


async def test_the_newest_are_taken_without_their_texts_and_the_file_is_whole(tmp_path: Path) -> None:
    heard, path = Heard(), tmp_path / "events.jsonl"
    assert await gather(pieces(100, 30), path, 70, heard) == 70  # type: ignore[arg-type] - it only reports
    events = [msgspec.json.decode(line, type=StoredEvent) for line in path.read_bytes().splitlines()]
    assert [event.number for event in events] == list(range(70))
    assert b"secret" not in path.read_bytes()
    assert heard.percents == sorted(heard.percents)
    assert not path.with_suffix(".part").exists()
    assert await gather(pieces(10, 30), path, 70, heard) == 10  # type: ignore[arg-type] - the same


def test_what_an_alert_teaches() -> None:
    (rule,) = span_of(alert(1))
    assert (rule.entity, rule.bad, rule.source, rule.kind) == ("203.0.113.66", True, LabelSource.RULE, "rule-1")
    assert (rule.since, rule.until) == (alert(1).first_at, alert(1).last_at)
    assert span_of(alert(1, level=Level.LOW)) == []
    assert span_of(alert(1, detector="models")) == [], "no model teaches another"
    for verdict, bad in ((Verdict.TRUE_POSITIVE, True), (Verdict.FALSE_POSITIVE, False), (Verdict.BENIGN, False)):
        for changes in ({}, {"level": Level.LOW}, {"detector": "models"}):
            (span,) = span_of(alert(1, verdict=verdict, **changes))
            assert (span.bad, span.source) == (bad, LabelSource.VERDICT)


def test_an_alert_teaches_by_every_name_that_rows_may_have() -> None:
    user = span_of(alert(1, entity="shire\\ann", entity_kind="user", user="SHIRE\\ann", device="PC04"))
    assert [span.entity for span in user] == ["SHIRE\\ann", "shire\\ann"]
    host = span_of(alert(2, entity="pc04", entity_kind="host", user="NT AUTHORITY\\SYSTEM", device="PC04.shire.local"))
    assert [span.entity for span in host] == ["PC04.shire.local", "pc04"]


async def test_all_pages_of_alerts_are_asked() -> None:
    async def pages() -> AsyncIterator[Any]:
        yield [alert(1), alert(2, detector="models")]
        yield [alert(3, verdict=Verdict.BENIGN)]

    assert [span.bad for span in await spans_of(pages())] == [True, False]
