from netsentinel.academy.extraction.answers import Learnt
from netsentinel.academy.extraction.model import Found, FoundConcept, Mention, Position, Prerequisite
from netsentinel.academy.extraction.parts import TextNames
from netsentinel.academy.extraction.prerequisites import (
    Pair,
    Question,
    Spoken,
    name_features,
    probability,
    suggested,
    text_features,
    without_cycles,
)


def mention(sentence: str = "s") -> Mention:
    return Mention(chunk=0, position=Position(line=1), sentence=sentence)


def concept(name: str) -> FoundConcept:
    return FoundConcept(name=name, key=name, found=Found.TERM, weight=0.5)


def spoken(**parts: dict[Pair, Mention]) -> Spoken:
    pairs = {pair for part in parts.values() for pair in part}
    keys = sorted({key for pair in pairs for key in pair})
    return Spoken(
        {key: frozenset({0}) for key in keys},
        {key: number for number, key in enumerate(keys)},
        parts.get("together", {}),
        parts.get("defined", {}),
        parts.get("needed", {}),
    )


def edge(concept: str, prerequisite: str, weight: float = 0.9) -> Prerequisite:
    return Prerequisite(concept=concept, prerequisite=prerequisite, weight=weight, evidence=mention(), reasons=())


def likely(concept: str, other: str, among: TextNames | None = None) -> float:
    names = Pair(concept, other)
    return Learnt().probability(Question(names, names, name_features(*names, among or TextNames())))


def test_the_name_that_presumes_more_needs_the_other() -> None:
    assert likely("isosceles triangle", "triangle") > likely("triangle", "triangle")
    assert likely("triangle", "triangle") > likely("triangle", "isosceles triangle")


def test_names_are_compared_both_ways() -> None:
    forward, back = name_features("isosceles triangle", "triangle"), name_features("triangle", "isosceles triangle")
    assert forward["contains"] == 1.0 == -back["contains"]
    assert forward["rarer"] == -back["rarer"] > 0
    assert probability(forward, {"rarer": 1.0}) + probability(back, {"rarer": 1.0}) == 1.0


def test_what_many_names_are_made_of_is_more_basic() -> None:
    among = TextNames(["quux knot", "quux", "quux bundle", "blorf"])
    assert name_features("blorf", "quux", among)["common"] > 0 > name_features("quux", "blorf", among)["common"]
    assert name_features("blorf", "quux")["common"] == 0.0
    assert likely("blorf", "quux", among) > likely("blorf", "quux")
    assert likely("blorf", "quux", among) > likely("quux", "blorf", among)


def test_a_definition_is_evidence_and_comes_with_its_sentence() -> None:
    pair = Pair("replay attack", "nonce")
    said = mention("A replay attack is one that a nonce prevents.")
    found = suggested(
        [concept("replay attack"), concept("nonce")],
        spoken(defined={pair: said}, together={pair: mention("x")}),
        Learnt(),
    )
    assert [(one.concept, one.prerequisite) for one in found] == [pair]
    assert found[0].evidence is said
    assert f"the definition of {found[0].concept} names {found[0].prerequisite}" in found[0].reasons


def test_no_sentence_no_suggestion() -> None:
    assert suggested([concept("isosceles triangle"), concept("triangle")], spoken(), Learnt()) == ()


def test_what_the_text_says_the_other_way_speaks_against() -> None:
    pair = Pair("a", "b")
    features = text_features(Pair("b", "a"), spoken(needed={pair: mention()}, defined={pair: mention()}))
    assert (features["needs"], features["defines"]) == (-1.0, 1.0)


def test_cycles_lose_their_weakest_edge() -> None:
    edges = [edge("a", "b", 0.9), edge("b", "c", 0.8), edge("c", "a", 0.7), edge("d", "d"), edge("c", "d", 0.6)]
    assert [(one.concept, one.prerequisite) for one in without_cycles(edges)] == [("a", "b"), ("b", "c"), ("c", "d")]
