"""One suite for practice on the three kinds of stores: in memory, on SQLite, on PostgreSQL."""

import asyncio
from dataclasses import replace

import pytest

from netsentinel.academy import MASTERED
from netsentinel.academy.graph import Concepts, id_of
from netsentinel.academy.practice import (
    Answer,
    Given,
    QuestionFilter,
    QuestionState,
    Result,
    Source,
    SourceKind,
    Written,
)
from netsentinel.academy.practice.errors import AttemptTakenError, InvalidQuestionError
from netsentinel.academy.practice.fsrs import Phase
from netsentinel.academy.practice.refit import LEAST_SAMPLES
from netsentinel.academy.practice.results import MasteryMove, ReasonCode
from netsentinel.academy.practice.store_sql import SqlQuestions  # noqa: F401 - the suite is theirs, by way of the site
from netsentinel.academy.practice.testing import MemoryQuestions  # noqa: F401 - the same
from netsentinel.kernel.clock import DAY, HOUR, MINUTE
from netsentinel.kernel.errors import NotFoundError
from netsentinel.kernel.testing import FakeClock
from netsentinel.storage.dialect import POSTGRES, SQLITE
from tests.unit.academy.practice.site import (
    ANA,
    BEN,
    OTHER,
    STRANGER,
    Gym,
    T,
    choice,
    memory_gym,
    ordering,
    short,
    sql_gym,
)

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def gym(request: pytest.FixtureRequest, clock: FakeClock) -> Gym:
    if request.param == "memory":
        return memory_gym(clock)
    database = request.getfixturevalue(f"{request.param}_database")
    return sql_gym(database, SQLITE if request.param == "sqlite" else POSTGRES, clock)


def answer(attempt: str, question: str, *chosen: str, version: int = 1) -> Answer:
    return Answer(attempt=attempt, question=question, version=version, given=Given(chosen=chosen))


async def right(gym: Gym, attempt: str, question: str) -> Result:
    return await gym.practice.answer(ANA, answer(attempt, question, "yes"))


async def test_an_answer_moves_schedule_and_mastery_and_says_how(gym: Gym) -> None:
    question, _ = await gym.write(choice(), choice())
    found = await gym.practice.due(ANA)
    assert [item.why[0].code for item in found.items] == [ReasonCode.NEW, ReasonCode.NEW]
    assert (found.due, found.new, found.answered_today) == (0, 2, 0)
    result = await right(gym, "a1", question)
    assert result.judgement.is_right
    assert result.explanation == "Because it says so."
    assert result.next_at == gym.clock.now() + 10 * MINUTE
    assert [(move.name, move.before) for move in result.moves] == [("port scan", 0.0)]
    assert result.moves[0].after > 0.3
    found = await gym.practice.due(ANA)
    assert (len(found.items), found.due, found.answered_today, found.next_at) == (1, 0, 1, result.next_at)
    assert len((await gym.practice.due(BEN)).items) == 2


async def test_an_attempt_counts_once_however_often_it_is_sent(gym: Gym) -> None:
    question, other = await gym.write(choice(), choice())
    same = await asyncio.gather(*(right(gym, "a1", question) for _ in range(5)))
    assert len({one.next_at for one in same}) == 1
    assert same == [same[0]] * 5
    assert len((await gym.practice.history(ANA, limit=10)).items) == 1
    assert (await gym.standing.mine(ANA)).items[0].right == 1
    for changed in (answer("a1", question, "no"), answer("a1", other, "yes")):
        with pytest.raises(AttemptTakenError):
            await gym.practice.answer(ANA, changed)
    assert (await gym.practice.answer(BEN, answer("a1", question, "no"))).judgement.is_right is False


async def test_what_is_due_says_why(gym: Gym) -> None:
    question, wrong = await gym.write(choice(), choice())
    await right(gym, "a1", question)
    await gym.practice.answer(ANA, answer("w1", wrong, "no"))
    gym.clock.advance(10 * MINUTE)
    await right(gym, "a2", question)
    gym.clock.advance(3 * DAY)
    found = await gym.practice.due(ANA)
    why = {item.question.id: item.why[0] for item in found.items}
    assert (why[question].code, why[wrong].code) == (ReasonCode.FADING, ReasonCode.AGAIN)
    assert 0.85 < why[question].value < 0.9
    assert "3 days ago" in why[question].text
    assert "wrong" in why[wrong].text
    assert found.due == len(found.items)


