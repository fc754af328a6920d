"""Practising: what is due and why, and answers that are judged, kept and counted in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from netsentinel.academy import MASTERED
from netsentinel.academy.practice.entries import PRACTICE_ANSWERED, PracticeAnswered
from netsentinel.academy.practice.errors import AttemptTakenError
from netsentinel.academy.practice.fsrs import Card, Fsrs, Phase, Rating, retrievability
from netsentinel.academy.practice.judging import guess_of, judge, pose
from netsentinel.academy.practice.mastery import after, expected, features, gathered, harder, joined, own_mastery
from netsentinel.academy.practice.model import Question, QuestionState
from netsentinel.academy.practice.naming import Meant, meant
from netsentinel.academy.practice.ports import CardStore, QuestionStore
from netsentinel.academy.practice.results import (
    Attempt,
    Because,
    CardRow,
    DueItem,
    DueList,
    Evidence,
    Given,
    HistoryPage,
    Judgement,
    MasteryMove,
    Move,
    ReasonCode,
    Result,
)
from netsentinel.academy.practice.standing import Known, Standing, StandingGround
from netsentinel.academy.practice.words import ago, percent
from netsentinel.kernel.clock import DAY, HOUR, SECOND
from netsentinel.kernel.cursor import decode_cursor, encode_cursor
from netsentinel.kernel.entries import NewEntry
from netsentinel.kernel.errors import NotFoundError
from netsentinel.kernel.types import Micros, Principal, TenantId
from netsentinel.storage.ports import ReadTx, Tx

_REPETITION: Final = 12 * HOUR
"""An answer to the same question within this time moves its schedule, not the mastery."""
_CANDIDATES: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeGround:
    """What practice stands on."""

    standing: StandingGround
    questions: QuestionStore
    cards: CardStore
    schedule: Fsrs
    new_per_day: int
    """Questions that a learner may begin a day (UTC), unless a source is practised on purpose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a learner sends."""

    attempt: str
    """The client's own name of it: sent again, it is answered alike and counted once."""
    question: str
    version: int
    given: Given


