import random
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netsentinel.detection.rules import scanner
from netsentinel.detection.rules.model import Atom, Operation, Part
from netsentinel.detection.rules.scanner import FieldScanner

SIMPLE = {
    Operation.EQUALS: lambda value, text: text == value,
    Operation.STARTSWITH: lambda value, text: text.startswith(value),
    Operation.ENDSWITH: lambda value, text: text.endswith(value),
    Operation.CONTAINS: lambda value, text: value in text,
}

words = st.text(alphabet="abAB.é\u2013", max_size=7)
atoms = st.builds(Atom, st.just("f"), st.sampled_from(sorted(SIMPLE)), words, st.booleans())


@settings(deadline=None)  # what takes its time is compiling
@given(st.lists(atoms, max_size=60), words)
def test_it_answers_what_plain_comparison_answers(asked: list[Atom], text: str) -> None:
    scanner = FieldScanner(enumerate(asked))
    expected = []
    for number, atom in enumerate(asked):
        value = str(atom.value)
        pair = (value, text) if atom.cased else (value.lower(), text.lower())
        if SIMPLE[atom.operation](*pair):
            expected.append(number)
    assert sorted(scanner.atoms(text)) == expected


def test_where_a_maybe_is_enough_nothing_true_is_missing() -> None:
    long = "x" * 600
    asked = [
        Atom("f", Operation.LIKE, "*cmd*net*"),
        Atom("f", Operation.REGEX, "c.d [0-9]+ z"),
        Atom("f", Operation.CONTAINS, long + "y"),
        Atom("f", Operation.LIKE, "??"),
        Atom("f", Operation.CONTAINS, "cmd"),
    ]
    exact, loose = FieldScanner(enumerate(asked)), FieldScanner(enumerate(asked), loose=range(len(asked)))
    for text in ("cmd /c net", "cmd", "cxd 77 z", "ab", long + "y", long + "z", "nothing", ""):
        assert set(exact.atoms(text)) <= set(loose.atoms(text))
    assert 0 in loose.atoms("cmd")
    assert 0 not in exact.atoms("cmd")
    assert not loose.atoms("nothing")


@pytest.mark.parametrize("seed", range(5))
def test_many_substrings_in_long_values(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - the same texts every time
    needles = {"".join(dice.choices(string.ascii_lowercase, k=dice.randint(1, 9))) for _ in range(400)}
    asked = [Atom("f", Operation.CONTAINS, needle) for needle in sorted(needles)]
    text = "".join(dice.choices(string.ascii_letters + "é", k=70_000))
    found = {asked[number].value for number in FieldScanner(enumerate(asked)).atoms(text)}
    assert found == {needle for needle in needles if needle in text.lower()}


def test_patterns_are_verified_as_a_whole() -> None:
    asked = [Atom("f", Operation.LIKE, pattern) for pattern in (r"*\*a?c*", "a*b*c", "?", "*", "a??")]
    scanner = FieldScanner(enumerate(asked))
    assert [sorted(scanner.atoms(text)) for text in ("x*abcx", "aXbYc", "q", "abc", "")] == [
        [0, 3],
        [1, 3],
        [2, 3],
        [1, 3, 4],
        [3],
    ]


def test_numbers_networks_and_parts_of_times() -> None:
    asked = [
        Atom("f", Operation.GTE, 50),
        Atom("f", Operation.NUMBER, 7.5),
        Atom("f", Operation.CIDR, "10.0.0.0/8"),
        Atom("f", Operation.NUMBER, 23, part=Part.HOUR),
        Atom("f", Operation.LT, 6, part=Part.MONTH),
    ]
    scanner = FieldScanner(enumerate(asked))
    assert sorted(scanner.atoms("50")) == [0, 4]
    assert sorted(scanner.atoms("7.50")) == [1, 4]
    assert sorted(scanner.atoms("10.1.2.3")) == [2]
    assert sorted(scanner.atoms("2026-03-01T23:00:00Z")) == [3, 4]
    assert not scanner.atoms("words")


def test_a_lone_surrogate_does_not_fail() -> None:
    asked = [Atom("f", Operation.REGEX, "a+"), Atom("f", Operation.LIKE, "a*b"), Atom("f", Operation.CONTAINS, "aaaa")]
    assert set(FieldScanner(enumerate(asked)).atoms("aaaa\ud800b")) >= {0, 2}


def test_hostile_values_take_linear_time() -> None:
    asked = [Atom("f", Operation.REGEX, "(a+)+$"), Atom("f", Operation.LIKE, "*a*a*a*a*a*a*a*b")]
    assert not FieldScanner(enumerate(asked)).atoms("a" * 200_000 + "c")


@pytest.mark.parametrize("most", [1, 40, 300])
def test_what_is_compiled_in_parts_answers_the_same(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    texts = [f"{letter}{number}" for letter in "abcé" for number in range(20)]
    operations = (Operation.CONTAINS, Operation.STARTSWITH, Operation.ENDSWITH, Operation.REGEX, Operation.LIKE)
    asked = [Atom("f", operations[at % 5], text + ("*" if at % 5 == 4 else "")) for at, text in enumerate(texts)]
    values = [*texts, "a1b2c3", "xa19", "é7", "A1", "", "b19c0 é3 a7"]
    whole = FieldScanner(enumerate(asked))
    expected = [sorted(whole.atoms(value)) for value in values]
    monkeypatch.setattr(scanner, "_MOST_CHARACTERS", most)
    parts = FieldScanner(enumerate(asked))
    assert [sorted(parts.atoms(value)) for value in values] == expected
    assert sum(map(len, expected)) > 80
