"""Sigma rules as a detector: every match is a finding that explains itself."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from heapq import merge
from itertools import chain, islice
from pathlib import Path

import msgspec

from netsentinel.detection.fingerprint import clean, entity_of, fingerprint
from netsentinel.detection.model import MOST_AT_ONCE, Finding, MatchedField
from netsentinel.detection.rules.budget import Budget
from netsentinel.detection.rules.cache import RuleCache
from netsentinel.detection.rules.choice import Choice, Selection
from netsentinel.detection.rules.match import Match, RuleEngine
from netsentinel.detection.rules.model import Atom, Rule
from netsentinel.detection.rules.stored import load_cached
from netsentinel.events.model import Event
from netsentinel.kernel.errors import NetSentinelError
from netsentinel.kernel.types import TenantId

_MAX_VALUE = 512
"""Characters of a matched value, and of what was asked for, that a finding keeps."""

_MOST_SHOWN = 8 * 1024
"""Characters of all that matched which a finding keeps: of a batch there may be fifty thousand."""

_WEIGH_EVERY = 32
_WEIGH_EVENTS = 8
"""So many events of every so many calls are judged twice, the second time with a stopwatch: less than a hundredth."""


class RuleWeight(msgspec.Struct, frozen=True):
    """What a rule cost in a sample of events."""

    owner: TenantId
    """The tenant whose own rule it is; empty for an installed one."""
    rule_id: str
    evaluations: int
    """How often its logic was asked."""
    nanoseconds: int


class SigmaDetector:
    """Finds events for which a rule is true. Keeps no state of events: each is judged by itself.

    Args:
        rules: for all tenants, in the order in which findings of one event are listed.
        cache: where what is compiled is kept.
    """

    name = "sigma"
    remembers = False
    classes = frozenset[int]()

    def __init__(self, rules: Sequence[Rule], cache: RuleCache | None = None) -> None:
        self._installed = tuple(rules)
        self._cache = cache
        self._loaded: dict[str, tuple[Rule, ...]] = {}
        self._choice = Choice(rules)
        self._owners: dict[int, TenantId] = {}
        self._shared: tuple[Rule, ...] = self._installed
        """The installed rules that somebody wants,"""
        self._engine = RuleEngine(rules, cache)
        """and who judges by them."""
        self._wanted: dict[TenantId, frozenset[int]] = {}
        """The installed rules that each tenant wants, where not all want all."""
        self._own_rules: dict[TenantId, tuple[Rule, ...]] = {}
        self._own: dict[TenantId, RuleEngine] = {}
        """Of each tenant's own rules: whatever they cost is paid for its own events alone,"""
        self._budgets: defaultdict[TenantId, Budget] = defaultdict(Budget)
        """and by no more than this."""
        self._calls = 0
        self._sampled = 0
        self._weights: defaultdict[tuple[TenantId, str], list[int]] = defaultdict(lambda: [0, 0])

    def choose(self, selection: Selection) -> list[str]:
        """Have each tenant's rules as it chose them, from the next events on; what could not be loaded.

        The rules that were given at the beginning are not read again; neither are archives that were already chosen.
        """
        failed: list[str] = []
        own: defaultdict[TenantId, list[Rule]] = defaultdict(list)
        loaded: dict[str, tuple[Rule, ...]] = {}
        for pack in selection.packs:
            try:
                loaded[pack.path] = self._loaded.get(pack.path) or load_cached([Path(pack.path)], self._cache).rules
            except NetSentinelError as error:
                failed.append(error.detail)
                continue
            taken = {rule.id for rule in own[pack.tenant]}
            own[pack.tenant] += [rule for rule in loaded[pack.path] if rule.id not in taken]
        self._loaded = loaded
        self._owners = {id(rule): tenant for tenant, rules in own.items() for rule in rules}
        self._choice = Choice(self._installed, own, selection.disabled)
        self._build(self._wanted)
        return failed

    @property
    def rules(self) -> int:
        """How many rules it knows, whoever they are for."""
        return len(self._installed) + len(self._owners)

    def analyze_events(self, events: Sequence[Event]) -> list[Finding]:
        """One finding per event and true rule, in that order; `MOST_AT_ONCE`, and one more where there are more."""
        if not self._choice.is_plain:
            self._meet(events)
        found = [_finding(match) for match in islice(self._matches(events), MOST_AT_ONCE + 1)]
        self._calls += 1
        is_due = self._calls % _WEIGH_EVERY == 0 or any(one.is_unexplained for one in self._budgets.values())
        if is_due:  # afterwards: what is made at first sight is no cost of a rule
            self._weigh(events[:_WEIGH_EVENTS])
        return found

    def take_omitted(self) -> int:
        """How many events were not judged by their tenant's own rules since the last call: those had cost too much."""
        return sum(one.take_omitted() for one in self._budgets.values())

    def weights(self) -> tuple[int, list[RuleWeight]]:
        """How many events were judged with a stopwatch since the last call, and what each rule cost in them."""
        sampled, weights = self._sampled, self._weights
        self._sampled, self._weights = 0, defaultdict(lambda: [0, 0])
        return sampled, [RuleWeight(owner, rule_id, *cost) for (owner, rule_id), cost in weights.items()]

    def snapshot(self) -> bytes:
        """Empty: there is no state."""
        return b""

    def restore(self, state: bytes) -> None:
        """Nothing: there is no state."""

    def _matches(self, events: Sequence[Event]) -> Iterator[Match]:
        if self._choice.is_plain:
            return self._engine.matches(events)
        wanted = self._wanted
        chosen = (match for match in self._engine.matches(events) if id(match.rule) in wanted[match.event.tenant])
        own = [self._budgets[theirs[0].tenant].matches(engine, theirs) for engine, theirs in self._own_of(events)]
        if not own:
            return chosen
        places = {id(event): at for at, event in enumerate(events)}
        return merge(chosen, *own, key=lambda match: places[id(match.event)])  # of one event, own rules come last

    def _own_of(self, events: Sequence[Event]) -> Iterator[tuple[RuleEngine, list[Event]]]:
        """The engines of own rules, each with its tenant's events."""
        for tenant in dict.fromkeys(event.tenant for event in events):
            engine = self._own.get(tenant)
            if engine is not None:
                yield engine, [event for event in events if event.tenant == tenant]

    def _meet(self, events: Sequence[Event]) -> None:
        """Have the rules of every tenant that these events belong to."""
        tenants = {event.tenant for event in events}
        if not tenants <= self._wanted.keys():
            self._build(tenants | self._wanted.keys())

    def _build(self, tenants: "set[TenantId] | dict[TenantId, frozenset[int]]") -> None:
        """Engines that know what these tenants want, and nothing else: a rule that nobody wants costs nothing."""
        choice = self._choice
        if choice.is_plain:
            self._wanted, self._own, self._own_rules = {}, {}, {}
            if self._shared != self._installed:
                self._shared, self._engine = self._installed, RuleEngine(self._installed, self._cache)
            return
        self._wanted = {tenant: frozenset(map(id, choice.installed_of(tenant))) for tenant in tenants}
        anybodys = frozenset[int]().union(*self._wanted.values())
        shared = tuple(rule for rule in self._installed if id(rule) in anybodys)
        if shared != self._shared:
            self._shared, self._engine = shared, RuleEngine(shared, self._cache)
        before, engines = self._own_rules, self._own
        self._own_rules = {tenant: own for tenant in tenants if (own := tuple(choice.own_of(tenant)))}
        self._own = {  # who has changed nothing keeps what its engine has learnt of values
            tenant: engines[tenant]
            if before.get(tenant) == own
            else RuleEngine(own, self._cache, self._budgets[tenant].guard)
            for tenant, own in self._own_rules.items()
        }

    def _weigh(self, events: Sequence[Event]) -> None:
        self._sampled += len(events)
        own = (self._budgets[theirs[0].tenant].weigh(engine, theirs) for engine, theirs in self._own_of(events))
        for rule, took in chain(self._engine.weigh(events), *own):
            cost = self._weights[self._owners.get(id(rule), TenantId("")), rule.id]
            cost[0] += 1
            cost[1] += took


