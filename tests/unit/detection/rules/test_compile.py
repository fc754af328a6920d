from typing import Any

import pytest

from netsentinel.detection.rules.load import load_text
from netsentinel.detection.rules.model import AllOf, AnyOf, Atom, Condition, Has, Not, Operation, Part


def lower(item: str, condition: str = "s") -> Condition:
    text = f"title: t\nlogsource: {{category: x}}\ndetection:\n    s:\n        {item}\n    condition: {condition}\n"
    loaded = load_text(text)
    assert not loaded.failed, loaded.failed[0]
    return loaded.rules[0].condition


@pytest.mark.parametrize(
    ("item", "atom"),
    [
        ("f: abc", Atom("f", Operation.EQUALS, "abc")),
        ("f: 'abc*'", Atom("f", Operation.STARTSWITH, "abc")),
        ("f: '*abc'", Atom("f", Operation.ENDSWITH, "abc")),
        ("f|contains: abc", Atom("f", Operation.CONTAINS, "abc")),
        ("f: '**abc**'", Atom("f", Operation.CONTAINS, "abc")),
        ("f: 'a*c'", Atom("f", Operation.LIKE, "a*c")),
        (r"f|contains: 'a\*?'", Atom("f", Operation.LIKE, r"*a\*?*")),
        ("f: '*'", Atom("f", Operation.LIKE, "*")),
        ("f: ''", Atom("f", Operation.EQUALS, "")),
        ("f|cased: Abc", Atom("f", Operation.EQUALS, "Abc", cased=True)),
        ("f|re|i: a+", Atom("f", Operation.REGEX, "(?i)a+")),
        ("f|cidr: 10.0.0.0/8", Atom("f", Operation.CIDR, "10.0.0.0/8")),
        ("f: 5", Atom("f", Operation.NUMBER, 5)),
        ("f|gte: 5.5", Atom("f", Operation.GTE, 5.5)),
        ("f|hour: 5", Atom("f", Operation.NUMBER, 5, part=Part.HOUR)),
        ("f|hour|gte: 5", Atom("f", Operation.GTE, 5, part=Part.HOUR)),
        ("f: true", Atom("f", Operation.EQUALS, "true")),
        ("f: null", Atom("f", Operation.ABSENT)),
        ("f|exists: true", Atom("f", Operation.PRESENT)),
        ("f|exists: false", Atom("f", Operation.ABSENT)),
        ("f|fieldref: g", Atom("f", Operation.FIELD_EQUALS, "g")),
        ("f|fieldref|contains: g", Atom("f", Operation.FIELD_CONTAINS, "g")),
        ("'|contains': x", Atom("", Operation.CONTAINS, "x")),
        ("'|re': x+", Atom("", Operation.REGEX, "x+")),
    ],
)
def test_every_kind_of_value_in_its_simplest_form(item: str, atom: Atom) -> None:
    assert lower(item) == Has(atom)


def test_lists_maps_and_modifiers_make_the_tree() -> None:
    def asks(value: Any) -> Has:
        return Has(Atom("f", Operation.EQUALS, value))

    assert lower("f: [a, b]") == AnyOf((asks("a"), asks("b")))
    assert lower("f|all: [a, b]") == AllOf((asks("a"), asks("b")))
    assert lower("f|neq: a") == Not(asks("a"))
    assert lower("f: a", "not s") == Not(asks("a"))
    windash = lower("f|contains|windash: ' -x'")
    assert isinstance(windash, AnyOf)
    assert len(windash.items) == 5


def test_several_conditions_are_alternatives() -> None:
    assert isinstance(lower("f: a", "[s, not s]"), AnyOf)


@pytest.mark.parametrize("name", ["a" * 256, ".".join("a" * 33)])
@pytest.mark.parametrize("item", ["{}: x", "f|fieldref: {}"])
def test_a_field_has_a_name_that_events_could_have(name: str, item: str) -> None:
    with pytest.raises(AssertionError, match="may have 255 characters and 32 steps"):
        lower(item.format(name))
    assert lower(f"{'a' * 255}: x")
    assert lower(f"{'.'.join('a' * 32)}: x")


def test_any_number_of_stars_are_one() -> None:
    assert lower(f"f: '{'*' * 30_000}x{'*' * 30_000}'") == Has(Atom("f", Operation.CONTAINS, "x"))
    assert lower(f"f: '{'*' * 3}'") == lower("f: '*'")
