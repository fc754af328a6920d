"""In-memory fakes of the ports of models; they pass the same contract suite as the SQL stores and the folder."""

from collections.abc import Collection
from hashlib import sha256 as _sha256
from pathlib import Path

from netsentinel.detection.errors import ModelFileAwayError, ModelFileError
from netsentinel.kernel.types import Micros, TenantId
from netsentinel.models.figures import Window
from netsentinel.models.model import ModelChange, ModelFilter, ModelVersion
from netsentinel.storage.ports import ReadTx, Tx


class MemoryModels:
    """Models in a dictionary."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], ModelVersion] = {}
        self._reports: dict[tuple[str, str], tuple[bytes, bytes]] = {}
        self._revision = 0

    def turn(self, tx: Tx) -> int:
        """Nobody else is here."""
        self._revision += 1
        return self._revision

    def revision(self, tx: ReadTx) -> int:
        """The number of the newest change."""
        return self._revision

    def insert(self, tx: Tx, model: ModelVersion, report: bytes, plot: bytes) -> None:
        """Keep a new model with its report and its plot."""
        self._kept[model.tenant, model.id] = model
        self._reports[model.tenant, model.id] = (report, plot)

    def save(self, tx: Tx, model: ModelVersion) -> None:
        """Replace what is kept of it."""
        self._kept[model.tenant, model.id] = model

    def get(self, tx: ReadTx, tenant: TenantId, model_id: str) -> ModelVersion | None:
        """The model, when it belongs to the tenant."""
        return self._kept.get((tenant, model_id))

    def report(self, tx: ReadTx, tenant: TenantId, model_id: str) -> tuple[bytes, bytes] | None:
        """A model's report and plot."""
        return self._reports.get((tenant, model_id))

    def page(
        self, tx: ReadTx, tenant: TenantId | None, where: ModelFilter, limit: int, after: str | None
    ) -> list[ModelVersion]:
        """Models by id, newest first."""
        found = [
            model
            for model in self._kept.values()
            if tenant in (None, model.tenant)
            and where.line in ("", model.line)
            and where.kind in ("", model.artefact.kind)
            and where.task_id in ("", model.task_id)
            and (not where.stages or model.stage in where.stages)
            and (after is None or model.id < after)
        ]
        return sorted(found, key=lambda model: model.id, reverse=True)[:limit]


class MemoryChanges:
    """What happened to models, in a list."""

    def __init__(self) -> None:
        self._kept: list[ModelChange] = []

    def add(self, tx: Tx, change: ModelChange) -> None:
        """Keep one more."""
        self._kept.append(change)

    def of(self, tx: ReadTx, tenant: TenantId, model_id: str, limit: int) -> list[ModelChange]:
        """The newest of a model, oldest first."""
        found = [one for one in self._kept if (one.tenant, one.model_id) == (tenant, model_id)]
        return sorted(found, key=lambda one: one.seq)[-limit:]

    def newest(self, tx: ReadTx, tenant: TenantId, line: str, limit: int) -> list[ModelChange]:
        """The newest of a line, newest first."""
        found = [one for one in self._kept if one.tenant == tenant and line in ("", one.line)]
        return sorted(found, key=lambda one: one.seq, reverse=True)[:limit]


class MemoryWindows:
    """What models did, in a dictionary."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str, Micros], Window] = {}

    def add(self, tx: Tx, window: Window) -> None:
        """Add to the window of its model and time, or begin it."""
        key = (window.tenant, window.model_id, window.at)
        self._kept[key] = self._kept[key].plus(window) if key in self._kept else window

    def of(self, tx: ReadTx, tenant: TenantId, model_id: str, since: Micros) -> list[Window]:
        """A model's windows that began at or after a time, oldest first."""
        found = [one for one in self._kept.values() if (one.tenant, one.model_id) == (tenant, model_id)]
        return sorted((one for one in found if one.at >= since), key=lambda one: one.at)

    def forget(self, tx: Tx, before: Micros, limit: int) -> int:
        """Delete windows from before a time; how many went."""
        gone = sorted((key for key in self._kept if key[2] < before), key=lambda key: key[2])[:limit]
        for key in gone:
            del self._kept[key]
        return len(gone)


class MemoryFiles:
    """Files in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    async def keep(self, content: bytes) -> str:
        """Keep a file; its SHA-256."""
        name = _sha256(content).hexdigest()
        self.kept[name] = content
        return name

    async def read(self, sha256: str) -> bytes:
        """A file's content."""
        if sha256 not in self.kept:
            raise ModelFileAwayError("The file of the model is gone.")
        if _sha256(self.kept[sha256]).hexdigest() != sha256:
            raise ModelFileError("The file of the model was changed.")
        return self.kept[sha256]

    def path(self, sha256: str) -> Path:
        """Where it would be."""
        return Path("memory") / sha256

    async def tidy(self, wanted: Collection[str], before: Micros) -> int:
        """Delete what is not wanted, whenever it was written."""
        gone = set(self.kept) - set(wanted)
        for name in gone:
            del self.kept[name]
        return len(gone)
