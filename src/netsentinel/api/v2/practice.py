"""Practice over HTTP: what is due and why, answers, mastery; and for those who teach, questions and the team."""

from typing import Annotated

from fastapi import Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from netsentinel.academy.practice import (
    Answer,
    Drafted,
    DueList,
    Given,
    HistoryPage,
    Imported,
    IncidentDrills,
    Masteries,
    MasteryDetail,
    Question,
    QuestionFilter,
    QuestionItem,
    QuestionPage,
    QuestionState,
    Result,
    Revision,
    TeamMastery,
)
from netsentinel.api.answers import answer, problems
from netsentinel.api.deps import Requires
from netsentinel.api.late import LateRouter
from netsentinel.api.services import Served
from netsentinel.kernel.types import Permission, Principal

router = LateRouter(prefix="/api/v2/practice", tags=["practice"])

Learner = Annotated[Principal, Depends(Requires(Permission.COURSES_LEARN))]
Teacher = Annotated[Principal, Depends(Requires(Permission.COURSES_TEACH))]

_MOST = 500
_OPTIONS = 12


class DueQuery(BaseModel):
    """Which questions, and how many."""

    model_config = ConfigDict(extra="forbid")

    source: str = Field(
        "",
        max_length=200,
        description="Only those about a lesson (`lesson:course/slug`), medium or alert (its id): then new ones do not"
        " count against the day's.",
    )
    limit: int = Field(20, ge=1, le=100, description="Questions at most.")


class GivenAnswer(BaseModel):
    """An answer: `chosen`, `text` or `pairs`, as the question's kind asks for."""

    model_config = ConfigDict(extra="forbid")

    attempt: str = Field(
        min_length=1,
        max_length=80,
        pattern="^[!-~]+$",
        description="The client's own name of this answer, best a random UUID: sent again, it counts once.",
    )
    question: str = Field(min_length=1, max_length=64, description="Its id.")
    version: int = Field(ge=1, le=2**31, description="The version that was posed.")
    chosen: list[Annotated[str, Field(max_length=300)]] = Field(
        default=[], max_length=_OPTIONS, description="Of `choice` one option, of `multiple` some, of `ordering` all."
    )
    text: str = Field("", max_length=400, description="Of `short` and `numeric`.")
    pairs: dict[Annotated[str, Field(max_length=300)], Annotated[str, Field(max_length=300)]] = Field(
        default={}, max_length=_OPTIONS, description="Of `matching` and `triage`: field -> value."
    )


class PageQuery(BaseModel):
    """Which page."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(50, ge=1, le=_MOST, description="Items a page.")
    cursor: str = Field("", max_length=1_024, description="`next` of the previous page.")


class QuestionQuery(PageQuery):
    """Which questions."""

    state: QuestionState | None = Field(None, description="Only those in this state.")
    source: str = Field("", max_length=200, description="Only those about this lesson, medium or alert.")


class QuestionTexts(BaseModel):
    """Questions to write, by their slugs."""

    model_config = ConfigDict(extra="forbid")

    questions: list[QuestionItem] = Field(min_length=1, max_length=_MOST, description="All are written, or none.")


class DrillOf(BaseModel):
    """What a drill is made of."""

    model_config = ConfigDict(extra="forbid")

    alert: str = Field(min_length=1, max_length=64, description="Id of an alert that has a verdict.")


class IncidentDrillsOf(BaseModel):
    """Which incident drills are made of."""

    model_config = ConfigDict(extra="forbid")

    entity: str = Field(
        min_length=1,
        max_length=255,
        description="The address, host or user its alerts are about, by any name of it.",
    )


class DraftsOf(BaseModel):
    """What drafts are made of: concepts, or a medium's definitions."""

    model_config = ConfigDict(extra="forbid")

    concepts: list[Annotated[str, Field(min_length=1, max_length=200)]] = Field(
        default=[], max_length=25, description="Ids, keys or names."
    )
    medium: str = Field("", max_length=64, description="Id of a medium: 25 concepts a time, the surest first.")
    seed: int = Field(0, ge=0, le=2**31, description="Another seed draws other wrong choices, as other drafts.")


class Decision(BaseModel):
    """What becomes of a question."""

    model_config = ConfigDict(extra="forbid")

    state: QuestionState = Field(description="`approved` has it asked, `retired` no more.")
    prompt: str = Field("", max_length=2_000, description="Put right on the way; empty leaves it.")
    explanation: str = Field("", max_length=6_000, description="Put right on the way; empty leaves it.")
    options: list[Annotated[str, Field(max_length=300)]] = Field(
        default=[],
        max_length=_OPTIONS,
        description="Instead of all options, in their order; what is right stays so.",
    )


