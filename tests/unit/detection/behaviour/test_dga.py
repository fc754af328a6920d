from netsentinel.detection.behaviour.dga import GeneratedNames
from netsentinel.detection.content import bundled_words
from netsentinel.events.model import Event
from netsentinel.kernel.types import Level
from tests.unit.detection.behaviour.scenes import VICTIM, generated, question


def found(events: list[Event]) -> list[str]:
    return [finding.rule_id for finding in GeneratedNames().analyze_events(events)]


def missing(names: list[str]) -> list[Event]:
    return [question(number, name, rcode="NXDOMAIN") for number, name in enumerate(names)]


def test_made_up_domains() -> None:
    (finding,) = GeneratedNames().analyze_events(generated(names=12))
    assert (finding.rule_id, finding.level, finding.entity) == ("dga.names", Level.HIGH, VICTIM)
    assert found(generated(names=9)) == []


def test_many_domains_that_do_not_exist() -> None:
    words = [f"{word}.com" for word in bundled_words()[:40]]
    assert found(missing(words[:39])) == []
    assert found(missing(words)) == ["dga.missing"]


def test_names_that_exist_do_not_count() -> None:
    assert found([question(number, event.domain) for number, event in enumerate(generated(names=60))]) == []


def test_one_domain_counts_once() -> None:
    assert found(missing([f"xkqzvwjpqrtz{number}.corp.example" for number in range(100)])) == []
    assert found(missing([f"qzxkvjwpqk{number}" for number in range(100)])) == []
    assert found(missing([f"{number}.0.0.10.in-addr.arpa" for number in range(100)])) == []
    assert found(missing([f"xkqzvwjpqrtz{number}.local" for number in range(100)])) == []
