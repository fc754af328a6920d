"""Tables that people upload to train and measure models on: streamed to the disk, within a quota of each tenant."""

import asyncio
import contextlib
import os
import re
from collections.abc import AsyncIterator, Generator
from dataclasses import dataclass, field
from io import BufferedWriter, FileIO
from pathlib import Path
from typing import Final

from netsentinel.kernel.disk import sync
from netsentinel.kernel.errors import InvalidInputError, NotFoundError, StorageFullError, TooLargeError
from netsentinel.kernel.ids import new_id
from netsentinel.kernel.types import MIB, Micros, TenantId
from netsentinel.storage.private_file import private_folder

PREFIX: Final = "table:"
"""A training names an uploaded table by this and its name, in place of a path."""
MOST_TABLES: Final = 100
"""Of one tenant."""
MOST_NAME: Final = 100
"""Characters of a table's name."""
_MOST_NAME_BYTES: Final = 250
"""File systems take 255."""
_PLAIN: Final = (".csv", ".txt", ".log", ".labeled", ".json", ".jsonl", ".ndjson", ".binetflow")
"""Tables as texts, and logs of flows with labels: Zeek's of IoT-23 are `.labeled`, Argus's of CTU-13 `.binetflow`."""
_WHOLE: Final = (".csv.zst", ".parquet", ".pq")
_SUFFIXES: Final = (*_WHOLE, *(kind + packing for kind in _PLAIN for packing in ("", ".gz")))
_WORD: Final = re.compile("[a-z0-9]+")
_MOST_LINE: Final = 40
"""Characters of a line's name."""
_PART: Final = ".part-"
_OWNER_ONLY: Final = 0o600
_SECOND: Final = 1_000_000
_BUFFER: Final = 1 * MIB


@dataclass(frozen=True, slots=True)
class KeptTable:
    """A table that was uploaded."""

    name: str
    size: int
    """Bytes."""
    uploaded_at: Micros

    @property
    def path(self) -> str:
        """What a training calls it."""
        return PREFIX + self.name


@dataclass(slots=True)
class _Coming:
    """A tenant's uploads that are under way."""

    uploads: int = 0
    names: list[str] = field(default_factory=list[str])
    """Of their tables."""
    size: int = 0
    """Bytes that came of them, and of those that ended since one of them began."""
    kept: int = 0
    """Part of it: bytes of those that ended."""


def table_named(path: str) -> str:
    """The name of the uploaded table that a training's path means; empty when it means a file on the server.

    A name alone can only be that of a table: files on the server are named by absolute paths.
    """
    return path.removeprefix(PREFIX) if path.startswith(PREFIX) or "/" not in path else ""


def line_named(path: str) -> str:
    """The line of models that learn from a table, where nobody names one: the table's name, in a line's letters."""
    name = path.rpartition("/")[2].removeprefix(PREFIX).lower()
    while ending := next((one for one in _SUFFIXES if name.endswith(one)), ""):
        name = name.removesuffix(ending)
    line = "-".join(_WORD.findall(name))
    return (line if line[:1].isalpha() else f"table-{line}")[:_MOST_LINE].rstrip("-")


