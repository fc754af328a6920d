from netsentinel.detection.rules.load import load_text
from netsentinel.detection.rules.model import Atom, Operation
from netsentinel.detection.rules.witness import atoms_of, fields_of, is_steady, needs, sought

Found = list[set[tuple[str, object]]]


def of(detection: str, condition: str) -> tuple[Found, Found]:
    """The needs about fresh fields, and those about steady ones."""
    text = f"title: t\nlogsource: {{category: x}}\ndetection:\n    {detection}\n    condition: {condition}\n"
    (rule,) = load_text(text).rules
    found = needs(rule.condition, is_steady)
    fresh, steady = (
        [{(atom.field, atom.value) for atom in need} for need in kind] for kind in (found.fresh, found.steady)
    )
    return fresh, steady


def test_an_and_needs_all_of_its_sets_and_takes_the_most_telling() -> None:
    assert of("s: {EventID: 1, Image|endswith: '\\mimikatz.exe'}", "s") == ([], [{("Image", "\\mimikatz.exe")}])
    fresh, _ = of("s: {a|gt: 5, b|contains: [quite, longer-than], c|contains: very-rare-text}", "s")
    assert fresh[0] == {("c", "very-rare-text")}
    assert {("b", "quite"), ("b", "longer-than")} not in fresh[:1]


def test_a_rule_with_a_rare_program_is_not_looked_for_by_a_common_text() -> None:
    fresh, steady = of("s: {Image|endswith: '\\rare-program.exe', CommandLine|contains: ' -s '}", "s")
    assert (fresh, steady) == ([], [{("Image", "\\rare-program.exe")}])
    fresh, steady = of("s: {Image|endswith: '\\cmd.exe', CommandLine|contains: 'a rare text'}", "s")
    assert (fresh, steady) == ([{("CommandLine", "a rare text")}], [{("Image", "\\cmd.exe")}])


def test_an_or_needs_one_set_of_each_item() -> None:
    assert of("s: {a: x}\n    t: {b: y}", "s or t") == ([{("a", "x"), ("b", "y")}], [])
    assert of("s: {a: x}\n    t: {b: y}", "s or not t") == ([], [])
    assert of("s: {a: x}\n    t: {b: null}", "1 of them") == ([], [])


def test_an_or_needs_one_of_the_programs_of_its_items_too() -> None:
    fresh, steady = of(
        "s: {Image: a.exe, CommandLine|contains: first-text}\n    t: {Image: b.exe, CommandLine|contains: second-text}",
        "s or t",
    )
    assert fresh == [{("CommandLine", "first-text"), ("CommandLine", "second-text")}]
    assert steady == [{("Image", "a.exe"), ("Image", "b.exe")}]


def test_a_negation_and_an_absence_are_no_need() -> None:
    assert of("s: {a: x}", "not s") == ([], [])
    assert of("s: {a: null}", "s") == ([], [])
    assert of("s: {a|fieldref: b}", "s") == ([], [])
    assert of("s: {a: x}\n    n: {b: y}", "s and not n") == ([{("a", "x")}], [])


def test_atoms_are_listed_in_order() -> None:
    (rule,) = load_text(
        "title: t\nlogsource: {category: x}\ndetection:\n    s: {a: 1, b: x}\n    condition: not s\n"
    ).rules
    assert atoms_of(rule.condition) == [Atom("a", Operation.NUMBER, 1), Atom("b", Operation.EQUALS, "x")]


def test_what_is_looked_for_is_what_a_rule_needs() -> None:
    text = "title: t\nlogsource: {category: x}\ndetection:\n    s: {a: one-text, b|contains: [two, other]}\n"
    (rule,) = load_text(text + "    condition: s\n").rules
    assert {(atom.field, atom.value) for atom in sought(rule.condition)} <= {
        ("a", "one-text"),
        ("b", "two"),
        ("b", "other"),
    }
    assert sought(rule.condition)
    (rule,) = load_text(text + "    condition: not s\n").rules
    assert sought(rule.condition) == frozenset()


def test_the_fields_of_a_rule_are_all_that_it_speaks_of() -> None:
    text = "title: t\nlogsource: {category: x}\ndetection:\n    s: {a: x, b|fieldref: c, d: null}\n    k: [word]\n"
    (rule,) = load_text(text + "    condition: s and k\n").rules
    assert fields_of([rule.condition]) == {"a", "b", "c", "d"}
