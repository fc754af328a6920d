"""What every detector promises, for each that takes part in detection."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netsentinel.demo import story
from netsentinel.detection.build import statistics
from netsentinel.detection.content import bundled_rules
from netsentinel.detection.model import Finding
from netsentinel.detection.models import Role
from netsentinel.detection.models.detector import MLDetector
from netsentinel.detection.pipeline import Origin, Pipeline, Tally
from netsentinel.detection.ports import Detector
from netsentinel.detection.rules import SigmaDetector
from netsentinel.detection.rules.load import load_rules
from netsentinel.events.formats import FORMATS
from netsentinel.events.model import Event
from netsentinel.kernel.types import DEFAULT_TENANT
from tests.unit.detection.behaviour.scenes import everything
from tests.unit.detection.models.deployed import deployed, deployment


def with_models() -> MLDetector:
    """A detector with a champion, a canary for a third of the entities, and two more that go on learning."""
    detector = MLDetector()
    champion, canary = deployed(version="1"), deployed(version="2", role=Role.CANARY, share=0.3)
    learning = deployed("learning", model="autoencoder", threshold=0.999, tenant=DEFAULT_TENANT, adapts=True)
    windows = deployed("behaviour", model="windows", threshold=0.99, tenant=DEFAULT_TENANT, adapts=True)
    assert detector.deploy(deployment(champion, canary, learning, windows)) == []
    return detector


MAKERS: dict[str, Callable[[], Detector]] = {
    "sigma": lambda: SigmaDetector(load_rules([bundled_rules()]).rules),
    **{one.name: type(one) for one in statistics()},
    "models": with_models,
}


class _Collector:
    """A detector that only takes note of the events."""

    name = "collector"
    remembers = False
    classes = frozenset[int]()

    def __init__(self) -> None:
        self.events: list[Event] = []

    def analyze_events(self, events: list[Event]) -> list[Finding]:
        self.events += events
        return []

    def snapshot(self) -> bytes:
        return b""

    def restore(self, state: bytes) -> None:
        pass


@pytest.fixture(scope="module")
def events() -> list[Event]:
    """The demo's story (an office's half hour and an intrusion, seen by two sensors), then what it does not tell."""
    collector = _Collector()
    pipeline = Pipeline(FORMATS, [collector])
    for line in story(1_780_000_000_000_000):
        pipeline.examine([line.line], Origin(DEFAULT_TENANT, line.source), Tally())
    return collector.events + everything()


@pytest.fixture(scope="module", params=sorted(MAKERS))
def make(request: pytest.FixtureRequest) -> Callable[[], Detector]:
    return MAKERS[request.param]


@pytest.fixture(scope="module")
def expected(make: Callable[[], Detector], events: list[Event]) -> tuple[list[Finding], bytes]:
    detector = make()
    return detector.analyze_events(events), detector.snapshot()


def test_it_finds_something(expected: tuple[list[Finding], bytes]) -> None:
    assert expected[0]


def test_a_finding_explains_itself(make: Callable[[], Detector], expected: tuple[list[Finding], bytes]) -> None:
    name = make().name
    for finding in expected[0]:
        assert finding.detector == name
        assert finding.tenant == DEFAULT_TENANT
        assert finding.rule_id
        assert finding.title
        assert finding.description
        assert finding.matched
        assert finding.false_positives
        assert all(field.field and field.condition for field in finding.matched)
        assert any(tag.startswith("attack.t1") for tag in finding.tags)
        assert finding.entity
        assert finding.entity_kind in {"address", "user", "host"}
        assert finding.raw
        assert len(finding.fingerprint) == 32


def test_one_fingerprint_per_rule_and_entity(expected: tuple[list[Finding], bytes]) -> None:
    by_print: dict[str, set[tuple[str, str]]] = {}
    for finding in expected[0]:
        by_print.setdefault(finding.fingerprint, set()).add((finding.rule_id, finding.entity))
    assert all(len(pairs) == 1 for pairs in by_print.values())


@settings(max_examples=5, deadline=None)
@given(cuts=st.lists(st.integers(0, 4_000), max_size=6))
def test_where_batches_end_makes_no_difference(
    make: Callable[[], Detector], events: list[Event], expected: tuple[list[Finding], bytes], cuts: list[int]
) -> None:
    detector, found = make(), list[Finding]()
    edges = [0, *sorted(cuts), len(events)]
    for start, end in pairwise(edges):
        found += detector.analyze_events(events[start:end])
    assert (found, detector.snapshot()) == expected


@settings(max_examples=5, deadline=None)
@given(cut=st.integers(0, 4_000))
def test_a_restored_detector_goes_on_exactly(
    make: Callable[[], Detector], events: list[Event], expected: tuple[list[Finding], bytes], cut: int
) -> None:
    first, second = make(), make()
    found = first.analyze_events(events[:cut])
    second.restore(first.snapshot())
    found += second.analyze_events(events[cut:])
    assert (found, second.snapshot()) == expected


def test_empty_state_is_a_fresh_start(make: Callable[[], Detector], events: list[Event]) -> None:
    detector = make()
    detector.analyze_events(events)
    detector.restore(b"")
    assert detector.snapshot() == make().snapshot()


def test_what_does_not_remember_has_no_state(
    make: Callable[[], Detector], expected: tuple[list[Finding], bytes]
) -> None:
    assert make().remembers is bool(expected[1])


def test_no_events_give_no_findings(make: Callable[[], Detector]) -> None:
    assert make().analyze_events([]) == []


def test_events_of_other_classes_than_it_looks_at_say_nothing(
    make: Callable[[], Detector], events: list[Event]
) -> None:
    detector = make()
    others = [event for event in events if detector.classes and event.class_uid not in detector.classes]
    assert detector.analyze_events(others) == []
    assert detector.snapshot() == make().snapshot()
