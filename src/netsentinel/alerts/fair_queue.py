"""Whose batches come next: tenants share detection's time evenly, whatever each sends and its rules cost.

Who asks the lake has slots in turn (`events/lake/slots.py`): requests end by themselves and none costs much.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush

from netsentinel.events.ports import Arrival
from netsentinel.kernel.types import Micros, TenantId

_USUAL_PACE = 25.0
"""Microseconds that a record takes, before anything is known of its tenant."""

_USUAL_PACE_OF_A_BYTE = 0.1
"""The same of a compressed byte: a few records may be large."""

_LEARNS = 0.5
"""How much the newest batch says about a tenant's pace."""


_MOST_STALE = 4
"""So many times as many turns as there are tenants are remembered before those that count no more are sorted out."""

_Turn = tuple[float, int, TenantId]
"""When a tenant's next batch is due, which one that is, and whose."""


@dataclass(slots=True)
class _Queue:
    """One tenant's batches, in their order of arrival, and its account."""

    begins: float
    """When its next batch is due, on a clock that goes on by the time that each of the waiting tenants has had."""
    waiting: deque[Arrival] = field(default_factory=deque[Arrival])
    pace: float = _USUAL_PACE
    """Microseconds that a record of it takes, lately."""


class FairQueue:
    """Start-time fair queueing (Goyal, Vin and Cheng, 1996) of batches, where the cost of one is known afterwards.

    The batches of one tenant stay in their order. Who comes back after a pause finds what it had counted, but nothing
    saved up; when nobody waits all accounts are closed.
    """

    def __init__(self) -> None:
        self._queues: dict[TenantId, _Queue] = {}
        self._now = 0.0
        self._turns: list[_Turn] = []
        """A heap: of each tenant that waits its turn, and earlier ones that count no more."""
        self._guessed: dict[int, tuple[TenantId, float]] = {}
        """What was put down for batches whose cost is not known yet, and for whom."""

    def arrive(self, arrivals: Iterable[Arrival]) -> None:
        """Have these wait."""
        for one in arrivals:
            queue = self._queues.get(one.tenant)
            if queue is None:
                queue = self._queues[one.tenant] = _Queue(self._now)
            elif not queue.waiting:
                queue.begins = max(queue.begins, self._now)
            queue.waiting.append(one)
            if len(queue.waiting) == 1:
                self._line_up(one.tenant)

    def first(self) -> Arrival | None:
        """The batch whose turn it is; None when none waits."""
        while self._turns:
            if self._turns[0] == self._turn(self._turns[0][2]):
                return self._queues[self._turns[0][2]].waiting[0]
            heappop(self._turns)
        self._close()
        return None

    def guess(self, waiting: Arrival) -> float:
        """Microseconds that a batch will take: what its records, or its bytes, usually do."""
        return max(self._queues[waiting.tenant].pace * waiting.records, _USUAL_PACE_OF_A_BYTE * waiting.size)

    def take(self, first: Arrival) -> Arrival:
        """Have the batch whose turn it is wait no more. What such a batch usually costs its tenant is put down."""
        queue = self._queues[first.tenant]
        queue.waiting.popleft()
        self._now = max(self._now, queue.begins)
        guess = self.guess(first)
        self._guessed[first.id] = first.tenant, guess
        queue.begins += guess
        self._line_up(first.tenant)
        return first

    def begin_again(self, lost: Micros) -> None:
        """Have nobody wait: all batches will arrive once more.

        Args:
            lost: time that went by for nothing with those that were taken and not finished. Their tenants pay for it.
        """
        tenants = {tenant for tenant, _ in self._guessed.values()}
        for tenant, guess in self._guessed.values():
            self._queues[tenant].begins -= guess
        for tenant in tenants:
            self.pay(tenant, lost // len(tenants))
        self._guessed.clear()
        for queue in self._queues.values():
            queue.waiting.clear()
        self._turns.clear()

    def pay(self, tenant: TenantId, took: Micros) -> None:
        """Put down what a tenant's batches have cost beside their analysis."""
        queue = self._queues.get(tenant)
        if queue is not None:
            queue.begins += took
            self._line_up(tenant)

    def charge(self, taken: Arrival, took: Micros) -> None:
        """Put down what a batch that was taken has cost, in place of what was guessed."""
        self.excuse(taken)
        queue = self._queues[taken.tenant]
        queue.begins += took
        self._line_up(taken.tenant)
        queue.pace += _LEARNS * (took / max(taken.records, 1) - queue.pace)

    def excuse(self, taken: Arrival) -> None:
        """Take back what was guessed for a batch that was taken: it is nobody's fault that it was read again."""
        tenant, guess = self._guessed.pop(taken.id)
        self._queues[tenant].begins -= guess
        self._line_up(tenant)

    def _turn(self, tenant: TenantId) -> _Turn | None:
        queue = self._queues[tenant]
        return (queue.begins, queue.waiting[0].id, tenant) if queue.waiting else None

    def _line_up(self, tenant: TenantId) -> None:
        """Have a tenant's turn where it belongs, after its account or its first batch has changed."""
        turn = self._turn(tenant)
        if turn is None:
            return
        if len(self._turns) > _MOST_STALE * len(self._queues):
            self._turns = [one for name in self._queues if (one := self._turn(name)) is not None]
            heapify(self._turns)
        else:
            heappush(self._turns, turn)

    def _close(self) -> None:
        """Nobody waits: what each had is of no account to those that come."""
        if not self._guessed:
            self._queues.clear()
            self._now = 0.0
