"""The process that forks the servers and commands of tests is as good as a start from nothing."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.forks import Forks
from tests.live_server import free_port, wait_for

_WAITS = ["serve"]
_ENDS = ["--version"]
_STARTER = """
import os, pathlib, select, signal, sys
from tests.forks import forks
folder = pathlib.Path(sys.argv[1])
settings = [{**os.environ, "NETSENTINEL_DATA_DIR": f"{folder}/{at}"} for at in range(2)]
pids = [forks.start(["serve"], each, folder / "log").pid for each in settings]
print(*pids, flush=True)
os.kill(pids[0], signal.SIGKILL)
select.select([forks._line], [], [], 30)  # its exit code has come, and nobody reads it
os.kill(os.getpid(), signal.SIGKILL)
"""


def _environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "NETSENTINEL_DATA_DIR": str(folder / "data"), "NETSENTINEL_PORT": str(free_port())}


@pytest.fixture
def forks() -> Forks:
    return Forks()


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_program_that_has_ended_stays_so_when_another_one_starts_and_when_all_end(
    forks: Forks, tmp_path: Path
) -> None:
    ended = forks.start(_ENDS, _environment(tmp_path), tmp_path / "said")
    assert ended.wait(60) == 0
    running = forks.start(_WAITS, _environment(tmp_path), tmp_path / "log")
    running.pid, ended.pid = ended.pid, running.pid  # as when the system uses an id again
    assert running.poll() is None
    ended.kill()
    with pytest.raises(subprocess.TimeoutExpired):
        running.wait(0.5)
    forks.close()
    assert ended.poll() == 0


def test_an_interrupt_of_the_group_ends_the_programs_and_not_the_process_that_forks(
    forks: Forks, tmp_path: Path
) -> None:
    running = forks.start(_WAITS, _environment(tmp_path), tmp_path / "log")
    parent = int(Path(f"/proc/{running.pid}/stat").read_text("ascii").rpartition(")")[2].split()[1])
    log = tmp_path / "log"
    wait_for(lambda: log.exists() and "/setup" in log.read_text("utf-8"), 60)
    for pid in (parent, running.pid):
        os.kill(pid, signal.SIGINT)
    assert running.wait(60) in (0, 130), "in order, or in the midst of its start"
    assert forks.run(*_ENDS).returncode == 0
    forks.close()


def test_programs_end_with_whoever_started_them_however_that_ends(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", _STARTER, str(tmp_path)], capture_output=True, text=True, check=False)
    pids = [int(one) for one in done.stdout.split()]
    assert len(pids) == 2, done.stderr
    wait_for(lambda: not any(map(_runs, pids)))
