"""Bytes by content hash in a folder per tenant: written aside, synced, renamed. A blob is there whole or not at all."""

import asyncio
import contextlib
import hashlib
import os
import re
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from netsentinel.kernel.disk import sync
from netsentinel.kernel.errors import NotFoundError, StorageFullError
from netsentinel.kernel.types import Micros, TenantId
from netsentinel.storage.private_file import private_folder

_TENANT: Final = re.compile(r"[A-Za-z0-9_-]{1,200}")
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_ASIDE: Final = re.compile(r"\.[0-9a-f]{64}\.[0-9a-f]{16}")


class BlobFolder:
    """Blobs as files that only their owner may read.

    Args:
        folder: where they are; made when the first blob is.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def keep(self, tenant: TenantId, data: bytes) -> str:
        """Keep bytes; their SHA-256. They survive a crash of the machine when this returns.

        Raises:
            StorageFullError: the disk is full; nothing is left behind.
        """
        return await asyncio.to_thread(self._keep, tenant, data)

    async def adopt(self, tenant: TenantId, sha256: str, path: Path) -> None:
        """Keep a synced file, of that hash, of the same disk; it stays where it is as well.

        Raises:
            StorageFullError: that is not possible here.
        """
        await asyncio.to_thread(self._adopt, self.path(tenant, sha256), path)

    async def read(self, tenant: TenantId, sha256: str) -> bytes:
        """The bytes of that hash.

        Raises:
            NotFoundError: there are none.
        """
        try:
            return await asyncio.to_thread(self.path(tenant, sha256).read_bytes)
        except FileNotFoundError as error:
            raise NotFoundError(f"The bytes {sha256[:16]}... are not kept any more.") from error

    async def forget(self, tenant: TenantId, sha256: str) -> None:
        """Delete the bytes; nothing when there are none."""
        path = self.path(tenant, sha256)
        await asyncio.to_thread(lambda: path.unlink(missing_ok=True))

    async def stored(self, before: Micros) -> Mapping[TenantId, Sequence[str]]:
        """The hashes of all bytes that came to be kept before a time, of each tenant."""
        found: dict[TenantId, list[str]] = {}
        for path in await asyncio.to_thread(self._older, before):
            if _HASH.fullmatch(path.name) and _TENANT.fullmatch(path.parts[-3]):
                found.setdefault(TenantId(path.parts[-3]), []).append(path.name)
        return found

    async def drop_unfinished(self, before: Micros) -> int:
        """Delete what was begun before a time and never became kept bytes; how much that was."""

        def drop() -> int:
            asides = [path for path in self._older(before) if _ASIDE.fullmatch(path.name)]
            for path in asides:
                path.unlink(missing_ok=True)
            return len(asides)

        return await asyncio.to_thread(drop)

    def _older(self, before: Micros) -> list[Path]:
        """Files that were last made, linked or renamed before a time, which no program can set otherwise."""
        found: list[Path] = []
        for path in self._folder.glob("*/*/*"):
            with contextlib.suppress(FileNotFoundError):  # deleted meanwhile
                if path.stat().st_ctime_ns < before * 1_000:
                    found.append(path)
        return found

    def _keep(self, tenant: TenantId, data: bytes) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        path = self.path(tenant, sha256)
        if path.is_file() and path.stat().st_size == len(data):
            return sha256
        aside = path.with_name(f".{sha256}.{secrets.token_hex(8)}")
        try:
            private_folder(path.parent)
            with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(path)
            sync(path.parent)
        except OSError as error:
            raise StorageFullError(f"The medium could not be written: {error}.") from error
        finally:
            aside.unlink(missing_ok=True)
        return sha256

    def _adopt(self, path: Path, source: Path) -> None:
        if path.is_file() and path.stat().st_size == source.stat().st_size:
            return
        try:
            private_folder(path.parent)
            path.unlink(missing_ok=True)
            path.hardlink_to(source)
            sync(path.parent)
        except OSError as error:
            raise StorageFullError(f"The medium could not be kept: {error}.") from error

    def path(self, tenant: TenantId, sha256: str) -> Path:
        """Where the bytes of that hash are, if there are any.

        Raises:
            NotFoundError: there cannot be any.
        """
        if _TENANT.fullmatch(tenant) is None or _HASH.fullmatch(sha256) is None:
            raise NotFoundError(f"No bytes are kept as {sha256[:80]!r}.")
        return self._folder / tenant / sha256[:2] / sha256
