"""Runs the configured sources: each on its own, tried again after growing pauses when it fails."""

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import structlog

from netsentinel.events.configured.model import Running, SourceConfig, State
from netsentinel.events.configured.ports import SourceConfigStore
from netsentinel.events.sources.port import Place, Source, SourceKind, decoded
from netsentinel.kernel.clock import SECOND, Clock
from netsentinel.kernel.errors import InvalidInputError, NetSentinelError, UnavailableError
from netsentinel.kernel.types import Micros, TenantId
from netsentinel.storage.ports import Database

_log = structlog.get_logger("netsentinel.sources")

_LOOK_AGAIN_S: Final = 5.0
"""Another server on the same database may have changed a configuration."""
FIRST_PAUSE: Final[Micros] = SECOND
LONGEST_PAUSE: Final[Micros] = 60 * SECOND
_CALM: Final[Micros] = 60 * SECOND
"""A source that ran for so long begins again with the first pause."""

Key = tuple[TenantId, str]


@dataclass(frozen=True, slots=True)
class Household:
    """What sources need to run here."""

    kinds: Mapping[str, SourceKind]
    around: Callable[[SourceConfig], Place]
    fixed: Sequence[SourceConfig] = ()
    """From the server's own file; they go before stored ones of the same name."""


class SourceSupervisor:
    """Runs what is configured while `run` runs."""

    def __init__(self, db: Database, store: SourceConfigStore, house: Household, clock: Clock) -> None:
        self._db = db
        self._store = store
        self._house = house
        self._clock = clock
        self._fixed: dict[Key, SourceConfig] = {(one.tenant, one.name): one for one in house.fixed}
        self._configs = dict(self._fixed)
        self._keepers: dict[Key, _Keeper] = {}
        self._wake = asyncio.Event()
        self._applying = asyncio.Lock()
        self._is_open = False

    async def run(self) -> None:
        """Run the sources until cancelled; then let each hand over what it has."""
        self._is_open = True
        try:
            while True:
                self._wake.clear()
                try:
                    await self.apply()
                except UnavailableError as error:
                    _log.warning("sources_not_read", detail=error.detail)
                try:
                    async with asyncio.timeout(_LOOK_AGAIN_S):
                        await self._wake.wait()
                except TimeoutError:
                    continue
        finally:
            self._is_open = False
            await asyncio.gather(*(keeper.stop() for keeper in self._keepers.values()))
            self._keepers.clear()

    async def apply(self) -> None:
        """Read the configurations, and start and stop what they say.

        Raises:
            UnavailableError: they cannot be read.
        """
        async with self._applying:
            stored = {(one.tenant, one.name): one for one in await self._db.read(self._store.all)}
            self._configs = stored | self._fixed
            if not self._is_open:
                return
            for key, keeper in list(self._keepers.items()):
                wanted = self._configs.get(key)
                if wanted is None or not wanted.enabled or keeper.config != wanted:
                    await self._keepers.pop(key).stop()
            for key, config in self._configs.items():
                if config.enabled and key not in self._keepers:
                    self._keepers[key] = _Keeper(config, self._house, self._clock)
                    self._keepers[key].start()

    def all(self, tenant: TenantId) -> list[SourceConfig]:
        """A tenant's configurations, as of the last look."""
        return [config for (owner, _), config in sorted(self._configs.items()) if owner == tenant]

    def find(self, tenant: TenantId, name: str) -> SourceConfig | None:
        """The configuration of this name, as of the last look."""
        return self._configs.get((tenant, name))

    def fixed(self, tenant: TenantId, name: str) -> SourceConfig | None:
        """The configuration of this name in the server's own file."""
        return self._fixed.get((tenant, name))

    def running(self, tenant: TenantId, name: str) -> Running:
        """How a source is doing here."""
        config = self._configs.get((tenant, name))
        if config is None:
            return Running(State.UNMANAGED)
        if not config.enabled:
            return Running(State.DISABLED)
        keeper = self._keepers.get((tenant, name))
        return keeper.running() if keeper is not None else Running(State.STOPPED)

    def source(self, tenant: TenantId, name: str) -> Source | None:
        """The source itself, when it runs here."""
        keeper = self._keepers.get((tenant, name))
        return keeper.source if keeper is not None else None


