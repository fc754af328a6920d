"""Kills a program with `kill -9` at random moments, starts it again, and compares what it holds with what it promised.

The program says `ready ...` on its standard output when it works, and may say `ack <text>` for every piece of work that
it acknowledged to somebody. Work that is acknowledged elsewhere (a client's POST was answered) comes from `drive`,
which the harness runs beside the program. After each kill the check gets everything acknowledged so far, over all
rounds, and looks at what is stored.
"""

import os
import random
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tests.crash.seeds import tell

ROUNDS = "NETSENTINEL_CRASH_ROUNDS"
"""How many kills the `long` tests do."""


@dataclass
class Child:
    """The program while it runs."""

    process: subprocess.Popen[str]
    ready: str = ""
    """What it said after `ready`, for example its address."""
    is_ready: threading.Event = field(default_factory=threading.Event)
    killed: threading.Event = field(default_factory=threading.Event)
    """Set before it is killed: from then on an error of a client is no news."""


Drive = Callable[[Child, Callable[[str], None]], None]
"""Works with a ready program, on a thread, until `killed` is set; the second argument takes what was acknowledged."""


@dataclass(frozen=True)
class Crash:
    """One kill, as the check sees it."""

    round: int
    acknowledged: frozenset[str]
    """Everything acknowledged so far, over all rounds."""
    lived_s: float
    """Seconds from `ready` to the kill."""


@dataclass
class Report:
    """What all the rounds came to."""

    kills: int = 0
    acknowledged: int = 0
    slowest_start_s: float = 0.0


class KillHarness:
    """Runs one program again and again.

    Args:
        argv: the program with its arguments; the same for every round.
        rng: chooses when to kill; make it with `seeded`, which prints its seed.
        environment: beside this process's own.
        longest_s: a program lives at most so long after it is ready.
        start_timeout_s: a program that is not ready by then fails the test.
    """

    def __init__(
        self,
        argv: Sequence[str | Path],
        rng: random.Random,
        *,
        environment: Mapping[str, str] | None = None,
        longest_s: float = 0.5,
        start_timeout_s: float = 30.0,
    ) -> None:
        self._argv = [str(word) for word in argv]
        self._rng = rng
        self._environment = {**os.environ, **(environment or {})}
        self._longest_s = longest_s
        self._start_timeout_s = start_timeout_s
        self._acknowledged: set[str] = set()
        self._lock = threading.Lock()

    def run(self, rounds: int, check: Callable[[Crash], None], drive: Drive | None = None) -> Report:
        """Kill the program `rounds` times; `check` is called while it is dead."""
        report = Report()
        for number in range(1, rounds + 1):
            started = time.monotonic()
            with tempfile.TemporaryFile("w+") as errors:
                child, threads = self._start(errors, drive)
                report.slowest_start_s = max(report.slowest_start_s, time.monotonic() - started)
                lives = self._rng.uniform(0, self._longest_s)
                try:
                    time.sleep(lives)
                finally:
                    self._kill(child, threads)
            report.kills += 1
            with self._lock:
                crash = Crash(number, frozenset(self._acknowledged), lives)
            report.acknowledged = len(crash.acknowledged)
            check(crash)
        tell(report)
        return report

    def _start(self, errors: IO[str], drive: Drive | None) -> tuple[Child, list[threading.Thread]]:
        process = subprocess.Popen(
            self._argv,
            stdout=subprocess.PIPE,
            stderr=errors,
            stdin=subprocess.DEVNULL,
            text=True,
            env=self._environment,
            start_new_session=True,  # so that its own children die with it
        )
        child = Child(process)
        threads = [threading.Thread(target=self._listen, args=(child,), daemon=True)]
        threads[0].start()
        if not child.is_ready.wait(self._start_timeout_s) or not child.ready:
            self._kill(child, threads)
            errors.seek(0)
            raise AssertionError(f"the program did not become ready: {errors.read()[-4000:]}")
        if drive is not None:
            threads.append(threading.Thread(target=drive, args=(child, self._acknowledge), daemon=True))
            threads[-1].start()
        return child, threads

    def _kill(self, child: Child, threads: list[threading.Thread]) -> None:
        child.killed.set()
        with suppress(ProcessLookupError):
            os.killpg(child.process.pid, signal.SIGKILL)  # the group that it leads: itself and its own children
        child.process.wait()
        for thread in threads:
            thread.join(30)
            if thread.is_alive():
                raise AssertionError(f"{thread.name} did not notice that the program is dead")

    def _listen(self, child: Child) -> None:
        assert child.process.stdout is not None
        with child.process.stdout as lines:
            for line in lines:
                word, _, text = line.rstrip("\n").partition(" ")
                if word == "ready":
                    child.ready = text or "yes"
                    child.is_ready.set()
                elif word == "ack" and line.endswith("\n"):  # the last line may be cut by the kill
                    self._acknowledge(text)
        child.is_ready.set()  # it ended; whoever waits sees that it said nothing

    def _acknowledge(self, text: str) -> None:
        with self._lock:
            self._acknowledged.add(text)
