from pathlib import Path

import pytest

from netsentinel.detection.rulebook import trial
from netsentinel.detection.rulebook.model import RuleCase
from netsentinel.detection.rulebook.trial import check_text, read_rules, try_text
from netsentinel.kernel.errors import InvalidInputError, RuleSyntaxError
from tests.unit.detection.rulebook.shelf import HIT, MISS, rule_id, rule_text


def test_everything_that_is_shown_of_a_rule_is_read() -> None:
    (rule,) = check_text(rule_text(1, extra="license: MIT\n")).rules
    assert (rule.id, rule.title, rule.maturity, rule.author, rule.licence) == (
        rule_id(1),
        "Rule 1",
        "test",
        "Ann",
        "MIT",
    )
    assert (rule.product, rule.service, rule.changed_on, rule.patterns) == ("zeek", "http", "2026-01-02", 1)


@pytest.mark.parametrize(
    ("asked", "expressions"),
    [("|contains: x", 0), (": 'x*y?z'", 1), ("|re: ['x+', 'y+']", 2), ("|startswith: 'x*y'", 1)],
)
def test_the_size_of_a_rules_expressions_and_patterns_is_read(asked: str, expressions: int) -> None:
    text = f"title: t\nlogsource: {{category: x}}\ndetection:\n  s:\n    a{asked}\n  condition: s\n"
    (rule,) = check_text(text).rules
    assert 2_000 * expressions + 8 <= rule.instructions <= 2_100 * expressions + 8


def test_a_pattern_counts_as_it_is_compiled() -> None:
    """Without its case: the sign of the kelvin takes three bytes, and the small letter k one."""
    text = "title: t\nlogsource: {{category: x}}\ndetection:\n  s:\n    a: '{}*y?z'\n  condition: s\n"
    sign, letter = (check_text(text.format(said * 100)).rules[0] for said in ("\N{KELVIN SIGN}", "k"))
    assert sign.instructions == letter.instructions


def test_each_text_and_number_counts_as_often_as_it_is_asked() -> None:
    text = "title: t\nlogsource: {{category: x}}\ndetection:\n  s:\n    abcde: [{}, 3]\n  condition: s or s\n"
    for value, counted in (("x", 8 + 8), ("x" * 11, 10 + 8), ("x" * 800, 108 + 8)):
        (rule,) = check_text(text.format(value)).rules
        assert rule.instructions == 2 * counted


def test_a_failing_rule_keeps_its_text_and_an_id_of_its_own(tmp_path: Path) -> None:
    for name in ("a.yml", "b.yml"):
        (tmp_path / name).write_text("title: [", encoding="utf-8")
    read = read_rules([tmp_path])
    assert [(one.title, one.source, one.line) for one in read.failed] == [
        ("a.yml", "title: [", 1),
        ("b.yml", "title: [", 1),
    ]
    assert len({one.id for one in read.failed}) == 2


def test_a_tenants_archive_of_very_many_rules_is_refused_before_anything_is_told_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "MOST_RULES", 2)
    (tmp_path / "a.yml").write_text(rule_text(1) + "---\nno rule\n---\nno rule\n", encoding="utf-8")
    with pytest.raises(InvalidInputError, match="holds 3 rules; a tenant may have 2"):
        read_rules([tmp_path], ahead=True)
    assert len(read_rules([tmp_path]).failed) == 2


def test_a_case_passes_when_it_does_what_is_expected() -> None:
    cases = [RuleCase("a", True, HIT), RuleCase("b", False, MISS), RuleCase("c", True, MISS), RuleCase("d", False, HIT)]
    assert [(one.fired, one.passed) for one in try_text(rule_text(1), cases)] == [
        (True, True),
        (False, True),
        (False, False),
        (True, False),
    ]
    (unread,) = try_text(rule_text(1), [RuleCase("e", False, "{")])
    assert unread.error
    assert not unread.passed


def test_a_text_without_a_rule_cannot_be_tried() -> None:
    with pytest.raises(RuleSyntaxError):
        try_text("title: [", [HIT])
    with pytest.raises(InvalidInputError):
        try_text("# nothing", [HIT])
