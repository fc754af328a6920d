"""What takes events in and keeps them: the lake, the rulebook, and the sources that are configured."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import structlog

from netsentinel.alerts import Processor
from netsentinel.bootstrap.ground import Ground, open_ground
from netsentinel.detection.content import bundled_rules
from netsentinel.detection.rulebook import (
    Installed,
    PackFolder,
    PackKind,
    ProcessBench,
    RuleBench,
    RuleLibrary,
    RuleService,
    RuleStores,
)
from netsentinel.detection.rulebook.store_sql import SqlHits, SqlPacks, SqlRules
from netsentinel.events import FORMATS, IntakeService
from netsentinel.events.configured import (
    Household,
    IntakeSink,
    Origin,
    SourceConfig,
    read_sources,
)
from netsentinel.events.lake.checking import LakeCheck
from netsentinel.events.lake.store_duckdb import LOCK, DuckLake, LakeProcesses
from netsentinel.events.lake.store_sql import SqlLakeFiles
from netsentinel.events.lake.workers import LakeWorkers
from netsentinel.events.sources import KINDS, Fence, Place
from netsentinel.kernel.clock import Clock
from netsentinel.kernel.errors import UnavailableError
from netsentinel.kernel.settings import Settings
from netsentinel.kernel.types import TenantId
from netsentinel.storage.private_file import only_one

_log = structlog.get_logger("netsentinel")

_TEND_EVERY_S = 30.0


_SHARED = "Another server stores its events in {}. Each server has a folder of its own for them."
_OUR_LICENCE = "Apache License 2.0"


@dataclass(frozen=True, slots=True)
class Rules:
    """The rulebook's parts."""

    stores: RuleStores
    bench: RuleBench
    library: RuleLibrary
    service: RuleService


async def open_lake(stack: AsyncExitStack, settings: Settings, ground: Ground) -> DuckLake:
    """The lake, without what a crash left in its folder. Its processes are started when they are needed.

    Raises:
        UnavailableError: another server uses the same folder, whatever its data folder is.
    """
    stack.enter_context(only_one(settings.lake_path / LOCK, _SHARED.format(settings.lake_path)))

    async def workers(at_once: int) -> LakeWorkers:
        made = LakeWorkers(settings.lake_path, memory_mib=settings.lake_memory_mib, at_once=at_once)
        return await stack.enter_async_context(made)

    processes = LakeProcesses(writing=await workers(1), searching=await workers(2), hunting=await workers(1))
    lake = DuckLake(ground.db, SqlLakeFiles(), settings.lake_path, processes, ground.clock)
    removed = await lake.tidy()
    if removed:
        _log.info("lake_tidied", files=removed)
    return lake


@asynccontextmanager
async def open_lake_check(settings: Settings) -> AsyncGenerator[LakeCheck]:
    """The lake's files, to be looked at; a server may run on the same lake meanwhile."""
    folder, aside = settings.lake_path, settings.lake_path.with_name(f"{settings.lake_path.name}-given-up")
    async with open_ground(settings) as ground, LakeWorkers(folder, memory_mib=settings.lake_memory_mib) as workers:
        yield LakeCheck(ground.db, SqlLakeFiles(), folder, workers, aside)


async def tend_lake(settings: Settings, lake: DuckLake) -> None:
    """Keep the lake within its retention and its number of files, for ever."""
    while True:
        await asyncio.sleep(_TEND_EVERY_S)
        try:
            await lake.tend(settings.lake_days)
        except UnavailableError as error:
            _log.warning("lake_untended", detail=error.detail)


async def open_rules(stack: AsyncExitStack, settings: Settings, ground: Ground) -> Rules:
    """The rulebook, knowing what the installation's folders hold now."""
    bench = await stack.enter_async_context(ProcessBench(settings.data_dir / "cache"))
    stores, folder = RuleStores(SqlRules(), SqlPacks(), SqlHits()), PackFolder(settings.data_dir / "rules")
    library = RuleLibrary(ground.db, stores, bench, folder, ground.clock)
    bundled = Installed(bundled_rules(), "NetSentinel", PackKind.BUNDLED, _OUR_LICENCE)
    named = (Installed(path, path.stem or str(path), PackKind.CONFIGURED) for path in settings.rules)
    removed = await library.open((bundled, *named))
    if removed:
        _log.info("rules_tidied", files=removed)
    return Rules(stores, bench, library, RuleService(ground.db, stores, bench, folder, ground.clock))


def fence_around(settings: Settings, tenant: TenantId, *, is_open: bool = False) -> Fence:
    """What the sources of a tenant may open."""
    return Fence(
        folders=settings.folders_of_sources(tenant),
        closed=(settings.data_dir.absolute(),),
        addresses=settings.source_addresses,
        ports=settings.ports_of_sources,
        is_open=is_open,
    )


def household(settings: Settings, intake: IntakeService, processor: Processor, clock: Clock) -> Household:
    """What configured sources run with here: the operator's own ones are not fenced in.

    Raises:
        SettingsError: the file with the operator's sources is not valid.
    """

    def around(config: SourceConfig) -> Place:
        fence = fence_around(settings, config.tenant, is_open=config.origin is Origin.FILE)
        return Place(
            tenant=config.tenant,
            source=config.name,
            format=config.format,
            sink=IntakeSink(intake, config.tenant, processor.wake),
            clock=clock,
            state=settings.data_dir.absolute() / "sources" / config.tenant / config.name.replace(":", "%3A"),
            fence=fence,
            max_line=settings.intake_max_line_kib * 1024,
            certificate=settings.source_certificate,
            private_key=settings.source_private_key,
        )

    file = settings.sources_file or settings.data_dir / "sources.toml"
    return Household(KINDS, around, read_sources(file, clock.now(), KINDS, FORMATS))
