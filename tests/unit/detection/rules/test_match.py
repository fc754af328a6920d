"""The engine against the oracle: on random rules and events, and case by case where the meaning is subtle."""

import gc
from typing import Any
from unittest import mock
from weakref import WeakSet

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sigma.exceptions import SigmaError
from sigma.rule import SigmaRule

from netsentinel.detection.rules import match, plan
from netsentinel.detection.rules.atoms import Guard, unguarded
from netsentinel.detection.rules.compile import compile_rule
from netsentinel.detection.rules.load import load_text
from netsentinel.detection.rules.match import RuleEngine
from netsentinel.detection.rules.model import Atom
from netsentinel.detection.rules.taxonomy import applies
from netsentinel.events.formats import FORMATS, WindowsFormat
from netsentinel.events.model import Event, Logsource
from netsentinel.events.rows import RowReader
from netsentinel.kernel.errors import InvalidInputError
from netsentinel.kernel.types import DEFAULT_TENANT
from tests.unit.detection.oracle import is_true

WORDS = (
    "",
    "a",
    "b",
    "ab",
    "A",
    "cmd.exe",
    "CMD.EXE",
    "/etc/passwd",
    "-enc x",
    "/enc x",
    "aab",
    "10.1.2.3",
    "7",
    "7.5",
    "é",
    "É",
)
FIELDS = ("a", "b", "n.x", "n.y.z", "flat.k")
PATTERNS = ("*", "a*", "*b", "*a*", "?", "a?", "??", r"\*", r"a\?b", "*md*e", "*etc*ss*", "cmd*")
REGEXES = ("a+", "^a", "b$", "a|b", "[0-9]+", "c.d", "(ab)*$", "é")

texts = st.sampled_from(WORDS) | st.text(alphabet="abAB*?\\.-/é 17", max_size=6)
scalars = texts | st.integers(-3, 12) | st.sampled_from([7.5, 0.5, 7.0]) | st.booleans() | st.none()
values = scalars | st.lists(scalars, max_size=3)
nested = st.dictionaries(
    st.sampled_from(["x", "y", "z", "y.z"]), values | st.dictionaries(st.just("z"), values), max_size=3
)
events = st.fixed_dictionaries(
    {},
    optional={
        "a": values,
        "b": values,
        "n": nested | values | st.lists(nested, max_size=2),
        "n.x": values,
        "flat.k": values,
    },
)

plain = st.sampled_from(WORDS + PATTERNS) | texts
strings = st.one_of(plain, st.lists(plain, min_size=1, max_size=3))
numbers = st.integers(-3, 12) | st.sampled_from([7.5, 0.5])


def _items() -> st.SearchStrategy[tuple[str, Any]]:
    fields = st.sampled_from(FIELDS)

    def item(modifiers: str, value: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[str, Any]]:
        return st.tuples(fields.map(lambda field: field + modifiers), value)

    return st.one_of(
        item("", strings | numbers | st.booleans() | st.none() | st.lists(strings | numbers, min_size=1, max_size=2)),
        *(item(m, strings) for m in ("|contains", "|startswith", "|endswith", "|cased", "|contains|cased", "|neq")),
        *(item(m, st.lists(plain, min_size=1, max_size=3)) for m in ("|contains|all", "|all", "|contains|windash")),
        *(item(m, numbers) for m in ("|lt", "|lte", "|gt", "|gte")),
        item("|re", st.sampled_from(REGEXES)),
        item("|re|i", st.sampled_from(REGEXES)),
        item("|cidr", st.sampled_from(["10.0.0.0/8", "10.1.2.0/30", "fe80::/10"])),
        item("|exists", st.booleans()),
        item("|fieldref", st.sampled_from(FIELDS)),
        item("|fieldref|startswith", st.sampled_from(FIELDS)),
        item("|base64offset|contains", st.sampled_from(["ab", "cmd"])),
    )


maps = st.lists(_items(), min_size=1, max_size=3).map(dict)
keywords = st.lists(plain.filter(bool), min_size=1, max_size=3)
detections = st.one_of(maps, st.lists(maps, min_size=1, max_size=2), keywords, keywords.map(lambda w: {"|all": w}))
conditions = st.sampled_from(
    (
        "s1",
        "not s1",
        "s1 and s2",
        "s1 or s2",
        "s1 and not s2",
        "not (s1 or s2) or s3",
        "1 of s*",
        "all of s*",
        "1 of them",
        "all of them",
        "not 1 of s*",
        "s1 and not (s2 and not s3)",
    )
)
rules = st.builds(
    lambda one, two, three, condition: {"s1": one, "s2": two, "s3": three, "condition": condition},
    detections,
    detections,
    detections,
    conditions,
)


