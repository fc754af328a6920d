"""Carries a request out once per key, whatever becomes of the caller or of the server meanwhile."""

from typing import Final

from netsentinel.idempotency.errors import AnswerNotKeptError, KeyReusedError, RequestInFlightError
from netsentinel.idempotency.model import LEASE, Answer, Claim, IdempotencyLimits, KeptRequest
from netsentinel.idempotency.ports import RequestStore
from netsentinel.kernel.clock import SECOND, Clock
from netsentinel.kernel.ids import new_id
from netsentinel.kernel.types import Micros, Principal
from netsentinel.storage.ports import Database, Tx

_FORGET_AT_ONCE: Final = 100


class Idempotency:
    """Remembers requests by tenant, principal and key."""

    def __init__(
        self, db: Database, store: RequestStore, clock: Clock, limits: IdempotencyLimits | None = None
    ) -> None:
        self._db = db
        self._store = store
        self._clock = clock
        self.limits = limits or IdempotencyLimits()

    async def begin(self, principal: Principal, key: str, fingerprint: str) -> Claim | Answer:
        """The right to carry the request out, or the answer of the first one under this key.

        Raises:
            RequestInFlightError: the first one is being carried out.
            KeyReusedError: the first one had another fingerprint.
            AnswerNotKeptError: the first one was answered with what is not told twice.
        """
        now = self._clock.now()
        claim = Claim(principal.tenant, principal.id, key, new_id("idm", now))
        mine = KeptRequest(claim, fingerprint, now + LEASE, now + self.limits.keep)

        def take(tx: Tx) -> Claim | Answer:
            found = self._store.claim(tx, mine)
            if found.claim != claim and found.expires_at > now:
                answer = _known(found, fingerprint, now)
                if answer is not None:
                    return answer
            if found.claim != claim:
                self._store.take_over(tx, mine)
            return claim

        return await self._db.write(take)

    async def renew(self, claim: Claim) -> bool:
        """Keep the right for another while; False when it was lost."""
        until = self._clock.now() + LEASE
        return await self._db.write(lambda tx: self._store.renew(tx, claim, until))

    async def finish(self, claim: Claim, status: int, answer: Answer | None) -> bool:
        """Keep the answer, or with None only that there was one; False when the right was lost."""
        return await self._db.write(lambda tx: self._store.finish(tx, claim, status, answer))

    async def release(self, claim: Claim) -> bool:
        """Have the next request under this key carried out; False when the right was lost."""
        return await self._db.write(lambda tx: self._store.release(tx, claim))

    async def forget_old(self) -> int:
        """Delete requests whose time is over; how many rows went."""
        now, gone = self._clock.now(), 0
        while True:
            some = await self._db.write(lambda tx: self._store.forget(tx, now, _FORGET_AT_ONCE))
            gone += some
            if some < _FORGET_AT_ONCE:
                return gone


def _known(found: KeptRequest, fingerprint: str, now: Micros) -> Answer | None:
    """The first request's answer; None when it has none and nobody is at it any more."""
    if found.fingerprint != fingerprint:
        raise KeyReusedError(
            "Another request (method, path or body), or this one with other rights, came under this key before. Take a"
            " new key for a new request."
        )
    if found.answer is not None:
        return found.answer
    if found.status:
        raise AnswerNotKeptError(
            f"The request was carried out and answered with {found.status}; that answer was too long to keep, or held a"
            " secret. Look the result up; to do it again, take a new key.",
            answered=found.status,
        )
    if found.locked_until > now:
        seconds = max(1, -((now - found.locked_until) // SECOND))
        raise RequestInFlightError(
            f"Ask again in a moment: the request is answered by then, or in {seconds} s it may be carried out anew.",
            retry_after=min(seconds, 2),
        )
    return None
