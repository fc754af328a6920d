import msgspec
import pytest

from netsentinel.detection.rules.contexts import Context, Kind
from netsentinel.detection.rules.fields import MISSING
from netsentinel.detection.rules.said import Said
from netsentinel.events.rows import Layout

NATIVE = {"a": "x", "b": 7}


@pytest.mark.parametrize("names", [(), ("a",), ("a", "b"), ("b", "a", "c"), ("a", "a")])
def test_rows_and_dictionaries_give_the_same_values(names: tuple[str, ...]) -> None:
    layout = Layout(("b", "c", "a"))
    row = layout.read(msgspec.json.encode(NATIVE))
    expected = tuple(NATIVE.get(name, MISSING) for name in names)
    assert tuple(Kind(layout, ()).values(names)(row)) == expected
    assert tuple(Kind(None, ()).values(names)(NATIVE)) == expected


def test_names_that_a_row_cannot_have_are_not_asked_for() -> None:
    assert Kind(Layout(("a",)), ("a", "z")).known(("z", "a")) == ("a",)
    assert Kind(None, ()).known(("z", "a")) == ("z", "a")


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [(0b001, 0, False), (0b010, 0, True), (0, 0b010, False), (0, 0b001, True), (0b100, 0b100, False)],
)
def test_what_helps_meets_an_open_need_of_an_allowed_rule(first: int, second: int, expected: bool) -> None:
    context, said = Context(0b011, 0b001, 0b010), Said()
    said.first, said.second = first, second
    assert context.helps(said) is expected
