"""Models over HTTP: train, look at, compare, deploy, promote, take out, and explain what they raised."""

from typing import Annotated, Any

from fastapi import Depends, Query, Response

from netsentinel.api.answers import answer, problems
from netsentinel.api.deps import Requires
from netsentinel.api.late import LateRouter
from netsentinel.api.services import Served, Services
from netsentinel.api.v2.model_views import (
    ChangeItems,
    CompareQuery,
    DeployAs,
    DeployText,
    EvaluationText,
    HistoryQuery,
    ModelItem,
    ModelItems,
    ModelQuery,
    ModelView,
    ModelViews,
    RowsText,
    SinceQuery,
    TrainingText,
    TrainingView,
    WhyText,
    change_of,
    item_of,
    view_of,
)
from netsentinel.api.v2.task_views import TaskItem
from netsentinel.api.v2.task_views import item_of as task_item
from netsentinel.detection.errors import MissingExtraError
from netsentinel.detection.models.extra import require_packages
from netsentinel.kernel.errors import InvalidFilterError, NotFoundError
from netsentinel.kernel.types import Permission, Principal
from netsentinel.models import ModelFilter, Stage
from netsentinel.models.explaining import Explanation, findings_of, line_of
from netsentinel.models.figures import Drift, ModelFigures
from netsentinel.models.training import MODELS_EVALUATE, MODELS_TRAIN
from netsentinel.tasks import TaskRequest

router = LateRouter(prefix="/api/v2/models", tags=["models"])

Reader = Annotated[Principal, Depends(Requires(Permission.MODELS_READ))]
Writer = Annotated[Principal, Depends(Requires(Permission.MODELS_WRITE))]
TaskReader = Annotated[Principal, Depends(Requires(Permission.TASKS_READ))]
AlertReader = Annotated[Principal, Depends(Requires(Permission.ALERTS_READ))]
Promoter = Annotated[Principal, Depends(Requires(Permission.MODELS_PROMOTE))]

_PNG: dict[int | str, dict[str, Any]] = {200: {"content": {"image/png": {}}, "description": "The curves as a picture."}}


@router.get("", response_model=ModelItems, responses=problems(400, 401, 403))
async def list_models(query: Annotated[ModelQuery, Query()], principal: Reader, services: Served) -> Response:
    """The tenant's models, newest first, with their figures and where they stand."""
    try:
        stages = tuple(Stage(part) for part in query.stage.split(",") if part)
    except ValueError as error:
        raise InvalidFilterError(f"stage takes {', '.join(Stage)}, separated by commas.") from error
    where = ModelFilter(line=query.line, stages=stages, kind=query.kind)
    page = await services.models.page(principal.tenant, where, limit=query.limit, cursor=query.cursor)
    return answer(ModelItems(tuple(map(item_of, page.items)), page.next, _missing()))


@router.post("/train", response_model=TaskItem, status_code=202, responses=problems(400, 401, 403, 404, 413))
async def train_model(wanted: TrainingText, principal: Writer, services: Served) -> Response:
    """Train a model as a task: on stored events, with labels from alerts and verdicts, or on a table.

    `GET /api/v2/models/trainings/{task_id}` tells how far it is.
    """
    return await _submitted(services, principal, MODELS_TRAIN, wanted, {})


@router.get("/compare", response_model=ModelViews, responses=problems(400, 401, 403, 404))
async def compare_models(query: Annotated[CompareQuery, Query()], principal: Reader, services: Served) -> Response:
    """Several models with everything that is known of them, in the order asked for."""
    ids = [part.strip() for part in query.ids.split(",") if part.strip()]
    return answer(ModelViews(tuple(map(view_of, await services.models.compare(principal.tenant, ids)))))


@router.get("/history", response_model=ChangeItems, responses=problems(400, 401, 403))
async def list_changes(query: Annotated[HistoryQuery, Query()], principal: Reader, services: Served) -> Response:
    """What happened to the models of a line, or of all lines, newest first."""
    found = await services.models.history(principal.tenant, line=query.line, limit=query.limit)
    return answer(ChangeItems(tuple(map(change_of, found))))


@router.get("/trainings/{task_id}", response_model=TrainingView, responses=problems(401, 403, 404))
async def show_training(task_id: str, principal: TaskReader, services: Served) -> Response:
    """How far a training or an evaluation is, and what came of it; the model for who may read models."""
    detail = await services.tasks.detail(principal.tenant, task_id)
    task = detail.task
    if task.action not in (MODELS_TRAIN, MODELS_EVALUATE):
        raise NotFoundError(f"{task_id} is no training.")
    view = TrainingView(
        task=task_item(task),
        input=task.input,
        result=task.result,
        model=await _made_by(services, principal, task_id) if principal.may(Permission.MODELS_READ) else None,
    )
    return answer(view)


