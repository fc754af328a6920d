"""Drafts are made of what the graph says, and nobody who learns gets one before it is approved."""

from dataclasses import replace

import msgspec
import pytest

from netsentinel.academy.graph import Claims, ConceptClaim, EdgeClaim, Relation
from netsentinel.academy.practice import Answer, Drafts, Given, QuestionState, SourceKind
from netsentinel.academy.practice.errors import InvalidQuestionError
from netsentinel.academy.practice.questions import Revision
from netsentinel.kernel.errors import InvalidInputError, NotAllowedError, NotFoundError
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import Permission
from tests.unit.academy.graph.site import origin
from tests.unit.academy.practice.site import ANA, BEN, STRANGER, Gym, memory_gym

pytestmark = pytest.mark.anyio

DEFINED = {
    "Port scan": "A port scan is a probe of many ports of one host.",
    "Beacon": "A call home that malware repeats at a regular interval.",
    "Tunnel": "A tunnel is a channel inside of another protocol.",
    "Proxy": "A proxy is a server that asks on behalf of others.",
    "Banner": "",
}


async def taught(clock: FakeClock, defined: dict[str, str] = DEFINED) -> tuple[Gym, Drafts]:
    """A gym whose graph a handbook stated."""
    gym = memory_gym(clock)
    claims = Claims(
        tuple(ConceptClaim(name=name, text=text, position="page 3") for name, text in defined.items()),
        tuple(EdgeClaim(source=name, target="TCP", relation=Relation.REQUIRES) for name in defined),
    )
    tcp = Claims((*claims.concepts, ConceptClaim(name="TCP")), claims.edges)
    await gym.graph.graph.state(ANA, origin("med_handbook"), tcp)
    return gym, Drafts(gym.graph.graph, gym.questions)


async def test_a_definition_makes_a_cloze_and_a_definition_that_say_where_they_are_from(clock: FakeClock) -> None:
    _, drafts = await taught(clock)
    made = await drafts.make(ANA, concepts=["port-scan"])
    assert (made.added, made.skipped, made.left) == (2, (), 0)
    for question in made.items:
        assert question.state is QuestionState.DRAFT
        assert question.content.key.right == ("Port scan",)
        assert {"Port scan"} < set(question.content.options) <= DEFINED.keys()
        assert len(question.content.options) == 4
        source = question.source
        assert (source.kind, source.id, source.position) == (SourceKind.MEDIUM, "med_handbook", "page 3")
        assert source.sentence == DEFINED["Port scan"]
    assert (await drafts.make(ANA, concepts=["Port scan", "port scan"])).added == 0
    assert (await drafts.make(ANA, concepts=["Port scan"], seed=5)).added == 2


async def test_nobody_is_asked_a_draft_and_the_answer_is_not_told_after_approval(clock: FakeClock) -> None:
    gym, drafts = await taught(clock)
    cloze = (await drafts.make(ANA, concepts=["Port scan"])).items[0]
    assert (await gym.practice.due(BEN)).items == ()
    given = Answer(attempt="one", question=cloze.id, version=1, given=Given(chosen=("Port scan",)))
    with pytest.raises(NotFoundError):
        await gym.practice.answer(BEN, given)
    await gym.questions.decide(ANA, cloze.id, QuestionState.APPROVED)
    (item,) = (await gym.practice.due(BEN)).items
    said = msgspec.json.encode(replace(item.question, options=())).decode().casefold()
    assert "port scan" not in said
    assert (await gym.practice.answer(BEN, replace(given, version=2))).judgement.is_right


async def test_what_was_discarded_does_not_come_back(clock: FakeClock) -> None:
    gym, drafts = await taught(clock)
    first = (await drafts.make(ANA, concepts=["Tunnel"])).items[0]
    await gym.questions.decide(ANA, first.id, QuestionState.RETIRED)
    again = await drafts.make(ANA, concepts=["Tunnel"])
    assert (again.added, again.items[0].state) == (0, QuestionState.RETIRED)


async def test_a_draft_is_put_right_on_the_way(clock: FakeClock) -> None:
    gym, drafts = await taught(clock)
    draft = (await drafts.make(ANA, concepts=["Port scan"])).items[0]
    names = tuple(name.upper() for name in draft.content.options)
    done = await gym.questions.decide(ANA, draft.id, QuestionState.APPROVED, Revision(prompt="Which?", options=names))
    assert (done.content.prompt, done.content.options, done.content.key.right) == ("Which?", names, ("PORT SCAN",))
    assert (done.content.explanation, done.source) == (draft.content.explanation, draft.source)
    for bad in (("one",), ("same",) * 4):
        with pytest.raises(InvalidQuestionError):
            await gym.questions.decide(ANA, draft.id, QuestionState.APPROVED, Revision(options=bad))


async def test_what_has_no_definition_or_too_few_siblings_is_skipped_with_why(clock: FakeClock) -> None:
    _, drafts = await taught(clock)
    assert [one.reason for one in (await drafts.make(ANA, concepts=["Banner"])).skipped] == ["nothing defines it"]
    _, alone = await taught(clock, {"Tunnel": DEFINED["Tunnel"], "Proxy": DEFINED["Proxy"]})
    made = await alone.make(ANA, concepts=["Tunnel"])
    assert (made.items, [one.reason for one in made.skipped]) == ((), ["fewer than 3 siblings to choose from"])


async def test_a_medium_is_gone_through_part_by_part(clock: FakeClock) -> None:
    words = "abcdefghijklmnopqrstuvwxyzäöü"
    many = {f"{word * 5} thing": f"Something of the sort number {at} that is told." for at, word in enumerate(words)}
    _, drafts = await taught(clock, {f"{name} {name[:3]}": text for name, text in many.items()})
    first = await drafts.make(ANA, medium="med_handbook")
    assert (first.added, first.left) == (25, len(words) - 25)
    second = await drafts.make(ANA, medium="med_handbook")
    assert (second.added, second.left) == (len(words) - 25, 0)
    assert (await drafts.make(ANA, medium="med_handbook")).items == ()


async def test_a_sentence_of_a_medium_that_defines_is_taken_and_one_that_only_mentions_is_not(clock: FakeClock) -> None:
    gym, drafts = await taught(clock)
    sentences = ("A banner is a line that a service sends first of all.", "We saw a banner on many hosts that day.")
    edges = [
        EdgeClaim(source="medium:m", target="Banner", relation=Relation.MENTIONS, position=str(at), sentence=text)
        for at, text in enumerate(sentences)
    ]
    claims = Claims((ConceptClaim(name="A talk", key="medium:m"),), tuple(edges))
    await gym.graph.graph.state(ANA, origin("m"), claims)
    made = await drafts.make(ANA, concepts=["Banner"])
    assert [(one.source.id, one.source.position) for one in made.items] == [("m", "0")] * 2


async def test_who_may_not_read_the_graph_or_asks_for_nothing_there_gets_none(clock: FakeClock) -> None:
    _, drafts = await taught(clock)
    with pytest.raises(NotAllowedError):
        await drafts.make(replace(ANA, permissions=frozenset({Permission.COURSES_TEACH})), concepts=["Beacon"])
    for principal, concepts, medium in ((STRANGER, ["Beacon"], ""), (STRANGER, [], "med_handbook"), (ANA, ["Not"], "")):
        with pytest.raises(NotFoundError):
            await drafts.make(principal, concepts=concepts, medium=medium)
    for concepts, medium in (([], ""), (["Beacon"], "med_handbook"), (["Beacon"] * 26, "")):
        with pytest.raises(InvalidInputError):
            await drafts.make(ANA, concepts=concepts, medium=medium)
