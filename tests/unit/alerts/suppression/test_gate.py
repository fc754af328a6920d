from typing import Any

import msgspec
import pytest

from netsentinel.alerts.suppression import Condition, Match, Suppression, SuppressionGate
from netsentinel.alerts.suppression.ports import KEPT
from netsentinel.alerts.suppression.testing import MemorySuppressions, memory_suppressions
from netsentinel.kernel.types import DEFAULT_TENANT, system_principal
from netsentinel.storage.testing import MemoryTx
from tests.unit.alerts.factories import NOON, finding

TX = MemoryTx()


class Door:
    """A gate over stores in memory, which counts how often what is in force is read."""

    def __init__(self) -> None:
        self.stores = memory_suppressions()
        self.gate = SuppressionGate(self.stores)
        self.reads = 0
        kept = self.stores.suppressions
        assert isinstance(kept, MemorySuppressions)
        self.kept = kept.kept
        read = kept.in_force

        def counted(*arguments: Any) -> list[Suppression]:
            self.reads += 1
            return read(*arguments)

        kept.in_force = counted  # type: ignore[method-assign]

    def suppress(self, name: str = "s", expires_at: int = 0, **fields: str) -> None:
        conditions = tuple(Condition(field, Match.EQUALS, (value,)) for field, value in fields.items())
        made = Suppression(name, DEFAULT_TENANT, conditions, "", "", "", "", NOON, expires_at)
        self.stores.suppressions.add(TX, made)


@pytest.fixture
def door() -> Door:
    return Door()


def test_without_suppressions_everything_passes(door: Door) -> None:
    given = [finding(), finding(entity="192.0.2.1")]
    assert door.gate.pass_on(TX, given, NOON) == (given, 0)


def test_what_is_covered_is_counted_and_kept_the_rest_passes_in_order(door: Door) -> None:
    door.suppress(entity="192.0.2.1")
    given = [finding(time=NOON + n, entity="192.0.2.1" if n % 2 else "192.0.2.2") for n in range(50)]
    passed, hidden = door.gate.pass_on(TX, given, NOON + 7)
    assert (passed, hidden) == (given[::2], 25)
    assert (door.kept["s"].hidden, door.kept["s"].last_hidden_at) == (25, NOON + 7)
    examples = door.stores.hidden.examples(TX, DEFAULT_TENANT, "s")
    assert [one.at - NOON for one in examples] == list(range(49, 49 - 2 * KEPT, -2))
    assert msgspec.json.decode(examples[0].event) == {"event_type": "http"}


def test_suppressions_are_read_once_until_they_change(door: Door) -> None:
    for _ in range(3):
        door.gate.pass_on(TX, [finding()], NOON)
    assert door.reads == 1
    door.suppress(rule_id="rule-1")
    assert [door.gate.pass_on(TX, [finding()], NOON)[1] for _ in range(3)] == [1, 1, 1]
    assert door.reads == 2
    door.stores.suppressions.lift(TX, system_principal(), "s", NOON)
    assert door.gate.pass_on(TX, [finding()], NOON)[1] == 0
    assert door.reads == 3


def test_an_expiry_needs_no_change_to_be_noticed(door: Door) -> None:
    door.suppress(expires_at=NOON + 10, rule_id="rule-1")
    assert door.gate.pass_on(TX, [finding()], NOON + 9)[1] == 1
    assert door.gate.pass_on(TX, [finding()], NOON + 10)[1] == 0
    assert door.reads == 1


def test_a_commit_without_findings_costs_nothing(door: Door) -> None:
    assert door.gate.pass_on(TX, [], NOON) == ([], 0)
    assert door.reads == 0
