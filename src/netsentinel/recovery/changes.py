"""What every change of a breaker goes through: lock its row, ask the state machine, store, announce."""

from netsentinel.kernel.entries import NewEntry
from netsentinel.kernel.types import Micros, TenantId
from netsentinel.recovery.breaker import Breaker, BreakerPolicy, BreakerState
from netsentinel.recovery.entries import CHANGE_KINDS
from netsentinel.recovery.model import BreakerChange, KeptBreaker
from netsentinel.recovery.ports import BreakerStore
from netsentinel.storage.ports import Tx

Key = tuple[TenantId, str]
"""Whose breaker, and of which dependency."""


def locked(tx: Tx, store: BreakerStore, key: Key, policy: BreakerPolicy, now: Micros) -> Breaker:
    """The stored breaker, or a new one, that nobody else changes before the transaction ends."""
    kept = store.lock(tx, *key)
    return Breaker(policy, kept.state if kept else BreakerState(since=now))


def keep(
    tx: Tx,
    store: BreakerStore,
    key: Key,
    breaker: Breaker,
    now: Micros,
    *,
    principal: str = "system",
    cause: tuple[int, ...] = (),
) -> BreakerState:
    """Store the breaker, and put every change of its mode into the history and the journal."""
    tenant, dependency = key
    state = breaker.state()
    store.save(tx, KeptBreaker(tenant, dependency, state, now))
    for change in breaker.changes:
        told = BreakerChange(
            tenant=tenant,
            dependency=dependency,
            at=change.at,
            before=change.before,
            after=change.after,
            until=change.until,
            reason=change.reason,
            calls=change.totals.calls,
            failures=change.totals.failures,
            slow=change.totals.slow,
        )
        store.note(tx, told)
        tx.append(NewEntry(CHANGE_KINDS[change.after], tenant, principal, dependency, told, cause))
    return state
