"""The engine against the oracle on every event of EVTX-ATTACK-SAMPLES, with every rule of the corpus."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml
from sigma.rule import SigmaRule

from netsentinel.detection.rules import Rule, RuleEngine
from netsentinel.detection.rules.load import load_rules
from netsentinel.detection.rules.taxonomy import aliases, applies
from netsentinel.events.files import read_records
from netsentinel.events.formats import FORMATS
from netsentinel.events.model import Event, Logsource
from netsentinel.kernel.types import DEFAULT_TENANT
from tests.conftest import DATA
from tests.unit.detection.oracle import holds, trees

pytestmark = pytest.mark.data

EVENTS = 7_860


class _Names(dict[str, tuple[str, ...]]):
    def __init__(self, product: str) -> None:
        self._product = product

    def get(self, field: str, default: Any = ()) -> tuple[str, ...]:
        return aliases(self._product, field) or default


def _events(data: Path) -> list[Event]:
    records = (json.loads(line) for _, line in read_records([data / "evtx" / "evtx_attack_samples.jsonl.gz"]))
    return [FORMATS["windows"].parse(record, b"", DEFAULT_TENANT, "t") for record in records]


def _compare(rules: tuple[Rule, ...], events: list[Event]) -> tuple[int, list[str]]:
    """How many matches both found, and where they differ."""
    engine = RuleEngine(rules)
    parsed = {rule.id: trees(SigmaRule.from_dict(yaml.safe_load(rule.source))) for rule in rules}
    by_source: dict[Logsource, list[Rule]] = defaultdict(list)
    for source in {event.logsource for event in events}:
        by_source[source] = [rule for rule in rules if applies(rule.logsource, source)]
    agreed, differences = 0, []
    for number, event in enumerate(events):
        found = {match.rule.id for match in engine.matches([event])}
        names = _Names(event.logsource.product)
        expected = {rule.id for rule in by_source[event.logsource] if holds(parsed[rule.id], event.native, names)}
        agreed += len(found & expected)
        differences += [f"event {number}: {rule}" for rule in found ^ expected]
    return agreed, differences


def test_some_events_by_all_rules() -> None:
    rules = load_rules([DATA / "sigma" / "sigma_rules_main.zip"]).rules
    agreed, differences = _compare(rules, _events(DATA)[::131])
    assert differences == []
    assert agreed >= 5


@pytest.mark.long
@pytest.mark.timeout(3_600)
def test_all_events_by_all_rules() -> None:
    rules = load_rules([DATA / "sigma" / "sigma_rules_main.zip"]).rules
    events = _events(DATA)
    assert len(events) == EVENTS
    agreed, differences = _compare(rules, events)
    assert differences == []
    assert agreed >= 1_400
