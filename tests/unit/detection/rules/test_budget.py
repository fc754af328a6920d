from collections.abc import Iterable, Iterator
from typing import cast

import pytest

from netsentinel.detection.rules import budget as module
from netsentinel.detection.rules.budget import Budget
from netsentinel.detection.rules.match import Match, RuleEngine
from netsentinel.detection.rules.model import Atom, Operation, Rule
from netsentinel.events.model import Event, Logsource
from netsentinel.kernel.types import DEFAULT_TENANT

SECOND = 10**9

ATOM = Atom("field", Operation.REGEX, "a+")
RULE = cast("Rule", "the rule that asks")


class CostlyEngine:
    """Finds every event, and takes its time: some before a question that is guarded, and some for that."""

    def __init__(self, cost: int, *, preparing: int = 0, plans: int = 0) -> None:
        self.cost = cost
        self.preparing = preparing
        self.plans, self.ready = plans, 0
        self.now = 0
        self.parts: list[int] = []
        self.budget = Budget(self.clock)

    def clock(self) -> int:
        return self.now

    def prepare(self, logsources: Iterable[Logsource]) -> None:
        while self.ready < self.plans and any(True for _ in logsources):
            self.budget.guard(ATOM, self._question)()
            self.now += self.preparing
            self.ready += 1  # and is in the cache

    def matches(self, events: Iterable[Event]) -> Iterator[Match]:
        self.parts.append(0)
        for event in events:
            self.parts[-1] += 1
            self._ask()
            yield Match(RULE, event, ())

    def weigh(self, given: Iterable[Event]) -> Iterator[tuple[Rule, int]]:
        for _ in given:
            self._ask()
            yield RULE, self.cost

    def asking(self, atom: Atom) -> Rule | None:
        return RULE if atom == ATOM else None

    def _ask(self) -> None:
        for _ in range(10):
            self.budget.guard(ATOM, self._question)()

    def _question(self) -> bool:
        self.now += self.cost // 10
        return True


def events(count: int, size: int = 100) -> list[Event]:
    return [
        Event(
            tenant=DEFAULT_TENANT, source="s", format="json", time=n, logsource=Logsource(), native={}, raw=b"x" * size
        )
        for n in range(count)
    ]


def times(engine: CostlyEngine, given: list[Event]) -> list[int]:
    return [match.event.time for match in engine.budget.matches(cast("RuleEngine", engine), given)]


def weights(engine: CostlyEngine, given: list[Event]) -> list[tuple[Rule, int]]:
    return list(engine.budget.weigh(cast("RuleEngine", engine), given))


def test_cheap_rules_judge_all_events() -> None:
    engine = CostlyEngine(50_000)
    assert times(engine, events(5_000)) == list(range(5_000))
    assert engine.budget.take_omitted() == 0
    assert weights(engine, events(8)) == [(RULE, engine.cost)] * 8


def test_costly_rules_are_left_out_once_they_have_taken_what_was_saved() -> None:
    engine = CostlyEngine(SECOND // 10)
    judged = times(engine, events(10_000))
    assert judged[:50] == list(range(50))
    assert 5 * SECOND < engine.now < 5 * SECOND + 10_000 * 300_000
    assert engine.budget.take_omitted() >= 10_000 - len(judged)
    assert engine.budget.take_omitted() == 0


def test_dear_events_behind_cheap_ones_cost_no_more_than_was_saved() -> None:
    engine = CostlyEngine(1_000)
    assert len(times(engine, events(500))) == 500
    engine.cost = SECOND // 10
    before = engine.now
    times(engine, events(300, size=3_000))
    assert engine.now - before <= module._SAVED_NS + engine.cost // 10


def test_an_event_is_given_up_in_its_midst_and_counted() -> None:
    engine = CostlyEngine(60 * SECOND)
    assert times(engine, events(1)) == []
    assert engine.now <= module._SAVED_NS + engine.cost // 10
    assert engine.budget.take_omitted() == 1


def test_what_is_left_out_pays_so_that_some_events_are_judged_all_along() -> None:
    engine = CostlyEngine(SECOND // 10)
    times(engine, events(1_000))
    judged = times(engine, events(40_000))
    assert len(judged) == pytest.approx(40_000 * 252_500 / engine.cost, abs=10)
    assert judged[-1] > 35_000


def test_large_events_may_cost_more() -> None:
    engine = CostlyEngine(20 * 10**6)
    assert len(times(engine, events(1_000, size=2**20))) == 1_000


@pytest.mark.untraced
def test_a_pause_does_not_save_up_more_than_a_burst() -> None:
    engine = CostlyEngine(0)
    times(engine, events(100_000))
    engine.cost = SECOND // 10
    times(engine, events(1_000))
    assert engine.now < module._SAVED_NS + 2 * SECOND


class GenerousEngine(CostlyEngine):
    """Finds a hundred things in every event, at no cost of its own."""

    def matches(self, events: Iterable[Event]) -> Iterator[Match]:
        for event in events:
            yield from [Match(RULE, event, ())] * 100


@pytest.mark.untraced
def test_what_is_found_has_its_price_because_somebody_has_to_record_it() -> None:
    engine = GenerousEngine(0)
    found = times(engine, events(10_000))
    most = module._SAVED_NS + 10_000 * 252_500
    assert len(found) * module._PER_MATCH_NS == pytest.approx(most, rel=0.2)
    assert engine.budget.take_omitted() > 5_000
    assert len(times(CostlyEngine(0), events(100_000))) == 100_000, "one in each event is paid for"


def test_what_has_to_be_made_ready_is_paid_for_and_ends_when_all_is_spent() -> None:
    engine = CostlyEngine(1_000, preparing=2 * SECOND, plans=10)
    assert times(engine, events(256)) == []
    assert engine.ready == 3
    assert engine.now <= module._SAVED_NS + 2 * SECOND
    assert engine.budget.take_omitted() == 256


@pytest.mark.untraced
def test_it_goes_on_where_it_ended_when_all_is_saved_again() -> None:
    engine = CostlyEngine(1_000, preparing=2 * SECOND, plans=10)
    judged = times(engine, events(120_000))
    assert engine.ready == 10
    assert judged
    assert judged[-1] == 119_999
    assert engine.budget.take_omitted() == 120_000 - len(judged)


def test_who_asked_when_all_was_spent_is_named_once() -> None:
    engine = CostlyEngine(SECOND * 9 // 10)
    assert not engine.budget.is_unexplained
    times(engine, events(10))
    assert engine.budget.is_unexplained
    ((rule, took),) = weights(engine, events(8))
    assert rule is RULE
    assert module._SAVED_NS <= took <= module._SAVED_NS + engine.cost
    assert not engine.budget.is_unexplained
    assert weights(engine, events(8)) == []


def test_who_asked_is_not_named_when_the_rules_have_changed_since() -> None:
    engine = CostlyEngine(SECOND * 9 // 10)
    times(engine, events(10))
    engine.asking = lambda _: None  # type: ignore[method-assign]
    assert weights(engine, events(8)) == []


def test_weighing_ends_as_well_and_is_paid_for() -> None:
    engine = CostlyEngine(60 * SECOND)
    ((rule, took),) = weights(engine, events(8))
    assert rule is RULE
    assert took == engine.now <= module._WEIGHING_NS + engine.cost // 10
    engine.cost = SECOND
    assert times(engine, events(1)) == []


def test_nothing_is_looked_for_that_nobody_asks_for() -> None:
    engine = CostlyEngine(SECOND // 10)
    found = engine.budget.matches(cast("RuleEngine", engine), events(100))
    assert next(found).event.time == 0
    found.close()
    assert engine.parts == [1]