def as_event(record: dict[str, Any], format: str = "json") -> Event:  # noqa: A002 - as everywhere
    return FORMATS[format].parse(record, b"", DEFAULT_TENANT, "test")


def parse(detection: dict[str, Any], logsource: dict[str, str] | None = None) -> SigmaRule:
    return SigmaRule.from_dict({"title": "t", "logsource": logsource or {"category": "test"}, "detection": detection})


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(rules, min_size=1, max_size=4), st.lists(events, min_size=1, max_size=5))
def test_the_engine_says_what_the_oracle_says(written: list[dict[str, Any]], records: list[dict[str, Any]]) -> None:
    parsed: list[SigmaRule] = []
    compiled = []
    for detection in written:
        try:
            rule = parse(detection)
            compiled.append(compile_rule(rule, str(len(parsed)), "", ""))
        except (SigmaError, InvalidInputError):
            continue  # some random modifiers do not go with some random values
        parsed.append(rule)
    engine = RuleEngine(compiled)
    for record in records:
        found = [int(match.rule.id) for match in engine.matches([as_event(record)])]
        assert found == [number for number, rule in enumerate(parsed) if is_true(rule, record)]


def fires(detection: str, record: dict[str, Any], *, format: str = "json", logsource: str = "category: x") -> bool:  # noqa: A002
    indented = detection.strip("\n").replace("\n", "\n    ")
    loaded = load_text(f"title: t\nlogsource:\n    {logsource}\ndetection:\n    {indented}\n")
    assert not loaded.failed, loaded.failed[0]
    return any(RuleEngine(loaded.rules).matches([as_event(record, format)]))


@pytest.mark.parametrize(
    ("item", "record", "expected"),
    [
        ("f: abc", {"f": "ABC"}, True),
        ("f|cased: abc", {"f": "ABC"}, False),
        ("f: 'a*c'", {"f": "a\nc"}, True),
        (r"f: 'a\*c'", {"f": "abc"}, False),
        (r"f: 'a\*c'", {"f": "a*c"}, True),
        (r"f: 'C:\Windows\*'", {"f": r"C:\Windows*"}, True),
        (r"f: 'C:\Windows\\*'", {"f": r"c:\windows\cmd.exe"}, True),
        ("f|contains: ''", {"f": "x"}, True),
        ("f: ''", {"f": "x"}, False),
        ("f: ''", {"f": ""}, True),
        ("f: ''", {}, False),
        ("f: null", {}, True),
        ("f: null", {"f": None}, True),
        ("f: null", {"f": ""}, False),
        ("f: 7", {"f": "7"}, True),
        ("f: 7", {"f": 7.0}, True),
        ("f: '7'", {"f": 7}, True),
        ("f: 1", {"f": True}, False),
        ("f: true", {"f": True}, True),
        ("f|gte: 1048576", {"f": 1048576}, True),
        ("f|gt: 1", {"f": "many"}, False),
        ("f|gt: 1", {"f": "inf"}, False),
        ("f|gt: 1", {"f": "1_000"}, False),
        ("f|re: 'a.c'", {"f": "xxabcxx"}, True),
        ("f|re: 'A.C'", {"f": "xxabcxx"}, False),
        ("f|re|i: 'A.C'", {"f": "xxabcxx"}, True),
        ("f|re: 'a.c'", {"f": "a\nc"}, False),
        ("f|re|s: 'a.c'", {"f": "a\nc"}, True),
        ("f|re|m: '^c'", {"f": "a\nc"}, True),
        ("f|cidr: 10.0.0.0/8", {"f": "10.9.8.7"}, True),
        ("f|cidr: 10.0.0.0/8", {"f": "110.9.8.7"}, False),
        ("f|cidr: fe80::/10", {"f": "FE80::1"}, True),
        ("f|exists: true", {"f": ""}, True),
        ("f|exists: true", {"f": None}, False),
        ("f|exists: false", {}, True),
        ("f|fieldref: g", {"f": "Ann", "g": "ann"}, True),
        ("f|fieldref: g", {"f": "ann"}, False),
        ("f|fieldref|endswith: g", {"f": "corp\\ann", "g": "ANN"}, True),
        ("f|neq: a", {"f": "b"}, True),
        ("f|neq: a", {}, True),
        ("f|neq: a", {"f": ["b", "a"]}, False),
        ("f|contains|all: [ab, cd]", {"f": "xabycdz"}, True),
        ("f|contains|all: [ab, cd]", {"f": "xaby"}, False),
        ("f|contains|windash: ' -enc '", {"f": "x /enc y"}, True),
        ("f|contains|windash: ' -enc '", {"f": "x \u2013enc y"}, True),
        ("f|base64offset|contains: whoami", {"f": "xxIHdob2FtaQ=="}, True),
        ("f|base64: foo", {"f": "Zm9v"}, True),
        ("f|wide|base64offset|contains: ping", {"f": "cABpAG4AZwA="}, True),
        ("f|hour: 23", {"f": "2026-11-21T23:59:59+00:00"}, True),
        ("f|hour: 23", {"f": "2026-11-21T23:59:59-02:00"}, False),
        ("f|week: 47", {"f": 1795218000}, True),
        ("f: b", {"f": ["a", "b"]}, True),
        ("f.g: b", {"f": {"g": "b"}}, True),
        ("f.g: b", {"f": [{"g": "a"}, {"g": "b"}]}, True),
        ("f.g: b", {"f.g": "a", "f": {"g": "b"}}, False),
        ("f.g.h: b", {"f": {"g.h": "b"}}, True),
        ("f: '*'", {"f": "anything"}, True),
        ("f: '*'", {"f": {"not": "a scalar"}}, False),
        ("f: '?b'", {"f": "éb"}, True),
    ],
)
def test_one_item(item: str, record: dict[str, Any], expected: bool) -> None:
    assert fires(f"s:\n    {item}\ncondition: s", record) is expected
    assert fires(f"s:\n    {item}\ncondition: not s", record) is not expected


