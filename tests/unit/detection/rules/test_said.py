import pytest

from netsentinel.detection.rules.fields import MISSING, FieldReader
from netsentinel.detection.rules.memory import Memory
from netsentinel.detection.rules.model import Atom, Operation
from netsentinel.detection.rules.said import NOTHING, FieldSays, Said


def says(first: int, second: int = 0, blocks: int = 0) -> Said:
    said = Said()
    said.first, said.second, said.blocks = first, second, blocks
    return said


ASKED = {
    Atom("f", Operation.CONTAINS, "cat"): says(1),
    Atom("f", Operation.CONTAINS, "dog"): says(2, second=1),
    Atom("f", Operation.NUMBER, 7): says(4, blocks=8),
}


def field(memory: Memory | None = None) -> FieldSays:
    return FieldSays(FieldReader("f"), ASKED, memory or Memory(), None)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("a cat", (1, 0, 0)),
        ("Cats and DOGS", (3, 1, 0)),
        (["cat", "dog", "bird"], (3, 1, 0)),
        (["bird", ["cat"], "a cat"], (1, 0, 0)),
        (7, (4, 0, 8)),
        (7.0, (4, 0, 8)),
        (True, (0, 0, 0)),
        (None, (0, 0, 0)),
        ({"x": "cat"}, (0, 0, 0)),
        (MISSING, (0, 0, 0)),
    ],
)
def test_what_values_say(raw: object, expected: tuple[int, int, int]) -> None:
    one = field()
    for _ in range(2):
        said = one.of(raw)
        assert (said.first, said.second, said.blocks) == expected
        assert expected != (0, 0, 0) or said is NOTHING
        assert list(one.of_each([raw, "bird"])) == ([] if said is NOTHING else [said, NOTHING])


def test_nothing_is_said_of_fields_that_say_nothing() -> None:
    assert list(field().of_each(["bird", None, MISSING, "fish"])) == []


def test_what_all_atoms_say_together_holds_whatever_a_value_can_say() -> None:
    total = field().total
    assert (total.first, total.second, total.blocks) == (7, 1, 8)


def test_values_that_answer_the_same_atoms_share_what_they_say() -> None:
    one = field()
    assert one.learn("a cat") is one.learn("the cat")
    assert one.learn("a bird") is NOTHING
    assert set(one.known) == {"a cat", "the cat", "a bird"}


def test_what_is_forgotten_is_scanned_again() -> None:
    memory = Memory()
    one = field(memory)
    one.learn("a cat")
    memory.values.take(10**9)
    assert not one.known
    assert one.of("a cat").first == 1


def test_what_is_met_is_added_up() -> None:
    said = Said()
    said.meets(1, 4)
    other = Said()
    other.meets(0, 1)
    said.add(other)
    assert said.steady == (1, 4)
    assert NOTHING.steady == ()


def test_values_that_never_come_back_are_not_remembered() -> None:
    one = field()
    for number in range(8):
        assert one.of_each([f"{number} {at}" for at in range(128)]) == ()
    assert len(one.known) < 8 * 128
    remembered = set(one.known)
    bird, cat = one.of_each(["bird", "a cat"])
    assert (bird, cat.first) == (NOTHING, 1)
    assert set(one.known) == remembered


def test_values_that_come_back_are_remembered() -> None:
    one = field()
    for number in range(100):
        one.of_each([f"{number % 10} {at}" for at in range(32)])
    assert len(one.known) == 320
    one.of_each(["a cat"])
    assert "a cat" in one.known
