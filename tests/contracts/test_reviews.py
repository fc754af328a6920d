"""One suite for the review queue on the three kinds of stores: memory, SQLite and PostgreSQL."""

import random
from dataclasses import dataclass, replace

import pytest

from netsentinel.academy.extraction import Learnt
from netsentinel.academy.graph import (
    Claims,
    ConceptClaim,
    ConceptKind,
    Concepts,
    EdgeClaim,
    EdgeState,
    Origin,
    OriginKind,
    Relation,
    id_of,
)
from netsentinel.academy.graph.errors import PrerequisiteCycleError
from netsentinel.academy.reviews import ReviewAnswer, ReviewGround, ReviewKind, Reviews, ReviewVerdict
from netsentinel.academy.reviews.entries import REVIEW_ANSWERED, ReviewAnswered
from netsentinel.academy.reviews.errors import AnswerUndoneError, ReviewAnsweredError
from netsentinel.academy.reviews.store_sql import SqlAnswers
from netsentinel.academy.reviews.testing import MemoryAnswers
from netsentinel.kernel.errors import NotFoundError
from netsentinel.kernel.testing import FakeClock
from netsentinel.storage.dialect import POSTGRES, SQLITE
from netsentinel.storage.testing import MemoryDatabase
from tests.unit.academy.graph.site import ANA, OTHER, STRANGER, Site, T, claims, edge, memory_site, origin, sql_site

pytestmark = pytest.mark.anyio

CONFIRM, DENY, MERGE, SKIP = ReviewVerdict


@dataclass
class Desk:
    """A queue, and the graph that fills it."""

    site: Site
    concepts: Concepts
    reviews: Reviews

    async def suggests(self, medium: str, *pairs: tuple[str, str], rarer: float = 0.5) -> None:
        """Have a medium suggest prerequisites, each with a figure of its own."""
        said = claims(requires=pairs)
        edges = tuple(
            replace(one, features=(("bias", 1.0), ("rarer", rarer + number)), sentence=f"{one.source} needs it.")
            for number, one in enumerate(said.edges)
        )
        await self.site.graph.state(ANA, origin(medium), Claims(said.concepts, edges))

    async def waiting(self) -> list[tuple[str, str]]:
        queue = await self.reviews.queue(T, kind=ReviewKind.PREREQUISITE, limit=200)
        return sorted((one.source.name, one.target.name) for one in queue.items)

    async def id(self, source: str, target: str) -> str:
        queue = await self.reviews.queue(T, limit=200)
        return next(one.id for one in queue.items if (one.source.name, one.target.name) == (source, target))


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, clock: FakeClock) -> Desk:
    if request.param == "memory":
        site, log = memory_site(clock), MemoryAnswers()
    else:
        database = request.getfixturevalue(f"{request.param}_database")
        site, log = sql_site(database, SQLITE if request.param == "sqlite" else POSTGRES, clock), SqlAnswers()
    concepts = Concepts(site.ground, site.graph)
    return Desk(site, concepts, Reviews(ReviewGround(site.ground, concepts, log)))


async def test_what_media_suggest_waits_with_its_evidence(desk: Desk) -> None:
    await desk.suggests("m1", ("replay", "nonce"))
    await desk.site.graph.state(ANA, Origin(OriginKind.REFERENCE, "r"), claims(requires=(("tls", "tcp"),)))
    (one,) = (await desk.reviews.queue(T, kind=ReviewKind.PREREQUISITE)).items
    assert (one.source.name, one.target.name, one.evidence[0].claim.sentence) == ("replay", "nonce", "replay needs it.")
    assert str(one.evidence[0].origin) == "medium:m1"
    assert 0 < one.probability < 1
    assert (await desk.reviews.get(T, one.id)).id == one.id
    assert (await desk.reviews.queue(OTHER)).items == ()
    with pytest.raises(NotFoundError):
        await desk.reviews.get(OTHER, one.id)
    with pytest.raises(NotFoundError):
        await desk.reviews.answer(STRANGER, one.id, CONFIRM)


