"""The detector that has deployed models judge events. It loads numerical libraries with the first model, not before."""

from collections.abc import Sequence
from importlib import import_module
from typing import Protocol, cast

from netsentinel.detection.errors import MissingExtraError
from netsentinel.detection.model import Finding
from netsentinel.detection.models import extra
from netsentinel.detection.models.deployment import DeployedModel, Deployment, ModelTally, RefusedModel
from netsentinel.events.model import Event

_CLASSES = frozenset({4001, 3002, 4007, 1007})
"""Those of `windows.CLASSES`, which needs numerical libraries to be asked; a test compares them."""


class _Judges(Protocol):
    """`detector.MLDetector`, as far as it is used here."""

    def deploy(self, deployment: Deployment) -> list[RefusedModel]: ...
    def analyze_events(self, events: Sequence[Event]) -> list[Finding]: ...
    def tallies(self) -> list[ModelTally]: ...
    def snapshot(self) -> bytes: ...
    def restore(self, state: bytes) -> None: ...


class ModelHost:
    """Stands among the detectors of the pipeline; without deployed models it does nothing."""

    name = "models"
    remembers = True
    classes = _CLASSES

    def __init__(self) -> None:
        self._judges: _Judges | None = None
        self._state = b""

    def deploy(self, deployment: Deployment) -> list[RefusedModel]:
        """Have these models, and no others, judge from the next event on. What the features remember stays.

        Returns:
            The models that cannot be used, each with the reason; the others judge.
        """
        if self._judges is None:
            if not deployment.models:
                return []
            try:
                self._judges = _made()
            except MissingExtraError as error:
                return [_refused(model, error) for model in deployment.models]
            refused = self._judges.deploy(deployment)
            self._judges.restore(self._state)
            return refused
        return self._judges.deploy(deployment)

    def analyze_events(self, events: Sequence[Event]) -> list[Finding]:
        """What deployed models find in these events."""
        return [] if self._judges is None else self._judges.analyze_events(events)

    def tallies(self) -> list[ModelTally]:
        """What each deployed model did since the last call."""
        return [] if self._judges is None else self._judges.tallies()

    def snapshot(self) -> bytes:
        """What features and models remember."""
        return self._state if self._judges is None else self._judges.snapshot()

    def restore(self, state: bytes) -> None:
        """Take over a snapshot; empty bytes mean a fresh start. Deployed models stay."""
        self._state = state
        if self._judges is not None:
            self._judges.restore(state)


def _made() -> _Judges:
    extra.require()
    return cast("_Judges", import_module("netsentinel.detection.models.detector").MLDetector())


def _refused(model: DeployedModel, error: MissingExtraError) -> RefusedModel:
    return RefusedModel(model.tenant, model.name, model.version, model.role, error.code, error.detail)
