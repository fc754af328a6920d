"""Where a concept stands among what a search finds."""

from netsentinel.academy.graph import Concept, ConceptKind
from netsentinel.academy.graph.matching import MOST_WORDS, best, place_of, searchable, words_of


def concept(name: str, *also: str, key: str = "") -> Concept:
    return Concept(
        id=f"cpt_{name}",
        key=key or name,
        name=name,
        kind=ConceptKind.CONCEPT,
        text="",
        names=tuple(sorted({name, *also})),
        origins=1,
        version=1,
    )


def test_a_whole_name_comes_before_a_beginning_a_word_and_a_part() -> None:
    found = best(map(concept, ("portable", "open port", "port", "airport", "port scan")), "PORT", None, 10)
    assert [one.name for one in found] == ["port", "portable", "port scan", "open port", "airport"]


def test_other_names_and_the_key_are_searched_too() -> None:
    technique = concept("Network Service Discovery", "port scan", key="t1046")
    assert searchable(technique).split("\n") == ["t1046", "network service discovery", "port scan"]
    assert best([technique], "T1046", None, 5) == best([technique], "scan port", None, 5) == [technique]
    assert best([technique], "T1046 scan", None, 5) == []


def test_so_many_words_count() -> None:
    assert words_of("a-b c") == ["a", "b", "c"]
    assert len(words_of("w " * 20)) == MOST_WORDS


def test_lists_do_not_care_for_capital_letters() -> None:
    names = [one.name for one in sorted(map(concept, ("TCP", "arp", "Zeek", "udp")), key=place_of)]
    assert names == ["arp", "TCP", "udp", "Zeek"]
