"""Health: `/livez` never touches a dependency, `/readyz` looks at all of them and says which one is red."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from netsentinel.events.ports import Backlog
from netsentinel.kernel.clock import SECOND, Clock
from netsentinel.kernel.disk import check_room
from netsentinel.kernel.errors import NetSentinelError, UnavailableError
from netsentinel.kernel.settings import Settings
from netsentinel.kernel.types import MIB, Micros, TenantId
from netsentinel.storage import Database, ReadTx

_LAGGING_S = 60
"""Detection lags when a batch has waited longer than this."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one check found."""

    name: str
    ok: bool
    detail: str
    took_ms: float
    warns: bool = False
    """The detail says what somebody should look at, though the server can do its work."""


@dataclass(frozen=True, slots=True)
class ReadinessReport:
    """All checks, and whether the server can do its work."""

    ready: bool
    checks: tuple[CheckResult, ...]


Check = Callable[[], Awaitable[str]]
"""Returns a sentence when all is well; raises a NetSentinelError that says what is not."""


class Troubled(Protocol):
    """Something that knows what is wrong with it."""

    @property
    def troubles(self) -> tuple[str, ...]:
        """A sentence each."""
        ...


@dataclass(frozen=True, slots=True)
class Watched:
    """Something that the server can do its work without, as far as it is in trouble."""

    part: Troubled
    well: str
    """What is said when nothing is wrong."""


class Readiness:
    """Runs the named checks, and asks what is watched, which makes nothing red."""

    def __init__(self, checks: dict[str, Check], watched: Mapping[str, Watched] | None = None) -> None:
        self._checks = checks
        self._watched = watched or {}

    async def report(self) -> ReadinessReport:
        """Every check's result."""
        results = [await self._run(name, check) for name, check in self._checks.items()]
        results += [_asked(name, one) for name, one in self._watched.items()]
        return ReadinessReport(all(result.ok for result in results), tuple(results))

    async def _run(self, name: str, check: Check) -> CheckResult:
        started = time.perf_counter()
        try:
            detail, ok = await check(), True
        except NetSentinelError as error:
            detail, ok = error.detail, False
        return CheckResult(name, ok, detail, round((time.perf_counter() - started) * 1_000, 2))


def _asked(name: str, one: Watched) -> CheckResult:
    troubles = one.part.troubles
    return CheckResult(name, ok=True, detail=" ".join(troubles) or one.well, took_ms=0.0, warns=bool(troubles))


def readiness_of(
    settings: Settings,
    db: Database,
    backlog: Callable[[ReadTx], Mapping[TenantId, Backlog]],
    finished_at: Callable[[], Micros],
    clock: Clock,
    models: Troubled | None = None,
    rules: Troubled | None = None,
) -> Readiness:
    """The checks of a server.

    Args:
        settings: where its data are, and how much of the disk stays free.
        db: its database.
        backlog: what waits for detection. One tenant's that waits long, because it sends more than its share, makes
            nothing red.
        finished_at: when detection last finished a batch.
        clock: the time.
        models: those deployed here. What is wrong with them makes nothing red: rules and other models go on.
        rules: the packs that tenants added. What is wrong with one makes nothing red: the others go on.
    """

    async def storage() -> str:
        await db.read(lambda tx: tx.row("SELECT 1"))
        return "reading works"

    async def writer() -> str:
        await db.write(lambda tx: tx.row("SELECT 1"))
        return "writing works"

    async def disk() -> str:
        return f"{check_room(settings.data_dir, settings.disk_reserve_mib * MIB) // MIB} MiB free"

    async def detection() -> str:
        held = (await db.read(backlog)).values()
        waiting, now = sum(each.batches for each in held), clock.now()
        lags = [(now - each.since) // SECOND for each in held]
        if lags and min(lags) > _LAGGING_S:
            raise UnavailableError(
                f"{waiting} batches wait for detection, the oldest of every tenant for {min(lags)} s."
            )
        idle = min((now - finished_at()) // SECOND, max(lags, default=0))
        if idle > _LAGGING_S:
            raise UnavailableError(f"{waiting} batches wait for detection, which has finished none for {idle} s.")
        return f"{waiting} batches wait"

    checks: dict[str, Check] = {"storage": storage, "writer": writer, "disk": disk, "detection": detection}
    watched = {
        "models": (models, "deployed models judge"),
        "rules": (rules, "added packs of rules can be loaded"),
    }
    return Readiness(checks, {name: Watched(part, well) for name, (part, well) in watched.items() if part is not None})
