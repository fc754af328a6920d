"""Linux's Landlock: a process gives up, for good, all files but what it names, and the ways to other processes.

https://docs.kernel.org/userspace-api/landlock.html. Kernels have it from 5.13 on, TCP from 6.7 on, sockets without a
file and signals from 6.12 on; where it is missing or switched off, nothing changes.
"""

import ctypes
import errno
import os
import stat
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import netsentinel

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
"""System calls, the same numbers on every architecture."""
_ASK_VERSION: Final = 1
_BELOW_A_PATH: Final = 1
_READ_FILE, _READ_FOLDER = 1 << 2, 1 << 3
_FILE_RIGHTS: Final = {1: (1 << 13) - 1, 2: 1 << 13, 3: 1 << 14, 5: 1 << 15}
"""Rights on files since which version: to run, write, read, list, remove and make; to move elsewhere; to shorten; to
speak to devices."""
_TCP: Final = 0b11
"""To listen and to connect."""
_OTHERS: Final = 0b11
"""Sockets without a file, and signals, to processes outside."""
_TCP_SINCE, _OTHERS_SINCE = 4, 6
_ABSENT: Final = (errno.ENOSYS, errno.EOPNOTSUPP)
_SYSTEM: Final = (
    *("/usr/lib", "/usr/lib64", "/usr/local/lib", "/lib", "/lib64", "/nix/store"),
    *("/usr/share/zoneinfo", "/etc/ld.so.cache", "/dev/null", "/dev/urandom"),
)


class _Ruleset(ctypes.Structure):
    _fields_ = [("files", ctypes.c_uint64), ("tcp", ctypes.c_uint64), ("others", ctypes.c_uint64)]


class _Below(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32)]


class Landlock:
    """What the kernel does for this process. To be made before the process gives up loading libraries."""

    def __init__(self) -> None:
        self._call: Any = None
        self.version = 0
        """Of Landlock; 0 where there is none."""
        self.is_refused = False
        """Whether this process is not let near it, as by a filter of system calls."""
        if sys.platform == "linux":
            self._call = ctypes.CDLL(None, use_errno=True).syscall
            self._call.restype = ctypes.c_long
            found: int = self._call(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_ASK_VERSION))
            self.version = max(0, found)
            self.is_refused = found < 0 and ctypes.get_errno() not in _ABSENT

    def see_only(self, paths: Iterable[Path]) -> bool:
        """Read nothing any more but these files, what is below these folders, and programs and libraries.

        Nothing can be written, shortened (Linux 6.2 on) or run either; modes and times of files are for `seccomp`.
        What was given up before stays so. The process must have said that it wants no new privileges
        (`confinement.leave_network` does).

        Returns:
            Whether the kernel sees to it.
        """
        if not self.version:
            return False
        rights = sum(right for since, right in _FILE_RIGHTS.items() if self.version >= since)
        wanted = _Ruleset(rights, _TCP, _OTHERS)
        known = 1 + (self.version >= _TCP_SINCE) + (self.version >= _OTHERS_SINCE)
        rules = self._call(_CREATE_RULESET, ctypes.byref(wanted), ctypes.c_size_t(8 * known), ctypes.c_uint32(0))
        if rules < 0:
            return False
        try:
            seen = list(paths)
            for path in (*libraries(seen), *seen):
                self._allow(rules, path)
            return self._call(_RESTRICT_SELF, ctypes.c_int(rules), ctypes.c_uint32(0)) == 0
        finally:
            os.close(rules)

    def _allow(self, rules: int, path: Path) -> None:
        try:
            number = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            return  # what is not there, or closed to us, cannot be read anyway
        try:
            is_folder = stat.S_ISDIR(os.fstat(number).st_mode)
            below = _Below(_READ_FILE | _READ_FOLDER if is_folder else _READ_FILE, number)
            self._call(
                _ADD_RULE, ctypes.c_int(rules), ctypes.c_int(_BELOW_A_PATH), ctypes.byref(below), ctypes.c_uint32(0)
            )
        finally:
            os.close(number)


def libraries(seen: Sequence[Path]) -> Iterator[Path]:
    """Where this program, Python and the system's libraries are; no folder above what is to be seen."""
    program = Path(netsentinel.__file__).resolve().parent
    yield from map(Path, _SYSTEM)
    for prefix in {sys.prefix, sys.base_prefix, sys.exec_prefix}:
        yield from (Path(prefix, part) for part in ("lib", "lib64", "pyvenv.cfg"))
    yield program
    yield program.parents[1] / "content"
    above = {parent for path in seen for parent in path.resolve().parents}
    yield from (path for path in map(Path, filter(None, sys.path)) if path.resolve() not in above)