async def test_a_confirmed_suggestion_is_vouched_for_and_a_denied_one_stops_counting(desk: Desk) -> None:
    await desk.suggests("m1", ("a", "b"), ("c", "d"))
    done = await desk.reviews.answer(ANA, await desk.id("a", "b"), CONFIRM, "By definition.")
    await desk.reviews.answer(ANA, await desk.id("c", "d"), DENY)
    assert await desk.waiting() == []
    assert [one.is_confirmed for one in await desk.site.graph.neighbours(T, id_of("a"))] == [True]
    assert [one.state for one in await desk.site.graph.neighbours(T, id_of("c"))] == [EdgeState.DENIED]
    evidence = await desk.site.graph.evidence(T, edge("a", "b"))
    assert [(str(one.origin), one.by, one.claim.sentence) for one in evidence][-1] == (
        "people",
        ANA.id,
        "By definition.",
    )
    with pytest.raises(ReviewAnsweredError):
        await desk.reviews.answer(ANA, done.review, DENY)
    queue = await desk.reviews.queue(T)
    assert (queue.answered, queue.open[ReviewKind.PREREQUISITE]) == (2, 0)


async def test_taking_an_answer_back_leaves_what_was_there(desk: Desk) -> None:
    await desk.suggests("m1", ("a", "b"), ("b", "c"))
    before = await desk.site.everything()
    done: ReviewAnswer | None = None
    for verdict in ReviewVerdict:
        done = await desk.reviews.answer(ANA, await desk.id("a", "b"), verdict)
        assert ("a", "b") not in await desk.waiting()
        undone = await desk.reviews.undo(ANA, done.id)
        assert undone.undone_by == ANA.id
        assert await desk.site.everything() == before
        assert ("a", "b") in await desk.waiting()
    assert done is not None
    with pytest.raises(AnswerUndoneError):
        await desk.reviews.undo(ANA, done.id)
    for who in (STRANGER, ANA):
        with pytest.raises(NotFoundError):
            await desk.reviews.undo(who, "ans_none" if who is ANA else done.id)


async def test_an_answer_goes_with_what_it_answered_and_comes_back_with_it(desk: Desk) -> None:
    await desk.suggests("kept", ("x", "y"))
    await desk.site.says("kept too", "a", "b")
    before, model = await desk.site.everything(), await desk.reviews.learnt(T)
    await desk.suggests("gone", ("a", "b"))
    await desk.reviews.answer(ANA, await desk.id("a", "b"), CONFIRM)
    assert await desk.reviews.learnt(T) != model
    await desk.site.graph.withdraw(ANA, origin("gone"))
    assert await desk.site.everything() == before
    assert await desk.reviews.learnt(T) == model
    await desk.suggests("gone", ("a", "b"))
    assert ("a", "b") not in await desk.waiting()
    assert await desk.reviews.learnt(T) != model


async def test_whatever_is_answered_a_deleted_medium_leaves_the_graph_that_is_there_without_it(desk: Desk) -> None:
    rng = random.Random(8)  # noqa: S311 - the same every time
    names = "abcdefg"

    def pairs() -> list[tuple[str, str]]:
        return [(one, other) for one, other in (rng.sample(names, 2) for _ in range(5))]

    for round_ in range(4):
        await desk.suggests("kept", *pairs())
        await desk.site.says("names", *names)
        before, model = await desk.site.everything(), await desk.reviews.learnt(T)
        await desk.suggests("gone", *pairs())
        own = {one.key for one in await desk.site.graph.evidence(T, edge("a", "b"))}
        for one in (await desk.reviews.queue(T, kind=ReviewKind.PREREQUISITE, limit=200)).items:
            if {str(said.origin) for said in one.evidence} == {"medium:gone"} and one.id not in own:
                try:
                    await desk.reviews.answer(ANA, one.id, rng.choice((CONFIRM, DENY, SKIP)))
                except PrerequisiteCycleError:
                    continue
        await desk.site.graph.withdraw(ANA, origin("gone"))
        assert await desk.site.everything() == before, round_
        assert await desk.reviews.learnt(T) == model


async def test_answers_teach_what_is_suggested_next(desk: Desk) -> None:
    await desk.suggests("m1", *((f"c{number}", "basic") for number in range(8)), ("other", "basic"))

    async def likely() -> float:
        return (await desk.reviews.get(T, await desk.id("other", "basic"))).probability

    before = await likely()
    for number in range(8):
        await desk.reviews.answer(ANA, await desk.id(f"c{number}", "basic"), DENY)
    assert await likely() < before
    model = await desk.reviews.model(T)
    assert (model.answers, model.basic[0][0]) == (8, "basic")
    state = await desk.reviews.learnt(T)
    assert state.basic["basic"] < 0
    assert (await desk.reviews.learnt(OTHER)) == Learnt()


