"""How much each source sent lately: records in spans of five seconds, of the last five minutes, in memory."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from netsentinel.kernel.clock import SECOND, Clock
from netsentinel.kernel.types import Micros, TenantId

SPAN: Final[Micros] = 5 * SECOND
SPANS: Final = 60
_MINUTE_SPANS: Final = 12
_MAX_SOURCES: Final = 4_096
"""The least recently active ones are forgotten beyond this."""


@dataclass(slots=True)
class _Counts:
    newest: int = 0
    """Number of the newest span, counted from 1970."""
    records: list[int] = field(default_factory=lambda: [0] * SPANS)
    """By number of the span modulo `SPANS`."""

    def move_to(self, span: int) -> None:
        for number in range(max(self.newest, span - SPANS) + 1, span + 1):
            self.records[number % SPANS] = 0
        self.newest = max(self.newest, span)


class SourceMeter:
    """Counts received records by source, and says how the last minutes were."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._counts: OrderedDict[tuple[TenantId, str], _Counts] = OrderedDict()

    def count(self, tenant: TenantId, source: str, records: int) -> None:
        """Note that records were received and are on disk."""
        span = self._clock.now() // SPAN
        counts = self._counts.setdefault((tenant, source), _Counts(span))
        self._counts.move_to_end((tenant, source))
        counts.move_to(span)
        counts.records[counts.newest % SPANS] += records
        if len(self._counts) > _MAX_SOURCES:
            self._counts.popitem(last=False)

    def series(self, tenant: TenantId, source: str) -> tuple[int, ...]:
        """Records in each of the last `SPANS` complete or running spans, oldest first."""
        counts = self._counts.get((tenant, source))
        if counts is None:
            return (0,) * SPANS
        counts.move_to(self._clock.now() // SPAN)
        return tuple(counts.records[number % SPANS] for number in range(counts.newest - SPANS + 1, counts.newest + 1))

    def rate(self, tenant: TenantId, source: str) -> float:
        """Records a second over the last minute (the running span and the eleven before it)."""
        series = self.series(tenant, source)[-_MINUTE_SPANS:]
        elapsed = (_MINUTE_SPANS - 1) * SPAN + self._clock.now() % SPAN
        return round(sum(series) * SECOND / elapsed, 2)