def _finding(match: Match) -> Finding:
    rule, event = match.rule, match.event
    entity, kind = entity_of(event)
    return Finding(
        tenant=event.tenant,
        source=event.source,
        detector=SigmaDetector.name,
        rule_id=rule.id,
        title=rule.title,
        description=rule.description,
        level=rule.level,
        tags=rule.tags,
        time=event.time,
        src_ip=clean(event.src_ip),
        dst_ip=clean(event.dst_ip),
        user=clean(event.user),
        device=clean(event.device),
        entity=entity,
        entity_kind=kind,
        matched=_matched(match),
        false_positives=rule.false_positives,
        references=rule.references,
        rule_source=rule.source,
        fingerprint=fingerprint(event.tenant, rule.id, entity),
        raw=event.raw,
    )


def _matched(match: Match) -> tuple[MatchedField, ...]:
    """What made the rule true, as much of it as a finding keeps."""
    found: list[MatchedField] = []
    room = _MOST_SHOWN
    for field, value, atom in dict.fromkeys(match.evidence):
        one = MatchedField(field, value[:_MAX_VALUE], _describe(atom))
        room -= len(one.field) + len(one.value) + len(one.condition)
        if room < 0:
            break
        found.append(one)
    return tuple(found)


def _describe(atom: Atom) -> str:
    is_long = isinstance(atom.value, str) and len(atom.value) > _MAX_VALUE
    return atom.describe()[:_MAX_VALUE] if is_long else _described(atom)


@lru_cache(maxsize=4096)
def _described(atom: Atom) -> str:
    return atom.describe()[:_MAX_VALUE]
