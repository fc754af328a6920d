from pathlib import Path

import pytest

from netsentinel.detection.rules.cache import RuleCache
from netsentinel.detection.rules.needles import LONGEST, Needles, any_case, expression, literal, supported


def test_texts_stand_for_themselves_wherever_they_may_be() -> None:
    texts = ["a.c", "\\*", "x\0y", "é", "\n", "$^", "a"]
    needles = Needles([literal(text) for text in texts])
    for position, text in enumerate(texts):
        assert position in needles.find(f"1\n{text}\n2".encode())
    assert needles.find(b"bcd") == []


def test_edges_are_those_of_the_whole_value() -> None:
    needles = Needles([literal("ab", at_start=True), literal("ab", at_end=True), literal("ab")])
    assert sorted(needles.find(b"ab")) == [0, 1, 2]
    assert sorted(needles.find(b"ab\n")) == [0, 2]
    assert sorted(needles.find(b"x\nab\ny")) == [2]


def test_each_needle_is_found_once() -> None:
    assert Needles([literal("a")]).find(b"aaaa") == [0]


def test_a_long_text_is_looked_for_in_part() -> None:
    text = "b" * LONGEST + "c"
    assert Needles([literal(text), literal(text, at_end=True)]).find(text.encode()) == [0, 1]


def test_any_case_is_for_ascii() -> None:
    assert Needles([any_case("MimiKatz")]).find(b"xMIMIKATZx") == [0]


def test_what_cannot_be_found_is_told() -> None:
    assert supported([expression("a+b"), expression("(?P<")]) == [True, False]
    with pytest.raises(ValueError, match=r".+"):
        Needles([expression("(?P<")])


def test_compiled_sets_are_kept_and_made_again_when_damaged(tmp_path: Path) -> None:
    wanted = [literal("abc"), expression("x[0-9]+")]
    cache = RuleCache(tmp_path)
    for _ in range(2):
        assert sorted(Needles(wanted, cache).find(b"abc x1")) == [0, 1]
    (file,) = tmp_path.iterdir()
    cache.put(file.name, b"no database")
    assert sorted(Needles(wanted, cache).find(b"abc x1")) == [0, 1]
    assert len(cache.get(file.name) or b"") > 100


def test_what_is_kept_does_not_depend_on_the_order(tmp_path: Path) -> None:
    cache = RuleCache(tmp_path)
    one, other = literal("alpha"), literal("beta")
    assert Needles([one, other], cache).find(b"beta") == [1]
    kept = sorted(tmp_path.iterdir())
    assert Needles([other, one], cache).find(b"beta") == [0]
    assert sorted(tmp_path.iterdir()) == kept
