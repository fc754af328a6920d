"""Whether the files of the lake are there and as they were stored, and giving up those that are not."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from errno import EINVAL, EIO
from pathlib import Path
from typing import NamedTuple

from netsentinel.events.entries import EVENTS_GIVEN_UP, EventsGivenUp
from netsentinel.events.lake.frames import Verified, Verify
from netsentinel.events.lake.model import LakeFile
from netsentinel.events.lake.ports import LakeFiles
from netsentinel.events.lake.workers import LakeWorkers
from netsentinel.kernel.disk import make_folder, sync
from netsentinel.kernel.entries import NewEntry
from netsentinel.kernel.errors import UnavailableError
from netsentinel.kernel.regular_file import digest_of, open_regular
from netsentinel.kernel.types import system_principal
from netsentinel.storage.ports import Database, Tx

_LEAST_S = 60.0
_SLOWEST = 1024 * 1024
"""Bytes of events that are read in a second, at the least."""
_FOR_GOOD = frozenset({EINVAL, EIO})
"""It is no regular file, or the disk cannot read it any more."""


class Damage(NamedTuple):
    """A file of the lake that is not as it was stored."""

    file: LakeFile
    why: str
    is_certain: bool = True
    """Whether it is so for good: another user, or another day, may be able to read it otherwise."""


class LakeCheck:
    """Reads every stored event once. A server may run on the same lake meanwhile.

    Args:
        db: where the list of files is.
        files: that list.
        folder: where the files are.
        workers: who reads them.
        aside: where the files are put that are given up; on the same disk.
    """

    def __init__(self, db: Database, files: LakeFiles, folder: Path, workers: LakeWorkers, aside: Path) -> None:
        self._db = db
        self._files = files
        self._folder = folder
        self._workers = workers
        self._aside = aside

    async def files(self) -> list[LakeFile]:
        """All that are recorded."""
        return await self._db.read(self._files.all)

    async def look(self, files: Sequence[LakeFile]) -> AsyncIterator[Damage | None]:
        """For each file in order, what is wrong with it. What the server merges meanwhile is not missing.

        Raises:
            UnavailableError: the worker died: nothing is known of the file.
        """
        for file in files:
            found = await self._damage(file)
            is_current = found is None or file.path in {one.path for one in await self.files()}
            yield found if is_current else None

    async def _damage(self, file: LakeFile) -> Damage | None:
        try:
            why = await self._why(file)
        except FileNotFoundError:
            why = "It is not in this server's folder."
        except OSError as error:
            return Damage(file, f"It cannot be read: {error.strerror}.", is_certain=error.errno in _FOR_GOOD)
        return Damage(file, why) if why else None

    async def _why(self, file: LakeFile) -> str:
        path = self._folder / file.path
        size = await asyncio.to_thread(_size, path)
        if size != file.size:
            return f"It has {size:,} bytes; {file.size:,} were stored."
        if file.digest:
            is_as_stored = file.digest == await asyncio.to_thread(digest_of, path)
            return "" if is_as_stored else "It is not what was stored: bytes of it were changed."
        answer = await self._workers.ask(Verify(file), _LEAST_S + file.size / _SLOWEST)
        if not isinstance(answer, Verified):
            raise UnavailableError("The lake's worker gave an answer to another question.")
        if answer.fault:
            return f"What is in it cannot be read: {answer.fault}"
        return "" if answer.events == file.events else f"It has {answer.events:,} events; {file.events:,} were stored."

    async def give_up(self, damaged: Sequence[Damage]) -> int:
        """Strike these off, so that searches answer without them, and put what is left of them aside; events lost.

        The journal says of each what was lost.

        Raises:
            UnavailableError: one cannot be put aside; nothing was given up.
        """
        await asyncio.to_thread(self._put_aside, [one.file.path for one in damaged])

        def strike(tx: Tx) -> list[Damage]:
            struck = [one for one in damaged if self._files.remove(tx, [one.file.path])]
            for file, why, _ in struck:
                told = EventsGivenUp(events=file.events, since=file.min_time, until=file.max_time, reason=why)
                tx.append(NewEntry(EVENTS_GIVEN_UP, file.tenant, system_principal(file.tenant).id, file.path, told))
            return struck

        struck = await self._db.write(strike)  # what the server merged meanwhile is for it to remove
        await asyncio.to_thread(self._remove, [one.file.path for one in struck])
        return sum(one.file.events for one in struck)

    def _put_aside(self, paths: Sequence[str]) -> None:
        for path in paths:
            kept = self._aside / path
            if not (self._folder / path).is_file():
                continue
            try:
                make_folder(kept.parent, 0o700)
                if not kept.exists():
                    kept.hardlink_to(self._folder / path)
                sync(kept.parent)
            except OSError as error:
                raise UnavailableError(
                    f"Nothing was given up: {path} cannot be put aside into {self._aside} ({error.strerror}). Move it"
                    " away from the lake's folder, then give it up again."
                ) from error

    def _remove(self, paths: Sequence[str]) -> None:
        """What cannot be removed is no file that anybody asks for."""
        for path in paths:
            with suppress(IsADirectoryError):
                (self._folder / path).unlink(missing_ok=True)


def _size(path: Path) -> int:
    """In bytes, of a regular file that may be read."""
    with open_regular(path) as stream:
        return stream.seek(0, 2)
