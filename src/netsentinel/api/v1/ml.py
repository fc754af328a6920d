"""What the older form says of machine-learned models."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from netsentinel.api.answers import answer, problems
from netsentinel.api.deps import Requires
from netsentinel.kernel.types import Permission, Principal

router = APIRouter(prefix="/api/v1/ml", tags=["version 1"], deprecated=True)

Reader = Annotated[Principal, Depends(Requires(Permission.RULES_READ))]


@dataclass(frozen=True, slots=True)
class ModelInfoV1:
    """Whether a trained model judges events."""

    is_trained: bool
    model: str | None
    """Name of the model; null without one."""
    detail: str


@router.get("/model-info", response_model=ModelInfoV1, responses=problems(401, 403))
async def show_model_info(_principal: Reader) -> Response:
    """Whether a trained model judges events: none does; rules and the statistics of the detectors do."""
    said = "No trained model is deployed. Rules and behaviour detectors judge the events."
    return answer(ModelInfoV1(is_trained=False, model=None, detail=said))
