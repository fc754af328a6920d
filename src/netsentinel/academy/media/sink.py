"""The file of an upload while bytes are appended: written and hashed on a thread while the next ones arrive."""

import asyncio
import contextlib
import hashlib
import hmac
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from netsentinel.kernel.errors import StorageFullError
from netsentinel.storage.private_file import private_folder

if TYPE_CHECKING:
    from hashlib import _Hash as Hash  # pyright: ignore[reportPrivateUsage] - the type of every hash object

CHECKSUMS: Final = ("sha256", "sha1", "md5")
"""Algorithms of `Upload-Checksum`; tus 1.0.0 demands sha1."""
_TOGETHER: Final = 2 * 1024 * 1024
"""Bytes that are written at once; twice as many are held at most, whatever arrives."""
_COPY: Final = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Checksum:
    """What the bytes of one request come to, says who sent them."""

    algorithm: str
    digest: bytes


class Sink:
    """Appends to a file from an offset on; what stands behind it is cut off, because nobody was told of it."""

    def __init__(self, number: int, offset: int, whole: "Hash | None", checksum: Checksum | None) -> None:
        self._number = number
        self._offset = offset
        self._at = offset
        """Where the next bytes are written."""
        self._before = whole.copy() if whole is not None else None
        self._whole = whole
        self._checksum = checksum
        self._is_whole = checksum is not None and checksum.algorithm == "sha256" and offset == 0 and whole is not None
        """Whether what is checked is the file from its begin, so that it is hashed once."""
        is_apart = checksum is not None and not self._is_whole
        self._part = hashlib.new(checksum.algorithm, usedforsecurity=False) if checksum and is_apart else None
        self._held = bytearray()
        self._writing: asyncio.Future[None] | None = None
        self.received = 0
        """Bytes that arrived here; durable after `settle`."""

    @classmethod
    async def open(cls, path: Path, offset: int, whole: "Hash | None", checksum: Checksum | None) -> Self:
        """The sink of a file, which is made when it is not there.

        Args:
            path: the file.
            offset: bytes of it that count.
            whole: SHA-256 of these; None when that is not known.
            checksum: what the bytes to come must come to.

        Raises:
            StorageFullError: it cannot be opened.
        """
        try:
            number = await asyncio.to_thread(_opened, path, offset)
        except OSError as error:
            raise StorageFullError(f"The upload cannot be written: {error}.") from error
        return cls(number, offset, whole, checksum)

    @property
    def whole(self) -> "Hash | None":
        """SHA-256 of the file as far as it goes; None when that is not known."""
        return self._whole

    async def write(self, piece: bytes) -> None:
        """Take bytes. They are on their way to the disk when this returns, or held.

        Raises:
            StorageFullError: the disk is full.
        """
        self.received += len(piece)
        self._held += piece
        if len(self._held) >= _TOGETHER:
            await self._pass_on()

    async def settle(self) -> None:
        """Have everything that arrived survive a crash of the machine.

        Raises:
            StorageFullError: the disk is full.
        """
        await self._pass_on()
        await self._written()
        try:
            await asyncio.to_thread(os.fdatasync, self._number)
        except OSError as error:
            raise StorageFullError(f"The upload could not be written: {error}.") from error

    def is_as_sent(self) -> bool:
        """Whether the bytes come to the checksum; also where there is none."""
        counted = self._whole if self._is_whole else self._part
        if counted is None or self._checksum is None:
            return True
        return hmac.compare_digest(counted.digest(), self._checksum.digest)

    async def take_back(self) -> None:
        """Forget what arrived here."""
        self._held, self.received = bytearray(), 0
        if self._writing is not None:
            await asyncio.wait({self._writing})
            self._writing = None
        self._whole = self._before
        await asyncio.to_thread(os.ftruncate, self._number, self._offset)

    async def close(self) -> None:
        """Let the file go."""
        if self._writing is not None:
            await asyncio.wait({self._writing})
        os.close(self._number)

    async def _pass_on(self) -> None:
        await self._written()
        if self._held:
            held, self._held = self._held, bytearray()
            self._writing = asyncio.ensure_future(self._taken(held))

    async def _written(self) -> None:
        if self._writing is None:
            return
        try:
            await asyncio.shield(self._writing)
        except OSError as error:
            raise StorageFullError(f"The upload could not be written: {error}.") from error
        self._writing = None

    async def _taken(self, piece: bytearray) -> None:
        """Write and hash, and check on a thread beside that; both are over when this is, whatever fails."""
        work = [asyncio.to_thread(self._put, piece)]
        if self._part is not None:
            work.append(asyncio.to_thread(self._part.update, piece))
        for outcome in await asyncio.gather(*work, return_exceptions=True):
            if outcome is not None:
                raise outcome

    def _put(self, piece: bytearray) -> None:
        left = memoryview(piece)
        while left:
            left = left[os.write(self._number, left) :]
        _send_to_disk(self._number, self._at, len(piece))
        self._at += len(piece)
        if self._whole is not None:
            self._whole.update(piece)


def _send_to_disk(number: int, at: int, size: int) -> None:
    """Have the disk begin with bytes that were written, so that less of them is waited for in the end.

    On Linux, the advice that pages are not needed writes those that are dirty, and forgets those that are not.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # advice only
            os.posix_fadvise(number, at, size, os.POSIX_FADV_DONTNEED)


def hashed(path: Path, length: int) -> "Hash":
    """SHA-256 of the first bytes of a file."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        left = length
        while left and (piece := file.read(min(_COPY, left))):
            found.update(piece)
            left -= len(piece)
    return found


def joined(path: Path, parts: list[Path]) -> str:
    """Make a file of others, one behind the other, and sync it; its SHA-256 in hexadecimal."""
    found = hashlib.sha256()
    private_folder(path.parent)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        for part in parts:
            with part.open("rb") as source:
                while piece := source.read(_COPY):
                    found.update(piece)
                    file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return found.hexdigest()


def _opened(path: Path, offset: int) -> int:
    private_folder(path.parent)
    number = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.ftruncate(number, offset)
        os.lseek(number, offset, os.SEEK_SET)
    except OSError:
        os.close(number)
        raise
    return number
