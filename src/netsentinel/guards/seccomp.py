"""Linux's seccomp: a process gives up, for good, the system calls that reading needs not, whoever makes them.

https://docs.kernel.org/userspace-api/seccomp_filter.html. What is refused fails with EPERM, so that a library which
only asks goes on without it. There is a filter for x86-64 and ARM64; elsewhere nothing changes.
"""

import ctypes
import errno
import os
import struct
import sys
from collections.abc import Iterator
from enum import Enum
from typing import Final, NamedTuple

REFUSED: Final = (
    # Sockets of every family: UDP, TCP, those with a file, the kernel's own.
    "socket 41 198, socketpair 53 199, connect 42 203, bind 49 200, listen 50 201, accept 43 202, accept4 288 242",
    "sendto 44 206, sendmsg 46 211, sendmmsg 307 269",
    # Memory and queues that are shared by a number or a name.
    "shmat 30 196, shmctl 31 195, msgsnd 69 189, msgrcv 70 188, msgctl 71 187, semop 65 193, semtimedop 220 192",
    "semctl 66 191, mq_open 240 180, mq_unlink 241 181",
    # Modes, owners, times, attributes and lengths of files.
    "chmod 90 -, fchmod 91 52, fchmodat 268 53, fchmodat2 452 452, chown 92 -, fchown 93 55, lchown 94 -",
    "fchownat 260 54, utime 132 -, utimes 235 -, futimesat 261 -, utimensat 280 88, setxattr 188 5, lsetxattr 189 6",
    "fsetxattr 190 7, removexattr 197 14, lremovexattr 198 15, fremovexattr 199 16, setxattrat 463 463",
    "removexattrat 466 466, file_setattr 469 469, truncate 76 45, ftruncate 77 46, fallocate 285 47",
    # Files that come, go and move.
    "creat 85 -, mkdir 83 -, mkdirat 258 34, mknod 133 -, mknodat 259 33, link 86 -, linkat 265 37, symlink 88 -",
    "symlinkat 266 36, rename 82 -, renameat 264 38, renameat2 316 276, unlink 87 -, unlinkat 263 35, rmdir 84 -",
    "open_by_handle_at 304 265",
    # Processes: new ones, and what can be done to others.
    "fork 57 -, vfork 58 -, execve 59 221, execveat 322 281, ptrace 101 117, process_vm_readv 310 270",
    "process_vm_writev 311 271, process_madvise 440 440, process_mrelease 448 448, pidfd_open 434 434",
    "pidfd_getfd 438 438, pidfd_send_signal 424 424, kcmp 312 272, kill 62 129, rt_sigqueueinfo 129 138",
    "move_pages 279 239, migrate_pages 256 238, setpriority 141 140, ioprio_set 251 30",
    # The kernel: its wide doors, keys, mounts, name spaces, and what is for administrators.
    "io_uring_setup 425 425, io_uring_enter 426 426, io_uring_register 427 427, bpf 321 280, perf_event_open 298 241",
    "userfaultfd 323 282, add_key 248 217, request_key 249 218, keyctl 250 219, mount 165 40, umount2 166 39",
    "pivot_root 155 41, chroot 161 51, open_tree 428 428, move_mount 429 429, fsopen 430 430, fsconfig 431 431",
    "fsmount 432 432, fspick 433 433, mount_setattr 442 442, open_tree_attr 467 467, unshare 272 97, setns 308 268",
    "reboot 169 142, kexec_load 246 104, kexec_file_load 320 294, init_module 175 105, finit_module 313 273",
    "delete_module 176 106, quotactl 179 60, quotactl_fd 443 443, swapon 167 224, swapoff 168 225, acct 163 89",
    "settimeofday 164 170, clock_settime 227 112, adjtimex 159 171, clock_adjtime 305 266, sethostname 170 161",
    "setdomainname 171 162, syslog 103 116, iopl 172 -, ioperm 173 -, vhangup 153 58, fanotify_init 300 262",
)
"""Names, with their numbers on x86-64 and ARM64 (Linux: syscall_64.tbl, scripts/syscall.tbl)."""
UNKNOWN: Final = "clone3 435 435, openat2 437 437"
"""What says in memory what it wants, where no filter sees it: the C library takes the older call instead."""
_OF_ONE: Final = (
    "tkill 200 130, tgkill 234 131, rt_tgsigqueueinfo 297 240, prlimit64 302 261, sched_setparam 142 118,"
    "sched_setscheduler 144 119, sched_setaffinity 203 122, sched_setattr 314 274"
)
"""What begins with the number of a process: 0 is this one."""
_MACHINES: Final = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
"""Which column of the tables is theirs, and what the kernel calls them (linux/audit.h)."""
_SECCOMP: Final = "seccomp 317 277"
_X32: Final = 0x40000000
_LOAD, _EQUAL, _AT_LEAST, _AND, _RETURN = 0x20, 0x15, 0x35, 0x54, 0x06
"""Instructions of the classic BPF (linux/bpf_common.h)."""
_KILL, _ERROR, _ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
_NUMBER_AT, _MACHINE_AT, _ARGUMENTS_AT = 0, 4, 16
_ALL_BITS: Final = 0xFFFFFFFF
_THREAD: Final = 0x00010000
_NAME_SPACES: Final = 0x7E020000
_PUSH_INPUT, _CONSOLE = 0x5412, 0x541C
"""`TIOCSTI` types into the terminal that the server was started from; `TIOCLINUX` pastes there."""
_PARENT_DEATH_SIGNAL: Final = 1
_SET_SECCOMP, _MODE_FILTER = 22, 2
_SET_FILTER, _ALL_THREADS = 1, 1
_ABSENT: Final = (errno.ENOSYS, errno.EINVAL)
_CHANGES: Final = os.O_CREAT | os.O_TRUNC | (getattr(os, "O_TMPFILE", 0) & ~getattr(os, "O_DIRECTORY", 0))
_WRITES: Final = _CHANGES | os.O_WRONLY | os.O_RDWR


