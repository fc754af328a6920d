"""The measurement behind `netsentinel bench tasks`: our task engine and, where installed, others, in turn.

`python -m netsentinel.cli.bench_tasks FOLDER` runs the rounds of ours, in a process of its own like the peers'.
"""

import asyncio
import json
import os
import select
import shutil
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from netsentinel.tasks import TaskService

_BUDGET_S: Final = 48.0
_MAX_ROUNDS: Final = 5
_CLIENTS: Final = 64
_OWN_TASKS: Final = 2_000
_PEER_TASKS: Final = 80
_RATE: Final = 30
_PACED_S: Final = 7.0
_WARM_UP_S: Final = 1.0
_FSYNC_PROBES: Final = 400
_PAGE: Final = 4_096
_PEERS_SCRIPT: Final = Path(__file__).with_name("bench_peers.py")


@dataclass(frozen=True, slots=True)
class Peer:
    """Another queue: which interpreter has it, and where its database is."""

    name: str
    python: str
    where: str


class Contender:
    """A program that runs one round for each line it is given, and is stopped between its rounds.

    It prints a line once it is ready, and one JSON object for each round.
    """

    def __init__(self, name: str, command: list[str], tasks: int) -> None:
        self.name = name
        self.rounds: list[dict[str, float]] = []
        self._tasks = tasks
        self._program = subprocess.Popen(  # noqa: S603 - our own programs
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def wait(self, until: float) -> None:
        """Wait until it is ready, at most until this time of `perf_counter`, and hold it there.

        Raises:
            RuntimeError: it failed, or it took too long.
        """
        self._answer(until)
        self._program.send_signal(signal.SIGSTOP)

    def round(self, until: float) -> None:
        """Run one round, alone.

        Raises:
            RuntimeError: it failed, or it took too long.
        """
        self._program.send_signal(signal.SIGCONT)
        self._say(f"{self._tasks}\n")
        self.rounds.append(json.loads(self._answer(until)))
        self._program.send_signal(signal.SIGSTOP)

    def close(self) -> None:
        """End it."""
        self._program.send_signal(signal.SIGCONT)
        self._program.kill()
        self._program.communicate()

    def _say(self, line: str) -> None:
        if self._program.stdin is None:
            raise RuntimeError("it has no input")
        self._program.stdin.write(line)
        self._program.stdin.flush()

    def _answer(self, until: float) -> str:
        pipe, left = self._program.stdout, max(0.0, until - time.perf_counter())
        ready = pipe is not None and select.select([pipe], [], [], left)[0]
        line = pipe.readline() if pipe is not None and ready else ""
        if line:
            return line
        self._program.kill()
        said = self._program.communicate()[1].strip().rpartition("\n")[2]
        raise RuntimeError(said[:300] or f"{self.name} was not done in time")


def measure(folder: Path, peers: list[Peer]) -> dict[str, Any]:
    """Rounds of ours and the peers in turn, their medians, and the time from a submission to its start at 30 a second.

    Args:
        folder: for the databases.
        peers: what to compare with; one that fails is left out with its reason.

    Raises:
        RuntimeError: ours failed.
    """
    began = time.perf_counter()
    until = began + _BUDGET_S
    fsync = fsync_times(folder)
    ours = Contender("ours", [sys.executable, "-m", __spec__.name, str(folder)], _OWN_TASKS)
    others = [
        Contender(peer.name, [peer.python, str(_PEERS_SCRIPT), peer.name, peer.where], _PEER_TASKS) for peer in peers
    ]
    failed: dict[str, str] = {}
    longest, rounds = 0.0, 0
    try:
        ours.wait(until)
        _each(others, failed, lambda other: other.wait(until))
        start_ms = _start_ms(folder / "paced")
        while not rounds or (rounds < _MAX_ROUNDS and until - time.perf_counter() > longest * 1.5):
            round_began = time.perf_counter()
            ours.round(until)
            _each(others, failed, lambda other: other.round(until))
            rounds += 1
            longest = max(longest, time.perf_counter() - round_began)
    finally:
        for one in (ours, *others):
            one.close()
    figures = _medians(ours.rounds)
    compared = {one.name: _medians(one.rounds) for one in others if one.rounds}
    for peer in compared.values():
        peer["ours_is_faster"] = round(figures["tasks_per_s"] / peer["tasks_per_s"], 1)
    return {
        **figures,
        "start_ms": start_ms,
        "fsync_per_s": round(1 / statistics.mean(fsync)),
        "fsync_ms_p99": round(statistics.quantiles(fsync, n=100)[98] * 1e3, 2),
        "rounds": rounds,
        "peers": compared,
        "peers_left_out": failed,
        "load": round(os.getloadavg()[0], 1),
        "seconds": round(time.perf_counter() - began, 1),
    }


def _start_ms(folder: Path) -> dict[str, float]:
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:  # as the server runs
        return runner.run(_paced(folder))


def _each(others: list[Contender], failed: dict[str, str], step: Callable[[Contender], None]) -> None:
    """One step of every peer that has not failed yet; why those fail that do."""
    for other in others:
        if other.name not in failed:
            try:
                step(other)
            except (RuntimeError, ValueError, OSError) as error:
                failed[other.name] = str(error)


def fsync_times(folder: Path) -> list[float]:
    """Seconds that a synced overwrite of 4 KiB takes, again and again: what the disk gives a careful writer."""
    path = folder / "fsync.probe"
    block = os.urandom(_PAGE)
    path.write_bytes(block * 256)
    handle = os.open(path, os.O_WRONLY)
    times: list[float] = []
    until = time.perf_counter() + 1.5
    try:
        while len(times) < _FSYNC_PROBES and (time.perf_counter() < until or len(times) < 2):  # noqa: PLR2004 - quantiles
            begun = time.perf_counter()
            os.pwrite(handle, block, len(times) % 256 * _PAGE)
            os.fdatasync(handle)
            times.append(time.perf_counter() - begun)
    finally:
        os.close(handle)
        path.unlink()
    return times


def installed_peers(folder: Path, python: str, postgres: str) -> list[Peer]:
    """The peers that this interpreter can import; Procrastinate needs a database of its own besides."""
    found: list[Peer] = []
    for name, where in (("dbos", str(folder)), ("procrastinate", postgres)):
        probe = [python, "-c", f"import importlib.util as u, sys; sys.exit(u.find_spec({name!r}) is None)"]
        with suppress(OSError):
            if where and subprocess.run(probe, check=False, capture_output=True).returncode == 0:  # noqa: S603 - a chosen interpreter
                found.append(Peer(name, python, where))
    return found


def _medians(rounds: list[dict[str, float]]) -> dict[str, float]:
    return {name: round(statistics.median(one[name] for one in rounds), 1) for name in rounds[0]}


# Ours.


@asynccontextmanager
async def _engine(folder: Path, handle: Callable[[dict[str, int]], None]) -> AsyncGenerator["TaskService"]:
    """The task engine as the server runs it, with journal and breakers, and one action that does next to nothing."""
    from netsentinel import tasks
    from netsentinel.bootstrap import open_tasks
    from netsentinel.kernel.settings import Settings
    from netsentinel.kernel.types import Permission

    async def noop(source: dict[str, int], _reporter: tasks.Reporter) -> dict[str, int]:
        """Gives back what it got."""
        handle(source)
        return source

    action = tasks.action("bench.noop", permission=Permission.TASKS_WRITE, dependency="bench")(noop)
    settings = Settings(data_dir=folder, database_url="")  # pyright: ignore[reportCallIssue] - pydantic-settings fills the fields
    async with open_tasks(settings, action) as service:
        yield service


async def _own_round(folder: Path, count: int) -> dict[str, float]:
    """Tasks a second from the first submission until the last result is durable, submitted one by one."""
    import resource

    from netsentinel.kernel.types import DEFAULT_TENANT, system_principal
    from netsentinel.tasks import TaskFilter, TaskRequest, TaskState

    all_ran = asyncio.Event()
    ran = 0

    def handle(_source: dict[str, int]) -> None:
        nonlocal ran
        ran += 1
        if ran >= count:
            all_ran.set()

    live = TaskFilter(states=(TaskState.QUEUED, TaskState.RUNNING))
    async with _engine(folder, handle) as service:
        left = iter(range(count))

        async def client() -> None:
            for number in left:
                await service.submit(system_principal(), TaskRequest(action="bench.noop", input={"n": number}))

        cpu, began = time.process_time(), time.perf_counter()
        await asyncio.gather(*(client() for _ in range(_CLIENTS)))
        submitted = time.perf_counter()
        await all_ran.wait()
        while (await service.page(DEFAULT_TENANT, live, limit=1)).items:  # noqa: ASYNC110 - nobody tells of the last end
            await asyncio.sleep(0.002)
        ended, cpu = time.perf_counter(), time.process_time() - cpu
    return {
        "tasks_per_s": round(count / (ended - began), 1),
        "submits_per_s": round(count / (submitted - began), 1),
        "cpu_us_per_task": round(1e6 * cpu / count),
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


async def _paced(folder: Path) -> dict[str, float]:
    """Milliseconds from when a submission was due to the start of its handler, at 30 a second whatever happens."""
    from netsentinel.kernel.types import system_principal
    from netsentinel.tasks import TaskRequest

    loop = asyncio.get_running_loop()
    due: dict[int, float] = {}
    taken: list[float] = []
    async with _engine(folder, lambda source: taken.append(time.perf_counter() - due[source["n"]])) as service:
        begin = time.perf_counter() + 0.2
        submissions: list[asyncio.Task[Any]] = []
        count = int(_RATE * _PACED_S)
        for number in range(count):
            due[number] = begin + number / _RATE
            await asyncio.sleep(due[number] - time.perf_counter())
            request = TaskRequest(action="bench.noop", input={"n": number})
            submissions.append(loop.create_task(service.submit(system_principal(), request)))
        await asyncio.gather(*submissions)
        async with asyncio.timeout(10):
            while len(taken) < count:  # noqa: ASYNC110 - the handler is told of nothing else
                await asyncio.sleep(0.01)
    counted = taken[int(_RATE * _WARM_UP_S) :]
    cuts = statistics.quantiles(counted, n=100)
    return {"p50": round(cuts[49] * 1e3, 2), "p99": round(cuts[98] * 1e3, 2), "count": len(counted)}


def main() -> None:
    """A round of ours for every line of the input, which says how many tasks; the figures are printed as JSON."""
    import uvloop

    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for number, line in enumerate(sys.stdin):
        folder = Path(sys.argv[1]) / f"own-{number}"
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            figures = runner.run(_own_round(folder, int(line)))
        shutil.rmtree(folder, ignore_errors=True)
        sys.stdout.write(json.dumps(figures) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
