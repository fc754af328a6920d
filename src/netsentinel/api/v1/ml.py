"""Machine-learned models in the older form."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Response

from netsentinel.api.answers import answer, problems
from netsentinel.api.deps import Requires
from netsentinel.api.late import LateRouter
from netsentinel.api.services import Served
from netsentinel.api.v1.times import written
from netsentinel.api.v2.model_views import TrainingText
from netsentinel.api.v2.models import Writer
from netsentinel.kernel.types import Permission, Principal
from netsentinel.models import ModelFilter, Stage
from netsentinel.models.training import MODELS_TRAIN
from netsentinel.tasks import TaskRequest

router = LateRouter(prefix="/api/v1/ml", tags=["version 1"], deprecated=True)

Reader = Annotated[Principal, Depends(Requires(Permission.MODELS_READ))]


@dataclass(frozen=True, slots=True)
class ModelInfoV1:
    """Whether a trained model judges events. Times are ISO 8601."""

    is_trained: bool
    model: str | None
    """Name of the model; null without one."""
    detail: str
    model_type: str | None = None
    n_features: int | None = None
    n_samples_trained: int | None = None
    trained_at: str | None = None
    roc_auc: float | None = None


@dataclass(frozen=True, slots=True)
class TrainingV1:
    """A training that was asked for."""

    status: str
    task_id: str


@router.get("/model-info", response_model=ModelInfoV1, responses=problems(401, 403))
async def show_model_info(principal: Reader, services: Served) -> Response:
    """The champion that was promoted last, as `GET /api/v2/models?stage=promoted` lists it."""
    page = await services.models.page(principal.tenant, ModelFilter(stages=(Stage.PROMOTED,)), limit=200)
    model = max(page.items, key=lambda one: one.changed_at, default=None)
    if model is None:
        said = "No trained model is deployed. Rules and behaviour detectors judge the events."
        return answer(ModelInfoV1(is_trained=False, model=None, detail=said))
    info = ModelInfoV1(
        is_trained=True,
        model=model.name,
        detail=f"{model.name} judges the events beside rules and behaviour detectors.",
        model_type=model.artefact.kind,
        n_features=model.artefact.features,
        n_samples_trained=model.provenance.rows,
        trained_at=written(model.trained_at),
        roc_auc=model.scores.roc_auc,
    )
    return answer(info)


@router.post("/train", response_model=TrainingV1, status_code=202, responses=problems(400, 401, 403, 404, 413))
async def train_model(wanted: TrainingText, principal: Writer, services: Served) -> Response:
    """Train a model, as `POST /api/v2/models/train` does."""
    given = {name: value for name, value in wanted.model_dump(mode="json").items() if value is not None}
    submitted = await services.tasks.submit(principal, TaskRequest(action=MODELS_TRAIN, input=given))
    return answer(TrainingV1("accepted", submitted.task.id), 202)
