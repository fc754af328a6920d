"""An in-memory fake of the store of requests; it passes the same contract suite as the one in SQL."""

from dataclasses import replace

from netsentinel.idempotency.model import Answer, Claim, KeptRequest
from netsentinel.idempotency.service import Idempotency
from netsentinel.kernel.clock import Clock
from netsentinel.kernel.types import Micros
from netsentinel.storage.ports import Tx
from netsentinel.storage.testing import MemoryDatabase


class MemoryRequests:
    """Requests in a dictionary."""

    def __init__(self) -> None:
        self._requests: dict[tuple[str, str, str], KeptRequest] = {}

    def claim(self, tx: Tx, request: KeptRequest) -> KeptRequest:
        """Insert the request, or find the one that has its key; closures run one after the other here."""
        return self._requests.setdefault(_key(request.claim), request)

    def take_over(self, tx: Tx, request: KeptRequest) -> None:
        """Replace the request that has this one's key."""
        self._requests[_key(request.claim)] = request

    def renew(self, tx: Tx, claim: Claim, until: Micros) -> bool:
        """Keep the right to carry it out; False when it is somebody else's now."""
        found = self._of(claim)
        if found is not None:
            self._requests[_key(claim)] = replace(found, locked_until=until)
        return found is not None

    def finish(self, tx: Tx, claim: Claim, status: int, answer: Answer | None) -> bool:
        """Note how it was answered, once; False when it is somebody else's now."""
        found = self._of(claim)
        if found is not None:
            self._requests[_key(claim)] = replace(found, status=status, answer=answer)
        return found is not None

    def release(self, tx: Tx, claim: Claim) -> bool:
        """Forget the request, so that the next one is carried out; False when it is somebody else's now."""
        return self._of(claim) is not None and self._requests.pop(_key(claim), None) is not None

    def forget(self, tx: Tx, now: Micros, limit: int) -> int:
        """Delete so many requests, whoever's, whose time is over, at most; how many rows went."""
        old = [key for key, request in self._requests.items() if request.expires_at <= now][:limit]
        for key in old:
            del self._requests[key]
        return len(old)

    def _of(self, claim: Claim) -> KeptRequest | None:
        found = self._requests.get(_key(claim))
        return found if found is not None and found.claim == claim and not found.status else None


def _key(claim: Claim) -> tuple[str, str, str]:
    return (claim.tenant, claim.principal, claim.key)


def memory_idempotency(clock: Clock) -> Idempotency:
    """Requests remembered in memory alone."""
    return Idempotency(MemoryDatabase(), MemoryRequests(), clock)