def test_keywords_look_inside_every_value() -> None:
    detection = "k:\n    - 'union select'\n    - evil\ncondition: k"
    assert fires(detection, {"deep": {"list": ["x", {"y": "1 UNION SELECT 2"}]}})
    assert not fires(detection, {"evil": "only the field is called so"})
    assert fires("k:\n    '|all':\n        - one\n        - two\ncondition: k", {"a": "ONE", "b": "two"})


def test_what_matched_is_told_with_its_value() -> None:
    text = (
        "title: t\nlogsource: {category: x}\ndetection:\n    s:\n        f|endswith: [.exe, .dll]\n        g: 1\n"
        "    o: {h: 5}\n    condition: s or o"
    )
    (match,) = RuleEngine(load_text(text).rules).matches([as_event({"f": ["a.txt", "B.EXE"], "g": 1})])
    assert [(field, value, atom.describe()) for field, value, atom in match.evidence] == [
        ("f", "B.EXE", "endswith '.exe'"),
        ("g", "1", "= 1"),
    ]


def test_what_a_negation_says_is_no_evidence() -> None:
    text = "title: t\nlogsource: {category: x}\ndetection:\n    s: {f: a}\n    n: {g: b}\n    condition: s and not n"
    (match,) = RuleEngine(load_text(text).rules).matches([as_event({"f": "a"})])
    assert [field for field, _, _ in match.evidence] == ["f"]


def test_a_keyword_is_told_with_the_field_it_stood_in() -> None:
    text = "title: t\nlogsource: {category: x}\ndetection:\n    k: [evil]\n    condition: k"
    (match,) = RuleEngine(load_text(text).rules).matches([as_event({"a": {"b": "so Evil"}})])
    assert [(field, value) for field, value, _ in match.evidence] == [("a.b", "so Evil")]


def test_a_rule_only_sees_events_of_its_log_source() -> None:
    zeek = {"_path": "http", "ts": 1.0, "uri": "/x"}
    detection = "s: {uri: /x}\ncondition: s"
    assert fires(detection, zeek, format="zeek", logsource="{product: zeek, service: http}")
    assert fires(detection, zeek, format="zeek", logsource="category: proxy")
    assert fires(detection, zeek, format="zeek", logsource="category: webserver")
    assert not fires(detection, zeek, format="zeek", logsource="{product: zeek, service: dns}")
    assert not fires(detection, zeek, format="zeek", logsource="product: suricata")
    assert fires(detection, {"uri": "/x"}, logsource="product: suricata"), "an event of unknown origin is shown to all"


