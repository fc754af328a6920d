"""What the filter of system calls refuses: read as the kernel reads it, and tried by processes as code in C would."""

import errno
import os
import re
import signal
import struct
import subprocess
import sys
from pathlib import Path
from typing import Final

import msgspec
import pytest

from netsentinel.guards.seccomp import REFUSED, UNKNOWN, numbers, program

_KILL, _ALLOW, _ERROR = 0x80000000, 0x7FFF0000, 0x00050000
_NAMED: Final = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_I386: Final = 0x40000003
_OURS: Final = os.uname().machine in _NAMED
_WRITES: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_HEADERS: Final = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}
_LOOKED_AT: Final = {  # on x86-64 and ARM64
    "openat": (257, 56),
    "clone": (56, 220),
    "ioctl": (16, 29),
    "prctl": (157, 167),
    "tgkill": (234, 131),
    "prlimit64": (302, 261),
    "sched_setaffinity": (203, 122),
}
_THREAD: Final = 0x3D0F00
"""The flags by which the C library starts a thread."""
here = pytest.mark.skipif(not _OURS or sys.platform != "linux", reason="there is no filter for this machine")
machines = pytest.mark.parametrize("machine", list(_NAMED))


def judged(machine: str, number: int, *arguments: int, name: int | None = None) -> int:
    """What the filter of a process with the number 7 says, by a machine for classic BPF."""
    told = [*arguments, 0, 0, 0, 0, 0, 0][:6]
    data = struct.pack("<IIQ6Q", number, _NAMED[machine] if name is None else name, 0, *told)
    steps = list(struct.iter_unpack("=HBBI", program(machine, 7, _WRITES)))
    at = held = 0
    while True:
        code, yes, no, value = steps[at]
        at += 1
        match code:
            case 0x20:
                (held,) = struct.unpack_from("<I", data, value)
            case 0x54:
                held &= value
            case 0x15 | 0x35:
                at += yes if (held == value if code == 0x15 else held >= value) else no
            case _:
                assert code == 0x06
                return value


@machines
def test_each_call_of_the_table_is_refused_and_what_reading_needs_is_not(machine: str) -> None:
    for number in numbers(",".join(REFUSED), machine).values():
        assert judged(machine, number) == _ERROR | errno.EPERM
    for number in numbers(UNKNOWN, machine).values():
        assert judged(machine, number) == _ERROR | errno.ENOSYS
    needed = {"x86_64": (0, 1, 3, 9, 11, 12, 13, 202, 231), "aarch64": (63, 64, 57, 222, 215, 214, 134, 98, 94)}
    for number in (*needed[machine], 444, 445, 446):
        assert judged(machine, number) == _ALLOW


@machines
@pytest.mark.parametrize(
    ("call", "arguments", "is_allowed"),
    [
        ("openat", (-100, 0, os.O_RDONLY | os.O_CLOEXEC), True),
        ("openat", (-100, 0, os.O_RDWR), False),
        ("openat", (-100, 0, os.O_WRONLY), False),
        ("openat", (-100, 0, os.O_RDONLY | os.O_TRUNC), False),
        ("clone", (_THREAD,), True),
        ("clone", (_THREAD | 0x40000000,), False),
        ("clone", (signal.SIGCHLD,), False),
        ("ioctl", (2, 0x5401), True),
        ("ioctl", (2, 0x5412), False),
        ("ioctl", (2, 0x541C), False),
        ("prctl", (38,), True),
        ("prctl", (1,), False),
        ("tgkill", (7, 8, 6), True),
        ("tgkill", (8, 8, 6), False),
        ("prlimit64", (0, 7), True),
        ("prlimit64", (8, 7), False),
        ("sched_setaffinity", (8,), False),
    ],
)
def test_an_argument_decides(machine: str, call: str, arguments: tuple[int, ...], is_allowed: bool) -> None:
    number = _LOOKED_AT[call][list(_NAMED).index(machine)]
    unsigned = [one % 2**64 for one in arguments]
    assert judged(machine, number, *unsigned) == (_ALLOW if is_allowed else _ERROR | errno.EPERM)
    high = [one | 0xABC << 32 for one in unsigned]  # the kernel looks at 32 bits of these, too
    assert judged(machine, number, *high) == (_ALLOW if is_allowed else _ERROR | errno.EPERM)


