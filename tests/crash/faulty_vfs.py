"""A disk for SQLite in this process that runs full, or whose n-th operation fails once."""

import threading
from collections.abc import Callable

import apsw


class FaultyVFS(apsw.VFS):
    """The default VFS with a limited space and a fault to come."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "")
        self.vfs_name = name
        self.space: int | None = None
        """Bytes by which files may still grow; None for as many as they like."""
        self.fail_in: int | None = None
        """The operation that fails, counted from the next one (1); None for no fault."""
        self.fault: Callable[[], Exception] = lambda: apsw.IOError("the disk is broken")
        self._lock = threading.Lock()

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> "FaultyFile":  # noqa: N802 - SQLite's name
        return FaultyFile(self, name, flags)

    def count(self) -> None:
        """Another operation: fail when its number has come."""
        with self._lock:
            if self.fail_in is None:
                return
            self.fail_in -= 1
            if self.fail_in == 0:
                self.fail_in = None
                raise self.fault()

    def grow(self, size: int) -> None:
        """A file is to grow by so many bytes."""
        with self._lock:
            if self.space is None:
                return
            if size > self.space:
                raise apsw.FullError("no space left on the device")
            self.space -= size


class FaultyFile(apsw.VFSFile):
    """A file of the default VFS on that disk."""

    def __init__(self, vfs: FaultyVFS, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        self._vfs = vfs
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - SQLite's name
        self._vfs.count()
        self._vfs.grow(max(0, offset + len(data) - self.xFileSize()))
        super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802 - SQLite's name
        self._vfs.count()
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:  # noqa: N802 - SQLite's name
        del flags  # the test's own disk need not be waited for
        self._vfs.count()
