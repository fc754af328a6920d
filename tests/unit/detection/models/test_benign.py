import time

import pytest

from netsentinel.detection.models.benign import is_benign


@pytest.mark.parametrize("label", ["0", "Normal", " benign ", "BACKGROUND", "False", "-"])
def test_words_of_data_sets_mean_benign_where_nobody_says(label: str) -> None:
    assert is_benign(label, ())
    assert not is_benign(f"{label}x", ())


@pytest.mark.parametrize(
    ("pattern", "label", "fits"),
    [
        ("ok", "ok", True),
        ("ok", "OK", False),
        ("ok", "okay", False),
        ("flow=From-Normal*", "flow=From-Normal-V42-Stribrek", True),
        ("flow=From-Normal*", "flow=From-Normal", True),
        ("flow=From-Normal*", "flow=From-Botnet-V42-TCP-CC6", False),
        ("*Normal*", "flow=From-Normal-V42-Jist", True),
        ("*Normal*", "flow=Background", False),
        ("*-UDP", "flow=Background-UDP", True),
        ("*-UDP", "flow=Background-UDP-Attempt", False),
        ("a*b*a", "aba", True),
        ("a*b*a", "ab", False),
        ("ab*ba", "aba", False),
        ("*", "anything", True),
        ("*", "", True),
        ("**", "x", True),
        ("a*a*a", "aa", False),
        ("what*", "what*", True),
        ("[a-z]", "q", False),
        ("a.c", "abc", False),
    ],
)
def test_a_star_stands_for_any_characters_and_nothing_else_is_special(pattern: str, label: str, fits: bool) -> None:
    assert is_benign(label, (pattern,)) is fits


def test_any_of_several_will_do() -> None:
    stated = ("flow=From-Normal*", "flow=Background*")
    assert is_benign("flow=Background-TCP-Established", stated)
    assert not is_benign("flow=From-Botnet-V42-TCP-CC6", stated)
    assert not is_benign("benign", stated), "who states labels means these"


def test_patterns_of_many_stars_take_no_time() -> None:
    began = time.process_time()
    assert not is_benign("a" * 20_000, ("a*" * 90 + "b*",))
    assert time.process_time() - began < 1