@machines
def test_a_call_as_another_machine_makes_it_is_the_end(machine: str) -> None:
    assert judged(machine, 20, name=_I386) == _KILL
    other = next(name for key, name in _NAMED.items() if key != machine)
    assert judged(machine, 0, name=other) == _KILL
    assert judged("x86_64", 0x40000000 + 39) == _KILL


@machines
def test_the_numbers_are_the_kernels(machine: str) -> None:
    if not _HEADERS[machine].exists():
        pytest.skip("the kernel's headers are not installed")
    found = re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", _HEADERS[machine].read_text())
    known = {name: int(number) for name, number in found}
    ours = numbers(",".join((*REFUSED, UNKNOWN)), machine)
    assert len(ours.keys() & known.keys()) > 100
    assert {name: number for name, number in ours.items() if known.get(name, number) != number} == {}


TRIED = """
import ctypes, json, os, sys, threading
from netsentinel.guards.seccomp import REFUSED, forbid_calls, numbers

libc = ctypes.CDLL(None, use_errno=True)
file, is_held, parent = sys.argv[1].encode(), sys.argv[2] == "held", os.getppid()
assert libc.prctl(38, 1, 0, 0, 0) == 0
if is_held:
    assert forbid_calls().value == "on"
room = ctypes.create_string_buffer(512)
piece = (ctypes.c_void_p * 2)(ctypes.addressof(room), 8)
tries = {
    "unix": lambda: libc.socket(1, 1, 0),
    "udp": lambda: libc.socket(2, 2, 0),
    "netlink": lambda: libc.socket(16, 3, 0),
    "pair": lambda: libc.socketpair(1, 1, 0, room),
    "chmod": lambda: libc.chmod(file, 0o600),
    "fchmod": lambda: libc.fchmod(os.open(file, os.O_RDONLY), 0o600),
    "chown": lambda: libc.chown(file, os.getuid(), os.getgid()),
    "utime": lambda: libc.utimes(file, None),
    "futimens": lambda: libc.futimens(os.open(file, os.O_RDONLY), None),
    "truncate": lambda: libc.truncate(file, ctypes.c_long(1)),
    "write": lambda: libc.open(file, os.O_RDWR),
    "make": lambda: libc.mkdir(file + b".made", 0o700),
    "remove": lambda: libc.rmdir(file + b".made"),
    "rename": lambda: libc.rename(file, file),
    "trace": lambda: libc.ptrace(7, parent, None, None),
    "read": lambda: libc.process_vm_readv(os.getpid(), piece, 1, piece, 1, 0),
    "signal": lambda: libc.kill(parent, 0),
    "limit": lambda: libc.prlimit(parent, 7, None, room),
    "nice": lambda: libc.setpriority(0, parent, os.getpriority(os.PRIO_PROCESS, parent)),
    "fork": lambda: libc.fork() or os._exit(0),
    "orphan": lambda: libc.prctl(1, 0, 0, 0, 0),
}
said = {}
for name, act in tries.items():
    said[name] = 0 if act() >= 0 else ctypes.get_errno()
if is_held:
    for family in range(47):
        said[f"family {family}"] = 0 if libc.socket(family, 3, 0) >= 0 else ctypes.get_errno()
    for name, number in numbers(",".join(REFUSED), os.uname().machine).items():
        found = libc.syscall(*(ctypes.c_long(one) for one in (number, -1, -1, -1, -1, -1, -1)))
        said[name] = 0 if found >= 0 else ctypes.get_errno()
left = [os.getpid()]
thread = threading.Thread(target=lambda: left.append(libc.getuid()))
thread.start()
thread.join()
assert len(left) == 2 and libc.prlimit(0, 7, None, room) == 0 and getattr(libc, "raise")(0) == 0
print(json.dumps(said))
"""