class TableFolder:
    """Uploaded tables, in a folder for each tenant. A table is there whole or not at all.

    Args:
        folder: of all tenants.
        quota: bytes of all tables of one tenant.
    """

    def __init__(self, folder: Path, quota: int) -> None:
        self._folder = folder
        self.quota = quota
        self._coming: dict[str, _Coming] = {}
        """Uploads that are under way, by tenant."""

    async def tables(self, tenant: TenantId) -> tuple[KeptTable, ...]:
        """The tenant's tables by name."""
        return await asyncio.to_thread(self._tables, tenant)

    async def keep(self, tenant: TenantId, name: str, pieces: AsyncIterator[bytes]) -> KeptTable:
        """Write a table in place of the one of that name, where there is one.

        Raises:
            InvalidInputError: the name is none, or of no kind of file that is read.
            TooLargeError: it does not fit into what is left of the quota, or there are too many tables.
            StorageFullError: the disk is full; nothing is left behind.
        """
        path = self._path(tenant, name)
        await asyncio.to_thread(private_folder, path.parent)
        with self._beside_others(tenant) as coming:
            left = await self._left(tenant, name, coming)
            coming.names.append(name)
            try:
                return await self._write(path, pieces, left, coming)
            except OSError as error:
                raise StorageFullError(f"The table could not be written: {error}.") from error
            finally:
                coming.names.remove(name)

    async def delete(self, tenant: TenantId, name: str) -> None:
        """Delete a table. A training that reads it goes on.

        Raises:
            NotFoundError: there is none of that name.
        """
        await asyncio.to_thread(self.path(tenant, name).unlink, missing_ok=True)

    def path(self, tenant: TenantId, name: str) -> Path:
        """Where a table is.

        Raises:
            NotFoundError: there is none of that name.
        """
        path = self._path(tenant, name)
        if not path.is_file():
            raise NotFoundError(
                f"There is no table {name[:MOST_NAME]!r}; those that there are: `netsentinel models tables`,"
                " GET /api/v2/models/tables."
            )
        return path

    async def tidy(self) -> int:
        """Remove what uploads left that broke off with the server; how many files went. For the start."""
        return await asyncio.to_thread(self._tidy)

    @contextlib.contextmanager
    def _beside_others(self, tenant: TenantId) -> Generator[_Coming, None, None]:
        """The tenant's uploads, of which there is one more inside."""
        coming = self._coming.setdefault(tenant, _Coming())
        coming.uploads += 1
        try:
            yield coming
        finally:
            coming.uploads -= 1
            if not coming.uploads:
                del self._coming[tenant]

    async def _left(self, tenant: TenantId, name: str, coming: _Coming) -> int:
        """How large `coming` may grow for one more table of this name."""
        names, kept = {*coming.names}, coming.kept
        others = [one for one in await self.tables(tenant) if one.name != name]
        names = {*names, *coming.names, *(one.name for one in others)} - {name}
        if len(names) >= MOST_TABLES:
            raise TooLargeError(f"There are {MOST_TABLES} tables, which is the most; delete some.", limit=MOST_TABLES)
        return self.quota + kept - sum(one.size for one in others)  # what was kept is among the others

    async def _write(self, path: Path, pieces: AsyncIterator[bytes], left: int, coming: _Coming) -> KeptTable:
        aside = path.with_name(f"{_PART}{new_id('upl', 0)}")
        came = 0
        try:
            with await asyncio.to_thread(_opened, aside) as file:
                async for piece in pieces:
                    came += len(piece)
                    coming.size += len(piece)
                    if coming.size > left:
                        raise TooLargeError(
                            f"Tables may take {self.quota // MIB:,} MiB in all; delete some, or send less.",
                            limit=self.quota,
                        )
                    await asyncio.to_thread(file.write, piece)
                await asyncio.to_thread(_synced, file)
            made = KeptTable(path.name, *await asyncio.to_thread(_size_and_time, aside))
            await asyncio.to_thread(_put, aside, path)
            coming.kept += came
            came = 0  # it is still counted until no upload is left that may not have seen it
        finally:
            coming.size -= came
            await asyncio.to_thread(aside.unlink, missing_ok=True)
        return made

    def _path(self, tenant: TenantId, name: str) -> Path:
        if not _is_file_name(name):
            raise InvalidInputError(
                f"Call a table as a file: at most {MOST_NAME} characters, without a slash, without control characters,"
                " and not with a full stop first.",
                field="name",
            )
        if not name.lower().endswith(_SUFFIXES):
            raise InvalidInputError(
                f"A table's name ends in one of {', '.join(_PLAIN)} (also with .gz behind it), {', '.join(_WHOLE)}.",
                field="name",
            )
        return self._folder / tenant / name

    def _tables(self, tenant: TenantId) -> tuple[KeptTable, ...]:
        found: list[KeptTable] = []
        for path in sorted((self._folder / tenant).glob("*")):
            if not path.name.startswith(_PART):
                with contextlib.suppress(FileNotFoundError):  # somebody deletes it now
                    found.append(KeptTable(path.name, *_size_and_time(path)))
        return tuple(found)

    def _tidy(self) -> int:
        gone = 0
        for path in self._folder.glob(f"*/{_PART}*"):
            path.unlink(missing_ok=True)
            gone += 1
        return gone


def _is_file_name(name: str) -> bool:
    """Whether it names a file in its folder: no other folder, no hidden file, no pattern, nothing unprintable."""
    fits = len(name) <= MOST_NAME and len(name.encode("utf-8", "replace")) <= _MOST_NAME_BYTES
    return fits and name.isprintable() and not name.startswith(".") and {*"/\\*?["}.isdisjoint(name)


def _opened(path: Path) -> BufferedWriter:
    raw = FileIO(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY), "wb")
    return BufferedWriter(raw, _BUFFER)


def _synced(file: BufferedWriter) -> None:
    file.flush()
    os.fsync(file.fileno())


def _put(aside: Path, path: Path) -> None:
    aside.replace(path)
    sync(path.parent)


def _size_and_time(path: Path) -> tuple[int, Micros]:
    state = path.stat()
    return state.st_size, int(state.st_mtime * _SECOND)
