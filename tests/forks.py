"""Servers and commands of tests, forked from a process that has loaded the program: loading is most of what they cost.

Run as a program this is that process: it loads what `netsentinel serve` does, and forks itself for each start that is
asked for over a socket. The child goes on as `python -m netsentinel` would have done, and ends as that would.
"""

import atexit
import gc
import json
import math
import os
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

LOADED = ("typer.main", "uvloop", "netsentinel.cli.serve", "netsentinel.api.server", "netsentinel.bootstrap")
_MESSAGE = 1 << 20
_MOMENT_S = 0.05


class Forked:
    """A program that runs, with the methods of `subprocess.Popen` that tests use."""

    def __init__(self, forks: "Forks", number: int, pid: int) -> None:
        self._forks = forks
        self._number = number
        self.pid = pid

    def poll(self) -> int | None:
        """Its exit code, negative for a signal; None while it runs."""
        return self._forks.ended(self._number, 0)

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, once it has ended."""
        code = self._forks.ended(self._number, timeout)
        if code is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it without a chance to tidy up."""
        self.send_signal(signal.SIGKILL)


class Forks:
    """The process that forks, started with the first program that is asked of it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self._started = 0
        self._codes: dict[int, int] = {}
        """By which start it was: the system uses the ids of processes again."""
        self._pid = 0

    def start(
        self, arguments: Sequence[str], environment: Mapping[str, str], output: Path, errors: Path | None = None
    ) -> Forked:
        """Run `netsentinel` with these arguments and this environment; what it says goes to the end of the files.

        Args:
            arguments: of the command line.
            environment: all of it.
            output: for the standard output.
            errors: for the standard error; the same as `output` when it is not given.
        """
        with self._lock:
            line = self._line or self._open()
            self._started += 1
            asked = {
                "number": self._started,
                "arguments": [*arguments],
                "environment": {**environment},
                "said": [str(output), str(errors or output)],
                "cwd": str(Path.cwd()),
            }
            line.send(json.dumps(asked).encode())
            self._pid = 0
            while not self._pid:
                self._hear(line, None)
            return Forked(self, self._started, self._pid)

    def run(
        self, *arguments: str, timeout: float = 120, check: bool = False, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command of `netsentinel` to its end, like `subprocess.run` with what it says captured as text.

        Args:
            arguments: of the command line.
            timeout: seconds after which it is killed.
            check: fail when it fails.
            environment: beside that of the tests.
        """
        with TemporaryDirectory() as folder:
            output, errors = Path(folder, "output"), Path(folder, "errors")
            running = self.start(arguments, {**os.environ, **environment}, output, errors)
            try:
                code = running.wait(timeout)
            finally:
                running.kill()
                running.wait()
            done = subprocess.CompletedProcess(arguments, code, output.read_text("utf-8"), errors.read_text("utf-8"))
        if check:
            assert code == 0, done.stderr
        return done

    def ended(self, number: int, timeout: float | None) -> int | None:
        """The exit code of the program of a start, for which it waits so many seconds; for ever with None."""
        deadline = time.monotonic() + (math.inf if timeout is None else timeout)
        while True:
            left = deadline - time.monotonic()
            with self._lock:  # for a moment only: others start and kill theirs meanwhile
                while number not in self._codes and self._hear(self._line, min(max(left, 0), _MOMENT_S)):
                    pass
                if number in self._codes:
                    return self._codes[number]
            if left <= 0:
                return None

    def close(self) -> None:
        """End the process, and with it every program that still runs."""
        with self._lock:
            if self._line is not None and self._process is not None:
                self._line.close()
                self._process.wait()
                self._line = self._process = None

    def _open(self) -> socket.socket:
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [sys.executable, "-m", "tests.forks", str(theirs.fileno())]
            self._process = subprocess.Popen(
                command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, cwd=Path(__file__).parents[1]
            )
        atexit.register(self.close)
        return self._line

    def _hear(self, line: socket.socket | None, timeout: float | None) -> bool:
        """Take the next news; whether there was one."""
        said = b""
        if line is not None:
            line.settimeout(timeout)
            try:
                said = line.recv(_MESSAGE)
            except (TimeoutError, BlockingIOError):
                return False
        if not said:
            message = "the process that forks has ended"
            raise AssertionError(message)
        news: dict[str, int] = json.loads(said)
        if "code" in news:
            self._codes[news["number"]] = news["code"]
        else:
            self._pid = news["pid"]
        return True


forks = Forks()


def main(line: socket.socket) -> list[str]:
    """Fork whenever it is asked for; returns in each child, with the arguments for the program."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of the whole group: it ends when its line does
    gc.disable()
    for name in LOADED:
        import_module(name)
    gc.freeze()
    gc.enable()
    bell, ringer = socket.socketpair()
    ringer.setblocking(False)
    signal.set_wakeup_fd(ringer.fileno(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, _heard)  # nothing: its bell is what counts
    running: dict[int, int] = {}
    with selectors.DefaultSelector() as ready:
        ready.register(line, selectors.EVENT_READ)
        ready.register(bell, selectors.EVENT_READ)
        while True:
            for key, _ in ready.select():
                if key.fileobj is bell:
                    bell.recv(_MESSAGE)
                    _tell_ended(line, running)
                    continue
                said = b""
                with suppress(ConnectionError):  # it ended with an exit code that it had not read
                    said = line.recv(_MESSAGE)
                if not said:
                    for pid in running:
                        os.kill(pid, signal.SIGKILL)
                    os._exit(0)
                asked: dict[str, Any] = json.loads(said)
                number = asked.pop("number")
                pid = os.fork()
                if not pid:
                    signal.set_wakeup_fd(-1)
                    signal.signal(signal.SIGINT, signal.default_int_handler)  # what a background job inherits or not
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    for end in (line, bell, ringer):
                        end.close()
                    return _become(**asked)
                running[pid] = number
                _tell(line, pid=pid)


def _heard(_number: int, _frame: object) -> None: ...


def _tell_ended(line: socket.socket, running: dict[int, int]) -> None:
    while running:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        _tell(line, number=running.pop(pid), code=os.waitstatus_to_exitcode(status))


def _tell(line: socket.socket, **news: int) -> None:
    with suppress(ConnectionError):  # who asked is gone: the line says so next, and then all are ended
        line.send(json.dumps(news).encode())


def _become(arguments: list[str], environment: dict[str, str], said: list[str], cwd: str) -> list[str]:
    """Be a process of its own: its environment, its folder, and what it says in its files."""
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(cwd)
    for number, path in zip((1, 2), said, strict=True):
        written = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        os.dup2(written, number)
        os.close(written)
    sys.argv = ["netsentinel", *arguments]
    return arguments


if __name__ == "__main__":
    given = main(socket.socket(fileno=int(sys.argv[1])))
    from netsentinel.cli import main as program

    program(given)
