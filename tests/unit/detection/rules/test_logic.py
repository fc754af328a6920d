from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netsentinel.detection.rules.fields import FieldReader
from netsentinel.detection.rules.load import load_text
from netsentinel.detection.rules.logic import NEVER, View, logic_of
from netsentinel.detection.rules.model import AllOf, AnyOf, Atom, Condition, Has, Not, Operation
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


def _reader(name: str) -> FieldReader:
    reader = FieldReader(name)
    reader.is_steady = name == "steady"
    return reader


_atoms = st.builds(
    Atom,
    st.sampled_from(["steady", "fresh"]),
    st.sampled_from([Operation.CONTAINS, Operation.EQUALS]),
    st.sampled_from("ab"),
)
_conditions: st.SearchStrategy[Condition] = st.recursive(
    st.builds(Has, _atoms),
    lambda inner: (
        st.builds(AllOf, st.lists(inner, min_size=1, max_size=3).map(tuple))
        | st.builds(AnyOf, st.lists(inner, min_size=1, max_size=3).map(tuple))
        | st.builds(Not, inner)
    ),
    max_leaves=8,
)
_values = st.sampled_from(["", "a", "b", "ab", None])


@given(_conditions, _values, _values, _values)
def test_what_is_left_says_the_same_of_all_events_with_those_steady_fields(
    condition: Condition, steady: str | None, fresh: str | None, other: str | None
) -> None:
    logic = logic_of(condition, _reader)
    one, two = (View(as_event({"steady": steady, "fresh": said})) for said in (fresh, other))
    left = logic.settled(one)
    assert left.holds(two) == logic.holds(two)
    assert left.settled(one).holds(two) == logic.holds(two)
    if logic.holds(two):
        assert list(left.explain(two)) == list(logic.explain(two))


def test_what_steady_fields_decide_is_never_asked_again() -> None:
    (rule,) = load_text(
        "title: t\nlogsource: {category: x}\ndetection:\n    s: {steady: a, fresh: b}\n    condition: s\n"
    ).rules
    logic = logic_of(rule.condition, _reader)
    assert logic.settled(View(as_event({"steady": "x", "fresh": "b"}))) is NEVER
    left = logic.settled(View(as_event({"steady": "a", "fresh": "x"})))
    assert left.holds(View(as_event({"steady": "of another context", "fresh": "b"})))
