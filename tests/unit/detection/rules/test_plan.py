from typing import Any

from netsentinel.detection.rules.load import load_text
from netsentinel.detection.rules.plan import Memory, Plan

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
    return [rule.title for rule, _ in one.true_of(native, b"")]


def looked_at(one: Plan, native: dict[str, Any]) -> list[str]:
    return [rule.title for rule, took in one.weigh(native, b"") if took >= 0]


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


def test_meeting_events_before_changes_nothing() -> None:
    hit = {"Image": "C:\\cmd.exe", "CommandLine": "x A-RARE-TEXT"}
    one = plan()
    one.meet([hit, {"CommandLine": ["a", "b"]}, {"CommandLine": 7}, {}])
    assert true(one, hit) == ["one"]
    assert true(one, {**hit, "CommandLine": ["b", "a-rare-text"]}) == ["one"]
    assert true(one, {**hit, "CommandLine": "dir"}) == []
