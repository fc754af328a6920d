"""The review queue over HTTP: what to judge next, answers, and taking them back."""

from typing import Annotated

from fastapi import Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from netsentinel.academy.reviews import (
    ReviewAnswer,
    ReviewAnswerPage,
    ReviewKind,
    ReviewModel,
    ReviewVerdict,
)
from netsentinel.api.answers import answer, problems
from netsentinel.api.deps import Requires
from netsentinel.api.late import LateRouter
from netsentinel.api.services import Served
from netsentinel.api.v2.review_views import BulkAnswers, ReviewQueueView, ReviewView, review_view
from netsentinel.kernel.types import Permission, Principal

router = LateRouter(prefix="/api/v2/reviews", tags=["graph"])

Reader = Annotated[Principal, Depends(Requires(Permission.GRAPH_READ))]
Writer = Annotated[Principal, Depends(Requires(Permission.GRAPH_WRITE))]


class QueueQuery(BaseModel):
    """Which suggestions."""

    model_config = ConfigDict(extra="forbid")

    kind: ReviewKind | None = Field(None, description="Only those of a kind.")
    limit: int = Field(20, ge=1, le=200, description="Suggestions at most; what teaches most comes first.")


class AnswerQuery(BaseModel):
    """Which answers."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(50, ge=1, le=500, description="Answers a page.")
    cursor: str = Field("", max_length=512, description="`next` of the previous page.")


class Judged(BaseModel):
    """Somebody's answer."""

    model_config = ConfigDict(extra="forbid")

    verdict: ReviewVerdict = Field(description="Confirm, deny, merge the two into one, or leave it to others.")
    sentence: str = Field("", max_length=2_000, description="Why.")


class OneOfMany(BaseModel):
    """An answer to one suggestion."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(min_length=1, max_length=64, description="Of the suggestion.")
    verdict: ReviewVerdict = Field(description="The answer.")


class ManyJudged(BaseModel):
    """Answers to several suggestions."""

    model_config = ConfigDict(extra="forbid")

    answers: list[OneOfMany] = Field(min_length=1, max_length=100, description="Each counts by itself.")


@router.get("", response_model=ReviewQueueView, responses=problems(400, 401, 403))
async def list_reviews(query: Annotated[QueueQuery, Query()], principal: Reader, services: Served) -> Response:
    """Suggestions that wait for an answer, with their evidence: what teaches the model most comes first.

    There are no further pages: every answer changes the order.
    """
    found = await services.reviews.queue(principal.tenant, kind=query.kind, limit=query.limit)
    items = [review_view(one) for one in found.items]
    return answer(ReviewQueueView(items=items, open=found.open, answered=found.answered, skipped=found.skipped))


@router.get("/answers", response_model=ReviewAnswerPage, responses=problems(400, 401, 403))
async def list_answers(query: Annotated[AnswerQuery, Query()], principal: Reader, services: Served) -> Response:
    """What was answered, newest first; `undone_at` says what was taken back."""
    return answer(await services.reviews.answers(principal.tenant, limit=query.limit, cursor=query.cursor or None))


@router.post("/answers", response_model=BulkAnswers, responses=problems(400, 401, 403))
async def answer_many(wanted: ManyJudged, principal: Writer, services: Served) -> Response:
    """Answer several suggestions. Each counts by itself: `code` says why one could not be answered."""
    done = await services.reviews.answer_many(principal, [(one.id, one.verdict) for one in wanted.answers])
    return answer(BulkAnswers(done))


@router.post("/answers/{answer_id}/undo", response_model=ReviewAnswer, responses=problems(401, 403, 404, 409))
async def undo_answer(answer_id: str, principal: Writer, services: Served) -> Response:
    """Take an answer back. The graph is then what it is without it, and the suggestion waits again."""
    return answer(await services.reviews.undo(principal, answer_id))


@router.get("/model", response_model=ReviewModel, responses=problems(401, 403))
async def show_review_model(principal: Reader, services: Served) -> Response:
    """What the model of prerequisites learnt from the answers."""
    return answer(await services.reviews.model(principal.tenant))


@router.get("/{review_id}", response_model=ReviewView, responses=problems(401, 403, 404))
async def show_review(review_id: str, principal: Reader, services: Served) -> Response:
    """A suggestion that waits for an answer."""
    return answer(review_view(await services.reviews.get(principal.tenant, review_id)))


@router.post("/{review_id}/answer", response_model=ReviewAnswer, responses=problems(400, 401, 403, 404, 409))
async def answer_review(review_id: str, wanted: Judged, principal: Writer, services: Served) -> Response:
    """Judge a suggestion. The graph follows at once, and the model with the next question."""
    return answer(await services.reviews.answer(principal, review_id, wanted.verdict, wanted.sentence))
