from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from netsentinel.detection.fingerprint import fingerprint
from netsentinel.detection.rulebook.packs import zip_of
from netsentinel.detection.rules import detector as detector_module
from netsentinel.detection.rules.budget import Budget
from netsentinel.detection.rules.choice import OwnPack, Selection
from netsentinel.detection.rules.detector import SigmaDetector
from netsentinel.detection.rules.load import load_text
from netsentinel.detection.rules.logic import Evidence
from netsentinel.detection.rules.match import RuleEngine
from netsentinel.detection.rules.model import Rule
from netsentinel.detection.rules.plan import Plan
from netsentinel.events.formats import FORMATS
from netsentinel.events.model import Event
from netsentinel.kernel.types import DEFAULT_TENANT, Level, TenantId
from tests.unit.detection.build_events import ATTACKER, at, zeek

OTHER = TenantId("other")
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


def test_a_finding_keeps_so_much_of_what_matched_and_no_more() -> None:
    asked = "".join(f"      - 'x|{letter * 60_000}'\n" for letter in "abcdefghijklmnop")
    loaded = load_text(RULE.replace("    s: {uri|contains: x}\n", f"    s:\n      uri|re:\n{asked}"))
    (finding,) = SigmaDetector(loaded.rules).analyze_events([zeek("http", 1.0, uri="/x" * 300)])
    assert len(finding.matched) == 7
    assert {len(one.condition) for one in finding.matched} == {512}
    assert sum(len(one.value) + len(one.condition) for one in finding.matched) < 8_192


def test_it_keeps_no_state() -> None:
    detector = SigmaDetector(())
    detector.restore(b"whatever")
    assert (detector.snapshot(), detector.remembers) == (b"", False)


def other_rule(number: int, word: str) -> str:
    text = RULE.replace("title: Long", f"title: Rule {number}").replace("contains: x", f"contains: {word}")
    return text.replace("9e8f", f"9e{number:02}")


def packed(folder: Path, name: str, *texts: str) -> str:
    path = folder / f"{name}.zip"
    path.write_bytes(zip_of({f"{number}/rule.yml": text.encode() for number, text in enumerate(texts)}))
    return str(path)


def titles(detector: SigmaDetector, tenant: TenantId = DEFAULT_TENANT) -> list[str]:
    return [one.title for one in detector.analyze_events([zeek("http", 5, tenant=tenant, uri="xyz", host="h")])]


def test_each_tenant_has_the_rules_it_chose(tmp_path: Path) -> None:
    detector = SigmaDetector(load_text(RULE).rules)
    own = packed(tmp_path, "own", other_rule(11, "y"), other_rule(12, "z"))
    mine = other_rule(11, "y").splitlines()[1].removeprefix("id: ")
    selection = Selection((OwnPack(OTHER, own),), {OTHER: (mine,), DEFAULT_TENANT: (load_text(RULE).rules[0].id,)})
    assert titles(detector) == ["Long"]
    assert detector.choose(selection) == []
    assert (titles(detector), titles(detector, OTHER)) == ([], ["Long", "Rule 12"])
    assert detector.rules == 3
    assert detector.choose(Selection()) == []
    assert (titles(detector), titles(detector, OTHER), detector.rules) == (["Long"], ["Long"], 1)


def test_tenants_in_one_call_do_not_meet_each_others_rules(tmp_path: Path) -> None:
    detector = SigmaDetector(())
    detector.choose(Selection((OwnPack(OTHER, packed(tmp_path, "own", other_rule(11, "y"))),)))
    events = [zeek("http", 5, tenant=tenant, uri="y", host="h") for tenant in (DEFAULT_TENANT, OTHER, DEFAULT_TENANT)]
    assert [one.tenant for one in detector.analyze_events(events)] == [OTHER]


