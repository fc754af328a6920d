from typing import Any

import msgspec
import pytest

from netsentinel.detection.rules.contexts import Context, Kind
from netsentinel.detection.rules.fields import MISSING, FieldReader
from netsentinel.detection.rules.memory import Memory, Room
from netsentinel.detection.rules.model import Atom, Operation
from netsentinel.detection.rules.said import FieldSays, Said
from netsentinel.events.formats import FORMATS
from netsentinel.events.rows import Layout
from netsentinel.kernel.types import DEFAULT_TENANT

NATIVE = {"a": "x", "b": 7}


@pytest.mark.parametrize("names", [(), ("a",), ("a", "b"), ("b", "a", "c"), ("a", "a")])
def test_rows_and_dictionaries_give_the_same_values(names: tuple[str, ...]) -> None:
    layout = Layout(("b", "c", "a"))
    row = layout.read(msgspec.json.encode(NATIVE))
    expected = tuple(NATIVE.get(name, MISSING) for name in names)
    assert tuple(Kind(layout, (), Room()).values(names)(row)) == expected
    assert tuple(Kind(None, (), Room()).values(names)(NATIVE)) == expected


def test_names_that_a_row_cannot_have_are_not_asked_for() -> None:
    assert Kind(Layout(("a",)), ("a", "z"), Room()).known(("z", "a")) == ("a",)
    assert Kind(None, (), Room()).known(("z", "a")) == ("z", "a")


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [(0b001, 0, 0), (0b010, 0, 0b010), (0, 0b010, 0), (0, 0b001, 0b001), (0b100, 0b100, 0), (0b111, 0b111, 0b011)],
)
def test_what_helps_meets_an_open_need_of_an_allowed_rule(first: int, second: int, expected: int) -> None:
    assert Context(0b011, 0b001, 0b010).helped(Said(first, second)) == expected


def test_what_rules_out_an_allowed_rule_helps() -> None:
    said = Said()
    said.blocks = 0b101
    assert Context(0b011, 0, 0).helped(said) == 0b001


def test_what_is_ruled_out_is_not_looked_at() -> None:
    context = Context(0b111, 0b110, 0b011)
    kind = Kind(None, (), Room())
    context.lane = kind.lane([])
    context.is_kept = True
    event = FORMATS["json"].parse({}, b"", DEFAULT_TENANT, "test")
    assert context.lane.rules([context], [event], [{}], ()) == [0b010]
    context.rule_out(0b010)
    assert context.allowed == 0b101
    assert context.lane.rules([context], [event], [{}], ()) == [0]


def test_contexts_that_leave_the_same_open_share_a_lane() -> None:
    plain = FieldSays(FieldReader("a"), {Atom("a", Operation.CONTAINS, "x"): Said(0b01)}, Memory(), None)
    other = FieldSays(FieldReader("b", ("c",)), {Atom("b", Operation.EQUALS, "7"): Said(0, 0b10)}, Memory(), None)
    kind = Kind(None, (), Room())
    lane = kind.lane([("a", plain), ("c", other)])
    assert kind.lane([("a", plain), ("c", other)]) is lane
    natives: list[dict[str, Any]] = [{"a": "y"}, {"a": ["y", "x", 1]}, {"c": 7}, {"a": None, "b": "8", "c": 7}, NATIVE]
    events = [FORMATS["json"].parse(native, b"", DEFAULT_TENANT, "test") for native in natives]
    context = Context(0b11, 0b10, 0b01)
    contexts = [context] * len(events)
    for _ in range(2):
        assert lane.rules(contexts, events, natives, ()) == [0, 0b01, 0b10, 0, 0b01]
    words = [Said(), Said(0, 0b10), Said(0, 0b10), Said(), Said(0b01)]
    assert lane.rules(contexts, events, natives, words) == [0, 0b11, 0b10, 0, 0b01]


@pytest.mark.parametrize("is_kept", [True, False])
def test_answers_take_room_where_they_can_be_of_use(is_kept: bool) -> None:
    room = Room()
    lane = Kind(None, (), room).lane([])
    kept = room.table()
    kept["a"] = 1
    event = FORMATS["json"].parse({}, b"", DEFAULT_TENANT, "test")
    for _ in range(8 * 1024 * 1024 // 100):
        context = Context(0, 0, 0)
        context.is_kept = is_kept
        lane.rules([context], [event], [{}], ())
    assert bool(kept) is not is_kept
    assert bool(lane.answers) is is_kept


def test_a_context_that_is_met_once_takes_no_others_answers() -> None:
    lane = Kind(None, (), Room()).lane([])
    kept, once = Context(0b11, 0b11, 0b11), Context(0b11, 0b11, 0b11)
    kept.is_kept, kept.lane, once.lane = True, lane, lane
    event = FORMATS["json"].parse({}, b"", DEFAULT_TENANT, "test")
    lane.rules([kept, once], [event] * 2, [{}] * 2, ())
    once.rule_out(0b1)
    assert len(lane.answers) == 1
    kept.rule_out(0b1)
    assert not lane.answers