async def test_two_that_are_one_are_merged_into_what_is_known_better(desk: Desk) -> None:
    reference = Claims((ConceptClaim(name="Port Scan", key="t1046", kind=ConceptKind.TECHNIQUE),))
    await desk.site.graph.state(ANA, Origin(OriginKind.REFERENCE, "r"), reference)
    await desk.site.says("m1", "port scans")
    (link,) = (await desk.reviews.queue(T, kind=ReviewKind.LINK)).items
    assert (link.source.name, link.target.name) == ("port scans", "Port Scan")
    before = await desk.site.everything()
    done = await desk.reviews.answer(ANA, link.id, MERGE)
    assert [one.id for one in await desk.site.graph.known(T)] == [id_of("t1046")]
    assert (await desk.reviews.queue(T)).items == ()
    await desk.reviews.undo(ANA, done.id)
    assert await desk.site.everything() == before
    assert [one.id for one in (await desk.reviews.queue(T)).items] == [link.id]


async def test_links_are_related_or_not(desk: Desk) -> None:
    await desk.site.says("m1", "access control", "access controls list", "port knocking", "port knockings")
    links = (await desk.reviews.queue(T, kind=ReviewKind.LINK)).items
    assert len(links) == 2
    yes = await desk.reviews.answer(ANA, links[0].id, CONFIRM)
    assert [one.key.relation for one in await desk.site.graph.neighbours(T, links[0].source.id)] == [Relation.RELATED]
    no = await desk.reviews.answer(ANA, links[1].id, DENY)
    assert (await desk.reviews.queue(T)).items == ()
    with pytest.raises(ReviewAnsweredError):
        await desk.reviews.answer(ANA, no.review, CONFIRM)
    for done in (yes, no):
        await desk.reviews.undo(ANA, done.id)
    assert {one.id for one in (await desk.reviews.queue(T)).items} == {one.id for one in links}


async def test_an_answer_that_goes_in_circles_is_refused_and_nothing_is_kept(desk: Desk) -> None:
    await desk.site.graph.state(ANA, Origin(OriginKind.REFERENCE, "r"), claims(requires=(("a", "b"),)))
    await desk.suggests("m1", ("b", "a"))
    review = await desk.id("b", "a")
    assert (await desk.reviews.get(T, review)).is_held
    with pytest.raises(PrerequisiteCycleError):
        await desk.reviews.answer(ANA, review, CONFIRM)
    assert (await desk.reviews.answers(T)).items == ()
    await desk.reviews.answer(ANA, review, DENY)


async def test_several_are_answered_each_by_itself(desk: Desk) -> None:
    await desk.suggests("m1", ("a", "b"), ("c", "d"))
    ids = [await desk.id("a", "b"), "rev_none", await desk.id("c", "d")]
    done = await desk.reviews.answer_many(ANA, [(one, CONFIRM) for one in ids])
    assert [(one.id, one.code) for one in done] == [(ids[0], ""), ("rev_none", "not-found"), (ids[2], "")]
    page = await desk.reviews.answers(T, limit=1)
    rest = await desk.reviews.answers(T, limit=1, cursor=page.next)
    assert {one.source_name for one in (*page.items, *rest.items)} == {"a", "c"}  # of one moment, in either order
    assert (len(page.items), rest.next) == (1, None)


async def test_each_answer_is_told(desk: Desk) -> None:
    await desk.suggests("m1", ("a", "b"))
    done = await desk.reviews.answer(ANA, await desk.id("a", "b"), SKIP)
    await desk.reviews.undo(ANA, done.id)
    db = desk.site.ground.db
    if isinstance(db, MemoryDatabase):
        told = [one for one in db.entries if one.kind == REVIEW_ANSWERED]
        assert [(one.subject, isinstance(one.payload, ReviewAnswered) and one.payload.is_undone) for one in told] == [
            (done.review, False),
            (done.review, True),
        ]


def test_edges_without_figures_are_judged_by_their_names() -> None:
    assert EdgeClaim(source="a", target="b").features == ()
