"""Whatever rules ask of values is guarded, so that who guards can end it in time."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import pytest

from netsentinel.detection.rules.atoms import question_of
from netsentinel.detection.rules.budget import Budget
from netsentinel.detection.rules.cache import RuleCache
from netsentinel.detection.rules.fields import FieldReader
from netsentinel.detection.rules.keywords import KeywordScanner
from netsentinel.detection.rules.load import load_text
from netsentinel.detection.rules.logic import View, logic_of
from netsentinel.detection.rules.match import RuleEngine
from netsentinel.detection.rules.memory import Memory
from netsentinel.detection.rules.model import Atom, Operation
from netsentinel.detection.rules.needles import LONGEST
from netsentinel.detection.rules.said import FieldSays, Said
from netsentinel.detection.rules.scanner import FieldScanner
from netsentinel.events.formats import FORMATS
from netsentinel.events.model import Event, Logsource
from netsentinel.kernel.types import DEFAULT_TENANT

_Given = ParamSpec("_Given")
_Answer = TypeVar("_Answer")

SECOND = 10**9


class Recorder:
    """Notes which atom is asked of a value, each time, and for which something is made ready."""

    def __init__(self) -> None:
        self.asked: list[Atom] = []
        self.heeded: list[Atom] = []

    def __call__(self, atom: Atom, question: Callable[_Given, _Answer], /) -> Callable[_Given, _Answer]:
        def guarded(*args: _Given.args, **kwargs: _Given.kwargs) -> _Answer:
            (self.asked if args else self.heeded).append(atom)
            return question(*args, **kwargs)

        return guarded


def event(record: dict[str, Any]) -> Event:
    return FORMATS["json"].parse(record, b"", DEFAULT_TENANT, "test")


def engine_of(detection: str, guard: Any) -> RuleEngine:
    loaded = load_text(f"title: t\nlogsource: {{category: x}}\ndetection:\n{detection}\n")
    assert not loaded.failed
    return RuleEngine(loaded.rules, None, guard)


CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "expression": ("  s: {a|re: 'x+y'}\n  condition: s", {"a": "xxy"}),
    "many expressions": (
        "  s:\n    a|re:\n"
        + "\n".join(f"      - '(.*a){{12}}[^b]{{{n},200}}c'" for n in range(1, 200))
        + "\n  condition: s",
        {"a": "abcz"},
    ),
    "pattern": ("  s: {a: 'x*y?z'}\n  condition: s", {"a": "x--y-z"}),
    "text": ("  s: {a|contains: needle}\n  condition: s", {"a": "a needle"}),
    "one of many texts": ("  s: {a|contains: [needle, pin]}\n  condition: s", {"a": "a needle"}),
    "none of many texts": ("  s: {a|contains: [needle, pin]}\n  o: {a: hay}\n  condition: o and not s", {"a": "hay"}),
    "all of many texts": ("  s: {a|contains|all: [needle, pin]}\n  condition: s", {"a": "needle, pin"}),
    "beginning": ("  s: {a|startswith: [needle, pin]}\n  condition: s", {"a": "needle"}),
    "network": ("  s: {a|cidr: 10.0.0.0/8}\n  condition: s", {"a": "10.1.2.3"}),
    "number": ("  s: {a|gt: 5}\n  condition: s", {"a": 7}),
    "other field": ("  s: {a|fieldref: b}\n  condition: s", {"a": "same", "b": "same"}),
    "presence": ("  s: {a|exists: true}\n  condition: s", {"a": "x"}),
    "absence": ("  s: {a|exists: false}\n  condition: s", {"b": "x"}),
    "field in a list that has none": ("  s: {a.b: needle}\n  condition: not s", {"a": [{"c": "x"}] * 3}),
    "field of nothing to compare with": ("  s: {a|fieldref: b.c}\n  condition: not s", {"a": "x", "b": [{"d": "x"}]}),
    "keyword": ("  s: [needle]\n  condition: s", {"a": "needle"}),
    "not in ASCII": ("  s: {a|re: 'x+y'}\n  condition: s", {"a": "éxxy"}),
}


@pytest.mark.parametrize("case", CASES)
def test_each_kind_of_question_is_guarded(case: str) -> None:
    detection, record = CASES[case]
    recorder = Recorder()
    engine = engine_of(detection, recorder)
    list(engine.matches([event(record)]))
    assert recorder.asked
    rule = engine.asking(recorder.asked[0])
    assert rule is not None
    assert rule.title == "t"


LONG = "b" * (LONGEST + 1)

SCANNED: dict[str, tuple[Atom, str]] = {
    "expression": (Atom("a", Operation.REGEX, "x+y"), "xxy"),
    "expression, not in ASCII": (Atom("a", Operation.REGEX, "x+y"), "éxxy"),
    "expression, half a letter": (Atom("a", Operation.REGEX, "x+y"), "\ud800xxy"),
    "pattern": (Atom("a", Operation.LIKE, "x*needle*z"), "x-needle-z"),
    "pattern of nothing to look for": (Atom("a", Operation.LIKE, "?*?"), "needle"),
    "long text": (Atom("a", Operation.CONTAINS, LONG), f"a{LONG}c"),
    "comparison": (Atom("a", Operation.GT, 5), "7"),
}


@pytest.mark.parametrize("case", SCANNED)
def test_what_a_scanner_makes_sure_of_is_guarded(case: str) -> None:
    atom, value = SCANNED[case]
    recorder = Recorder()
    assert FieldScanner([(7, atom)], guard=recorder).atoms(value) == [7]
    assert recorder.asked == [atom]


def test_a_field_that_is_asked_for_less_is_guarded_all_the_same() -> None:
    atom = Atom("a", Operation.REGEX, "x+y")
    recorder = Recorder()
    said = Said(1)
    said.blocks = 2  # of what blocks nothing it is enough that it may be true
    field = FieldSays(FieldReader("a"), {atom: said}, Memory(), None, recorder).narrowed(1, None)
    assert field.say("xxy").first == 1
    assert recorder.asked == [atom, atom], "to look the value through, and to make sure"


def test_what_keywords_make_sure_of_is_guarded() -> None:
    atom = Atom("", Operation.REGEX, "x+y")
    recorder = Recorder()
    assert KeywordScanner({atom: (1, 0)}, guard=recorder).find({"a": "xxy"}).first == 1
    assert recorder.asked == [atom]


def test_a_long_list_of_texts_is_not_looked_for_in_one_breath() -> None:
    texts = ", ".join(f"needle{n}" for n in range(1_000))
    recorder = Recorder()
    engine = engine_of(f"  s: {{a|contains: [{texts}]}}\n  o: {{a|endswith: hay}}\n  condition: o and not s", recorder)
    assert len(list(engine.matches([event({"a": "hay"})]))) == 1
    assert len(recorder.asked) > 1_000 // 64


def test_one_field_of_many_values_is_asked_value_by_value() -> None:
    recorder = Recorder()
    engine = engine_of("  s: {a|fieldref: b}\n  condition: s", recorder)
    many: dict[str, Any] = {"a": [f"x{n}" for n in range(100)], "b": [f"y{n}" for n in range(100)]}
    assert list(engine.matches([event(many)])) == []
    assert len(recorder.asked) >= 100 * 100


def test_expressions_end_when_all_is_spent_however_many_there_are() -> None:
    asked = 0

    def clock() -> int:
        nonlocal asked
        asked += 1
        return asked * 10**7

    budget = Budget(clock)
    detection, _ = CASES["many expressions"]
    engine = engine_of(detection, budget.guard)
    given = [event({"a": f"abc{n}"}) for n in range(300)]
    assert list(budget.matches(engine, given)) == []
    assert 500 <= asked <= 600, "5 s, 10 ms each"
    assert budget.take_omitted() == 300
    ((rule, _),) = budget.weigh(engine, given)
    assert rule.title == "t"


def test_what_was_ended_in_its_midst_leaves_nothing_wrong_behind() -> None:
    detection, record = CASES["one of many texts"]
    left = 0

    def guard(_: Atom, question: Callable[_Given, _Answer], /) -> Callable[_Given, _Answer]:
        def guarded(*args: _Given.args, **kwargs: _Given.kwargs) -> _Answer:
            nonlocal left
            left -= 1
            if left < 0:
                raise TimeoutError
            return question(*args, **kwargs)

        return guarded

    engine = engine_of(detection, guard)
    given = [event(record), event({"a": "hay"}), event({"a": "pins"})]
    for limit in range(6):
        left = limit
        try:
            list(engine.matches(given))
        except TimeoutError:
            continue
    left = 100
    assert [match.event for match in engine.matches(given)] == [given[0], given[2]]


def test_looking_a_value_through_is_guarded() -> None:
    recorder = Recorder()
    engine = engine_of("  s: {a|contains: needle}\n  t: {b|contains: pin}\n  condition: s and t", recorder)
    assert list(engine.matches([event({"a": "hay"})])) == []
    assert {atom.field for atom in recorder.asked} == {"a"}


def test_fields_in_a_list_that_has_none_of_them_end_when_all_is_spent() -> None:
    now = 0

    def clock() -> int:
        nonlocal now
        now += 10**7
        return now

    budget = Budget(clock)
    fields = "".join(f"  s{n}: {{a.b{n}|contains: x}}\n" for n in range(2_000))
    absent = "".join(f"    a.c{n}|exists: false\n" for n in range(2_000))
    for detection in (f"{fields}  condition: 1 of s*", f"  s:\n{absent}    d|exists: true\n  condition: s"):
        assert list(budget.matches(engine_of(detection, budget.guard), [event({"a": [{"z": 1}]})])) == []
        assert budget.take_omitted() == 1


@pytest.mark.parametrize("asked", ["|contains: needle", "|contains: [needle, pin]", "|fieldref: c", "|exists: true"])
def test_looking_for_values_down_a_list_is_guarded(asked: str) -> None:
    loaded = load_text(f"title: t\nlogsource: {{category: x}}\ndetection:\n  s: {{a.b{asked}}}\n  condition: s\n")
    recorder = Recorder()
    logic = logic_of(loaded.rules[0].condition, FieldReader, recorder)
    assert not logic.holds(View(event({"a": [{"z": 1}]})))
    assert len(recorder.asked) == 1


@pytest.mark.parametrize("many", [1, 1_000], ids=["field after field", "each field of an event"])
def test_reading_a_field_down_a_list_is_guarded(many: int) -> None:
    recorder = Recorder()
    fields = "".join(f"  s{n}: {{a{n}.b|contains: needle}}\n" for n in range(many))
    engine = engine_of(f"{fields}  condition: 1 of s*", recorder)
    assert list(engine.matches([event({"a0": [{"z": 1}]})])) == []
    assert len(recorder.asked) == 1


@pytest.mark.parametrize(("operation", "value"), [(Operation.REGEX, "x+y"), (Operation.LIKE, "x*y?z")])
def test_whoever_guards_looks_before_an_expression_is_compiled(operation: Operation, value: str) -> None:
    recorder, atom = Recorder(), Atom("a", operation, value)
    question_of(atom, recorder)
    assert recorder.heeded == [atom]


def test_expressions_of_a_rule_are_compiled_under_guard_when_it_is_first_looked_at() -> None:
    recorder = Recorder()
    many = "\n".join(f"      - 'x{n}+'" for n in range(50))
    engine = engine_of(f"  s: {{a: a rare text to find}}\n  t:\n    a|re:\n{many}\n  condition: s and t", recorder)
    given = event({"a": "a rare text to find"})
    engine.prepare((given.logsource,))
    before = len(recorder.heeded)
    assert list(engine.matches([given])) == []
    assert len(recorder.heeded) >= before + 50


MANY_FIELDS = "".join(f"  s{n}: {{a{n}|contains: [needle, pin]}}\n" for n in range(20)) + "  condition: 1 of s*"


@pytest.mark.parametrize("detection", [MANY_FIELDS, CASES["keyword"][0], CASES["expression"][0]])
def test_what_is_made_ready_is_guarded_as_well(detection: str) -> None:
    recorder = Recorder()
    engine = engine_of(detection, recorder)
    engine.prepare((event({}).logsource,))
    assert len(recorder.heeded) >= (20 if detection is MANY_FIELDS else 1)


def test_making_ready_ends_when_all_is_spent_and_goes_on_from_the_cache(tmp_path: Path) -> None:
    now = 0

    def clock() -> int:
        nonlocal now
        now += SECOND // 4
        return now

    def budgeted() -> tuple[Budget, RuleEngine]:
        budget = Budget(clock)
        loaded = load_text(f"title: t\nlogsource: {{category: x}}\ndetection:\n{MANY_FIELDS}\n")
        return budget, RuleEngine(loaded.rules, RuleCache(tmp_path), budget.guard)

    budget, engine = budgeted()
    assert list(budget.matches(engine, [event({"a1": "needle"})])) == []
    assert budget.take_omitted() == 1
    assert 0 < len(list(tmp_path.iterdir())) <= 20
    assert now <= 7 * SECOND


def test_invented_vendors_share_what_is_made_ready() -> None:
    loaded = load_text("title: t\nlogsource: {service: evil}\ndetection:\n  s: {a|contains: x}\n  condition: s\n")
    recorder = Recorder()
    engine = RuleEngine(loaded.rules, None, recorder)
    engine.prepare([Logsource(f"vendor{n}", "", "evil") for n in range(1_000)])
    once = len(recorder.heeded)
    engine.prepare([Logsource("zeek", "", "evil")])
    assert len(recorder.heeded) == 2 * once, "which has names of its own for fields"


def test_a_plan_that_was_ended_in_its_making_leaves_nothing_behind() -> None:
    budget = Budget(iter(range(0, 10**15, SECOND)).__next__)
    loaded = load_text(f"title: t\nlogsource: {{category: x}}\ndetection:\n{MANY_FIELDS}\n")
    engine = RuleEngine(loaded.rules, None, budget.guard)
    for _ in range(10):
        list(budget.matches(engine, [event({"a1": "needle"})] * 30_000))
    assert engine._memory.values.tables == engine._memory.contexts.tables == 0
