"""Which batch kills the detection process: one death puts many under suspicion, further ones find the culprit."""

from collections import Counter
from collections.abc import Sequence

from netsentinel.events.ports import InboxBatch

TRIES = 3
"""So often the process may die of one batch alone before the batch is set aside."""

IN_A_ROW = 8
"""So many batches may be set aside without a new one that was processed in between; then it is not their fault."""


class Suspicion:
    """Remembers deaths of the detection process. Only of this run: a restart of the server begins afresh."""

    def __init__(self) -> None:
        self._suspects: set[int] = set()
        self._deaths: Counter[int] = Counter()
        self._in_a_row = 0

    def is_on(self, batch: int) -> bool:
        """Whether this batch is to be analysed alone."""
        return batch in self._suspects

    def acquit(self, batches: Sequence[InboxBatch]) -> None:
        """These were processed. That of those which had been before says nothing for the process."""
        for batch in batches:
            self._suspects.discard(batch.id)
            self._deaths.pop(batch.id, None)
        if not all(batch.done for batch in batches):
            self._in_a_row = 0

    def accuse(self, batches: Sequence[InboxBatch]) -> int:
        """The process died while it had these; the deaths by now if it is time to set the one of them aside, else 0."""
        self._suspects.update(batch.id for batch in batches)
        if len(batches) != 1:
            return 0
        (batch,) = batches
        self._deaths[batch.id] += 1
        return self._deaths[batch.id] if self._deaths[batch.id] >= TRIES and self._in_a_row < IN_A_ROW else 0

    def take_away(self, batch: int) -> None:
        """This batch was set aside."""
        self._in_a_row += 1
        self._suspects.discard(batch)
        self._deaths.pop(batch, None)