class _Keeper:
    """Keeps one source running."""

    def __init__(self, config: SourceConfig, house: Household, clock: Clock) -> None:
        self.config = config
        self.source: Source | None = None
        self._house = house
        self._clock = clock
        self._task: asyncio.Task[None] | None = None
        self._error = ""
        self._error_at: Micros = 0
        self._retry_at: Micros = 0

    def start(self) -> None:
        self._task = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
            if not self._task.cancelled() and (fault := self._task.exception()) is not None:
                _log.error("source_stopped_badly", source=self.config.name, exc_info=fault)

    def running(self) -> Running:
        source = self.source
        if source is None:
            state = State.RETRYING if self._error else State.STOPPED
            return Running(state, self._error, self._error_at, self._retry_at)
        activity = source.activity
        is_newer = activity.error_at > self._error_at
        return Running(
            State.RUNNING,
            activity.error if is_newer else self._error,
            activity.error_at if is_newer else self._error_at,
            0,
            activity.note,
            activity.waiting_bytes,
            activity.connections,
            activity.lost,
            activity.pauses,
        )

    async def _keep(self) -> None:
        pause = FIRST_PAUSE
        while True:
            began = self._clock.now()
            fault = await self._once()
            if self._clock.now() - began >= _CALM:
                pause = FIRST_PAUSE
            self.source = None
            self._error, self._error_at = _sentence(fault, self._house.around(self.config).state), self._clock.now()
            self._retry_at = self._error_at + pause
            detail = _whole_sentence(fault)
            _log.warning("source_failed", source=self.config.name, tenant=self.config.tenant, detail=detail)
            await asyncio.sleep(pause / SECOND)
            self._retry_at = 0
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _once(self) -> BaseException | None:
        """Run the source until it ends, which only a fault makes it do; the fault."""
        try:
            kind, options, around = prepared(self.config, self._house)
            self.source = kind.build(options, around)
        except NetSentinelError as error:
            return error
        work = asyncio.create_task(self.source.run())
        try:
            await asyncio.wait({work})
        finally:
            if not work.done():
                work.cancel()
                await asyncio.wait({work})
        fault = None if work.cancelled() else work.exception()
        if fault is not None and not isinstance(fault, NetSentinelError | OSError):
            _log.error("source_crashed", source=self.config.name, exc_info=fault)
        return fault


def prepared(config: SourceConfig, house: Household) -> tuple[SourceKind, Any, Place]:
    """A configuration's kind, its checked options, and what is around it.

    Raises:
        InvalidInputError: the kind is unknown, or the options make no sense.
        NotAllowedError: the server's settings do not let them.
    """
    kind = kind_of(config.kind, house.kinds)
    options = decoded(kind, config.options)
    around = house.around(config)
    kind.check(options, around)
    return kind, options, around


def kind_of(name: str, kinds: Mapping[str, SourceKind]) -> SourceKind:
    """The kind of this name.

    Raises:
        InvalidInputError: there is none.
    """
    kind = kinds.get(name)
    if kind is None:
        known = ", ".join(sorted(kinds))
        raise InvalidInputError(f"There is no kind of source {name[:64]!r}; known are {known}.", field="kind")
    return kind


def _sentence(fault: BaseException | None, state: Path) -> str:
    """What went wrong, for whoever may see the source: where the server keeps its files is no part of that."""
    if isinstance(fault, OSError) and fault.filename:
        return f"{fault.strerror or fault}: {Path(os.fsdecode(fault.filename)).name}"
    return _whole_sentence(fault).replace(f"{state}/", "")


def _whole_sentence(fault: BaseException | None) -> str:
    """The same for the server's log."""
    if isinstance(fault, NetSentinelError):
        return fault.detail
    if isinstance(fault, OSError):
        return f"{fault.strerror or fault}: {fault.filename}" if fault.filename else str(fault.strerror or fault)
    if fault is None:
        return "It ended by itself."
    return f"It crashed ({type(fault).__name__}); the server's log says more."
