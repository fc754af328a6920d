from typing import Any

import msgspec
import pytest

from netsentinel.detection.rules import plan as plans
from netsentinel.detection.rules.load import load_text
from netsentinel.detection.rules.memory import Memory
from netsentinel.detection.rules.plan import Plan
from tests.unit.detection.build_events import plain_event

RULES = """title: one
id: 00000000-0000-4000-8000-000000000001
logsource: {product: windows}
detection:
    s:
        Image|endswith: '\\cmd.exe'
        CommandLine|contains: a-rare-text
    condition: s
---
title: two
id: 00000000-0000-4000-8000-000000000002
logsource: {product: windows}
detection:
    s: {Image|endswith: '\\svchost.exe'}
    filter: {ParentImage|endswith: '\\services.exe', Company: Microsoft}
    condition: s and not filter
"""
SVCHOST = {"Image": "C:\\svchost.exe", "ParentImage": "C:\\services.exe", "Company": "Microsoft"}


def plan(memory: Memory | None = None, rules: str = RULES) -> Plan:
    loaded = load_text(rules)
    assert not loaded.failed
    return Plan(loaded.rules, "windows", memory or Memory(), None)


def true(one: Plan, native: dict[str, Any]) -> list[str]:
    return [rule.title for _, rule, _ in one.true_of_each([plain_event(native)])]


def looked_at(one: Plan, native: dict[str, Any]) -> list[str]:
    return [rule.title for rule, took in one.weigh(plain_event(native)) if took >= 0]


def test_a_rule_is_only_looked_at_when_all_its_needs_are_met() -> None:
    one = plan()
    assert looked_at(one, {"Image": "C:\\cmd.exe", "CommandLine": "dir"}) == []
    assert looked_at(one, {"Image": "C:\\other.exe", "CommandLine": "a-rare-text"}) == []
    assert looked_at(one, {"Image": "C:\\cmd.exe", "CommandLine": "x A-RARE-TEXT"}) == ["one"]
    assert true(one, {"Image": "C:\\cmd.exe", "CommandLine": "x A-RARE-TEXT"}) == ["one"]


def test_a_rule_that_a_context_makes_false_is_looked_at_once() -> None:
    one = plan()
    assert looked_at(one, SVCHOST) == ["two"]
    assert looked_at(one, SVCHOST) == []
    assert true(one, SVCHOST) == []
    assert true(one, {**SVCHOST, "Company": "Somebody"}) == ["two"]
    assert true(one, {**SVCHOST, "Company": ["Somebody"]}) == ["two"]


def test_what_is_forgotten_is_found_again() -> None:
    memory = Memory()
    one = plan(memory)
    hit = {"Image": "C:\\cmd.exe", "CommandLine": "a-rare-text"}
    assert true(one, hit) == ["one"]
    memory.values.take(10**9)
    assert true(one, hit) == ["one"]
    memory.contexts.take(10**9)
    assert true(one, hit) == ["one"]
    assert true(one, SVCHOST) == []


def test_a_steady_field_that_no_value_is_asked_of_does_not_decide_for_other_events() -> None:
    one = plan(
        rules="title: one\nlogsource: {product: windows}\ndetection:\n    s: {Image|exists: true}\n    condition: s\n"
    )
    assert true(one, {}) == []
    assert true(one, {"Image": "a.exe"}) == ["one"]


def test_events_together_are_judged_as_each_alone() -> None:
    hit = {"Image": "C:\\cmd.exe", "CommandLine": "x A-RARE-TEXT"}
    events = [hit, {"CommandLine": ["a", "b"]}, {"CommandLine": 7}, {}, {**hit, "CommandLine": ["b", "a-rare-text"]}]
    made = [plain_event(native) for native in [*events, {**hit, "CommandLine": "dir"}]]
    found = plan().true_of_each(made)
    assert [(at, rule.title) for at, rule, _ in found] == [(0, "one"), (4, "one")]


BLOCKED = """title: blocked
logsource: {product: windows}
detection:
    filter: {CommandLine|contains: ' -k '}
    condition: not filter
"""


def test_a_fresh_value_that_makes_a_rule_false_spares_looking_at_it() -> None:
    one = plan(rules=BLOCKED)
    assert looked_at(one, {"CommandLine": "svchost -K netsvcs"}) == []
    assert true(one, {"CommandLine": ["a", "svchost -K netsvcs"]}) == []
    assert looked_at(one, {"CommandLine": "svchost"}) == ["blocked"]
    assert true(one, {"CommandLine": "svchost"}) == true(one, {}) == ["blocked"]


KEYWORDS = """title: word
logsource: {product: windows}
detection:
    s: {Image|endswith: '\\cmd.exe'}
    k: [needle]
    condition: s and k
"""


def test_keywords_are_looked_for_where_they_can_decide() -> None:
    one = plan(rules=KEYWORDS)
    holds, other = {"Image": "C:\\cmd.exe", "x": "a Needle"}, {"Image": "other.exe", "x": "a Needle"}
    events = [holds, other, {"Image": "C:\\cmd.exe", "x": "straw"}, {"Image": "C:\\cmd.exe", "x": ["needle"]}]
    for encode in (msgspec.json.encode, lambda _: b""):
        made = [plain_event(native, encode(native)) for native in events]
        assert [at for at, _, _ in one.true_of_each(made)] == [0, 3]
    assert not list(one.true_of_each([plain_event(native, msgspec.json.encode(native)) for native in events[1:3]]))


MANY = "\n".join(
    f"""title: field {number}
logsource: {{product: windows}}
detection:
    s: {{Field{number}|contains: text}}
    condition: s
---"""
    for number in range(40)
).removesuffix("---")


def test_many_fields_are_found_by_those_that_an_event_has() -> None:
    one = plan(rules=MANY)
    assert true(one, {"Field7": "a text", "Field33": ["x", "TEXT"], "Field8": "other", "Field9": None}) == [
        "field 7",
        "field 33",
    ]
    assert true(one, {}) == []


def test_a_field_is_asked_for_less_where_the_usual_contexts_leave_less_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans, "_MANY_ATOMS", 1)
    monkeypatch.setattr(plans, "_SETTLES_AFTER", 2)
    rules = (
        RULES
        + """---
title: three
id: 00000000-0000-4000-8000-000000000003
logsource: {product: windows}
detection:
    s: {CommandLine|contains: [anywhere, everywhere]}
    condition: s
"""
    )
    one = plan(rules=rules)
    usual = {"Image": "C:\\other.exe", "CommandLine": "x"}
    for _ in range(3):
        assert true(one, usual) == []
    ((full, narrow),) = one._narrow.items()
    assert (full.atoms, narrow.atoms) == (3, 2)
    assert true(one, {**usual, "CommandLine": "Everywhere a-rare-text"}) == ["three"]
    assert "Everywhere a-rare-text" in narrow.known
    assert true(one, {"Image": "C:\\cmd.exe", "CommandLine": "Everywhere a-rare-text"}) == ["one", "three"]


def test_events_without_a_keyword_leave_no_answers_behind() -> None:
    memory = Memory()
    one = plan(memory, KEYWORDS)
    kept = memory.contexts.table()
    kept["a"] = 1
    native = {"Image": "C:\\cmd.exe", "x": "a/b"}
    events = [plain_event(native, msgspec.json.encode(native).replace(b"/", b"\\/"))] * 1_000
    for _ in range(50):
        assert not list(one.true_of_each(events))
    assert kept
