"""The breakers of all dependencies and tenants: a view in memory that costs little to ask, over stored state."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import structlog

from netsentinel.kernel.clock import Clock
from netsentinel.kernel.entries import Entry
from netsentinel.kernel.errors import NetSentinelError
from netsentinel.kernel.types import Micros, TenantId
from netsentinel.recovery.breaker import ALLOWED, Admission, Breaker, BreakerPolicy, BreakerState, Mode, Outcome
from netsentinel.recovery.changes import Key, keep, locked
from netsentinel.recovery.ports import BreakerStore
from netsentinel.storage.ports import Database, Tx

_log = structlog.get_logger("netsentinel.breakers")

_FLUSH_S: Final = 1.0
"""Calls of a closed breaker reach the database after at most so long; a change of a mode at once."""
_LOOK_S: Final = 30.0
"""Changes of other processes are told by the journal; this look is for one that was missed."""
_PAUSE_S: Final = 1.0
_MAX_PENDING: Final = 10_000
_CLOSED: Final = (Mode.CLOSED, 0)


@dataclass(frozen=True, slots=True)
class _Call:
    """A call that is not yet in the database."""

    at: Micros
    outcome: Outcome
    took: Micros
    round: int
    cause: tuple[int, ...]


@dataclass(slots=True)
class _Live:
    """One breaker as this process sees it: as last stored, plus its own calls since."""

    view: Breaker
    pending: list[_Call] = field(default_factory=list["_Call"])
    told: tuple[Mode, Micros] = _CLOSED
    """The stay in a mode that listeners were told of last: the mode, and since when it is not closed."""


class Breakers:
    """Says whether a call may go, and learns how calls went.

    Several processes share a breaker: each decides on what it has seen itself and what is stored, and a change of the
    mode is always made in a transaction on the stored state. The places of probes are taken there too, so that all
    processes together let no more through than the policy says.

    Args:
        policy: of dependencies that have none of their own.
        policies: by dependency, or by the part of its name before a colon (`webhook` for `webhook:<id>`).
    """

    def __init__(
        self,
        db: Database,
        store: BreakerStore,
        clock: Clock,
        *,
        policy: BreakerPolicy | None = None,
        policies: Mapping[str, BreakerPolicy] = MappingProxyType({}),
    ) -> None:
        self._db = db
        self._store = store
        self._clock = clock
        self._policy = policy or BreakerPolicy()
        self._policies = dict(policies)
        self._declared: set[str] = set()
        self._live: dict[Key, _Live] = {}
        self._dirty = asyncio.Event()
        self._urgent = asyncio.Event()
        self._stale: set[Key] = set()
        self._listeners: list[Callable[[TenantId, str], None]] = []

    @property
    def declared(self) -> frozenset[str]:
        """Dependencies that were made known before their first call."""
        return frozenset(self._declared)

    def declare(self, dependency: str, policy: BreakerPolicy | None = None) -> None:
        """Make a dependency known before its first call, and state its policy."""
        self._declared.add(dependency)
        if policy is not None:
            self._policies[dependency] = policy

    def policy_of(self, dependency: str) -> BreakerPolicy:
        """The dependency's policy."""
        stated = self._policies.get(dependency) or self._policies.get(dependency.partition(":")[0])
        return stated or self._policy

    def listen(self, listener: Callable[[TenantId, str], None]) -> None:
        """Have `listener` called with tenant and dependency, on the event loop, when a mode changed in any process.

        A hint to ask again, never a promise.
        """
        self._listeners.append(listener)

    # Calls.

    def permits(self, dependency: str, tenant: TenantId) -> Admission:
        """Whether a call may go, as far as this process knows; nothing is asked and no probe's place is taken.

        A caller that sees `round` above 0 must `admit` before it goes.
        """
        live = self._live.get((tenant, dependency))
        return ALLOWED if live is None else live.view.admission(self._clock.now())

    def admit(self, tx: Tx, dependency: str, tenant: TenantId, *, cause: tuple[int, ...] = ()) -> Admission:
        """Whether a call may go; a probe takes its place in this transaction.

        Where no probe is concerned, the answer comes from memory and the transaction is not used.

        Args:
            tx: of whatever makes the call certain to go, such as the lease of a task.
            dependency: what is called.
            tenant: whose call it is.
            cause: entries that led to the call.
        """
        seen = self.permits(dependency, tenant)
        if not seen.round:
            return seen
        now = self._clock.now()
        key = (tenant, dependency)
        breaker = locked(tx, self._store, key, self.policy_of(dependency), now)
        admission = breaker.admit(now)
        keep(tx, self._store, key, breaker, now, cause=cause)
        return admission

    def record(
        self,
        dependency: str,
        tenant: TenantId,
        outcome: Outcome,
        took: Micros,
        *,
        admission: Admission = ALLOWED,
        cause: tuple[int, ...] = (),
    ) -> None:
        """Take in how a call went. It is in the database a second later, or at once when the mode changes.

        Args:
            dependency: what was called.
            tenant: whose call it was.
            outcome: how it went; `IGNORED` for one that was cancelled or says nothing about the dependency.
            took: how long it was under way.
            admission: what `admit` said about it.
            cause: entries that led to the call; an entry about a change names them.
        """
        if outcome is Outcome.IGNORED and not admission.round:
            return
        now = self._clock.now()
        live = self._live_of((tenant, dependency))
        before = live.view.mode
        live.view.record(now, outcome, took, admission.round)
        if len(live.pending) < _MAX_PENDING:
            live.pending.append(_Call(now, outcome, took, admission.round, cause))
        self._dirty.set()
        if admission.round or live.view.mode is not before:
            self._urgent.set()

    def on_entry(self, entry: Entry) -> None:
        """The live reaction to changes of modes, of this or another process: look at the stored state again."""
        self._stale.add((entry.tenant, entry.subject))
        self._dirty.set()
        self._urgent.set()

    # Keeping memory and database together.

    async def load(self) -> None:
        """Take in every stored breaker; once at the start, and now and then."""
        kept = await self._db.read(lambda tx: self._store.all(tx, None))
        for breaker in kept:
            self._take_over((breaker.tenant, breaker.dependency), breaker.state)
        stored = {(breaker.tenant, breaker.dependency) for breaker in kept}
        for key in [key for key, live in self._live.items() if key not in stored and not live.pending]:
            del self._live[key]

    async def run(self) -> None:
        """Bring calls into the database and other processes' changes into memory, until cancelled."""
        while True:
            try:
                async with asyncio.timeout(_LOOK_S):
                    await self._dirty.wait()
            except TimeoutError:
                self._stale.update(self._live)
            else:
                await self._wait_for_more()
            try:
                await self.flush()
            except NetSentinelError as error:
                _log.warning("breakers_wait", code=error.code, detail=error.detail)
                self._dirty.set()
                await asyncio.sleep(_PAUSE_S)

    async def look(self, dependency: str, tenant: TenantId) -> None:
        """Take in the stored state of one breaker now."""
        self._stale.add((tenant, dependency))
        await self._look_again()

    async def flush(self) -> None:
        """Bring the calls so far into the database, and what other processes stored into memory."""
        self._dirty.clear()
        self._urgent.clear()
        await self._look_again()
        calls = {key: tuple(live.pending) for key, live in sorted(self._live.items()) if live.pending}
        if not calls:
            return

        def merge(tx: Tx) -> dict[Key, BreakerState]:
            return {key: self._merge(tx, key, pending) for key, pending in calls.items()}

        for key, state in (await self._db.write(merge)).items():
            del self._live[key].pending[: len(calls[key])]
            self._take_over(key, state)

    async def _wait_for_more(self) -> None:
        try:
            async with asyncio.timeout(_FLUSH_S):
                await self._urgent.wait()
        except TimeoutError:
            return

    async def _look_again(self) -> None:
        stale, self._stale = self._stale, set()
        if not stale:
            return
        try:
            found = await self._db.read(lambda tx: {key: self._store.get(tx, *key) for key in stale})
        except NetSentinelError:
            self._stale |= stale
            raise
        for key, kept in found.items():
            if kept is not None:
                self._take_over(key, kept.state)
            elif key in self._live and not self._live[key].pending:
                del self._live[key]

    def _take_over(self, key: Key, state: BreakerState) -> None:
        """See the stored state from now on, plus the calls of this process that are not in it."""
        live = self._live.get(key)
        stay = (state.mode, 0 if state.mode is Mode.CLOSED else state.since)
        view = Breaker(self.policy_of(key[1]), state)
        pending = live.pending if live else []
        for call in pending:
            view.record(call.at, call.outcome, call.took, call.round)
        self._live[key] = _Live(view, pending, stay)
        if stay != (live.told if live else _CLOSED):
            for listener in self._listeners:
                listener(*key)

    def _live_of(self, key: Key) -> _Live:
        live = self._live.get(key)
        if live is None:
            live = self._live[key] = _Live(Breaker(self.policy_of(key[1]), BreakerState(since=self._clock.now())))
        return live

    # Inside transactions. This may run twice and touches nothing in memory.

    def _merge(self, tx: Tx, key: Key, calls: Iterable[_Call]) -> BreakerState:
        now = self._clock.now()
        breaker = locked(tx, self._store, key, self.policy_of(key[1]), now)
        cause: tuple[int, ...] = ()
        for call in calls:
            changes = len(breaker.changes)
            breaker.record(call.at, call.outcome, call.took, call.round)
            if len(breaker.changes) > changes:
                cause = call.cause
        return keep(tx, self._store, key, breaker, now, cause=cause)
