"""Disks that fail, for SQLite in this process: one that loses power, one that runs full or breaks once.

`kill -9` proves nothing about power loss: the page cache survives the process. `LossyVFS` keeps a picture of what a
real disk would hold. A write is safe only after a sync of its file; when the power goes, each unsynced write is kept,
dropped or torn at random. The model is the one of LazyFS and of SQLite's own crash tests, with two limits: a sector
outside the bytes of a write is never harmed (SQLite calls that "powersafe overwrite" and so does its default VFS), and
a file that was deleted and made again does not come back in its old form.
"""

import random
import threading
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import apsw

SECTOR = 512


@dataclass(frozen=True)
class Write:
    """Bytes on their way to the disk."""

    offset: int
    data: bytes

    def apply(self, content: bytearray) -> None:
        """All of it arrives."""
        self._put(content, 0, len(self.data))

    def tear(self, content: bytearray, rng: random.Random) -> None:
        """Some of its sectors arrive: those up to a point, or any."""
        edges = [0, *range(SECTOR - self.offset % SECTOR, len(self.data), SECTOR), len(self.data)]
        sectors = list(pairwise(edges))
        prefix = rng.random() < 0.5
        kept = sectors[: rng.randrange(len(sectors) + 1)] if prefix else [s for s in sectors if rng.random() < 0.5]
        for start, end in kept:
            self._put(content, start, end)

    def _put(self, content: bytearray, start: int, end: int) -> None:
        at = self.offset + start
        content.extend(bytes(max(0, at - len(content))))
        content[at : at + end - start] = self.data[start:end]


@dataclass(frozen=True)
class Truncate:
    """A new length on its way to the disk."""

    size: int

    def apply(self, content: bytearray) -> None:
        """It takes effect."""
        del content[self.size :]

    def tear(self, content: bytearray, rng: random.Random) -> None:
        """It does not: a length changes as a whole."""
        del content, rng


@dataclass
class Stored:
    """One file on the disk."""

    content: bytearray
    """What is safe."""
    exists: bool
    """Whether the file itself is safe: in its folder, on the disk."""
    deleted: bool = False
    pending: list[Write | Truncate] = field(default_factory=list)

    def survivor(self, rng: random.Random, kept: float) -> bytes | None:
        """What is found after the power came back; None when there is no such file."""
        if (self.deleted or not self.exists) and rng.random() < 0.5:
            return None
        content = bytearray(self.content)
        for operation in self.pending:
            if rng.random() < kept:
                operation.apply(content)
            elif rng.random() < 0.5:
                operation.tear(content, rng)
        return bytes(content)


class LossyVFS(apsw.VFS):
    """The default VFS, watched; its files work as usual until the power goes at operation number `cut_at`.

    From then on every change raises an I/O error, so that nothing can be acknowledged any more.
    """

    def __init__(self, name: str, rng: random.Random, cut_at: int) -> None:
        super().__init__(name, "")
        self.vfs_name = name
        self._rng = rng
        self._cut_at = cut_at
        self._lock = threading.RLock()
        self._files: dict[str, Stored] = {}
        self.operations = 0
        self.is_cut = False

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> "LossyFile":  # noqa: N802 - SQLite's name
        return LossyFile(self, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802 - SQLite's name
        with self._lock:
            self._count()
            if syncdir:
                self._files.pop(filename, None)
            elif filename in self._files:
                self._files[filename].deleted = True
        super().xDelete(filename, syncdir)

    def opened(self, file: "LossyFile", path: str, *, created: bool) -> None:
        """A file was opened: what it holds by now is safe, unless it was made by this."""
        with self._lock:
            if path in self._files and not self._files[path].deleted:
                return
            size = file.xFileSize()
            self._files[path] = Stored(bytearray(file.xRead(size, 0)) if size else bytearray(), exists=not created)

    def changing(self, path: str, operation: Write | Truncate) -> None:
        """A change is on its way."""
        with self._lock:
            self._refuse()
            self._files[path].pending.append(operation)
            self._count()

    def syncing(self, path: str) -> None:
        """What was written before this is safe, and so is the file."""
        with self._lock:
            self._count()
            stored = self._files[path]
            for operation in stored.pending:
                operation.apply(stored.content)
            stored.pending.clear()
            if not stored.exists:
                # The default VFS syncs the folder with the first sync of a new file, and deletions lie in the folder.
                stored.exists = True
                self._files = {name: other for name, other in self._files.items() if not other.deleted}

    def survive(self, folder: Path) -> None:
        """Write what the disk holds after the loss into a folder."""
        folder.mkdir()
        with self._lock:
            kept = self._rng.choice((0.0, 0.5, 0.9))
            for path, stored in self._files.items():
                content = stored.survivor(self._rng, kept)
                if content is not None:
                    (folder / Path(path).name).write_bytes(content)

    def _count(self) -> None:
        self._refuse()
        self.operations += 1
        if self.operations == self._cut_at:
            self.is_cut = True
        self._refuse()

    def _refuse(self) -> None:
        if self.is_cut:
            raise apsw.IOError("the power is gone")


class LossyFile(apsw.VFSFile):
    """A file of the default VFS whose changes are reported; syncs only count, which saves the tests' own disk."""

    def __init__(self, vfs: LossyVFS, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        self._vfs = vfs
        self._path = name.filename() if isinstance(name, apsw.URIFilename) else str(name)
        existed = Path(self._path).exists()
        super().__init__("", name, flags)
        vfs.opened(self, self._path, created=not existed)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - SQLite's name
        self._vfs.changing(self._path, Write(offset, bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802 - SQLite's name
        self._vfs.changing(self._path, Truncate(newsize))
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:  # noqa: N802 - SQLite's name
        del flags
        self._vfs.syncing(self._path)
