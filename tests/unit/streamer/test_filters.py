"""Filters: what passes, and what is no filter at all."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netsentinel.kernel.entries import Entry
from netsentinel.kernel.errors import InvalidFilterError
from netsentinel.kernel.types import DEFAULT_TENANT, Level
from netsentinel.streamer.filters import EVERYTHING, compile_filter
from netsentinel.streamer.frames import Condition
from netsentinel.streamer.topics import TOPICS

ALERTS = TOPICS["alerts"]


def entry(*, kind: str = "alert.raised", subject: str = "alr_1", **payload: Any) -> Entry:
    return Entry(1, DEFAULT_TENANT, kind, 0, "usr_ada", subject, payload, (), audited=False)


def passes(field: str, op: Any, value: Any, **payload: Any) -> bool:
    return compile_filter([Condition(field, op, value)], ALERTS).matches(entry(**payload))


@pytest.mark.parametrize(
    ("field", "op", "value", "yes", "no"),
    [
        ("entity", "=", "10.0.0.1", "10.0.0.1", "10.0.0.10"),
        ("entity", "in", ("a", "b"), "b", "c"),
        ("entity", "prefix", "10.0.", "10.0.9.9", "10.1.0.0"),
        ("entity", "=", "Ab", "Ab", "ab"),
        ("entity", "=", "", "", "x"),
        ("score", ">=", 70, 70, 69),
        ("score", ">=", 69.5, 70, 69),
        ("score", "=", 70, 70, 71),
        ("score", "in", (1, 2), 2, 3),
        ("level", ">=", "high", "critical", "medium"),
        ("level", ">=", "high", "high", "low"),
        ("level", "=", "low", "low", "high"),
        ("level", "in", ("low", "high"), "high", "medium"),
        ("tags", "=", "attack.t1110", ["x", "attack.t1110"], ["attack.t1110.001"]),
        ("tags", "prefix", "attack.t1110", ["attack.t1110.001"], ["attack.t1"]),
        ("tags", "in", ("a", "b"), ["b", "z"], ["z"]),
    ],
)
def test_each_operator(field: str, op: str, value: Any, yes: Any, no: Any) -> None:
    assert passes(field, op, value, **{field: yes})
    assert not passes(field, op, value, **{field: no})


@pytest.mark.parametrize("least", list(Level))
@pytest.mark.parametrize("level", list(Level))
def test_levels_compare_by_rank(least: Level, level: Level) -> None:
    assert passes("level", ">=", str(least), level=str(level)) is (level.rank >= least.rank)


def test_all_conditions_have_to_hold() -> None:
    both = compile_filter([Condition("level", ">=", "high"), Condition("entity", "=", "a")], ALERTS)
    assert both.matches(entry(level="high", entity="a"))
    assert not both.matches(entry(level="low", entity="a"))
    assert not both.matches(entry(level="high", entity="b"))


def test_the_entrys_own_fields() -> None:
    assert passes("kind", "=", "alert.raised", kind="alert.raised")
    assert not passes("kind", "=", "alert.raised", kind="alert.updated")
    assert passes("subject", "prefix", "alr_", subject="alr_9")
    assert passes("principal", "=", "usr_ada")


def test_no_conditions_let_everything_pass() -> None:
    assert EVERYTHING.matches(entry())


def test_equal_filters_are_one() -> None:
    conditions = [Condition("entity", "in", ("a", "b"))]
    first, second = compile_filter(conditions, ALERTS), compile_filter(conditions, ALERTS)
    assert first == second
    assert hash(first) == hash(second)
    assert first != EVERYTHING


@pytest.mark.parametrize(
    ("field", "op", "value"),
    [
        ("description", "=", "x"),  # not declared
        ("native.user", "=", "x"),
        ("__class__", "=", "x"),
        ("payload", "=", "x"),  # of the entry, but not to be asked for
        ("tenant", "=", "other"),
        ("entity", ">=", "a"),
        ("score", "prefix", "7"),
        ("level", "prefix", "h"),
        ("entity", "=", 5),
        ("entity", "=", ("a",)),
        ("entity", "in", "a"),
        ("entity", "in", ("a", 5)),
        ("score", "=", "70"),
        ("score", ">=", True),
        ("level", "=", "severe"),
        ("level", ">=", 3),
    ],
)
def test_what_is_no_filter(field: str, op: Any, value: Any) -> None:
    with pytest.raises(InvalidFilterError) as caught:
        compile_filter([Condition(field, op, value)], ALERTS)
    assert caught.value.extra == {"field": field}


@given(
    field=st.sampled_from(["entity", "score", "level", "tags"]),
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text() | st.floats(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=5,
    ),
)
def test_no_payload_can_break_a_filter(field: str, value: Any) -> None:
    for op, wanted in {
        "entity": [("=", "a"), ("in", ("a",)), ("prefix", "a")],
        "tags": [("=", "a"), ("in", ("a",)), ("prefix", "a")],
        "score": [("=", 1), ("in", (1,)), (">=", 1)],
        "level": [("=", "low"), ("in", ("low",)), (">=", "low")],
    }[field]:
        assert passes(field, op, wanted, **{field: value}) in {True, False}
    assert not passes("entity", "=", "a")  # the field is not there at all