async def test_a_repetition_moves_the_schedule_only(gym: Gym) -> None:
    (question,) = await gym.write(choice())
    first = await right(gym, "a1", question)
    gym.clock.advance(10 * MINUTE)
    again = await right(gym, "a2", question)
    assert (first.counts, again.counts, again.moves) == (True, False, ())
    assert again.next_at > first.next_at
    row = await gym.ground.standing.db.read(lambda tx: gym.ground.cards.get(tx, T, ANA.id, question))
    assert row is not None
    assert (row.card.phase, row.card.reviews, row.first_at) == (Phase.REVIEW, 2, first.at)
    gym.clock.advance(12 * HOUR)
    assert (await right(gym, "a3", question)).counts


async def test_mastery_flows_to_prerequisites_and_is_explained(gym: Gym) -> None:
    await gym.graph.says("m1", requires=(("syn scan", "port scan"), ("port scan", "packet"), ("packet", "cheese")))
    await gym.graph.vouch(("syn scan", "port scan"), ("port scan", "packet"))
    questions = await gym.write(*[choice("syn scan")] * 5)
    for number, question in enumerate(questions):
        await right(gym, f"a{number}", question)
    mastered = await gym.standing.mastered(T, ANA.id, ["syn scan", "port scan", "packet", "cheese", "beacon"])
    assert mastered["packet"] == mastered["port scan"]
    assert "cheese" not in mastered, "nobody vouches for what a medium suggests"
    assert mastered["syn scan"] > MASTERED > 0.3 > mastered["port scan"] > 0.1
    assert "beacon" not in mastered
    detail = await gym.standing.detail(ANA, "port scan")
    assert [reason.code for reason in detail.mastery.reasons] == [ReasonCode.UNSEEN, ReasonCode.BUILDS]
    assert "syn scan" in detail.mastery.reasons[1].text
    detail = await gym.standing.detail(ANA, "syn scan")
    assert len(detail.moves) == 5
    assert [move.after > move.before for move in detail.moves] == [True] * 5
    assert await gym.standing.mastered(OTHER, ANA.id, ["syn scan"]) == {}
    assert await gym.standing.mastered(T, BEN.id, ["syn scan"]) == {}


async def test_what_only_a_medium_suggests_moves_no_mastery_and_lacks_nothing(gym: Gym) -> None:
    await gym.graph.says("m1", requires=(("syn scan", "port scan"),))
    harder, easier = await gym.write(choice("syn scan"), choice("port scan"))
    await right(gym, "a1", harder)
    assert set(await gym.standing.mastered(T, ANA.id, ["syn scan", "port scan"])) == {"syn scan"}
    await gym.practice.answer(ANA, answer("a2", easier, "no"))
    assert (await gym.standing.detail(ANA, "syn scan")).lacks == ()
    suggested = (await gym.standing.detail(ANA, "port scan")).mastery
    await gym.graph.vouch(("syn scan", "port scan"))
    confirmed = (await gym.standing.detail(ANA, "port scan")).mastery
    assert confirmed.mastery > suggested.mastery
    assert ReasonCode.BUILDS not in {reason.code for reason in suggested.reasons}


async def test_the_best_mastered_of_those_that_build_on_it_credits_a_concept(gym: Gym) -> None:
    await gym.graph.says("m1", requires=(("x", "low"), ("y", "x"), ("z", "low"), ("y", "other")))
    await gym.graph.vouch(("x", "low"), ("y", "x"), ("z", "low"), ("y", "other"))
    questions = await gym.write(choice("x"), choice("y"), *[choice("z")] * 4)
    for number, question in enumerate(questions):
        await right(gym, f"a{number}", question)
    known = await gym.standing.known(T, ANA.id)
    by = {concept: other for concept, (_, other) in known.credit.items()}
    assert by == {id_of("low"): id_of("z"), id_of("x"): id_of("y"), id_of("other"): id_of("y")}


