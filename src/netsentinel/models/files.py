"""The folder of signed model files: each is called by the SHA-256 of what it holds, and never changes."""

import asyncio
import os
import re
from collections.abc import Collection
from hashlib import sha256 as digest
from pathlib import Path
from typing import Final

from netsentinel.detection.errors import ModelFileAwayError, ModelFileError
from netsentinel.kernel.disk import sync
from netsentinel.kernel.errors import StorageFullError
from netsentinel.kernel.types import Micros
from netsentinel.storage.private_file import private_folder

_NAME: Final = re.compile(r"[0-9a-f]{64}")
_OWNER_ONLY: Final = 0o600
_SECOND: Final = 1_000_000


class ModelFolder:
    """Model files in a folder that only its owner can read.

    Args:
        folder: made when the first file comes.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def keep(self, content: bytes) -> str:
        """Keep a file, whole and on disk, or not at all; its SHA-256.

        Raises:
            StorageFullError: the disk is full; nothing is left behind.
        """
        return await asyncio.to_thread(self._keep, content)

    async def read(self, sha256: str) -> bytes:
        """A file's content.

        Raises:
            ModelFileAwayError: it cannot be read here and now.
            ModelFileError: it was changed on the disk.
        """
        return await asyncio.to_thread(self._read, sha256)

    def path(self, sha256: str) -> Path:
        """Where a file is.

        Raises:
            ModelFileError: that is no name of a file.
        """
        if _NAME.fullmatch(sha256) is None:
            raise ModelFileError(f"{sha256[:64]!r} is no name of a model file.")
        return self._folder / sha256

    async def tidy(self, wanted: Collection[str], before: Micros) -> int:
        """Delete what was written before a time and is not wanted; how many went."""
        return await asyncio.to_thread(self._tidy, frozenset(wanted), before / _SECOND)

    def _keep(self, content: bytes) -> str:
        name = digest(content).hexdigest()
        path, fresh = self._folder / name, self._folder / f".{name}.{os.getpid()}"
        if path.exists() and digest(path.read_bytes()).hexdigest() == name:
            path.touch()  # wanted again: `tidy` deletes what was written long ago and has no model yet
            return name
        try:
            private_folder(self._folder)
            fresh.unlink(missing_ok=True)
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY), "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            fresh.replace(path)
            sync(self._folder)
        except OSError as error:
            raise StorageFullError(f"The file of the model could not be written: {error}.") from error
        finally:
            fresh.unlink(missing_ok=True)
        return name

    def _read(self, name: str) -> bytes:
        try:
            content = self.path(name).read_bytes()
        except OSError as error:
            raise ModelFileAwayError(f"The file of the model cannot be read: {error}.") from error
        if digest(content).hexdigest() != name:
            raise ModelFileError("The file of the model was changed on the disk.")
        return content

    def _tidy(self, wanted: frozenset[str], before_s: float) -> int:
        gone = 0
        for path in self._folder.glob("*"):
            if path.name not in wanted and path.stat().st_mtime < before_s:
                path.unlink(missing_ok=True)
                gone += 1
        return gone
