"""Which batch kills the detection process: one death puts many under suspicion, further ones find the culprit."""

from collections.abc import Sequence

from netsentinel.events.ports import InboxBatch

TRIES = 3
"""So often the process may die of one batch alone before the batch is set aside."""

IN_A_ROW = 8
"""So many batches may be set aside without one that was processed in between; then it is not the batches' fault."""


class Suspicion:
    """Remembers deaths of the detection process. Only of this run: a restart of the server begins afresh."""

    def __init__(self) -> None:
        self._upto = 0
        self._batch = 0
        self._deaths = 0
        self._in_a_row = 0
        self._furthest = 0

    def at_once(self, batch: InboxBatch, limit: int) -> int:
        """How many batches may be analysed together, beginning with this one: one at a time while they are suspects."""
        return 1 if batch.id <= self._upto else limit

    def acquit(self, batches: Sequence[InboxBatch]) -> None:
        """These were processed. After a death older ones are read again: that says nothing for those after them."""
        last = batches[-1].id
        if last >= self._batch:
            self._batch = self._deaths = 0
        if last > self._furthest:
            self._furthest, self._in_a_row = last, 0

    def accuse(self, batches: Sequence[InboxBatch]) -> int:
        """The process died while it had these; the deaths by now if it is time to set the one of them aside, else 0."""
        if len(batches) > 1:
            self._upto = max(self._upto, batches[-1].id)
            return 0
        (batch,) = batches
        if batch.id != self._batch:
            self._batch, self._deaths = batch.id, 0
        self._deaths += 1
        if self._deaths < TRIES or self._in_a_row >= IN_A_ROW:
            return 0
        self._in_a_row += 1
        deaths, self._deaths = self._deaths, 0
        return deaths