async def test_mastery_follows_a_concept_that_is_merged_and_comes_back_when_that_is_undone(gym: Gym) -> None:
    await gym.graph.says("m1", "syn scan", "stealth scan")
    first, second, third = await gym.write(choice("stealth scan"), choice("stealth scan"), choice("syn scan"))
    await right(gym, "a1", first)
    await right(gym, "a2", second)
    await gym.practice.answer(BEN, answer("b1", third, "yes"))
    before = (await gym.standing.mastered(T, ANA.id, ["stealth scan"]))["stealth scan"]
    concepts = Concepts(gym.graph.ground, gym.graph.graph)
    done = await concepts.merge(ANA, id_of("stealth scan"), id_of("syn scan"))
    (mine,) = (await gym.standing.mine(ANA)).items
    assert (mine.name, mine.right, mine.mastery) == ("syn scan", 2, before)
    assert (await gym.standing.mastered(T, ANA.id, ["syn scan"]))["syn scan"] == before
    result = await right(gym, "a3", third)
    assert result.moves[0].after > result.moves[0].before == before
    detail = await gym.standing.detail(ANA, "syn scan")
    assert (detail.mastery.right, len(detail.moves)) == (3, 3)
    (team,) = (await gym.standing.team(T)).items
    assert (team.name, team.learners, team.answers) == ("syn scan", 2, 4)
    await concepts.undo(ANA, done.number)
    assert {one.name: one.right for one in (await gym.standing.mine(ANA)).items} == {"stealth scan": 2, "syn scan": 1}


async def test_what_builds_on_something_unknown_waits_and_says_for_what(gym: Gym) -> None:
    await gym.graph.says("m1", requires=(("syn scan", "port scan"),))
    harder, easier = await gym.write(choice("syn scan"), choice("port scan"))
    suggested = await gym.practice.due(ANA)
    assert [[because.code for because in item.why] for item in suggested.items] == [[ReasonCode.NEW]] * 2
    await gym.graph.vouch(("syn scan", "port scan"))
    found = await gym.practice.due(ANA)
    assert [item.question.id for item in found.items] == [easier, harder]
    waits = found.items[1].why[1]
    assert (waits.code, "port scan" in waits.text) == (ReasonCode.WAITS, True)
    await gym.practice.answer(ANA, answer("a1", easier, "no"))
    lacks = (await gym.standing.detail(ANA, "syn scan")).lacks
    assert [(one.name, one.wrong) for one in lacks] == [("port scan", 1)]


async def test_only_so_many_new_ones_a_day(gym: Gym) -> None:
    source = Source(kind=SourceKind.LESSON, id="lesson:c/one")
    written = [Written(slug=f"q{number:02}", content=choice(), source=source) for number in range(25)]
    ids = (await gym.questions.write(ANA, written)).ids
    for number in range(3):
        await right(gym, f"a{number}", ids[number])
    found = await gym.practice.due(ANA, limit=50)
    assert (len(found.items), found.new) == (17, 17)
    assert len((await gym.practice.due(ANA, source="lesson:c/one", limit=50)).items) == 22
    assert (await gym.practice.due(ANA, source="lesson:c/two")).items == ()
    gym.clock.advance(DAY)
    assert (await gym.practice.due(ANA)).due == 3


async def test_drafts_and_retired_questions_are_never_asked(gym: Gym) -> None:
    done = await gym.questions.write(ANA, [Written(slug="d", content=choice())], QuestionState.DRAFT)
    (draft,) = done.ids
    assert (await gym.practice.due(ANA)).items == ()
    with pytest.raises(NotFoundError):
        await right(gym, "a1", draft)
    await gym.questions.decide(ANA, draft, QuestionState.APPROVED)
    with pytest.raises(NotFoundError):
        await gym.practice.answer(ANA, answer("a1", draft, "yes", version=1))  # the draft's own version
    assert (await gym.practice.answer(ANA, answer("a1", draft, "yes", version=2))).judgement.is_right
    gym.clock.advance(DAY)
    assert (await gym.practice.due(ANA)).due == 1
    await gym.questions.decide(ANA, draft, QuestionState.RETIRED)
    found = await gym.practice.due(ANA)
    assert (found.items, found.due, found.next_at) == ((), 0, 0)
    with pytest.raises(NotFoundError):
        await gym.practice.answer(ANA, answer("a2", draft, "yes", version=2))
    # What was answered while it was asked is told again all the same.
    assert (await gym.practice.answer(ANA, answer("a1", draft, "yes", version=2))).judgement.is_right