class Filtering(Enum):
    """What became of the filter."""

    ON = "on"
    ABSENT = "absent"
    """The kernel has no such filters, or the machine none of ours."""
    REFUSED = "refused"
    """The process is not let near it, as by another filter."""


class _Look(NamedTuple):
    """Calls that one argument decides about: what the mask leaves of it is one of the values, or is not."""

    calls: str
    argument: int
    values: tuple[int, ...]
    are_allowed: bool
    mask: int = _ALL_BITS


def forbid_calls(*, devices: bool = False) -> Filtering:
    """Give up sockets, new processes, what reaches into others, changes to files and doors into the kernel.

    Threads may start, and the process may signal and limit itself. The process must have said that it wants no new
    privileges (`confinement.leave_network` does).

    Args:
        devices: whether what is there may be opened for writing, as a graphics card's files are.
    """
    machine = os.uname().machine if sys.platform == "linux" and sys.maxsize > _ALL_BITS else ""
    if machine not in _MACHINES:
        return Filtering.ABSENT
    code = program(machine, os.getpid(), _CHANGES if devices else _WRITES)
    held = ctypes.create_string_buffer(code, len(code))
    told = struct.pack("@HP", len(code) // 8, ctypes.addressof(held))
    libc = ctypes.CDLL(None, use_errno=True)
    (number,) = numbers(_SECCOMP, machine).values()
    found: int = libc.syscall(ctypes.c_long(number), ctypes.c_ulong(_SET_FILTER), ctypes.c_ulong(_ALL_THREADS), told)
    if found >= 0:  # above it is the number of a thread that has a filter of its own, and nothing was done
        return Filtering.REFUSED if found else Filtering.ON
    first = ctypes.get_errno()
    if libc.prctl(_SET_SECCOMP, ctypes.c_ulong(_MODE_FILTER), told, ctypes.c_ulong(0), ctypes.c_ulong(0)) == 0:
        return Filtering.ON
    return Filtering.ABSENT if first in _ABSENT and ctypes.get_errno() in _ABSENT else Filtering.REFUSED


def program(machine: str, process: int, writes: int) -> bytes:
    """The filter, as the kernel runs it before each system call: instructions of eight bytes.

    Args:
        machine: `x86_64` or `aarch64`. A call as another machine would make it ends the process.
        process: the number of this process, which may do some things to itself.
        writes: flags of `open` that are refused.
    """
    column, name = _MACHINES[machine]
    code = [_step(_LOAD, _MACHINE_AT), _step(_EQUAL, name, yes=1), _step(_RETURN, _KILL), _step(_LOAD, _NUMBER_AT)]
    if column == 0:
        code += [_step(_AT_LEAST, _X32, no=1), _step(_RETURN, _KILL)]
    for table, error in ((",".join(REFUSED), errno.EPERM), (UNKNOWN, errno.ENOSYS)):
        for number in numbers(table, machine).values():
            code += [_step(_EQUAL, number, no=1), _step(_RETURN, _ERROR | error)]
    for look in _looks(process, writes):
        judged = list(_judged(look))
        for number in numbers(look.calls, machine).values():
            code += [_step(_EQUAL, number, no=len(judged)), *judged]
    return b"".join([*code, _step(_RETURN, _ALLOW)])


def numbers(table: str, machine: str) -> dict[str, int]:
    """The calls of a table, by name, as far as the machine has them."""
    column, _ = _MACHINES[machine]
    rows = (row.split() for row in table.split(","))
    return {name: int(found[column]) for name, *found in rows if found[column] != "-"}


def _looks(process: int, writes: int) -> Iterator[_Look]:
    yield _Look("open 2 -", 1, (0,), True, writes)
    yield _Look("openat 257 56", 2, (0,), True, writes)
    yield _Look("clone 56 220", 0, (_THREAD,), True, _THREAD | _NAME_SPACES)
    yield _Look("ioctl 16 29", 1, (_PUSH_INPUT, _CONSOLE), False)
    yield _Look("prctl 157 167", 0, (_PARENT_DEATH_SIGNAL,), False)
    yield _Look(_OF_ONE, 0, (0, process), True)


def _judged(look: _Look) -> Iterator[bytes]:
    yield _step(_LOAD, _ARGUMENTS_AT + 8 * look.argument)
    yield _step(_AND, look.mask)
    for left, value in zip(range(len(look.values), 0, -1), look.values, strict=True):
        yield _step(_EQUAL, value, yes=left)
    hit, miss = (_ALLOW, _ERROR | errno.EPERM) if look.are_allowed else (_ERROR | errno.EPERM, _ALLOW)
    yield _step(_RETURN, miss)
    yield _step(_RETURN, hit)


def _step(code: int, value: int, *, yes: int = 0, no: int = 0) -> bytes:
    """One instruction; `yes` and `no` are how many follow that it leaves out."""
    return struct.pack("=HBBI", code, yes, no, value)