def test_sigmas_own_names_find_the_native_fields() -> None:
    detection = "s: {c-uri|endswith: .sh, cs-host: 198.51.100.23}\ncondition: s"
    eve = {
        "event_type": "http",
        "timestamp": "2026-01-01T00:00:00Z",
        "http": {"url": "/a.sh", "hostname": "198.51.100.23"},
    }
    assert fires(detection, eve, format="suricata", logsource="category: proxy")
    assert fires(
        detection,
        {"_path": "http", "ts": 1, "uri": "/a.sh", "host": "198.51.100.23"},
        format="zeek",
        logsource="category: proxy",
    )
    assert not fires(
        "s: {cs-host: a}\ncondition: s",
        {"_path": "http", "ts": 1, "cs-host": "b", "host": "a"},
        format="zeek",
        logsource="category: proxy",
    )


def test_underscored_zeek_names_are_the_dotted_ones() -> None:
    detection = "s: {id.resp_p: 445}\ncondition: s"
    assert fires(detection, {"@stream": "conn", "ts": 1, "id_resp_p": 445}, format="zeek", logsource="product: zeek")
    assert fires(detection, {"_path": "conn", "ts": 1, "id": {"resp_p": 445}}, format="zeek", logsource="product: zeek")


def test_answers_do_not_depend_on_what_was_seen_before() -> None:
    loaded = load_text("title: t\nlogsource: {category: x}\ndetection:\n    s: {f|contains: needle}\n    condition: s")
    warm = RuleEngine(loaded.rules)
    records = [{"f": f"{number} needle" if number % 3 == 0 else f"{number} straw"} for number in range(9_000)]
    list(warm.matches(as_event(record) for record in records))
    for record in records[-50:]:
        fresh = RuleEngine(loaded.rules)
        assert bool(list(warm.matches([as_event(record)]))) == bool(list(fresh.matches([as_event(record)])))


PROGRAMS = ("a.exe", "b.exe", None, 1, True, ["a.exe"])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@mock.patch.multiple(plan, _MANY_ATOMS=1, _SETTLES_AFTER=3, _SETTLES_AGAIN=2)
@given(
    st.lists(rules, min_size=1, max_size=3),
    st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "Image": st.sampled_from(PROGRAMS),
                "NewProcessName": st.sampled_from(PROGRAMS),
                "Company": st.sampled_from(("A", "a", "b", None, 7)),
                "CommandLine": texts,
            },
        ),
        min_size=2,
        max_size=8,
    ),
)
def test_contexts_are_never_mixed_up(written: list[dict[str, Any]], records: list[dict[str, Any]]) -> None:
    """The same with the names of steady fields, whose values the engine keeps together."""
    names = {"a": "Image", "b": "Company", "n.x": "CommandLine", "n.y.z": "Image", "flat.k": "Company"}
    parsed: list[SigmaRule] = []
    compiled = []
    for detection in written:
        try:
            rule = parse(_renamed(detection, names), logsource={"product": "windows"})
            compiled.append(compile_rule(rule, str(len(parsed)), "", ""))
        except (SigmaError, InvalidInputError):
            continue
        parsed.append(rule)
    engine = RuleEngine(compiled)
    reader = RowReader(WindowsFormat(), DEFAULT_TENANT, "test")
    for record in records:
        given_ = {"EventID": 1, "Channel": "Microsoft-Windows-Sysmon/Operational", **record}
        found = [int(match.rule.id) for match in engine.matches([as_event(given_, "windows")])]
        aliases = {"Image": ("NewProcessName",)}
        expected = [number for number, rule in enumerate(parsed) if is_true(rule, given_, aliases)]
        assert found == expected
        raw = msgspec.json.encode(given_)
        rows: list[Event] = []
        if reader.take(iter([raw]), rows.append) is not None:
            reader.learn(given_)
            reader.take(iter([raw]), rows.append)
        for event in (*rows, *rows, as_event(given_, "windows")) if rows else ():
            assert [int(match.rule.id) for match in engine.matches([event])] == expected


def _renamed(node: Any, names: dict[str, str]) -> Any:
    """A detection about other fields."""
    if isinstance(node, dict):
        renamed: dict[str, Any] = {}
        for key, value in node.items():
            field, bar, modifiers = key.partition("|")
            other = names.get(value, value) if "fieldref" in modifiers else _renamed(value, names)
            renamed[names.get(field, field) + bar + modifiers] = other
        return renamed
    return [_renamed(item, names) for item in node] if isinstance(node, list) else node


def test_a_null_is_not_a_field_that_is_not_there() -> None:
    detection = "s: {Image: a.exe}\ncondition: s"
    engine = RuleEngine(
        load_text(
            f"title: t\nlogsource: {{product: windows}}\ndetection:\n    {detection}".replace("\nc", "\n    c")
        ).rules
    )
    base = {"EventID": 1, "Channel": "Security", "NewProcessName": "a.exe"}
    for _ in range(2):
        assert any(engine.matches([as_event(base, "windows")]))
        assert not any(engine.matches([as_event({**base, "Image": None}, "windows")]))