async def test_an_answer_to_the_version_before_is_judged_by_that(gym: Gym) -> None:
    (question,) = await gym.write(choice())
    other = replace(choice(), key=replace(choice().key, right=("no",)))
    done = await gym.questions.write(ANA, [Written(slug="q00", content=other)])
    assert (done.added, done.changed, done.ids) == (0, 1, (question,))
    assert (await gym.practice.answer(ANA, answer("a1", question, "yes", version=1))).judgement.is_right
    assert not (await gym.practice.answer(ANA, answer("a2", question, "yes", version=2))).judgement.is_right
    with pytest.raises(NotFoundError):
        await gym.practice.answer(ANA, answer("a3", question, "yes", version=3))
    again = await gym.questions.write(ANA, [Written(slug="q00", content=other)])
    assert (again.added, again.changed, again.unchanged) == (0, 0, 1)


async def test_questions_are_written_all_or_none(gym: Gym) -> None:
    bad = replace(choice(), prompt="")
    with pytest.raises(InvalidQuestionError, match=r"^b: "):
        await gym.questions.write(ANA, [Written(slug="a", content=choice()), Written(slug="b", content=bad)])
    with pytest.raises(InvalidQuestionError, match="slug of its own"):
        await gym.questions.write(ANA, [Written(slug="a", content=choice())] * 2)
    assert (await gym.questions.page(T, QuestionFilter(), limit=10)).items == ()


async def test_pages_of_questions_and_answers(gym: Gym) -> None:
    ids = await gym.write(*[short()] * 3)
    page = await gym.questions.page(T, QuestionFilter(state=QuestionState.APPROVED), limit=2)
    rest = await gym.questions.page(T, QuestionFilter(), limit=2, cursor=page.next)
    assert [one.id for one in (*page.items, *rest.items)] == ids
    assert rest.next is None
    for number, question in enumerate(ids):
        gym.clock.advance(MINUTE)
        await right(gym, f"a{number}", question)
    first = await gym.practice.history(ANA, limit=2)
    second = await gym.practice.history(ANA, limit=2, cursor=first.next)
    assert [one.question for one in (*first.items, *second.items)] == ids[::-1]


async def test_nothing_of_a_tenant_reaches_another(gym: Gym) -> None:
    (question,) = await gym.write(choice())
    await right(gym, "a1", question)
    assert (await gym.practice.due(STRANGER)).items == ()
    with pytest.raises(NotFoundError):
        await gym.practice.answer(STRANGER, answer("a2", question, "yes"))
    with pytest.raises(NotFoundError):
        await gym.questions.get(OTHER, question)
    with pytest.raises(NotFoundError):
        await gym.questions.decide(STRANGER, question, QuestionState.RETIRED)
    assert (await gym.standing.team(OTHER)).items == ()
    assert (await gym.practice.history(STRANGER, limit=5)).items == ()


async def test_the_team_is_counts(gym: Gym) -> None:
    ids = await gym.write(*[choice()] * 5)
    for number, question in enumerate(ids):
        await right(gym, f"a{number}", question)
    await gym.practice.answer(BEN, answer("b", ids[0], "no"))
    (one,) = (await gym.standing.team(T)).items
    assert (one.name, one.learners, one.mastered, one.answers, one.right) == ("port scan", 2, 1, 6, 5)


async def test_the_model_is_fitted_to_the_answers_when_it_says_them_better(gym: Gym) -> None:
    assert not (await gym.refit.refit(T)).is_adopted
    db, attempts = gym.ground.standing.db, gym.ground.standing.attempts
    (question,) = await gym.write(ordering())
    result = await gym.practice.answer(ANA, answer("a", question, "a", "b", "c"))
    kept = await db.read(lambda tx: attempts.get(tx, T, ANA.id, "a"))
    assert kept is not None
    assert kept.result == result
    for number in range(LEAST_SAMPLES):
        row = (1.0, 1.0 if number % 2 else -1.0, 0.0, 0.0, 0.0, 0.0)
        move = MasteryMove("c", f"m{number}", number + 1, bool(number % 2), 0.0, 0.0, row, 0.0)
        one = replace(kept, key=f"m{number}")
        await db.write(lambda tx, one=one, move=move: attempts.add(tx, one, [move]))
    assert await db.read(gym.ground.standing.models.tenants) == [T]
    done = await gym.refit.refit(T)
    assert done.is_adopted
    assert done.loss < done.loss_before
    again = await gym.refit.refit(T)
    assert not again.is_adopted
    assert (await gym.refit.refit(OTHER)).samples == 0
