"""What is asked next: what is least sure, about concepts that were not just asked about."""

from netsentinel.academy.extraction.answers import Learnt, most_telling
from netsentinel.academy.extraction.prerequisites import Pair


def test_the_least_sure_are_asked_first() -> None:
    pairs = {Pair("a", "b"): {"rarer": 19.0}, Pair("c", "d"): {"rarer": 2.8}, Pair("e", "f"): {"rarer": -19.0}}
    assert most_telling(pairs, Learnt(), 1) == [Pair("c", "d")]
