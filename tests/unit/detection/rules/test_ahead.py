from collections.abc import Callable
from itertools import count
from pathlib import Path
from time import process_time

import msgspec
import pytest

from netsentinel.detection.rules import ahead, needles
from netsentinel.detection.rules.ahead import AHEAD_S, compile_ahead
from netsentinel.detection.rules.cache import RuleCache
from netsentinel.detection.rules.load import load_text
from netsentinel.detection.rules.match import RuleEngine
from netsentinel.detection.rules.model import Rule
from netsentinel.events.formats import FORMATS, usual_logsources
from netsentinel.events.model import Event, Logsource
from netsentinel.kernel.types import DEFAULT_TENANT

RULE = """title: {name}
logsource: {{{logsource}}}
detection:
    s:
        {field}|contains: [needle{name}, pin{name}]
        other|re: 'x+{name}'
    condition: s
"""


def rules(*stated: str) -> tuple[Rule, ...]:
    texts = [RULE.format(name=f"r{n}", field="a", logsource=logsource) for n, logsource in enumerate(stated)]
    loaded = load_text("---\n".join(texts))
    assert not loaded.failed
    return loaded.rules


def sysmon(event_id: int) -> Event:
    record = {"EventID": event_id, "Channel": "Microsoft-Windows-Sysmon/Operational", "a": "needler0"}
    return FORMATS["windows"].parse(record, b"", DEFAULT_TENANT, "test")


def test_what_was_compiled_ahead_is_not_compiled_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache, given = (
        RuleCache(tmp_path),
        rules("product: windows, category: process_creation", "product: zeek, service: smb"),
    )
    done = compile_ahead(given, cache)
    assert done == 4, "of Sysmon, of the security log, and of those that the rules name"

    def refuse(_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(needles, "_compile", refuse)
    engine = RuleEngine(given, cache)
    engine.prepare((sysmon(1).logsource, Logsource("zeek", "", "smb")))
    assert list(engine.matches([sysmon(1), sysmon(3)])) == []
    others = load_text(RULE.format(name="other", field="b", logsource="product: windows")).rules
    with pytest.raises(AssertionError):
        RuleEngine(others, cache).prepare((sysmon(1).logsource,))


def test_log_sources_that_the_most_rules_look_at_come_first() -> None:
    given = rules(*["product: zeek, service: smb"] * 3, "product: windows", "product: windows, category: file_event")
    first, *others = ahead._usual(given)
    assert first == Logsource("zeek", "", "smb"), "three rules, of one stated log source"
    assert others[0].category == "file_event", "two rules"


def ticking(seconds: float) -> Callable[[], float]:
    looks = count()
    return lambda: next(looks) * seconds


def test_it_ends_when_it_has_taken_long_enough(tmp_path: Path) -> None:
    given = rules("product: windows", "product: windows, category: file_event", "product: zeek")
    everything = compile_ahead(given, RuleCache(tmp_path / "all"))
    assert 0 < compile_ahead(given, RuleCache(tmp_path / "some"), ticking(AHEAD_S / 9)) < everything


def test_it_ends_in_the_midst_of_a_log_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fields = "---\n".join(RULE.format(name=f"r{n}", field=f"f{n}", logsource="product: zeek") for n in range(50))
    compiled: list[object] = []
    compiling = needles._compile
    monkeypatch.setattr(needles, "_compile", lambda given: compiled.append(given) or compiling(given))
    assert compile_ahead(load_text(fields).rules, RuleCache(tmp_path), ticking(AHEAD_S / 60)) == 0
    assert 0 < len(compiled) < 50


@pytest.mark.untraced
def test_log_sources_that_each_rule_has_for_itself_cost_no_more_than_others() -> None:
    (rule,) = rules("product: zeek")
    many = [msgspec.structs.replace(rule, logsource=Logsource("acme", f"c{n}")) for n in range(20_000)]
    began = process_time()
    assert 0 < len(list(ahead._usual(many))) <= ahead._MOST_STATED
    assert process_time() - began < 20


@pytest.mark.parametrize(
    ("form", "record"),
    [
        ("windows", {"EventID": 1, "Channel": "Microsoft-Windows-Sysmon/Operational"}),
        ("windows", {"EventID": 4688, "Channel": "Security"}),
        ("windows", {"EventID": 7045, "Channel": "System"}),
        ("zeek", {"_path": "dns", "ts": 1.5, "uid": "C1"}),
        ("suricata", {"event_type": "http", "timestamp": "2026-01-01T00:00:00+0000"}),
    ],
)
def test_the_usual_log_sources_are_those_that_events_have(form: str, record: dict[str, object]) -> None:
    found = FORMATS[form].parse(dict(record), b"", DEFAULT_TENANT, "test").logsource
    assert found in usual_logsources()
    assert len(set(usual_logsources())) == len(usual_logsources())
