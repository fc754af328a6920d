"""Gathers what a report says from alerts, threats and stored events."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final, Protocol

from netsentinel.alerts.model import Alert, AlertFilter, Threat, Verdict, techniques
from netsentinel.alerts.reports.model import Counted, Notable, Report, ReportFormat, ReportScope, RuleCounted, Span
from netsentinel.alerts.reports.render import rendered
from netsentinel.alerts.service import AlertService
from netsentinel.alerts.spellings import spellings
from netsentinel.events.lake.model import EventFilter
from netsentinel.kernel.clock import DAY, HOUR, to_iso
from netsentinel.kernel.errors import NotFoundError
from netsentinel.kernel.types import Level, Micros, TenantId

_TOP: Final = 10
_NOTABLE: Final = 15
_SPANS: Final = 60
_SPELLINGS: Final = 50
"""So many names of one entity are looked for."""
_WIDTHS: Final = (HOUR, 6 * HOUR, DAY, 7 * DAY, 30 * DAY)
_ENTITY_COLUMNS: Final = ("src_ip", "dst_ip", "user", "device")
_MINUTES: Final = len("2026-11-21T00:00")

Progress = Callable[[float, str, str], None]


class EventCounts(Protocol):
    """Counts stored events; `EventLake` does."""

    async def histogram(self, tenant: TenantId, where: EventFilter, *, bars: int, by: str = "") -> Any:
        """The events over time."""
        ...


class Reports:
    """Makes reports."""

    def __init__(self, alerts: AlertService, events: EventCounts) -> None:
        self._alerts = alerts
        self._events = events

    async def gather(self, scope: ReportScope, progress: Progress = lambda _percent, _stage, _message: None) -> Report:
        """Everything the report says."""
        tally, named = _Tally(scope), await self._alerts.entities_named(scope.tenant, scope.entity)
        where = AlertFilter(since=scope.since, until=scope.until, entities=named)
        async for page in self._alerts.every(scope.tenant, where):
            for alert in page:
                tally.add(alert)
            progress(80 * tally.alerts / (tally.alerts + 500), "alerts", f"{tally.alerts:,} alerts")
        progress(80, "events", "counting events")
        events = await self._count_events(scope, tally.spelled)
        progress(90, "details", "reading the gravest alerts")
        return Report(
            title=_title(scope),
            scope=scope,
            alerts=tally.alerts,
            findings=tally.findings,
            events=events,
            by_level=_ordered(tally.levels, [level.value for level in reversed(Level)]),
            by_status=_most(tally.statuses),
            by_verdict=_most(tally.verdicts),
            undecided=tally.undecided,
            rules=tally.rules(),
            entities=_most(tally.entities),
            sources=_most(tally.sources),
            techniques=_most(tally.techniques),
            threats=await self._threats(scope, named),
            over_time=tally.over_time(),
            width=tally.width,
            notable=tuple([await self._notable(scope, alert) for alert in tally.gravest]),
        )

    async def pieces(self, report: Report, form: ReportFormat) -> AsyncIterator[bytes]:
        """The report in one of its forms."""
        yield rendered(report, form)

    async def _count_events(self, scope: ReportScope, spelled: Mapping[str, Collection[str]]) -> int:
        counts = [await self._events.histogram(scope.tenant, one, bars=1) for one in _about(scope, spelled)]
        return sum(bucket.count for found in counts for bucket in found.items)

    async def _threats(self, scope: ReportScope, named: Sequence[str]) -> tuple[Threat, ...]:
        if not scope.entity:
            return (await self._alerts.threats(scope.tenant, limit=_TOP)).items
        found: list[Threat] = []
        for entity in named:
            with suppress(NotFoundError):
                found.append((await self._alerts.threat(scope.tenant, entity)).threat)
        return tuple(sorted(found, key=lambda one: -one.score)[:_TOP])

    async def _notable(self, scope: ReportScope, alert: Alert) -> Notable:
        detail = await self._alerts.detail(scope.tenant, alert.id)
        return Notable(detail.alert, detail.activity)


class _Tally:
    """What is known of the alerts so far; its size does not grow with their number."""

    def __init__(self, scope: ReportScope) -> None:
        length = scope.until - scope.since
        self.width: Micros = next((width for width in _WIDTHS if length <= width * _SPANS), length // _SPANS + 1)
        self._scope = scope
        self.alerts = 0
        self.findings = 0
        self.undecided = 0
        self.levels: Counter[str] = Counter()
        self.statuses: Counter[str] = Counter()
        self.verdicts: Counter[str] = Counter()
        self.entities: Counter[str] = Counter()
        self.sources: Counter[str] = Counter()
        self.techniques: Counter[str] = Counter()
        self.gravest: list[Alert] = []
        self.spelled: dict[str, set[str]] = {}
        """Column of events -> how they spell the entity that the report is on."""
        self._spans: Counter[int] = Counter()
        self._rules: dict[str, RuleCounted] = {}

    def add(self, alert: Alert) -> None:
        """Count an alert."""
        self.alerts += 1
        self.findings += alert.count
        self.undecided += alert.verdict is Verdict.UNDECIDED and alert.level.rank >= Level.HIGH.rank
        self.levels[alert.level.value] += 1
        self.statuses[alert.status.value] += 1
        self.verdicts[alert.verdict.value] += 1
        self.entities[alert.entity] += 1
        self.sources[alert.source] += 1
        self.techniques.update(techniques(alert.tags))
        self._spans[(alert.last_at - self._scope.since) // self.width] += 1
        old = self._rules.get(alert.rule_id) or RuleCounted(alert.rule_id, alert.title, alert.level, 0, 0)
        self._rules[alert.rule_id] = replace(
            old,
            level=max(old.level, alert.level, key=lambda level: level.rank),
            alerts=old.alerts + 1,
            findings=old.findings + alert.count,
        )
        if self._scope.entity:
            self._spell(alert)
        self.gravest.append(alert)
        self.gravest.sort(key=lambda one: (-one.level.rank, -one.score, -one.last_at))
        del self.gravest[_NOTABLE:]

    def _spell(self, alert: Alert) -> None:
        for column, names in spellings(alert).items():
            known = self.spelled.setdefault(column, set())
            known.update(names[: _SPELLINGS - len(known)])

    def rules(self) -> tuple[RuleCounted, ...]:
        """Those with the most alerts."""
        ordered = sorted(self._rules.values(), key=lambda rule: (-rule.alerts, -rule.level.rank, rule.title))
        return tuple(ordered[:_TOP])

    def over_time(self) -> tuple[Span, ...]:
        """Every span of the period, also the empty ones."""
        count = -(-(self._scope.until - self._scope.since) // self.width)
        return tuple(Span(self._scope.since + n * self.width, self._spans[n]) for n in range(count))


def _about(scope: ReportScope, spelled: Mapping[str, Collection[str]]) -> list[EventFilter]:
    """Filters of which an event of the report passes exactly one, in however many columns it names the entity."""
    if not scope.entity:
        return [EventFilter(since=scope.since, until=scope.until)]
    terms = tuple((column, tuple(sorted({scope.entity, *spelled.get(column, ())}))) for column in _ENTITY_COLUMNS)
    return [
        EventFilter(since=scope.since, until=scope.until, equal=(term,), unequal=terms[:before])
        for before, term in enumerate(terms)
    ]


def _most(counts: Counter[str]) -> tuple[Counted, ...]:
    ordered = sorted(((name, count) for name, count in counts.items() if name), key=lambda one: (-one[1], one[0]))
    return tuple(Counted(name, count) for name, count in ordered[:_TOP])


def _ordered(counts: Counter[str], names: list[str]) -> tuple[Counted, ...]:
    return tuple(Counted(name, counts[name]) for name in names)


def _title(scope: ReportScope) -> str:
    about = f"Incident report: {scope.entity}" if scope.entity else "Security report"
    begin, end = (to_iso(at)[:_MINUTES].replace("T", " ") for at in (scope.since, scope.until))
    return f"{about}, {begin} to {end} UTC"
