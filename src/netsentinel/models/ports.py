"""Where models are kept: their rows, what happened to them, and their files."""

from collections.abc import Collection
from pathlib import Path
from typing import Protocol

from netsentinel.kernel.types import Micros, TenantId
from netsentinel.models.figures import Window
from netsentinel.models.model import ModelChange, ModelFilter, ModelVersion
from netsentinel.storage.ports import ReadTx, Tx


class ModelStore(Protocol):
    """Keeps models. Every change goes through `turn` first, so that changes of models come one after the other."""

    def turn(self, tx: Tx) -> int:
        """Let no other transaction change models before this one ends; a number that grew by one."""
        ...

    def revision(self, tx: ReadTx) -> int:
        """The number of the newest change."""
        ...

    def insert(self, tx: Tx, model: ModelVersion, report: bytes, plot: bytes) -> None:
        """Keep a new model with its report (JSON) and its plot (PNG), neither of which ever changes."""
        ...

    def save(self, tx: Tx, model: ModelVersion) -> None:
        """Write what can change about a model: stage, share, request."""
        ...

    def get(self, tx: ReadTx, tenant: TenantId, model_id: str) -> ModelVersion | None:
        """The model, when it belongs to the tenant."""
        ...

    def report(self, tx: ReadTx, tenant: TenantId, model_id: str) -> tuple[bytes, bytes] | None:
        """A model's report and plot."""
        ...

    def page(
        self, tx: ReadTx, tenant: TenantId | None, where: ModelFilter, limit: int, after: str | None
    ) -> list[ModelVersion]:
        """Models by id, newest first, beginning below `after`; of all tenants with None."""
        ...


class ChangeStore(Protocol):
    """Keeps what happened to models. Nothing is ever changed or taken away."""

    def add(self, tx: Tx, change: ModelChange) -> None:
        """Keep one more."""
        ...

    def of(self, tx: ReadTx, tenant: TenantId, model_id: str, limit: int) -> list[ModelChange]:
        """The newest of a model, oldest first."""
        ...

    def newest(self, tx: ReadTx, tenant: TenantId, line: str, limit: int) -> list[ModelChange]:
        """The newest of a line, newest first; of all lines with an empty one."""
        ...


class WindowStore(Protocol):
    """Keeps what models did, a row for each five minutes."""

    def add(self, tx: Tx, window: Window) -> None:
        """Add to the window of its model and time, or begin it."""
        ...

    def of(self, tx: ReadTx, tenant: TenantId, model_id: str, since: Micros) -> list[Window]:
        """A model's windows that began at or after a time, oldest first."""
        ...

    def forget(self, tx: Tx, before: Micros, limit: int) -> int:
        """Delete windows from before a time; how many went. Of all tenants."""
        ...


class ModelFiles(Protocol):
    """Keeps signed files by what they hold. A file is there whole or not at all, and never changes."""

    async def keep(self, content: bytes) -> str:
        """Keep a file; its SHA-256, by which it is found again.

        Raises:
            StorageFullError: the disk is full; nothing is left behind.
        """
        ...

    async def read(self, sha256: str) -> bytes:
        """A file's content, which is what was kept.

        Raises:
            ModelFileAwayError: it cannot be read here and now.
            ModelFileError: it was changed on the disk.
        """
        ...

    def path(self, sha256: str) -> Path:
        """Where a file is, for another process of this machine, which checks it itself."""
        ...

    async def tidy(self, wanted: Collection[str], before: Micros) -> int:
        """Delete what was written before a time and is not wanted; how many went."""
        ...
