"""The detector port: rules, statistics and models all sit behind it."""

from collections.abc import Sequence
from typing import Protocol, Self, runtime_checkable

from netsentinel.detection.model import BatchResult, Finding
from netsentinel.detection.models import Deployment, ModelTally, RefusedModel
from netsentinel.detection.rules import RuleWeight, Selection
from netsentinel.events.lake.model import Spool
from netsentinel.events.model import Event
from netsentinel.events.ports import InboxBatch


class Detector(Protocol):
    """Looks at events in order and says what it found. Deterministic: time comes from the events, never from a clock.

    Document 001's `MLDetector.analyze_event` is this port with one event; it takes many, because that is what is fast.
    """

    @property
    def name(self) -> str:
        """Stable name, for example `sigma`."""
        ...

    @property
    def remembers(self) -> bool:
        """Whether it keeps state between calls. One that does not is left out when an old batch is only replayed."""
        ...

    @property
    def classes(self) -> frozenset[int]:
        """OCSF classes of the events that it looks at; empty for all events."""
        ...

    def analyze_events(self, events: Sequence[Event]) -> list[Finding]:
        """The findings of these events. May keep state per tenant. After `MOST_AT_ONCE` one more is the last."""
        ...

    def snapshot(self) -> bytes:
        """The state, so that `restore` on a fresh detector goes on exactly where this one stands."""
        ...

    def restore(self, state: bytes) -> None:
        """Take over a snapshot; empty bytes mean a fresh start."""
        ...


@runtime_checkable
class Frugal(Protocol):
    """A detector that leaves events out where judging them would take too long."""

    def take_omitted(self) -> int:
        """How many events since the last call."""
        ...


class DetectionPool(Protocol):
    """Runs the detection pipeline somewhere else (a process), in the order of the batches."""

    async def __aenter__(self) -> Self:
        """Start."""
        ...

    async def __aexit__(self, *exc: object) -> None:
        """Stop."""
        ...

    async def restore(self, state: bytes) -> None:
        """Set the detectors' state, and forget events that were not handed over."""
        ...

    async def analyze(self, batches: Sequence[InboxBatch]) -> list[BatchResult]:
        """Results in the order of the batches. A batch that is `done` only updates the state; its findings are empty.

        Raises:
            StorageFullError, StorageUnavailableError: the disk cannot keep their events: no batch's fault. Otherwise
                as below.
            UnavailableError: the process died; the caller restores the last checkpoint and tries again.
        """
        ...

    async def snapshot(self) -> bytes:
        """The detectors' state after everything analysed so far."""
        ...

    async def hand_over(self) -> Spool:
        """The events of everything analysed since the last call, for the lake; also those of batches that are done."""
        ...

    async def choose(self, selection: Selection) -> list[str]:
        """Have each tenant's rules as it chose them, from the next batch on and after every restart.

        What could not be loaded. No batch is lost or judged twice: requests are answered in order.
        """
        ...

    async def weigh(self) -> tuple[int, Sequence[RuleWeight]]:
        """How many events were judged with a stopwatch since the last call, and what each rule cost in them."""
        ...


class ModelServing(Protocol):
    """The pool as those see it who deploy models. `ProcessPool` is one."""

    async def deploy(self, deployment: Deployment) -> list[RefusedModel]:
        """Have these models, and no others, judge events: from the next batch on, and after every restart.

        May be called at any time. Requests are answered in order, so every batch is judged once, by the models before
        or by those after. What the features of events remember stays. A model that
        cannot be loaded (damaged, not signed with the key, of an unknown kind, for rows that events do not give, or
        without the extra `netsentinel[ml]`) is told and left out; the others judge.

        Raises:
            UnavailableError: the process died, or is not running; the one that takes its place begins with these.
        """
        ...

    async def tallies(self) -> Sequence[ModelTally]:
        """What each deployed model did since the last call, per tenant. Counts are lost when the process dies.

        Raises:
            UnavailableError: the process died.
        """
        ...
