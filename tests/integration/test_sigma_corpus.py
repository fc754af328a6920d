"""The engine on the public Sigma corpus: everything loads, the oracle agrees, and what must fire fires."""

import gzip
import itertools
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from sigma.rule import SigmaRule

from netsentinel.detection.pipeline import Origin, Pipeline, Tally
from netsentinel.detection.rules import LoadedRules, Rule, RuleEngine, SigmaDetector
from netsentinel.detection.rules.load import load_rules
from netsentinel.detection.rules.taxonomy import aliases, applies
from netsentinel.events import FORMATS, Event
from netsentinel.events.files import read_records
from netsentinel.kernel.types import DEFAULT_TENANT
from tests.conftest import DATA
from tests.unit.detection.oracle import is_true

pytestmark = pytest.mark.data

ORACLE_EVENTS = 10
"""Per kind of source: the oracle judges each by all rules that look at it."""


@pytest.fixture(scope="module")
def data() -> Path:
    return DATA


@pytest.fixture(scope="module")
def corpus(data: Path) -> LoadedRules:
    return load_rules([data / "sigma" / "sigma_rules_main.zip"])


def _lines(path: Path) -> list[bytes]:
    return gzip.decompress(path.read_bytes()).splitlines()


def test_every_rule_of_the_corpus_loads(corpus: LoadedRules) -> None:
    assert [str(failure) for failure in corpus.failed] == []
    assert len(corpus.rules) == 3141


def test_every_regression_case_fires(corpus: LoadedRules, data: Path) -> None:
    known = {rule.id for rule in corpus.rules}
    pipeline = Pipeline(FORMATS, [SigmaDetector(corpus.rules)])
    cases = fired = 0
    for line in _lines(data / "sigma" / "regression_events.jsonl.gz"):
        case = json.loads(line)
        if case["rule_id"] in known:
            cases += 1
            tally = Tally()
            pipeline.examine(
                [json.dumps(event).encode() for event in case["events"]], Origin(DEFAULT_TENANT, "t"), tally
            )
            assert tally.events == len(case["events"])
            fired += case["rule_id"] in {finding.rule_id for finding in tally.findings}
    assert (cases, fired) == (82, 82)


def test_every_regression_case_fires_from_raw_evtx(corpus: LoadedRules, data: Path) -> None:
    known = {rule.id for rule in corpus.rules}
    counts = {
        case["rule_id"]: len(case["events"])
        for case in map(json.loads, _lines(data / "sigma" / "regression_events.jsonl.gz"))
    }
    pipeline = Pipeline(FORMATS, [SigmaDetector(corpus.rules)])
    fired: set[str] = set()
    cases: set[str] = set()
    records = read_records([data / "sigma" / "regression_evtx.zip"])
    for name, found in itertools.groupby(records, key=lambda record: record[0]):
        rule = Path(name.rpartition("!")[2]).stem
        tally = Tally()
        pipeline.examine([line for _, line in found], Origin(DEFAULT_TENANT, "t"), tally)
        assert (tally.events, tally.rejected) == (counts[rule], []), name
        cases.add(rule)
        if rule in {finding.rule_id for finding in tally.findings}:
            fired.add(rule)
    assert len(cases) == 87
    assert fired & known == cases & known
    assert len(fired & known) == 82


def test_what_another_engine_found_is_found(corpus: LoadedRules, data: Path) -> None:
    """Zircolite drops empty values, so that one rule on a null field fires there and not here."""
    ours: set[tuple[str, str, str]] = set()
    pipeline = Pipeline(FORMATS, [SigmaDetector(corpus.rules)])
    tally = Tally()
    records = [line for _, line in read_records([data / "evtx" / "evtx_attack_samples.jsonl.gz"])]
    pipeline.examine(records, Origin(DEFAULT_TENANT, "t"), tally)
    for finding in tally.findings:
        event = json.loads(finding.raw)
        ours.add((finding.rule_id, event["_source"].rpartition("/")[2], str(event["Event"]["System"]["EventRecordID"])))
    known = {rule.id for rule in corpus.rules}
    theirs: set[tuple[str, str, str]] = set()
    for line in _lines(data / "evtx" / "evtx_attack_samples.zircolite_hits.jsonl.gz"):
        hit = json.loads(line)
        if hit["rule_id"] in known:
            theirs |= {(hit["rule_id"], match[0], str(match[1])) for match in hit["matches"]}
    assert len(theirs) > 1_000
    assert len(theirs - ours) <= 1, theirs - ours


def _samples(data: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    zeek = [json.loads(line) for _, line in read_records([data / "zeek" / "apt29_day1_combined_zeek.jsonl.gz"])]
    yield from (("zeek", record) for record in zeek[:: len(zeek) // ORACLE_EVENTS])
    with zipfile.ZipFile(data / "slips" / "slips_dataset.zip") as archive:
        eve = [json.loads(line) for line in archive.read("test6-malicious.suricata.json").splitlines()]
    yield from (("suricata", record) for record in eve[:: len(eve) // ORACLE_EVENTS])
    evtx = [json.loads(line) for _, line in read_records([data / "evtx" / "evtx_attack_samples.jsonl.gz"])]
    yield from (("windows", record) for record in evtx[:: len(evtx) // ORACLE_EVENTS])
    flat = itertools.islice(read_records([data / "otrf" / "atomic" / "windows" / "execution"]), 5_000)
    yield from (("windows", json.loads(line)) for _, line in list(flat)[:: 5_000 // ORACLE_EVENTS])


def test_the_oracle_agrees_on_real_rules_and_events(corpus: LoadedRules, data: Path) -> None:
    engine = RuleEngine(corpus.rules)
    parsed: dict[str, SigmaRule] = {}
    compared = 0
    for name, record in _samples(data):
        event = FORMATS[name].parse(record, b"", DEFAULT_TENANT, "t")
        found = [match.rule.id for match in engine.matches([event])]
        expected = [
            rule.id
            for rule in corpus.rules
            if applies(rule.logsource, event.logsource) and _oracle(rule, event, parsed)
        ]
        assert found == expected
        compared += 1
    assert compared >= 4 * ORACLE_EVENTS - 4


def _oracle(rule: Rule, event: Event, parsed: dict[str, SigmaRule]) -> bool:
    if rule.id not in parsed:
        parsed[rule.id] = SigmaRule.from_dict(yaml.load(rule.source, yaml.CSafeLoader))
    return is_true(parsed[rule.id], event.native, _Names(event.logsource.product))


class _Names(dict[str, tuple[str, ...]]):
    def __init__(self, product: str) -> None:
        self._product = product

    def get(self, field: str, default: Any = ()) -> tuple[str, ...]:
        return aliases(self._product, field) or default
