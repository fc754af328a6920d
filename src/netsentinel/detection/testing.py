"""Fakes for the detection ports."""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

from netsentinel.detection.build import Built, build_pipeline
from netsentinel.detection.model import BatchResult
from netsentinel.detection.models import Deployment, ModelTally, RefusedModel
from netsentinel.detection.pipeline import Pipeline
from netsentinel.detection.rules import RuleWeight, Selection
from netsentinel.events.lake.model import EMPTY_SPOOL, Spool
from netsentinel.events.lake.spool import SpoolWriter
from netsentinel.events.ports import InboxBatch
from netsentinel.kernel.errors import UnavailableError


class LocalPool:
    """The DetectionPool in this process: the real pipeline, no child. `die` plays the death of one."""

    def __init__(self, rule_paths: Sequence[Path] = (), *, spool: Path | None = None) -> None:
        self._spool = SpoolWriter(spool) if spool else None
        self._rule_paths = tuple(rule_paths)
        self._built: Built | None = None
        self._selection = Selection()
        self._deployment = Deployment()
        self._forgotten = False

    async def __aenter__(self) -> Self:
        """Load the rules."""
        self._build()
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Stop."""
        self._built = None

    def die(self) -> None:
        """Lose all state; calls fail until `restore`, as with a real process."""
        self._build()
        self._forgotten = True

    def _build(self) -> None:
        self._built = build_pipeline(self._rule_paths, spool=self._spool)
        self._built.sigma.choose(self._selection)
        self._built.models.deploy(self._deployment)

    async def restore(self, state: bytes) -> None:
        """Set the detectors' state."""
        if self._spool is not None:
            self._spool.discard()
        self._running().pipeline.restore(state)
        self._forgotten = False

    async def analyze(self, batches: Sequence[InboxBatch]) -> list[BatchResult]:
        """Results in the order of the batches."""
        pipeline = self._remembering()
        return [pipeline.analyze(batch) for batch in batches]

    async def snapshot(self) -> bytes:
        """The detectors' state."""
        return self._remembering().snapshot()

    async def hand_over(self) -> Spool:
        """The events read since the last call."""
        self._remembering()
        return EMPTY_SPOOL if self._spool is None else self._spool.cut()

    async def choose(self, selection: Selection) -> list[str]:
        """Have each tenant's rules as it chose them."""
        self._selection = selection
        return self._running().sigma.choose(selection)

    async def weigh(self) -> tuple[int, Sequence[RuleWeight]]:
        """What rules cost since the last call."""
        self._remembering()
        return self._running().sigma.weights()

    async def deploy(self, deployment: Deployment) -> list[RefusedModel]:
        """Have these models, and no others, judge events."""
        self._deployment = deployment
        return self._running().models.deploy(deployment)

    async def tallies(self) -> Sequence[ModelTally]:
        """What each deployed model did since the last call."""
        self._remembering()
        return self._running().models.tallies()

    def _remembering(self) -> Pipeline:
        if self._forgotten:
            raise UnavailableError("The detection process was started again and waits for its state.")
        return self._running().pipeline

    def _running(self) -> Built:
        if self._built is None:
            raise UnavailableError("The detection process is not running.")
        return self._built
