"""One answer in one transaction: what it does to the graph, that it is kept, and how it is taken back."""

from dataclasses import replace

from netsentinel.academy.graph import Concept, ConceptKind, EdgeState, OriginKind
from netsentinel.academy.graph.concepts import Concepts
from netsentinel.academy.graph.errors import OperationNotUndoneError
from netsentinel.academy.graph.judging import known_concept
from netsentinel.academy.graph.model import ANSWER
from netsentinel.academy.graph.service import GraphGround
from netsentinel.academy.reviews.entries import REVIEW_ANSWERED, ReviewAnswered
from netsentinel.academy.reviews.errors import AnswerUndoneError, ReviewAnsweredError
from netsentinel.academy.reviews.model import PREFIX, ReviewAnswer, ReviewKind, ReviewVerdict, Suggested
from netsentinel.academy.reviews.ports import AnswerLog
from netsentinel.kernel.entries import NewEntry
from netsentinel.kernel.errors import NotFoundError
from netsentinel.kernel.ids import new_id
from netsentinel.kernel.types import Principal, TenantId
from netsentinel.storage.ports import Tx


class Answering:
    """Takes answers and takes them back."""

    def __init__(self, ground: GraphGround, concepts: Concepts, answers: AnswerLog) -> None:
        self._ground = ground
        self._concepts = concepts
        self._answers = answers

    def take(
        self,
        tx: Tx,
        principal: Principal,
        asked: Suggested,
        verdict: ReviewVerdict,
        *,
        sentence: str,
        features: tuple[tuple[str, float], ...],
    ) -> ReviewAnswer:
        """Have somebody answer a suggestion.

        Raises:
            NotFoundError: nothing suggests it.
            ReviewAnsweredError: somebody answered it.
            PrerequisiteCycleError: confirming or merging would go round in circles.
        """
        tenant, now = principal.tenant, self._ground.clock.now()
        self._ground.rows.lock(tx, tenant)
        source = known_concept(self._ground, tx, tenant, asked.source)
        target = known_concept(self._ground, tx, tenant, asked.target)
        self._check_open(tx, tenant, asked)
        for before in self._answers.standing(tx, tenant, asked.id):
            self._answers.note(tx, tenant, replace(before, undone_by=principal.id, undone_at=now))
        answer = ReviewAnswer(
            id=new_id(PREFIX, now),
            review=asked.id,
            kind=asked.kind,
            source=asked.source,
            target=asked.target,
            source_name=source.name,
            target_name=target.name,
            verdict=verdict,
            sentence=sentence,
            features=features,
            operation=self._apply(tx, principal, asked, verdict, sentence, (source, target)),
            by=principal.id,
            at=now,
        )
        self._answers.note(tx, tenant, answer)
        self._announce(tx, principal, answer)
        return answer

    def undo(self, tx: Tx, principal: Principal, answer_id: str) -> ReviewAnswer:
        """Take an answer back.

        Raises:
            NotFoundError: there is no such answer.
            AnswerUndoneError: it was taken back before.
        """
        tenant = principal.tenant
        self._ground.rows.lock(tx, tenant)
        found = self._answers.get(tx, tenant, answer_id)
        if found is None:
            raise NotFoundError(f"There is no answer {answer_id[:120]}.")
        if found.undone_at:
            raise AnswerUndoneError(f"The answer {answer_id[:120]} was taken back before.")
        self._take_back(tx, principal, found)
        undone = replace(found, undone_by=principal.id, undone_at=self._ground.clock.now())
        self._answers.note(tx, tenant, undone)
        self._announce(tx, principal, undone)
        return undone

    def _check_open(self, tx: Tx, tenant: TenantId, asked: Suggested) -> None:
        if asked.kind is ReviewKind.LINK:
            answered = [one for one in self._answers.standing(tx, tenant, asked.id) if _settles(one)]
            if answered:
                raise ReviewAnsweredError("Somebody answered that already.", answer=answered[-1].id)
            return
        edge = self._ground.rows.edges(tx, tenant, {asked.edge}).get(asked.edge)
        if edge is None:
            raise NotFoundError(f"There is no suggestion {asked.id} that waits.")
        if edge.state is EdgeState.DENIED or edge.rank != OriginKind.MEDIUM.rank:
            raise ReviewAnsweredError("Somebody answered that already.")

    def _apply(
        self,
        tx: Tx,
        principal: Principal,
        asked: Suggested,
        verdict: ReviewVerdict,
        sentence: str,
        ends: tuple[Concept, Concept],
    ) -> int:
        """Have the graph follow; the number of the merge, or 0."""
        judging = self._concepts.judging
        is_prerequisite = asked.kind is ReviewKind.PREREQUISITE
        if verdict is ReviewVerdict.MERGE:
            gone, kept = sorted(ends, key=_stays)
            return self._concepts.merge_in(tx, principal, gone.id, kept.id).number
        if verdict is ReviewVerdict.CONFIRM:
            judging.confirm(tx, principal, asked.edge, sentence, ANSWER)
        elif verdict is ReviewVerdict.DENY and is_prerequisite:
            judging.deny(tx, principal, asked.edge, sentence, ANSWER)
        return 0

    def _take_back(self, tx: Tx, principal: Principal, answer: ReviewAnswer) -> None:
        if answer.verdict is ReviewVerdict.MERGE:
            try:
                self._concepts.undo_in(tx, principal, answer.operation)
            except OperationNotUndoneError:
                return  # taken back in the history of decisions: there is nothing left to do
        elif answer.verdict is not ReviewVerdict.SKIP:
            self._concepts.judging.retract(tx, principal, answer.suggested.edge, ANSWER)

    @staticmethod
    def _announce(tx: Tx, principal: Principal, answer: ReviewAnswer) -> None:
        said = ReviewAnswered(
            id=answer.id,
            review=answer.review,
            kind=answer.kind,
            verdict=answer.verdict,
            source=answer.source_name,
            target=answer.target_name,
            is_undone=bool(answer.undone_at),
        )
        tx.append(NewEntry(REVIEW_ANSWERED, principal.tenant, principal.id, answer.review, said))


def _settles(answer: ReviewAnswer) -> bool:
    return answer.verdict is not ReviewVerdict.SKIP


def _stays(concept: Concept) -> tuple[bool, int, int, str]:
    """By what the one of two is chosen that stays, the last: known from a reference, said by more, shorter."""
    return concept.kind is not ConceptKind.CONCEPT, concept.origins, -len(concept.name), concept.id
