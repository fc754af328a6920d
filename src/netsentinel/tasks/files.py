"""Files that tasks leave: results too large to travel with the task, kept until the task is forgotten."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import msgspec

from netsentinel.kernel.errors import NotFoundError, StorageFullError
from netsentinel.kernel.types import Micros, TenantId
from netsentinel.storage.private_file import private_folder
from netsentinel.tasks.model import Task

_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,200}")
_SECOND_US: Final = 1_000_000


class ResultFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file as a task's result tells of it."""

    name: str
    """What to call it when it is saved."""
    media_type: str
    size: int
    """Bytes."""
    url: str
    """Where the server hands it out."""


class TaskFiles:
    """One file per task, in a folder per tenant. A file is there whole or not at all.

    Args:
        folder: where they are; made when the first file is.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def keep(self, task: Task, name: str, media_type: str, pieces: AsyncIterator[bytes]) -> ResultFile:
        """Write the task's file, in place of the one that an earlier attempt left.

        Raises:
            StorageFullError: the disk is full; nothing is left behind.
        """
        path = self._path(task.tenant, task.id)
        aside = path.with_name(f"{path.name}.{task.attempt}.part")
        await asyncio.to_thread(private_folder, path.parent)
        size = 0
        try:
            # Written on threads, piece by piece, so that the loop goes on.
            with await asyncio.to_thread(aside.open, "wb") as file:
                async for piece in pieces:
                    size += await asyncio.to_thread(file.write, piece)
                await asyncio.to_thread(_sync, file.fileno())
            await asyncio.to_thread(aside.replace, path)
        except OSError as error:
            raise StorageFullError(f"The file of {task.id} could not be written: {error}.") from error
        finally:
            aside.unlink(missing_ok=True)
        return ResultFile(name=name, media_type=media_type, size=size, url=f"/api/v2/tasks/{task.id}/file")

    async def find(self, tenant: TenantId, task_id: str) -> Path:
        """Where the task's file is.

        Raises:
            NotFoundError: it left none, or it is forgotten.
        """
        path = self._path(tenant, task_id)
        if not await asyncio.to_thread(path.is_file):
            raise NotFoundError(f"The task {task_id} left no file, or it was kept long enough.")
        return path

    async def trim(self, before: Micros) -> int:
        """Delete the files that were written before a time; how many went."""
        return await asyncio.to_thread(self._trim, before / _SECOND_US)

    def _trim(self, before_s: float) -> int:
        gone = 0
        for path in self._folder.glob("*/*"):
            try:
                if path.stat().st_mtime < before_s:
                    path.unlink()
                    gone += 1
            except FileNotFoundError:
                continue
        return gone

    def _path(self, tenant: TenantId, task_id: str) -> Path:
        if _NAME.fullmatch(tenant) is None or _NAME.fullmatch(task_id) is None:
            raise NotFoundError(f"There is no task {task_id[:200]!r}.")
        return self._folder / tenant / task_id


def _sync(number: int) -> None:
    """Have what was written survive a crash of the machine."""
    os.fsync(number)
