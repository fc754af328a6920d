from typing import Any

import pytest

from netsentinel.detection.rules.fields import FieldReader
from netsentinel.detection.rules.load import load_text
from netsentinel.detection.rules.logic import View, logic_of
from tests.unit.detection.build_events import plain_event as as_event


def why(detection: str, native: dict[str, Any]) -> list[tuple[str, str, str]] | None:
    text = f"title: t\nlogsource: {{category: x}}\ndetection:\n    {detection}\n"
    (rule,) = load_text(text).rules
    logic, view = logic_of(rule.condition, FieldReader), View(as_event(native))
    if not logic.holds(view):
        return None
    return [(field, value, atom.describe()) for field, value, atom in logic.explain(view)]


@pytest.mark.parametrize(
    ("detection", "native", "expected"),
    [
        ("s: {a: X}\n    condition: s", {"a": "x"}, [("a", "x", "equals 'X'")]),
        ("s: {a: X}\n    condition: s", {"a": "y"}, None),
        (
            "s: {a|contains: [p, q, r]}\n    condition: s",
            {"a": "Q-p"},
            [("a", "Q-p", c) for c in ("contains 'p'", "contains 'q'")],
        ),
        (
            "s: {a|endswith: [p, q]}\n    condition: s",
            {"a": ["xp", "q"]},
            [("a", "xp", "endswith 'p'"), ("a", "q", "endswith 'q'")],
        ),
        ("s: {a|contains|cased: [P, q]}\n    condition: s", {"a": "pQ"}, None),
        ("s: {a: 1, b: null}\n    condition: s", {"a": 1}, [("a", "1", "= 1"), ("b", "", "absent")]),
        ("s: {a: 1}\n    n: {b: 2}\n    condition: s and not n", {"a": 1, "b": 3}, [("a", "1", "= 1")]),
        ("s: {a: 1}\n    n: {b: 2}\n    condition: s or n", {"a": 0, "b": 2}, [("b", "2", "= 2")]),
        ("s: [needle]\n    condition: s", {"a": {"b": "a Needle"}}, [("a.b", "a Needle", "contains 'needle'")]),
        ("s: {a|fieldref: b}\n    condition: s", {"a": "X", "b": "x"}, [("a", "X", "equals field 'b'")]),
    ],
)
def test_it_says_whether_and_why(
    detection: str, native: dict[str, Any], expected: list[tuple[str, str, str]] | None
) -> None:
    assert why(detection, native) == expected
