"""What people do with breakers: look at them and at their history, open, close and reset them by hand."""

from enum import StrEnum
from typing import Final

from netsentinel.kernel.clock import DAY, Clock
from netsentinel.kernel.entries import NewEntry
from netsentinel.kernel.errors import NotFoundError
from netsentinel.kernel.types import Micros, Principal, TenantId
from netsentinel.recovery.breaker import Breaker, BreakerPolicy, BreakerState, Mode
from netsentinel.recovery.changes import keep, locked
from netsentinel.recovery.entries import BREAKER_FORCED, BreakerForced
from netsentinel.recovery.model import BreakerChange, BreakerView, KeptBreaker
from netsentinel.recovery.ports import BreakerStore
from netsentinel.recovery.service import Breakers
from netsentinel.storage.ports import Database, ReadTx, Tx

MAX_HISTORY: Final = 5_000
KEEP_DAYS: Final = 90


class Command(StrEnum):
    """What a person can do to a breaker."""

    OPEN = "open"
    CLOSE = "close"
    RESET = "reset"


class BreakerBoard:
    """Lists breakers as stored, which is at most a second old while calls go on."""

    def __init__(self, db: Database, store: BreakerStore, clock: Clock, breakers: Breakers) -> None:
        self._db = db
        self._store = store
        self._clock = clock
        self._breakers = breakers

    async def all(self, tenant: TenantId) -> list[BreakerView]:
        """Every breaker of the tenant by dependency, those of declared dependencies without calls included."""
        kept = {one.dependency: one for one in await self._db.read(lambda tx: self._store.all(tx, tenant))}
        names = sorted(kept.keys() | self._breakers.declared)
        return [self._view(kept.get(name) or _unused(tenant, name)) for name in names]

    async def get(self, tenant: TenantId, dependency: str) -> BreakerView:
        """One breaker.

        Raises:
            NotFoundError: nothing was ever called by that name.
        """
        return self._view(await self._db.read(lambda tx: self._found(tx, tenant, dependency)))

    async def command(self, principal: Principal, dependency: str, command: Command) -> BreakerView:
        """Open, close or reset the breaker of the principal's tenant, in all processes. It is audited.

        Opened or closed by hand it stays so until it is reset; reset, it is closed and remembers nothing.

        Raises:
            NotFoundError: nothing was ever called by that name.
        """
        tenant = principal.tenant

        def change(tx: Tx) -> KeptBreaker:
            now = self._clock.now()
            self._found(tx, tenant, dependency)
            breaker = locked(tx, self._store, (tenant, dependency), self._breakers.policy_of(dependency), now)
            before = breaker.mode
            match command:
                case Command.OPEN:
                    breaker.force_open(now)
                case Command.CLOSE:
                    breaker.force_close(now)
                case Command.RESET:
                    breaker.reset(now)
            state = keep(tx, self._store, (tenant, dependency), breaker, now, principal=principal.id)
            told = BreakerForced(dependency=dependency, command=command.value, before=before, after=breaker.mode)
            tx.append(NewEntry(BREAKER_FORCED, tenant, principal.id, dependency, told))
            return KeptBreaker(tenant, dependency, state, now)

        changed = await self._db.write(change)
        await self._breakers.look(dependency, tenant)
        return self._view(changed)

    async def history(
        self,
        tenant: TenantId,
        *,
        dependency: str | None = None,
        since: Micros,
        until: Micros,
        limit: int = MAX_HISTORY,
    ) -> list[BreakerChange]:
        """The breakers' timeline: the newest changes of modes with `since <= at < until`, oldest first."""
        wanted = min(limit, MAX_HISTORY)
        return await self._db.read(lambda tx: self._store.history(tx, tenant, dependency, since, until, wanted))

    async def forget_old(self) -> int:
        """Delete what is older than 90 days: changes, and closed breakers that were not used since; how many rows."""
        before = self._clock.now() - KEEP_DAYS * DAY
        return await self._db.write(lambda tx: self._store.forget(tx, before))

    def _found(self, tx: ReadTx, tenant: TenantId, dependency: str) -> KeptBreaker:
        kept = self._store.get(tx, tenant, dependency)
        if kept is not None:
            return kept
        if dependency in self._breakers.declared:
            return _unused(tenant, dependency)
        raise NotFoundError(f"No breaker guards {dependency}: nothing was ever called by that name.")

    def _view(self, kept: KeptBreaker) -> BreakerView:
        policy: BreakerPolicy = self._breakers.policy_of(kept.dependency)
        totals = Breaker(policy, kept.state).totals(self._clock.now())
        return BreakerView(
            tenant=kept.tenant,
            dependency=kept.dependency,
            mode=kept.state.mode,
            since=kept.state.since,
            until=kept.state.until,
            opened=kept.state.opened,
            calls=totals.calls,
            failures=totals.failures,
            slow=totals.slow,
            failure_rate=totals.failure_rate,
            slow_rate=totals.slow_rate,
            minimum_calls=policy.minimum_calls,
            failure_rate_limit=policy.failure_rate,
            slow_rate_limit=policy.slow_rate,
            updated_at=kept.updated_at,
        )


def _unused(tenant: TenantId, dependency: str) -> KeptBreaker:
    return KeptBreaker(tenant, dependency, BreakerState(mode=Mode.CLOSED), 0)
