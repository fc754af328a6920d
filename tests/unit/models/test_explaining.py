import pytest

from netsentinel.alerts.model import AlertSample
from netsentinel.detection.model import MatchedField
from netsentinel.detection.models.detector import MLDetector
from netsentinel.models.errors import NoExplanationError
from netsentinel.models.explaining import findings_of, line_of
from tests.unit.alerts.factories import alert
from tests.unit.detection.models.deployed import deployed, deployment, scan, usual


def test_only_alerts_of_models_are_explained() -> None:
    assert line_of(alert(1, detector="models", rule_id="model.flows")) == "flows"
    with pytest.raises(NoExplanationError):
        line_of(alert(1))


def test_what_the_detection_process_says_is_understood() -> None:
    detector = MLDetector()
    assert detector.deploy(deployment(deployed())) == []
    (found, *_) = detector.analyze_events([*usual(50), *scan(200, start=200.0)])
    (said,) = findings_of((AlertSample(at=found.time, matched=found.matched, event={}),))
    assert said.version in found.matched[0].condition
    assert said.probability == found.matched[0].value
    assert said.threshold.endswith("%")
    assert len(said.reasons) == 5
    assert {why.direction for why in said.reasons} <= {"for", "against"}
    assert said.reasons[0].direction == "for"
    assert all(why.says and why.value for why in said.reasons)


def test_a_reason_may_name_what_is_usual() -> None:
    matched = (
        MatchedField("probability", "93.0 %", "above 90.0 %, the threshold of version 7"),
        MatchedField("gap", "3 s", "since the last call; speaks against it; usual would be 60 s"),
        MatchedField("odd", "1", "speaks for an attack"),
    )
    (said,) = findings_of((AlertSample(at=5, matched=matched, event={}),))
    assert (said.version, said.threshold) == ("7", "90.0 %")
    assert [(why.direction, why.says, why.usual) for why in said.reasons] == [
        ("against", "since the last call", "60 s"),
        ("for", "", ""),
    ]
    assert findings_of((AlertSample(at=5, matched=(), event={}),)) == ()
