"""The engine against the oracle on every event of EVTX-ATTACK-SAMPLES, with every rule of the corpus."""

import json
import time
from dataclasses import dataclass, field
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
from netsentinel.events.model import Event
from netsentinel.kernel.types import DEFAULT_TENANT
from tests.conftest import DATA
from tests.crash.seeds import tell
from tests.unit.detection.oracle import holds, trees

pytestmark = pytest.mark.data

EVENTS = 7_860
RULES = 3_141
MATCHES = 1_221


class _Names(dict[str, tuple[str, ...]]):
    def __init__(self, product: str) -> None:
        self._product = product

    def get(self, field: str, default: Any = ()) -> tuple[str, ...]:
        return aliases(self._product, field) or default


def _events(data: Path) -> list[Event]:
    records = (json.loads(line) for _, line in read_records([data / "evtx" / "evtx_attack_samples.jsonl.gz"]))
    return [FORMATS["windows"].parse(record, b"", DEFAULT_TENANT, "t") for record in records]


@dataclass
class Compared:
    """What the engine and the oracle said."""

    pairs: int = 0
    """An event and a rule whose log source looks at it: so often the oracle was asked."""
    agreed: int = 0
    """Matches that both found."""
    differences: list[str] = field(default_factory=list)


def _compare(rules: tuple[Rule, ...], events: list[Event]) -> Compared:
    engine = RuleEngine(rules)
    parsed = {rule.id: trees(SigmaRule.from_dict(yaml.load(rule.source, yaml.CSafeLoader))) for rule in rules}
    by_source = {
        source: [rule for rule in rules if applies(rule.logsource, source)]
        for source in {event.logsource for event in events}
    }
    said = Compared()
    for number, event in enumerate(events):
        found = {match.rule.id for match in engine.matches([event])}
        names, asked = _Names(event.logsource.product), by_source[event.logsource]
        expected = {rule.id for rule in asked if holds(parsed[rule.id], event.native, names)}
        said.pairs += len(asked)
        said.agreed += len(found & expected)
        said.differences += [f"event {number}: {rule}" for rule in found ^ expected]
    return said


@pytest.fixture(scope="module")
def rules() -> tuple[Rule, ...]:
    return load_rules([DATA / "sigma" / "sigma_rules_main.zip"]).rules


@pytest.mark.timeout(600)
def test_some_events_by_all_rules(rules: tuple[Rule, ...]) -> None:
    said = _compare(rules, _events(DATA)[::199])
    assert said.differences == []
    assert said.agreed >= 5


def test_a_field_under_another_name_is_judged_alike(rules: tuple[Rule, ...]) -> None:
    """Event 4688 calls `Image` `NewProcessName`; a copy of LSASS started by LSASS."""
    (rule,) = (rule for rule in rules if rule.id == "c8da0dfd-4ed0-4b68-962d-13c9c884384e")
    said = _compare((rule,), [event for event in _events(DATA) if event.event_code == "4688"])
    assert (said.agreed, said.differences) == (1, [])


@pytest.mark.long
@pytest.mark.timeout(3_600)
def test_all_events_by_all_rules(rules: tuple[Rule, ...]) -> None:
    events = _events(DATA)
    began = time.process_time()
    said = _compare(rules, events)
    tell(
        f"{len(events)} events by {len(rules)} rules: the oracle was asked {said.pairs} times, {said.agreed} matches, "
        f"{len(said.differences)} differences, {time.process_time() - began:.0f} s of processor time"
    )
    assert said.differences == []
    assert (len(events), len(rules)) == (EVENTS, RULES)
    assert said.agreed == MATCHES