def test_own_rules_look_at_nobody_elses_events(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    looking = Plan.true_of_each

    def true_of_each(self: Plan, events: Sequence[Event]) -> Iterator[tuple[int, Rule, tuple[Evidence, ...]]]:
        for place, rule, why in looking(self, events):
            seen.append(f"{rule.title} {events[place].tenant}")
            yield place, rule, why

    monkeypatch.setattr(Plan, "true_of_each", true_of_each)
    detector = SigmaDetector(load_text(RULE).rules)
    detector.choose(Selection((OwnPack(OTHER, packed(tmp_path, "own", other_rule(11, "y"))),)))
    events = [zeek("http", 5, tenant=tenant, uri="xy", host="h") for tenant in (DEFAULT_TENANT, OTHER, DEFAULT_TENANT)]
    found = [(one.tenant, one.title) for one in detector.analyze_events(events)]
    assert found == [(DEFAULT_TENANT, "Long"), (OTHER, "Long"), (OTHER, "Rule 11"), (DEFAULT_TENANT, "Long")]
    assert sorted(seen) == ["Long default", "Long default", "Long other", "Rule 11 other"]


def test_a_tenants_change_leaves_what_others_engines_have_learnt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []

    class Engine(RuleEngine):
        def __init__(self, rules: Sequence[Rule], *given: Any) -> None:
            made.append(len(rules))
            super().__init__(rules, *given)

    monkeypatch.setattr(detector_module, "RuleEngine", Engine)
    detector = SigmaDetector(load_text(RULE).rules)
    theirs = OwnPack(OTHER, packed(tmp_path, "theirs", other_rule(11, "y"), other_rule(12, "z")))
    detector.choose(Selection((theirs,)))
    assert titles(detector, OTHER) == ["Long", "Rule 11", "Rule 12"]
    titles(detector)
    before = list(made)
    detector.choose(Selection((theirs, OwnPack(DEFAULT_TENANT, packed(tmp_path, "mine", other_rule(13, "x"))))))
    assert titles(detector) == ["Long", "Rule 13"]
    assert titles(detector, OTHER) == ["Long", "Rule 11", "Rule 12"]
    assert made[len(before) :] == [1], "only the engine of what was added"
    detector.choose(Selection((OwnPack(OTHER, packed(tmp_path, "less", other_rule(12, "z"))),)))
    assert (titles(detector), titles(detector, OTHER)) == (["Long"], ["Long", "Rule 12"])


def test_rules_match_a_call_only_so_often(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen: list[str] = []
    looking = Plan.true_of_each

    def true_of_each(self: Plan, events: Sequence[Event]) -> Iterator[tuple[int, Rule, tuple[Evidence, ...]]]:
        for place, rule, why in looking(self, events):
            seen.append(rule.title)
            yield place, rule, why

    monkeypatch.setattr(Plan, "true_of_each", true_of_each)
    monkeypatch.setattr(detector_module, "MOST_AT_ONCE", 5)
    detector = SigmaDetector(load_text(RULE).rules)
    events = [
        zeek(stream, n, tenant=OTHER, uri="xyz", host="h") for n in range(9) for stream in ("http", "weird", "http")
    ]
    assert len(detector.analyze_events(events[:5])) == 5
    assert [one.time for one in detector.analyze_events(events)] == [at(0), at(0), at(0), at(1), at(1), at(1)]
    detector.choose(Selection((OwnPack(OTHER, packed(tmp_path, "own", other_rule(11, "y"))),)))
    assert [one.title for one in detector.analyze_events(events)] == ["Long", "Rule 11"] * 3
    assert len(seen) < 5 + 2 * 9, "what nobody is told of is not looked for"


def test_own_rules_end_in_the_midst_of_events_once_their_budget_is_spent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = count(0, 10**8)
    monkeypatch.setattr(detector_module, "Budget", lambda: Budget(looks.__next__))
    detector = SigmaDetector(load_text(RULE).rules)
    detector.choose(Selection((OwnPack(OTHER, packed(tmp_path, "own", other_rule(11, "y"))),)))
    found = detector.analyze_events([zeek("http", n, tenant=OTHER, uri="xy", host="h") for n in range(100)])
    told = Counter(one.title for one in found)
    assert told["Long"] == 100
    assert 0 < told["Rule 11"] <= 50, "5 s, 0.1 s for each look at the clock"
    assert detector.take_omitted() == 100


def test_an_archive_that_is_gone_is_told_and_the_rest_is_loaded(tmp_path: Path) -> None:
    detector = SigmaDetector(())
    packs = (OwnPack(OTHER, str(tmp_path / "no.zip")), OwnPack(OTHER, packed(tmp_path, "a", other_rule(11, "y"))))
    (failure,) = detector.choose(Selection(packs))
    assert "no.zip" in failure
    assert titles(detector, OTHER) == ["Rule 11"]


def test_rules_are_weighed_now_and_then() -> None:
    detector = SigmaDetector(load_text(RULE).rules)
    event = zeek("http", 5, uri="x", host="h")
    for _ in range(64):
        detector.analyze_events([event] * 10)
    events, (weight,) = detector.weights()
    assert (events, weight.rule_id, weight.owner, weight.evaluations) == (16, load_text(RULE).rules[0].id, "", 16)
    assert weight.nanoseconds > 0
    assert detector.weights() == (0, [])


ON_WINDOWS = RULE.replace("{product: zeek}", "{product: windows}").replace("{uri|contains: x}", "{EventID: [1, 4688]}")


def test_one_user_of_windows_is_one_alert_however_events_spell_the_name() -> None:
    sysmon = {"EventID": 1, "Channel": "Microsoft-Windows-Sysmon/Operational", "Computer": "PC04"}
    security = {"EventID": 4688, "Channel": "Security", "Computer": "PC04.shire.local"}
    records = (
        {**sysmon, "User": "SHIRE\\ann"},
        {**security, "SubjectUserName": "Ann", "SubjectDomainName": "shire"},
        {**security, "TargetUserName": "ann@SHIRE.LOCAL"},
        {**sysmon, "User": "PC04\\ann"},
        {**sysmon, "User": "NT AUTHORITY\\SYSTEM"},
        {**security, "SubjectUserName": "PC04$", "SubjectDomainName": "SHIRE"},
    )
    windows = FORMATS["windows"]
    events = [windows.parse(record, b"", DEFAULT_TENANT, "pc04") for record in records]
    found = SigmaDetector(load_text(ON_WINDOWS).rules).analyze_events(events)
    assert [(one.entity, one.entity_kind) for one in found] == [
        *[("shire\\ann", "user")] * 3,
        ("pc04\\ann", "user"),
        *[("pc04", "host")] * 2,
    ]
    assert len({one.fingerprint for one in found}) == 3
    assert [(one.user, one.device) for one in found] == [(event.user, event.device) for event in events]
