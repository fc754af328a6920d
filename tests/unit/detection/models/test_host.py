import pytest

from netsentinel.detection.errors import MissingExtraError
from netsentinel.detection.models import Deployment, ModelHost, extra
from tests.unit.detection.models.deployed import deployed, deployment, scan


def test_without_models_it_does_nothing_and_keeps_what_it_was_given() -> None:
    host = ModelHost()
    assert host.deploy(Deployment()) == []
    host.restore(b"state")
    assert (host.analyze_events(scan(9)), host.tallies(), host.snapshot()) == ([], [], b"state")


def test_models_judge_until_others_do() -> None:
    host = ModelHost()
    assert host.deploy(deployment(deployed())) == []
    assert len(host.analyze_events(scan(50))) == 1
    assert [one.findings for one in host.tallies()] == [1]
    host.deploy(Deployment())
    assert host.analyze_events(scan(50, source="198.51.100.9")) == []


def test_a_state_that_was_given_before_the_models_is_theirs() -> None:
    first, second = ModelHost(), ModelHost()
    first.deploy(deployment(deployed()))
    first.analyze_events(scan(50))
    second.restore(first.snapshot())
    second.deploy(deployment(deployed()))
    assert second.analyze_events(scan(50, start=5)) == [], "told of a moment ago"
    second.restore(b"")
    assert len(second.analyze_events(scan(50, start=5))) == 1


def test_where_the_extra_is_missing_every_model_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise MissingExtraError("Models need numpy.")

    monkeypatch.setattr(extra, "require", missing)
    host = ModelHost()
    (refused,) = host.deploy(deployment(deployed()))
    assert (refused.name, refused.code, refused.detail) == ("office", "missing-extra", "Models need numpy.")
    assert host.analyze_events(scan(50)) == []
