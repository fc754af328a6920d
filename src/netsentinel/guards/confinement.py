"""What a process gives up before it reads what nobody trusts: network, files, other programs, memory beyond a limit."""

import ctypes
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any, Final

from netsentinel.guards.landlock import Landlock
from netsentinel.guards.seccomp import Filtering, forbid_calls

_MIB: Final = 1024 * 1024
_OPEN_FILES: Final = 64
_NEW_USER: Final = 0x10000000
_NEW_NET: Final = 0x40000000
_NO_NEW_PRIVILEGES: Final = 38
_PARENT_DEATH_SIGNAL: Final = 1
_WRITES: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_SEES_ALL: Final = "Landlock is refused here, so this process could read files that it is not to read."
_CALLS_ALL: Final = (
    "seccomp is refused here, so this process could open sockets and change files in ways that it is not to."
)
_FORBIDDEN: Final = (
    "socket.",
    "subprocess.",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.system",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.mkdir",
    "os.link",
    "os.symlink",
    "os.truncate",
    "os.chmod",
    "os.chown",
    "os.kill",
    "shutil.",
    "ctypes.dlopen",
    "pty.",
    "signal.pthread_kill",
)
"""Beginnings of the names of Python's audit events (PEP 578) that nothing which only reads ever raises."""


def confine(memory_mib: int, *sees: Path) -> Landlock:
    """Give up all that reading needs not, for good.

    Nothing can be written (`RLIMIT_FSIZE`). Where unprivileged user namespaces are allowed, the process is left alone
    in an empty network; everywhere Python refuses sockets, programs and changes to files. Where the kernel has
    Landlock, nothing can be read but what is named here, programs and libraries, whoever asks; where it has filters of
    system calls, there are no sockets, programs and changes to files for code in C either.

    Args:
        memory_mib: data that the process may hold.
        sees: files and folders that it may read.

    Returns:
        What can take more away, once it is known that less is needed.
    """
    files = Landlock()
    leave_network()
    if not files.see_only(sees) and (files.version or files.is_refused):
        sys.stderr.write(f"{_SEES_ALL}\n")
    give_up(memory_mib)
    return files


def leave_network() -> bool:
    """The first half of `confine`, for good, too: whether the kernel took the network away.

    It refuses once the process has threads, and what else is given up here would be given up by this thread alone: so
    come before anything that may start one.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    libc.prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    return libc.unshare(_NEW_USER | _NEW_NET) == 0


def give_up(memory_mib: int, *, devices: bool = False) -> None:
    """The second half of `confine`, after which no file can be written and nothing be loaded.

    Args:
        memory_mib: data that the process may hold.
        devices: whether a library in C may still open devices, which is to open what is there for writing.
    """
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    for limit, value in (
        (resource.RLIMIT_DATA, memory_mib * _MIB),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
    ):
        _, hard = resource.getrlimit(limit)
        most = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (most, most))
    if forbid_calls(devices=devices) is Filtering.REFUSED:
        sys.stderr.write(f"{_CALLS_ALL}\n")
    sys.addaudithook(_refuse)


def allow_cpu(seconds: int) -> None:
    """Let the process use so many more seconds of processor time; then the kernel ends it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    """Python's audit hook: what it raises becomes the outcome of the call."""
    if event.startswith(_FORBIDDEN):
        raise PermissionError(f"a process that reads media may not do {event}")
    if event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITES:
        raise PermissionError("a process that reads media may not write")
