from netsentinel.detection.fingerprint import fingerprint
from netsentinel.detection.rules.detector import SigmaDetector
from netsentinel.detection.rules.load import load_text
from netsentinel.kernel.types import DEFAULT_TENANT, Level
from tests.unit.detection.build_events import ATTACKER, at, zeek

RULE = """title: Long
id: 6e1f4a1c-0f0e-4b7a-9a5c-3a2d1b0c9e8f
description: d
level: high
tags: [attack.t1110]
falsepositives: [f]
references: [r]
logsource: {product: zeek}
detection:
    s: {uri|contains: x}
    condition: s
"""


def test_a_finding_carries_the_rule_and_the_event() -> None:
    detector = SigmaDetector(load_text(RULE).rules)
    (finding,) = detector.analyze_events([zeek("http", 5, uri="x" * 2_000, host="h")])
    assert (finding.detector, finding.title, finding.description, finding.level) == ("sigma", "Long", "d", Level.HIGH)
    assert (finding.tags, finding.false_positives, finding.references) == (("attack.t1110",), ("f",), ("r",))
    assert (finding.rule_source, finding.time, finding.src_ip) == (RULE, at(5), ATTACKER)
    assert (finding.entity, finding.entity_kind) == (ATTACKER, "address")
    assert finding.fingerprint == fingerprint(DEFAULT_TENANT, finding.rule_id, ATTACKER)
    (field,) = finding.matched
    assert (field.field, len(field.value), field.condition) == ("uri", 512, "contains 'x'")


def test_it_keeps_no_state() -> None:
    detector = SigmaDetector(())
    detector.restore(b"whatever")
    assert (detector.snapshot(), detector.remembers) == (b"", False)