class Practice:
    """Asks, judges and remembers."""

    def __init__(self, ground: PracticeGround, standing: Standing) -> None:
        self._ground = ground
        self._standing = standing

    async def due(self, principal: Principal, *, source: str = "", limit: int = 20) -> DueList:
        """What the caller should practise now: what fades first, then what is new, and why.

        Args:
            principal: who practises.
            source: only questions about this lesson (by key) or medium; then new ones do not count per day.
            limit: questions at most.
        """
        ground, tenant, user = self._ground, principal.tenant, principal.id
        now = ground.standing.clock.now()
        today = now - now % DAY

        def read(tx: ReadTx) -> tuple[list[tuple[CardRow, Question]], list[Question], tuple[int, int, Micros], int]:
            rows = ground.cards.due(tx, tenant, user, now, source, limit)
            pairs = [(row, ground.questions.get(tx, tenant, row.question)) for row in rows]
            fresh = ground.questions.unasked(tx, tenant, user, source, _CANDIDATES)
            counts = ground.cards.counts(tx, tenant, user, now, today)
            answered = ground.standing.attempts.count_since(tx, tenant, user, today)
            return [(row, one) for row, one in pairs if one is not None], fresh, counts, answered

        repeated, fresh, (due, begun, next_at), answered = await ground.standing.db.read(read)
        room = len(fresh) if source else min(len(fresh), max(0, ground.new_per_day - begun))
        items = [DueItem(pose(one), _why_due(row, now, ground.schedule), row.card.due) for row, one in repeated]
        if room and len(items) < limit:
            items += (await self._new(tenant, user, fresh))[: min(room, limit - len(items))]
        return DueList(items=tuple(items), due=due, new=room, answered_today=answered, next_at=next_at)

    async def _new(self, tenant: TenantId, user: str, fresh: Sequence[Question]) -> list[DueItem]:
        """New questions; those that build on what is not mastered come last, and say so."""
        graph = self._ground.standing.graph
        known = await self._standing.known(tenant, user)
        names = {name for question in fresh for name in question.content.concepts}
        named = await meant(graph, tenant, names | known.evidence.keys(), known.spoken)
        by_id = {one.id: one for one in named.values()}
        found: list[tuple[int, DueItem]] = []
        for question in fresh:
            own = {named[name].id for name in question.content.concepts}
            before = await graph.vouched(tenant, sorted(own))
            lacks = [by_id[one] for one in before if one in by_id and one not in own]
            waits = _waits([one for one in lacks if known.mastery(one.id) < MASTERED], known)
            why = (Because(ReasonCode.NEW, "You were not asked this yet."), *waits)
            found.append((len(waits), DueItem(pose(question), why, 0)))
        return [item for _, item in sorted(found, key=lambda pair: bool(pair[0]))]

    async def answer(self, principal: Principal, answer: Answer) -> Result:
        """Judge an answer, keep it, and move the schedule and the mastery: all of it in one transaction, once.

        Raises:
            NotFoundError: there is no such question, or it is not asked.
            AttemptTakenError: under this attempt another answer was sent.
        """
        ground, tenant = self._ground, principal.tenant
        found = await ground.standing.db.read(
            lambda tx: self._told(tx, principal, answer) or self._asked(tx, tenant, answer)
        )
        if isinstance(found, Result):
            return found
        named = list((await meant(ground.standing.graph, tenant, found.content.concepts)).values())
        return await ground.standing.db.write(lambda tx: self._answer(tx, principal, answer, found, named))

    def _asked(self, tx: ReadTx, tenant: TenantId, answer: Answer) -> Question:
        current = self._ground.questions.get(tx, tenant, answer.question)
        posed = self._ground.questions.get(tx, tenant, answer.question, answer.version)
        states = {one.state for one in (current, posed) if one is not None}
        if posed is None or states != {QuestionState.APPROVED}:
            raise NotFoundError(f"The question {answer.question[:80]} is not asked.")
        return posed

    def _answer(
        self, tx: Tx, principal: Principal, answer: Answer, question: Question, named: Sequence[Meant]
    ) -> Result:
        ground, tenant, user = self._ground, principal.tenant, principal.id
        ground.cards.lock(tx, tenant, user)
        told = self._told(tx, principal, answer)
        if told is not None:
            return told
        now = ground.standing.clock.now()
        judgement = judge(question.content, answer.given)
        row = ground.cards.get(tx, tenant, user, question.id)
        card = row.card if row else Card()
        counts = not card.reviews or now - card.last_at >= _REPETITION
        rating = Rating.GOOD if judgement.is_right else Rating.AGAIN
        reviewed = ground.schedule.review(card, rating, max(now, card.last_at), answer.attempt)
        ground.cards.put(
            tx,
            CardRow(
                tenant=tenant,
                user=user,
                question=question.id,
                card=reviewed,
                first_at=row.first_at if row else now,
                was_right=judgement.is_right,
            ),
        )
        moves = self._move(tx, principal, answer, question, judgement, named) if counts else []
        names = {one.id: one.name for one in named}
        result = Result(
            attempt=answer.attempt,
            question=question.id,
            version=question.version,
            at=now,
            judgement=judgement,
            explanation=question.content.explanation,
            source=pose(question).source,
            next_at=reviewed.due,
            interval_s=(reviewed.due - now) // SECOND,
            counts=counts,
            moves=tuple(Move(move.concept, names[move.concept], move.before, move.after) for move in moves),
        )
        attempt = Attempt(
            tenant=tenant,
            user=user,
            key=answer.attempt,
            question=question.id,
            version=question.version,
            at=now,
            given=answer.given,
            guess=guess_of(question.content),
            result=result,
        )
        ground.standing.attempts.add(tx, attempt, moves)
        payload = PracticeAnswered(id=question.id, learner=user, concepts=tuple(move.concept for move in moves))
        tx.append(NewEntry(PRACTICE_ANSWERED, tenant, user, question.id, payload))
        return result

    def _told(self, tx: ReadTx, principal: Principal, answer: Answer) -> Result | None:
        """What was told of this attempt before."""
        old = self._ground.standing.attempts.get(tx, principal.tenant, principal.id, answer.attempt)
        if old is None:
            return None
        if (old.question, old.version, old.given) != (answer.question, answer.version, answer.given):
            raise AttemptTakenError(f"The attempt {answer.attempt[:80]} was another answer. Name a new one.")
        return old.result

    def _move(
        self,
        tx: Tx,
        principal: Principal,
        answer: Answer,
        question: Question,
        judgement: Judgement,
        named: Sequence[Meant],
    ) -> list[MasteryMove]:
        """Move the evidence of each concept, and the question's difficulty by what was expected of their mean."""
        ground, tenant, now = self._ground.standing, principal.tenant, self._ground.standing.clock.now()
        is_right, guess = judgement.is_right, guess_of(question.content)
        weights = self._standing.weights_in(tx, tenant)
        difficulty, answers = self._ground.questions.difficulty(tx, tenant, question.id)
        everything = ground.evidence.of(tx, tenant, principal.id)
        merged = ground.graph.merged_in(tx, tenant, everything)
        rest = gathered(((gone, everything[gone]) for gone in merged), merged, now)
        moves: list[MasteryMove] = []
        moved: dict[str, Evidence] = {}
        abilities: list[float] = []
        for one in {one.id: one for one in named}.values():
            old = everything.get(one.id) or Evidence(recent=rest.get(one.id, Evidence()).recent)
            new = after(replace(old, name=one.name), difficulty=difficulty, guess=guess, is_right=is_right, at=now)
            abilities.append(old.ability)
            moved[one.id] = new
            if one.id in rest:  # answers about what was merged into it stay where they are
                old, new = (joined(each, rest[one.id], now) for each in (old, new))
            before, since = own_mastery(old, weights, now), own_mastery(new, weights, now)
            row = features(old, difficulty, now)
            moves.append(MasteryMove(one.id, answer.attempt, now, is_right, before, since, row, guess))
        chance = expected(sum(abilities) / len(abilities), difficulty, guess)
        change = harder(difficulty, answers, chance=chance, is_right=is_right) - difficulty
        self._ground.questions.shift(tx, tenant, question.id, change)
        ground.evidence.put(tx, tenant, principal.id, moved)
        return moves

    async def history(self, principal: Principal, *, limit: int, cursor: str | None = None) -> HistoryPage:
        """What the caller answered, newest first.

        Raises:
            InvalidCursorError: the cursor is not from this list.
        """
        before: tuple[Micros, str] | None = None
        if cursor:
            at, key = decode_cursor(cursor, int, str)
            before = (int(at), str(key))
        attempts = self._ground.standing.attempts
        found = await self._ground.standing.db.read(
            lambda tx: attempts.page(tx, principal.tenant, principal.id, before, limit + 1)
        )
        items = tuple(found[:limit])
        more = len(found) > limit
        return HistoryPage(items, encode_cursor((items[-1].at, items[-1].attempt)) if more else None)


def _why_due(row: CardRow, now: Micros, schedule: Fsrs) -> tuple[Because, ...]:
    """Why a question comes again now."""
    card, since = row.card, now - row.card.last_at
    if card.phase is not Phase.REVIEW:
        said = "It was right, and is fresh" if row.was_right else "It was wrong"
        return (Because(ReasonCode.AGAIN, f"{said}: answered {ago(since)}, it comes again soon to settle."),)
    share = retrievability(card.stability, since // DAY)
    text = f"Answered {ago(since)}; you remember it with a probability of {percent(share)}."
    return (Because(ReasonCode.FADING, f"{text} The aim is {percent(schedule.retention)}.", share),)


def _waits(lacks: Sequence[Meant], known: Known) -> tuple[Because, ...]:
    """Why it is better to wait."""
    return tuple(
        Because(
            ReasonCode.WAITS,
            f"It builds on {one.name}, which you master to {percent(known.mastery(one.id))} so far.",
            known.mastery(one.id),
            one.id,
        )
        for one in lacks[:5]
    )
