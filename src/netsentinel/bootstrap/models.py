"""Trained models: the registry, what trains them, and what watches those that judge."""

from dataclasses import dataclass
from pathlib import Path

from netsentinel.alerts import AlertGrouping, AlertService
from netsentinel.bootstrap.ground import Ground
from netsentinel.bootstrap.senses import fence_around
from netsentinel.detection import ModelServing
from netsentinel.events.lake import EventLake
from netsentinel.kernel.settings import Settings
from netsentinel.kernel.types import MIB, TenantId
from netsentinel.models import ModelFolder, ModelRegistry, ModelStores, Policy
from netsentinel.models.bench import ProcessTrainingBench
from netsentinel.models.keeping import ModelKeeping
from netsentinel.models.monitor import ModelMonitor, WatchLimits
from netsentinel.models.store_sql import SqlChanges, SqlModels, SqlWindows
from netsentinel.models.tables import TableFolder, table_named
from netsentinel.models.training import ModelActions, Workshop
from netsentinel.storage.dialect import POSTGRES, SQLITE
from netsentinel.storage.private_file import private_key


@dataclass(frozen=True, slots=True)
class Models:
    """The parts."""

    registry: ModelRegistry
    monitor: ModelMonitor
    keeping: ModelKeeping
    actions: ModelActions
    tables: TableFolder


def make_models(
    settings: Settings,
    ground: Ground,
    pool: ModelServing,
    alerts: AlertService,
    grouping: AlertGrouping,
    lake: EventLake,
) -> Models:
    """Everything about trained models. Nothing is read or started yet."""
    files = ModelFolder(settings.data_dir / "blobs" / "models")
    key = private_key(settings.data_dir / "models.key").encode()
    policy = Policy(
        second_person=settings.models_second_person,
        canary_share=settings.models_canary_share,
        lines=settings.models_lines,
    )
    registry = ModelRegistry(ground.db, ModelStores(SqlModels(), SqlChanges(), files), ground.clock, policy)
    limits = WatchLimits(settings.models_drift_psi, settings.models_guard_rows, settings.models_guard_factor)
    windows = SqlWindows(POSTGRES if settings.database_url else SQLITE)
    monitor = ModelMonitor(ground.db, registry, windows, alerts, grouping, ground.clock, limits)
    tables = TableFolder(settings.data_dir.absolute() / "blobs" / "tables", settings.models_tables_mib * MIB)

    def allowed(tenant: TenantId, path: str) -> Path:
        if name := table_named(path):
            return tables.path(tenant, name)
        return fence_around(settings, tenant).path(path)

    workshop = Workshop(
        bench=ProcessTrainingBench(settings.models_memory_mib),
        events=lake,
        alerts=alerts,
        files=files,
        folder=_work_folder(settings),
        key=key,
        allowed=allowed,
        principals=ground.identity.acting,
    )
    keeping = ModelKeeping(registry, files, key, pool, monitor, ground.clock, keep_days=settings.models_keep_days)
    return Models(registry, monitor, keeping, ModelActions(registry, workshop, ground.clock), tables)


def _work_folder(settings: Settings) -> Path:
    return settings.data_dir.absolute() / "trainings"
