"""Where requests under a key are kept."""

from typing import Protocol

from netsentinel.idempotency.model import Answer, Claim, KeptRequest
from netsentinel.kernel.types import Micros
from netsentinel.storage.ports import Tx


class RequestStore(Protocol):
    """Keeps one row per tenant, principal and key."""

    def claim(self, tx: Tx, request: KeptRequest) -> KeptRequest:
        """Insert the request, or find the one that has its key; nobody else changes it before this ends."""
        ...

    def take_over(self, tx: Tx, request: KeptRequest) -> None:
        """Replace the request that has this one's key."""
        ...

    def renew(self, tx: Tx, claim: Claim, until: Micros) -> bool:
        """Keep the right to carry it out; False when it is somebody else's now."""
        ...

    def finish(self, tx: Tx, claim: Claim, status: int, answer: Answer | None) -> bool:
        """Note how it was answered, once; False when it is somebody else's now."""
        ...

    def release(self, tx: Tx, claim: Claim) -> bool:
        """Forget the request, so that the next one is carried out; False when it is somebody else's now."""
        ...

    def forget(self, tx: Tx, now: Micros, limit: int) -> int:
        """Delete so many requests, whoever's, whose time is over, at most; how many rows went."""
        ...
