from collections.abc import Iterable, Iterator
from typing import cast

import pytest

from netsentinel.detection.rules import budget as module
from netsentinel.detection.rules.budget import Budget
from netsentinel.detection.rules.match import Match, RuleEngine
from netsentinel.detection.rules.model import Rule
from netsentinel.events.model import Event, Logsource
from netsentinel.kernel.types import DEFAULT_TENANT

SECOND = 10**9


class CostlyEngine:
    """Finds every event, and takes its time."""

    def __init__(self, cost: int) -> None:
        self.cost = cost
        self.now = 0
        self.parts: list[int] = []

    def clock(self) -> int:
        return self.now

    def matches(self, events: Iterable[Event]) -> Iterator[Match]:
        self.parts.append(0)
        for event in events:
            self.parts[-1] += 1
            self.now += self.cost
            yield Match(cast("Rule", None), event, ())

    def weigh(self, given: Iterable[Event]) -> Iterator[tuple[Rule, int]]:
        for _ in given:
            self.now += self.cost
            yield cast("Rule", None), self.cost


def events(count: int, size: int = 100) -> list[Event]:
    return [
        Event(
            tenant=DEFAULT_TENANT, source="s", format="json", time=n, logsource=Logsource(), native={}, raw=b"x" * size
        )
        for n in range(count)
    ]


def times(budget: Budget, engine: CostlyEngine, given: list[Event]) -> list[int]:
    return [match.event.time for match in budget.matches(cast("RuleEngine", engine), given)]


def test_cheap_rules_judge_all_events_and_soon_all_at_once() -> None:
    engine = CostlyEngine(50_000)
    budget = Budget(engine.clock)
    assert times(budget, engine, events(5_000)) == list(range(5_000))
    assert times(budget, engine, events(5_000)) == list(range(5_000))
    assert engine.parts == [15, 4_985, 5_000]
    assert budget.take_omitted() == 0


def test_costly_rules_are_left_out_once_they_have_taken_what_was_saved() -> None:
    engine = CostlyEngine(SECOND // 10)
    budget = Budget(engine.clock)
    judged = times(budget, engine, events(10_000))
    assert 4 * SECOND < engine.now < 5 * SECOND + 10_000 * 300_000
    assert budget.take_omitted() == 10_000 - len(judged)
    assert budget.take_omitted() == 0


def test_what_is_left_out_pays_so_that_some_events_are_judged_all_along() -> None:
    engine = CostlyEngine(SECOND // 10)
    budget = Budget(engine.clock)
    times(budget, engine, events(1_000))
    assert len(times(budget, engine, events(4_000))) == pytest.approx(4_000 * 252_500 / engine.cost, abs=2)


def test_large_events_may_cost_more() -> None:
    engine = CostlyEngine(20 * 10**6)
    budget = Budget(engine.clock)
    assert len(times(budget, engine, events(1_000, size=2**20))) == 1_000


def test_large_events_are_looked_at_one_by_one_until_their_cost_is_known() -> None:
    engine = CostlyEngine(10 * SECOND)
    budget = Budget(engine.clock)
    assert times(budget, engine, events(50, size=300_000)) == [0]
    assert budget.take_omitted() == 49


def test_a_pause_does_not_save_up_more_than_a_burst() -> None:
    engine = CostlyEngine(0)
    budget = Budget(engine.clock)
    times(budget, engine, events(100_000))
    engine.cost = SECOND // 10
    times(budget, engine, events(1_000))
    assert engine.now < module._SAVED_NS + 2 * SECOND


def test_a_debt_is_explained_once_and_nothing_is_weighed_on_credit() -> None:
    engine = CostlyEngine(SECOND)
    budget = Budget(engine.clock)
    assert not budget.is_unexplained
    times(budget, engine, events(10))
    assert budget.is_unexplained
    assert len(list(budget.weigh(cast("RuleEngine", engine), events(8)))) == 1
    assert not budget.is_unexplained
    assert list(budget.weigh(cast("RuleEngine", engine), events(8))) == []


def test_weighing_is_paid_for() -> None:
    engine = CostlyEngine(SECOND)
    budget = Budget(engine.clock)
    assert len(list(budget.weigh(cast("RuleEngine", engine), events(8)))) == 5


def test_nothing_is_looked_for_that_nobody_asks_for() -> None:
    engine = CostlyEngine(SECOND // 10)
    budget = Budget(engine.clock)
    found = budget.matches(cast("RuleEngine", engine), events(100))
    assert next(found).event.time == 0
    found.close()
    assert engine.parts == [1]