@router.get("/explanations/{alert_id}", response_model=Explanation, responses=problems(401, 403, 404))
async def explain_alert(alert_id: str, principal: AlertReader, services: Served) -> Response:
    """Why a model raised an alert: probabilities, and the features that moved them, from the alert's evidence."""
    detail = await services.alerts.detail(principal.tenant, alert_id)
    line, findings = line_of(detail.alert), findings_of(detail.samples)
    version = findings[-1].version if findings else ""
    number = int(version) if version.isdecimal() else 0
    found = await services.models.numbered(principal.tenant, line, number)
    return answer(Explanation(alert_id, line, version, found.id if found else "", findings))


@router.get("/{model_id}", response_model=ModelView, responses=problems(401, 403, 404))
async def show_model(model_id: str, principal: Reader, services: Served) -> Response:
    """A model with its report, its card, and what happened to it."""
    return answer(view_of(await services.models.detail(principal.tenant, model_id)))


@router.get("/{model_id}/plot.png", response_class=Response, responses=_PNG | problems(401, 403, 404))
async def show_plot(model_id: str, principal: Reader, services: Served) -> Response:
    """The curves of the model's report as a picture."""
    _, plot = await services.models.report(principal.tenant, model_id)
    return Response(plot, media_type="image/png", headers={"Cache-Control": "private, max-age=86400"})


@router.get("/{model_id}/metrics", response_model=ModelFigures, responses=problems(400, 401, 403, 404))
async def show_metrics(
    model_id: str, query: Annotated[SinceQuery, Query()], principal: Reader, services: Served
) -> Response:
    """What a model did since a time, by default in the last day: rates, latency, scores, and verdicts on its alerts."""
    return answer(await services.model_monitor.figures(principal.tenant, model_id, since=query.since))


@router.get("/{model_id}/drift", response_model=Drift, responses=problems(401, 403, 404))
async def show_drift(model_id: str, principal: Reader, services: Served) -> Response:
    """How far what a model sees and says is from what it was trained on, over the last day."""
    return answer(await services.model_monitor.drift(principal.tenant, model_id))


@router.post(
    "/{model_id}/evaluate", response_model=TaskItem, status_code=202, responses=problems(400, 401, 403, 404, 413)
)
async def evaluate_model(model_id: str, wanted: EvaluationText, principal: Writer, services: Served) -> Response:
    """Measure a model, as a task, on rows that it did not learn from."""
    model = await services.models.get(principal.tenant, model_id)
    return await _submitted(services, principal, MODELS_EVALUATE, wanted, {"model": model.id})


@router.post("/{model_id}/deploy", response_model=ModelItem, responses=problems(400, 401, 403, 404, 409))
async def deploy_model(model_id: str, wanted: DeployText, principal: Writer, services: Served) -> Response:
    """Let a model judge events: as a shadow, which only counts, then as a canary for a share of the entities.

    A share above `NETSENTINEL_MODELS_CANARY_SHARE` needs `models:promote`.
    """
    if wanted.stage is DeployAs.SHADOW:
        model = await services.models.shadow(principal, model_id, wanted.note, adapts=wanted.adapts)
    else:
        model = await services.models.canary(principal, model_id, wanted.share, wanted.note, adapts=wanted.adapts)
    return answer(item_of(model))


@router.post("/{model_id}/promote", response_model=ModelItem, responses=problems(400, 401, 403, 404, 409))
async def promote_model(model_id: str, why: WhyText, principal: Promoter, services: Served) -> Response:
    """Make a canary the champion of its line.

    Where two people have to agree (`NETSENTINEL_MODELS_SECOND_PERSON`), the first one asks for it by this and the
    second one does it; until then `request` says who asked.
    """
    return answer(item_of(await services.models.promote(principal, model_id, why.note)))


@router.post("/{model_id}/rollback", response_model=ModelItem, responses=problems(400, 401, 403, 404, 409))
async def roll_back_model(model_id: str, why: WhyText, principal: Writer, services: Served) -> Response:
    """Take a model out that judges. Of a champion, the one that it had replaced decides again.

    A champion needs `models:promote`, and where two people have to agree, two calls as a promotion does.
    """
    return answer(item_of(await services.models.roll_back(principal, model_id, why.note)))


@router.post("/{model_id}/retire", response_model=ModelItem, responses=problems(400, 401, 403, 404, 409))
async def retire_model(model_id: str, why: WhyText, principal: Writer, services: Served) -> Response:
    """Have a model never judge again. Its file and its history stay."""
    return answer(item_of(await services.models.retire(principal, model_id, why.note)))


def _missing() -> str:
    try:
        require_packages()
    except MissingExtraError as error:
        return error.detail
    return ""


async def _submitted(
    services: Services, principal: Principal, action: str, wanted: RowsText, more: dict[str, Any]
) -> Response:
    given = {name: value for name, value in wanted.model_dump(mode="json").items() if value is not None}
    submitted = await services.tasks.submit(principal, TaskRequest(action=action, input={**given, **more}))
    return answer(task_item(submitted.task), 202)


async def _made_by(services: Services, principal: Principal, task_id: str) -> ModelItem | None:
    """The model that a training made; None while it has not."""
    page = await services.models.page(principal.tenant, ModelFilter(task_id=task_id), limit=1)
    return item_of(page.items[0]) if page.items else None
