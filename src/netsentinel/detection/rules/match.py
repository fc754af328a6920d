"""The engine: which rules are true for an event.

Each rule has needs: sets of atoms of each of which one must be true before the rule can be. Each distinct value of a
field is scanned once, for those atoms alone, and a rule's logic is only looked at for events that meet its needs.
"""

from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from operator import itemgetter
from typing import NamedTuple

from netsentinel.detection.rules.atoms import Guard, unguarded
from netsentinel.detection.rules.cache import RuleCache
from netsentinel.detection.rules.logic import Evidence
from netsentinel.detection.rules.memory import Memory
from netsentinel.detection.rules.model import Atom, Rule
from netsentinel.detection.rules.plan import Plan
from netsentinel.detection.rules.taxonomy import LogsourceKinds, applies, dialect
from netsentinel.detection.rules.witness import atoms_of
from netsentinel.events.model import Event, Logsource

_MAX_PLANS = 1024
_MOST_ASKED = 250_000
"""Texts and numbers that the rules of all kept plans of a guarded engine ask for: each takes nearly 1 KB of a plan, and
a tenant's may be as many for each product that it states. SigmaHQ's have 95,000, over all log sources."""


class Match(NamedTuple):
    """A rule that is true for an event."""

    rule: Rule
    event: Event
    evidence: tuple[Evidence, ...]
    """Field, value and atom of what made it true, up to `plan.MAX_EVIDENCE`."""


class RuleEngine:
    """Knows a set of rules; keeps nothing of the events it has seen but the answers for their values.

    Not for several threads at once.

    Args:
        rules: in the order in which true ones are listed.
        cache: where what is compiled is kept.
        guard: of what is asked of values one by one; it may end the judging. A guarded engine keeps so many plans as
            have `_MOST_ASKED`; another one has the operator's rules, however many there are.
    """

    def __init__(self, rules: Sequence[Rule], cache: RuleCache | None = None, guard: Guard = unguarded) -> None:
        self._guard = guard
        self._rules = tuple(rules)
        self._cache = cache
        self._plans: dict[Logsource, Plan] = {}
        self._kinds = LogsourceKinds(rule.logsource for rule in rules)
        self._of_kind: dict[Logsource, Plan] = {}
        self._alike: dict[tuple[str, tuple[int, ...]], Plan] = {}
        self._asks: dict[int, int] = {}
        """How many texts and numbers rules ask for, by their places."""
        self._asked = 0
        """The same of all plans."""
        self._memory = Memory()

    def prepare(self, logsources: Iterable[Logsource]) -> None:
        """Compile what is needed for events of these log sources, where that was not done before."""
        for logsource in dict.fromkeys(logsources):
            if logsource not in self._plans:
                self._plan(logsource)

    def matches(self, events: Iterable[Event]) -> Iterator[Match]:
        """Every true rule of every event, in order of events and then of rules, each worked out when asked for."""
        groups: dict[Plan, tuple[list[int], list[Event]]] = {}
        logsource: Logsource | None = None
        places: list[int] = []
        alike: list[Event] = []
        for at, event in enumerate(events):
            if event.logsource is not logsource:
                logsource = event.logsource
                places, alike = groups.setdefault(self._plans.get(logsource) or self._plan(logsource), ([], []))
            places.append(at)
            alike.append(event)
        found = [_in_place(plan.true_of_each(alike), places, alike) for plan, (places, alike) in groups.items()]
        for _, match in found[0] if len(found) == 1 else merge(*found, key=itemgetter(0)):
            yield match

    def weigh(self, events: Iterable[Event]) -> Iterator[tuple[Rule, int]]:
        """Each rule that these events make a candidate, as often as they do, with the nanoseconds its logic took."""
        for event in events:
            plan = self._plans.get(event.logsource) or self._plan(event.logsource)
            yield from plan.weigh(event)

    def asking(self, atom: Atom) -> Rule | None:
        """The first rule that asks this."""
        return next((rule for rule in self._rules if atom in atoms_of(rule.condition)), None)

    def _plan(self, logsource: Logsource) -> Plan:
        """The plan of a log source. Log sources that the same rules look at share one."""
        if len(self._plans) >= _MAX_PLANS:
            self._plans.clear()
        kind = self._kinds.of(logsource)
        plan = self._plans[logsource] = self._of_kind.get(kind) or self._plan_of_kind(kind)
        return plan

    def _plan_of_kind(self, logsource: Logsource) -> Plan:
        if len(self._of_kind) >= _MAX_PLANS:
            self._forget_all()
        chosen = tuple(at for at, rule in enumerate(self._rules) if applies(rule.logsource, logsource))
        key = (dialect(logsource.product), chosen)
        plan = self._alike.get(key)
        if plan is None:
            asked = sum(map(self._asks_of, chosen))
            if self._asked + asked > _MOST_ASKED and self._guard is not unguarded:
                self._forget_all()
            with self._memory.whole():
                plan = Plan([self._rules[at] for at in chosen], key[0], self._memory, self._cache, self._guard)
            self._alike[key] = plan
            self._asked += asked
        self._of_kind[logsource] = plan
        return plan

    def _asks_of(self, at: int) -> int:
        known = self._asks.get(at)
        if known is None:
            known = self._asks[at] = len(atoms_of(self._rules[at].condition))
        return known

    def _forget_all(self) -> None:
        self._plans.clear()
        self._of_kind.clear()
        self._alike.clear()
        self._asked = 0
        self._memory.forget_all()


def _in_place(
    found: Iterable[tuple[int, Rule, tuple[Evidence, ...]]], places: Sequence[int], events: Sequence[Event]
) -> Iterator[tuple[int, Match]]:
    """Matches of some of the events of a call, with where each event stands among all of them."""
    for at, rule, evidence in found:
        yield places[at], Match(rule, events[at], evidence)