def test_matches_come_in_the_order_of_the_events_whatever_rules_look_at_them() -> None:
    written = """title: network
logsource: {product: suricata}
detection:
    s: {event_type: [flow, alert]}
    condition: s
---
title: windows
logsource: {product: windows}
detection:
    s: {EventID: 1}
    condition: s
---
title: windows too
logsource: {product: windows}
detection:
    s: {Channel|contains: Sysmon}
    condition: s
"""
    flow = as_event({"event_type": "flow", "timestamp": "2026-03-02T10:00:00.000000+0000"}, "suricata")
    start = as_event({"EventID": 1, "Channel": "Microsoft-Windows-Sysmon/Operational"}, "windows")
    found = RuleEngine(load_text(written).rules).matches([start, flow, start, flow])
    both = ["windows", "windows too"]
    assert [match.rule.title for match in found] == [*both, "network", *both, "network"]


def test_products_that_somebody_invents_cost_no_look_at_every_rule() -> None:
    loaded = load_text("title: t\nlogsource: {service: acme}\ndetection:\n  s: {a: x}\n  condition: s\n")
    engine, cef = RuleEngine(loaded.rules), FORMATS["cef"]
    records = [{"cef_version": "0", "deviceVendor": f"v{n}", "deviceProduct": f"p{n}", "a": "x"} for n in range(3_000)]
    records.append({"cef_version": "0", "deviceVendor": "v", "deviceProduct": "acme", "a": "x"})
    given = [cef.parse(record, b"", DEFAULT_TENANT, "test") for record in records]
    with mock.patch("netsentinel.detection.rules.match.applies", wraps=applies) as asked:
        assert [one.event for one in engine.matches(given)] == given[-1:]
    assert asked.call_count == 2


def test_log_sources_without_end_are_forgotten_and_judged_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netsentinel.detection.rules.match._MAX_PLANS", 4)
    one = "title: t{0}\nlogsource: {{service: p{0}}}\ndetection:\n  s: {{a: x}}\n  condition: s\n"
    engine, cef = RuleEngine(load_text("---\n".join(map(one.format, range(10)))).rules), FORMATS["cef"]
    for number in range(100):
        product = f"p{number % 10}" if number % 3 else f"invented{number}"
        record = {"cef_version": "0", "deviceVendor": "v", "deviceProduct": product, "a": "x"}
        given = cef.parse(record, b"", DEFAULT_TENANT, "test")
        assert [match.rule.title for match in engine.matches([given])] == ([f"t{number % 10}"] if number % 3 else [])
        assert max(len(engine._plans), len(engine._of_kind), len(engine._alike)) <= 4
        assert set(engine._plans.values()) <= set(engine._of_kind.values()), "what was forgotten is not used"


def _permissive(_: Atom, question: Any, /) -> Any:
    return question


@pytest.mark.parametrize(
    ("guard", "counts"), [(_permissive, [1, 2, 3, 1, 2, 3, 1, 2, 3, 1]), (unguarded, [1, 2, 3, 4, 5, 6, 7, 8, 9, 9])]
)
def test_plans_of_many_log_sources_keep_so_many_texts_of_a_tenant_and_no_more(
    monkeypatch: pytest.MonkeyPatch, guard: Guard, counts: list[int]
) -> None:
    common = "title: c\nlogsource: {category: x}\ndetection:\n  s: {a: [x, y, z]}\n  condition: s or s\n"
    own = (f"---\n{common.replace('title: c', f'title: c{n}').replace('{', f'{{product: p{n}, ', 1)}" for n in range(9))
    monkeypatch.setattr(match, "_MOST_ASKED", 40)
    engine, kept = RuleEngine(load_text(common + "".join(own)).rules, None, guard), WeakSet[plan.Plan]()

    class Known(plan.Plan):
        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            kept.add(self)

    monkeypatch.setattr(match, "Plan", Known)
    found: list[int] = []
    for n in [*range(9), 0]:
        engine.prepare([Logsource(category="x", product=f"p{n}")])
        gc.collect()
        found.append(len(kept))
        event = msgspec.structs.replace(as_event({"a": "x"}), logsource=Logsource(category="x", product=f"p{n}"))
        assert [one.rule.title for one in engine.matches([event])] == ["c", f"c{n}"]
    assert found == counts, "each asks for twelve texts"