@here
def test_code_in_c_can_do_nothing_of_it(tmp_path: Path) -> None:
    file = tmp_path / "kept"
    file.write_bytes(b"a")
    said: dict[str, dict[str, int]] = {}
    for mode in ("free", "held"):
        asked = [sys.executable, "-c", TRIED, str(file), mode]
        done = subprocess.run(asked, capture_output=True, check=True, timeout=60)
        said[mode] = msgspec.json.decode(done.stdout, type=dict[str, int])
    assert set(said["held"].values()) == {errno.EPERM}
    reached = {name for name, found in said["free"].items() if found == 0}
    assert reached >= {
        "unix",
        "udp",
        "chmod",
        "fchmod",
        "utime",
        "futimens",
        "truncate",
        "write",
        "make",
        "signal",
        "fork",
    }
    assert said["held"].keys() > said["free"].keys()


@here
@pytest.mark.parametrize(
    ("act", "ended"),
    [
        ("os.abort()", signal.SIGABRT),
        pytest.param(
            "libc.syscall(ctypes.c_long(0x40000000 + 39))",
            signal.SIGSYS,
            marks=pytest.mark.skipif(os.uname().machine != "x86_64", reason="x32 is x86-64's"),
        ),
        pytest.param(
            "ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(room)))()",
            signal.SIGSYS,
            marks=pytest.mark.skipif(os.uname().machine != "x86_64", reason="i386's calls are x86-64's"),
        ),
    ],
)
def test_how_a_process_may_end(act: str, ended: signal.Signals) -> None:
    asked = f"""
import ctypes, mmap, os
from netsentinel.guards.seccomp import forbid_calls
libc = ctypes.CDLL(None)
room = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
room.write(b"\\xb8\\x14\\0\\0\\0\\xcd\\x80\\xc3")  # i386: getpid()
libc.prctl(38, 1, 0, 0, 0)
assert forbid_calls().value == "on"
{act}
"""
    done = subprocess.run([sys.executable, "-c", asked], check=False, timeout=60, capture_output=True)
    assert done.returncode == -ended, done.stderr


CLOSED = """
import ctypes, os, struct, sys
from pathlib import Path
from netsentinel.guards.confinement import confine

libc = ctypes.CDLL(None, use_errno=True)
call, prctl = {"x86_64": (317, 157), "aarch64": (277, 167)}[os.uname().machine]
first, second = int(sys.argv[1]), int(sys.argv[2])
steps = [(0x20, 0, 0, 0), (0x15, 0, 1, call), (6, 0, 0, 0x50000 | first), (0x15, 0, 3, prctl), (0x20, 0, 0, 16)]
steps += [(0x15, 0, 1, 22), (6, 0, 0, 0x50000 | second if second else 0x7FFF0000), (6, 0, 0, 0x7FFF0000)]
code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
libc.prctl(38, 1, 0, 0, 0)
assert libc.prctl(22, 2, struct.pack("@HP", len(steps), ctypes.addressof(code)), 0, 0) == 0
confine(512, Path(sys.argv[3]))
print(libc.socket(1, 1, 0) >= 0)
"""


@here
@pytest.mark.parametrize(
    ("first", "second", "is_open", "is_told"),
    [
        (errno.ENOSYS, errno.EINVAL, True, False),  # a kernel without such filters
        (errno.EPERM, errno.EPERM, True, True),
        (errno.EPERM, 0, False, False),  # the older call does as well
    ],
)
def test_a_refusal_is_told_and_a_kernel_without_filters_is_not(
    tmp_path: Path, first: int, second: int, is_open: bool, is_told: bool
) -> None:
    asked = [sys.executable, "-c", CLOSED, str(first), str(second), str(tmp_path)]
    done = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == [str(is_open)]
    assert ("seccomp is refused here" in done.stderr) is is_told


def test_another_machine_has_none() -> None:
    asked = """
import os, types
os.uname = lambda: types.SimpleNamespace(machine="riscv64")
from netsentinel.guards.seccomp import forbid_calls
print(forbid_calls().value)
"""
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["absent"]
