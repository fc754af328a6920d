from netsentinel.detection.rules.load import load_text
from netsentinel.detection.rules.model import Atom, Operation
from netsentinel.detection.rules.witness import atoms_of, witnesses


def of(detection: str, condition: str) -> set[tuple[str, object]]:
    text = f"title: t\nlogsource: {{category: x}}\ndetection:\n    {detection}\n    condition: {condition}\n"
    (rule,) = load_text(text).rules
    return {(atom.field, atom.value) for atom in witnesses(rule.condition)}


def test_an_and_needs_one_of_its_sets_and_takes_the_most_telling() -> None:
    assert of("s: {EventID: 1, Image|endswith: '\\mimikatz.exe'}", "s") == {("Image", "\\mimikatz.exe")}
    assert of("s: {a|gt: 5, b|contains: [quite, longer-than]}", "s") == {("b", "quite"), ("b", "longer-than")}


def test_an_or_needs_all_of_its_sets() -> None:
    assert of("s: {a: x}\n    t: {b: y}", "s or t") == {("a", "x"), ("b", "y")}
    assert of("s: {a: x}\n    t: {b: y}", "s or not t") == set()
    assert of("s: {a: x}\n    t: {b: null}", "1 of them") == set()


def test_a_negation_and_an_absence_are_no_witness() -> None:
    assert of("s: {a: x}", "not s") == set()
    assert of("s: {a: null}", "s") == set()
    assert of("s: {a|fieldref: b}", "s") == set()
    assert of("s: {a: x}\n    n: {b: y}", "s and not n") == {("a", "x")}


def test_atoms_are_listed_in_order() -> None:
    (rule,) = load_text(
        "title: t\nlogsource: {category: x}\ndetection:\n    s: {a: 1, b: x}\n    condition: not s\n"
    ).rules
    assert atoms_of(rule.condition) == [Atom("a", Operation.NUMBER, 1), Atom("b", Operation.EQUALS, "x")]
