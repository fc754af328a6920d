"""What people do with suggestions: see what to judge next, answer, and take an answer back."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from netsentinel.academy.extraction import Learnt
from netsentinel.academy.extraction.learning import learnt
from netsentinel.academy.graph import Concept, EdgeKey, EdgeStatement
from netsentinel.academy.graph.concepts import Concepts
from netsentinel.academy.graph.service import GraphGround
from netsentinel.academy.reviews.answering import Answering
from netsentinel.academy.reviews.errors import ReviewAnsweredError
from netsentinel.academy.reviews.model import (
    Bulk,
    Review,
    ReviewAnswer,
    ReviewAnswerPage,
    ReviewKind,
    ReviewModel,
    ReviewQueue,
    ReviewVerdict,
    Suggested,
)
from netsentinel.academy.reviews.ports import AnswerLog
from netsentinel.academy.reviews.shelf import Shelf
from netsentinel.academy.reviews.taught import Taught, answers_about, teaches, told
from netsentinel.kernel.cursor import decode_cursor, encode_cursor
from netsentinel.kernel.errors import NetSentinelError, NotFoundError
from netsentinel.kernel.types import Principal, TenantId
from netsentinel.storage.ports import ReadTx
from netsentinel.storage.quick import held

_MOST_TENANTS: Final = 32
"""The suggestions of so many tenants are kept in memory; those not asked for longest go first."""
_MOST_EVIDENCE: Final = 3


@dataclass(frozen=True, slots=True)
class ReviewGround:
    """What the review queue stands on."""

    graph: GraphGround
    concepts: Concepts
    answers: AnswerLog


class Reviews:
    """A tenant's review queue."""

    def __init__(self, ground: ReviewGround) -> None:
        self._ground = ground
        self._answering = Answering(ground.graph, ground.concepts, ground.answers)
        self._shelves: OrderedDict[TenantId, tuple[Shelf, Taught]] = OrderedDict()

    async def queue(self, tenant: TenantId, *, kind: ReviewKind | None = None, limit: int = 20) -> ReviewQueue:
        """What to judge next: what teaches the model of prerequisites most comes first.

        There are no further pages: every answer changes the order.
        """
        shelf, taught = await self._fresh(tenant)
        await asyncio.to_thread(shelf.look_up)
        order = await asyncio.to_thread(taught.order, shelf)
        chosen = [one for one in order if kind in (None, one.kind)][:limit]
        evidence = await self._evidence(tenant, chosen)
        open_now = {one.value: sum(1 for other in order if other.kind is one) for one in ReviewKind}
        return ReviewQueue(
            items=tuple(self._review(shelf, taught, one, evidence) for one in chosen),
            open=open_now,
            answered=taught.answered,
            skipped=len(taught.skipped),
        )

    async def get(self, tenant: TenantId, review_id: str) -> Review:
        """A suggestion that waits for an answer.

        Raises:
            NotFoundError: nothing suggests it, or somebody answered.
        """
        shelf, taught = await self._fresh(tenant)
        suggested = await asyncio.to_thread(shelf.found, review_id)
        if suggested is None or review_id in taught.closed:
            raise _missing(review_id)
        return self._review(shelf, taught, suggested, await self._evidence(tenant, [suggested]))

    async def answer(
        self, principal: Principal, review_id: str, verdict: ReviewVerdict, sentence: str = ""
    ) -> ReviewAnswer:
        """Judge a suggestion. The graph follows in the same transaction, and the model with the next question.

        Raises:
            NotFoundError: nothing suggests it.
            ReviewAnsweredError: somebody answered it.
            PrerequisiteCycleError: confirming or merging would go round in circles.
        """
        tenant = principal.tenant
        shelf, _ = await self._fresh(tenant)
        suggested = await asyncio.to_thread(shelf.found, review_id)
        features = shelf.pairs.get(review_id)
        if suggested is None:
            return await self._refuse(tenant, review_id)
        said = features[1] if features else ()
        return await self._ground.graph.db.write(
            lambda tx: self._answering.take(tx, principal, suggested, verdict, sentence=sentence, features=said)
        )

    async def answer_many(self, principal: Principal, wanted: Iterable[tuple[str, ReviewVerdict]]) -> list[Bulk]:
        """Judge several suggestions, each by itself: one that cannot be answered does not stop the others."""
        done: list[Bulk] = []
        for review_id, verdict in wanted:
            try:
                done.append(Bulk(id=review_id, answer=await self.answer(principal, review_id, verdict)))
            except NetSentinelError as error:
                done.append(Bulk(id=review_id, code=error.code, detail=error.detail))
        return done

    async def undo(self, principal: Principal, answer_id: str) -> ReviewAnswer:
        """Take an answer back: the graph is then what it is without it, and the suggestion waits again.

        Raises:
            NotFoundError: there is no such answer.
            AnswerUndoneError: it was taken back before.
        """
        return await self._ground.graph.db.write(lambda tx: self._answering.undo(tx, principal, answer_id))

    async def answers(self, tenant: TenantId, *, limit: int = 50, cursor: str | None = None) -> ReviewAnswerPage:
        """What was answered, newest first, undone answers included.

        Raises:
            InvalidCursorError: the cursor is not from this list.
        """
        before = str(decode_cursor(cursor, str)[0]) if cursor else None
        found = await self._ground.graph.db.read(lambda tx: self._ground.answers.page(tx, tenant, before, limit + 1))
        items = tuple(found[:limit])
        return ReviewAnswerPage(items, encode_cursor((items[-1].id,)) if len(found) > limit else None)

    async def model(self, tenant: TenantId) -> ReviewModel:
        """What the model of prerequisites learnt from the answers about what is still suggested."""
        shelf, taught = await self._fresh(tenant)
        return await asyncio.to_thread(told, shelf, taught)

    async def learnt(self, tenant: TenantId) -> Learnt:
        """The model for reading further texts, in which concepts go by their keys."""
        ground = self._ground

        def read(tx: ReadTx) -> tuple[list[ReviewAnswer], set[EdgeKey], dict[str, Concept]]:
            given = [one for one in ground.answers.standing(tx, tenant) if teaches(one)]
            edges = ground.graph.rows.edges(tx, tenant, {one.suggested.edge for one in given})
            ends = {end for key in edges for end in (key.source, key.target)}
            return given, set(edges), ground.graph.rows.concepts(tx, tenant, ends)

        given, stated, concepts = await ground.graph.db.read(read)
        state = await asyncio.to_thread(learnt, answers_about(given, stated))
        basic = {concepts[one].key: value for one, value in state.basic.items() if one in concepts}
        return replace(state, basic=basic)

    async def _fresh(self, tenant: TenantId) -> tuple[Shelf, Taught]:
        """What waits, with everything that the graph and the answers say now."""
        shelf, taught = self._shelves.setdefault(tenant, (Shelf(), Taught()))
        self._shelves.move_to_end(tenant)
        if len(self._shelves) > _MOST_TENANTS:
            self._shelves.popitem(last=False)
        ground = self._ground

        def read(tx: ReadTx) -> None:
            with held(shelf.lock):
                change = ground.graph.rows.since(tx, tenant, shelf.version)
                if change.version > shelf.version:
                    shelf.take(change, ground.graph.ledger.of_edges(tx, tenant, shelf.wanted(change)))
                stamp = ground.answers.stamp(tx, tenant)
                if stamp != taught.stamp:
                    taught.take(stamp, ground.answers.standing(tx, tenant))

        await ground.graph.db.read(read)
        return shelf, taught

    async def _evidence(self, tenant: TenantId, chosen: Iterable[Suggested]) -> list[EdgeStatement]:
        keys = {one.edge for one in chosen if one.kind is ReviewKind.PREREQUISITE}
        if not keys:
            return []
        return await self._ground.graph.db.read(lambda tx: self._ground.graph.ledger.of_edges(tx, tenant, keys))

    @staticmethod
    def _review(shelf: Shelf, taught: Taught, one: Suggested, evidence: list[EdgeStatement]) -> Review:
        probability, reasons = taught.judged(shelf, one)
        said = sorted((other for other in evidence if other.key == one.edge), key=lambda other: -other.claim.weight)
        return Review(
            id=one.id,
            kind=one.kind,
            source=_concept(shelf, one.source),
            target=_concept(shelf, one.target),
            probability=round(probability, 4),
            is_held=one.edge in shelf.held,
            reasons=reasons,
            evidence=tuple(said[:_MOST_EVIDENCE]),
        )

    async def _refuse(self, tenant: TenantId, review_id: str) -> ReviewAnswer:
        """Say why a suggestion cannot be answered.

        Raises:
            ReviewAnsweredError: somebody answered it.
            NotFoundError: nothing suggests it.
        """
        found = await self._ground.graph.db.read(lambda tx: self._ground.answers.standing(tx, tenant, review_id))
        if found:
            raise ReviewAnsweredError(f"That was answered with {found[-1].verdict.value!r}.", answer=found[-1].id)
        raise _missing(review_id)


def _concept(shelf: Shelf, concept_id: str) -> Concept:
    found = shelf.concepts.get(concept_id)
    if found is None:
        raise NotFoundError(f"There is no concept {concept_id[:120]}.")
    return found


def _missing(review_id: str) -> NotFoundError:
    return NotFoundError(f"There is no suggestion {review_id[:120]} that waits.")
