"""What a rule would have found in stored events, had it been there: run in the rule bench, a portion at a time."""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any, Final, Protocol

import msgspec
from msgspec import Meta

from netsentinel.detection.model import MatchedField
from netsentinel.detection.rulebook.ports import RuleBench, RuleHit
from netsentinel.detection.rulebook.service import RuleService
from netsentinel.events.lake.actions import EventsWanted, check_filter
from netsentinel.events.lake.model import EventFilter, StoredEvent
from netsentinel.kernel.clock import HOUR, SECOND
from netsentinel.kernel.errors import InvalidInputError, NotAllowedError
from netsentinel.kernel.types import Level, Micros, Permission, Principal, TenantId
from netsentinel.tasks import Action, Reporter, action

PORTION: Final = 2_000
"""Events that the bench judges at once."""
SAMPLES: Final = 5
"""Matches that are shown of each rule, the newest."""
MOST_ALERTS: Final = 100_000
"""Different things are counted up to here."""
_MANY: Final = 10_000_000


class StoredEvents(Protocol):
    """Stored events, and how many there are; `EventLake` is one."""

    def scan(self, tenant: TenantId, where: EventFilter) -> AsyncIterator[list[StoredEvent]]:
        """All events, newest first, in pieces."""
        ...

    async def histogram(self, tenant: TenantId, where: EventFilter, *, bars: int, by: str = "") -> Any:
        """The events over time."""
        ...


class Backtest(EventsWanted, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule, and the stored events to try it on."""

    rule: Annotated[str, Meta(max_length=200)] = ""
    """Id of a rule that is there; or its text:"""
    text: Annotated[str, Meta(max_length=256 * 1024)] = ""
    """Sigma rules in YAML, which need not be installed."""
    most: Annotated[int, Meta(ge=1, le=_MANY)] = 1_000_000
    """Events to look at, at most: the newest."""


class Match(msgspec.Struct, frozen=True):
    """An event that a rule matched."""

    event_id: str
    at: Micros
    source: str
    matched: tuple[MatchedField, ...]


class Tested(msgspec.Struct):
    """What became of one rule."""

    rule_id: str
    title: str
    level: Level
    hits: int = 0
    alerts: int = 0
    """How many different things it would have raised alerts about; each is one alert or more, as time goes on."""
    first_at: Micros = 0
    last_at: Micros = 0
    by_hour: dict[str, int] = msgspec.field(default_factory=dict[str, int])
    """Hits by the hour in which their events happened, as microseconds."""
    samples: list[Match] = msgspec.field(default_factory=list[Match])


class BacktestResult(msgspec.Struct, frozen=True):
    """What a backtest found."""

    events: int
    """How many it looked at."""
    is_whole: bool
    """Whether that was all there are."""
    rules: tuple[Tested, ...]
    """Those that matched, the most frequent first."""


class RuleActions:
    """The actions about rules."""

    def __init__(self, rules: RuleService, bench: RuleBench, events: StoredEvents) -> None:
        self._rules = rules
        self._bench = bench
        self._events = events

    def actions(self) -> tuple[Action[Any, Any], ...]:
        """All of them."""
        made = action(
            "rules.backtest",
            permission=Permission.EVENTS_HUNT,
            timeout=2 * HOUR,
            concurrency=1,
            keeps_failures=False,
            validate=_check,
            estimated_duration=lambda _: 30 * SECOND,
        )
        return (made(self.backtest),)

    async def backtest(self, wanted: Backtest, reporter: Reporter) -> BacktestResult:
        """Run rules over stored events: how often they would have fired, when, and on what."""
        tenant, where = reporter.task.tenant, wanted.as_filter()
        text = wanted.text or (await self._rules.detail(tenant, wanted.rule)).source
        if not text:
            raise InvalidInputError(f"The detector {wanted.rule} has no text that could be run on stored events.")
        counted = await self._events.histogram(tenant, where, bars=1)
        goal = min(wanted.most, sum(bucket.count for bucket in counted.items))
        count = _Count()
        async for events in _portions(self._events.scan(tenant, where), wanted.most):
            count.add(events, await self._bench.judge(text, events))
            hits = sum(rule.hits for rule in count.rules.values())
            percent = 100 * count.events / max(goal, count.events)
            reporter.progress(percent, "judging", f"{count.events:,} of {goal:,} events, {hits:,} hits")
        return count.result(is_whole=count.events < wanted.most)


class _Count:
    """What was found so far."""

    def __init__(self) -> None:
        self.events = 0
        self.rules: dict[str, Tested] = {}
        self._about: dict[str, set[str]] = {}

    def add(self, events: Sequence[StoredEvent], hits: Sequence[RuleHit]) -> None:
        """Count a portion."""
        self.events += len(events)
        for hit in hits:
            event = events[hit.event]
            rule = self.rules.setdefault(hit.rule_id, Tested(hit.rule_id, hit.title, hit.level))
            rule.hits += 1
            rule.first_at = min(rule.first_at or event.time, event.time)
            rule.last_at = max(rule.last_at, event.time)
            hour = str(event.time // HOUR * HOUR)
            rule.by_hour[hour] = rule.by_hour.get(hour, 0) + 1
            about = self._about.setdefault(hit.rule_id, set())
            if len(about) < MOST_ALERTS:
                about.add(hit.fingerprint)
            rule.alerts = len(about)
            if len(rule.samples) < SAMPLES:
                rule.samples.append(Match(event.id, event.time, event.source, hit.matched))

    def result(self, *, is_whole: bool) -> BacktestResult:
        """All of it."""
        rules = sorted(self.rules.values(), key=lambda rule: (-rule.hits, rule.title))
        return BacktestResult(self.events, is_whole, tuple(rules))


async def _portions(pieces: AsyncIterator[list[StoredEvent]], most: int) -> AsyncIterator[list[StoredEvent]]:
    left = most
    async for piece in pieces:
        for start in range(0, min(len(piece), left), PORTION):
            yield piece[start : min(start + PORTION, left)]
        left -= len(piece)
        if left <= 0:
            return


def _check(wanted: Backtest, principal: Principal) -> None:
    check_filter(wanted, principal)
    if bool(wanted.rule) == bool(wanted.text):
        raise InvalidInputError("Give either the id of a rule or the text of rules.")
    if wanted.text and not principal.may(Permission.RULES_WRITE):
        needed = Permission.RULES_WRITE
        raise NotAllowedError(f"Rules of your own take the permission {needed}.", permission=needed.value)
