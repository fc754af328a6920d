"""Fakes for the detection ports."""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

from netsentinel.detection.build import build_pipeline
from netsentinel.detection.model import BatchResult
from netsentinel.detection.pipeline import Pipeline
from netsentinel.detection.rules import RuleWeight, Selection, SigmaDetector
from netsentinel.events.lake.model import EMPTY_SPOOL, Spool
from netsentinel.events.lake.spool import SpoolWriter
from netsentinel.events.ports import InboxBatch
from netsentinel.kernel.errors import UnavailableError


class LocalPool:
    """The DetectionPool in this process: the real pipeline, no child. `die` plays the death of one."""

    def __init__(self, rule_paths: Sequence[Path] = (), *, spool: Path | None = None) -> None:
        self._spool = SpoolWriter(spool) if spool else None
        self._rule_paths = tuple(rule_paths)
        self._pipeline: Pipeline | None = None
        self._sigma: SigmaDetector | None = None
        self._selection = Selection()
        self._forgotten = False

    async def __aenter__(self) -> Self:
        """Load the rules."""
        self._build()
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Stop."""
        self._pipeline = None

    def die(self) -> None:
        """Lose all state; calls fail until `restore`, as with a real process."""
        self._build()
        self._forgotten = True

    def _build(self) -> None:
        built = build_pipeline(self._rule_paths, spool=self._spool)
        self._pipeline, self._sigma = built.pipeline, built.sigma
        self._sigma.choose(self._selection)

    async def restore(self, state: bytes) -> None:
        """Set the detectors' state."""
        if self._spool is not None:
            self._spool.discard()
        self._running().restore(state)
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
        self._running()
        return [] if self._sigma is None else self._sigma.choose(selection)

    async def weigh(self) -> tuple[int, Sequence[RuleWeight]]:
        """What rules cost since the last call."""
        self._remembering()
        return (0, []) if self._sigma is None else self._sigma.weights()

    def _remembering(self) -> Pipeline:
        if self._forgotten:
            raise UnavailableError("The detection process was started again and waits for its state.")
        return self._running()

    def _running(self) -> Pipeline:
        if self._pipeline is None:
            raise UnavailableError("The detection process is not running.")
        return self._pipeline