@router.get("/due", response_model=DueList, responses=problems(400, 401, 403))
async def list_due(query: Annotated[DueQuery, Query()], principal: Learner, services: Served) -> Response:
    """What the caller should practise now, each question with why. Nothing in it says what is right."""
    return answer(await services.practice.practice.due(principal, source=query.source, limit=query.limit))


@router.post("/answers", response_model=Result, responses=problems(400, 401, 403, 404, 409))
async def give_answer(given: GivenAnswer, principal: Learner, services: Served) -> Response:
    """Judge an answer and keep it. The same `attempt` is told the same again; another answer under it is a conflict."""
    wanted = Answer(
        attempt=given.attempt,
        question=given.question,
        version=given.version,
        given=Given(chosen=tuple(given.chosen), text=given.text, pairs=given.pairs),
    )
    return answer(await services.practice.practice.answer(principal, wanted))


@router.get("/history", response_model=HistoryPage, responses=problems(400, 401, 403))
async def list_practised(query: Annotated[PageQuery, Query()], principal: Learner, services: Served) -> Response:
    """What the caller answered, newest first, with what came of it."""
    page = await services.practice.practice.history(principal, limit=query.limit, cursor=query.cursor or None)
    return answer(page)


@router.get("/mastery", response_model=Masteries, responses=problems(401, 403))
async def list_mastery(principal: Learner, services: Served) -> Response:
    """How well the caller masters what was ever asked, the least first, each with why."""
    return answer(await services.practice.standing.mine(principal))


@router.get("/mastery/{concept_id}", response_model=MasteryDetail, responses=problems(401, 403))
async def show_mastery(concept_id: str, principal: Learner, services: Served) -> Response:
    """The caller's mastery of a concept (id, key or name): why, what moved it, and which prerequisites are lacking."""
    return answer(await services.practice.standing.detail(principal, concept_id))


@router.get("/team", response_model=TeamMastery, responses=problems(401, 403))
async def show_team(principal: Teacher, services: Served) -> Response:
    """How every concept stands with everybody, as counts; nobody's own answers are in it."""
    return answer(await services.practice.standing.team(principal.tenant))


@router.get("/questions", response_model=QuestionPage, responses=problems(400, 401, 403))
async def list_questions(query: Annotated[QuestionQuery, Query()], principal: Teacher, services: Served) -> Response:
    """Questions with their answers, by slug."""
    where = QuestionFilter(state=query.state, source=query.source)
    page = await services.practice.questions.page(
        principal.tenant, where, limit=query.limit, cursor=query.cursor or None
    )
    return answer(page)


@router.put("/questions", response_model=Imported, responses=problems(400, 401, 403))
async def write_questions(texts: QuestionTexts, principal: Teacher, services: Served) -> Response:
    """Write questions by their slugs: what is new is added, what is different is a new version, the rest stays."""
    return answer(await services.practice.questions.write(principal, [one.written() for one in texts.questions]))


@router.get("/questions/{question_id}", response_model=Question, responses=problems(401, 403, 404))
async def show_question(question_id: str, principal: Teacher, services: Served) -> Response:
    """A question with its answer."""
    return answer(await services.practice.questions.get(principal.tenant, question_id))


@router.post("/questions/{question_id}/decision", response_model=Question, responses=problems(400, 401, 403, 404))
async def decide_question(question_id: str, decision: Decision, principal: Teacher, services: Served) -> Response:
    """Approve a draft, retire a question, or have it asked again; its text may be put right on the way."""
    revision = Revision(prompt=decision.prompt, explanation=decision.explanation, options=tuple(decision.options))
    return answer(await services.practice.questions.decide(principal, question_id, decision.state, revision))


@router.post("/drills", response_model=Question, responses=problems(400, 401, 403, 404, 409))
async def make_drill(wanted: DrillOf, principal: Teacher, services: Served) -> Response:
    """Make a triage drill of an alert, names masked, as a draft to approve. It needs `alerts:read` too."""
    return answer(await services.practice.drills.make(principal, wanted.alert))


@router.post("/incident-drills", response_model=IncidentDrills, responses=problems(400, 401, 403, 404, 409))
async def make_incident_drills(wanted: IncidentDrillsOf, principal: Teacher, services: Served) -> Response:
    """Make a drill of each decided alert about an address, host or user, as drafts. It needs `alerts:read` too.

    The same name is masked by the same one in all that are new, and each tells what was before it.
    """
    return answer(await services.practice.drills.make_of_incident(principal, wanted.entity))


@router.post("/drafts", response_model=Drafted, responses=problems(400, 401, 403, 404))
async def make_drafts(wanted: DraftsOf, principal: Teacher, services: Served) -> Response:
    """Make questions of what the graph says of concepts, as drafts to approve. It needs `graph:read` too."""
    made = await services.practice.drafts.make(
        principal, concepts=wanted.concepts, medium=wanted.medium, seed=wanted.seed
    )
    return answer(made)
