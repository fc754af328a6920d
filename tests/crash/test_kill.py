"""`kill -9` at random moments: nothing acknowledged is lost, nothing is done by halves or twice."""

import asyncio
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from netsentinel.storage import SqliteDatabase
from tests.crash.harness import ROUNDS, Child, Crash, KillHarness
from tests.crash.ledger import examine, journal_writer
from tests.crash.seeds import seeded, tell

ROOT = Path(__file__).resolve().parents[2]
SCENARIO = Path(__file__).parent / "scenarios" / "ledger_writer.py"
FEW = 6
MANY = int(os.environ.get(ROUNDS, "500"))
KILLS_PER_DATABASE = 20
RECOVERY_S = 2.0


async def recover(path: Path) -> float:
    """Seconds until a database that was killed can be used again."""
    started = time.monotonic()
    async with SqliteDatabase(path, journal_writer()):
        return time.monotonic() - started


@pytest.mark.parametrize("kills", [FEW, pytest.param(MANY, marks=[pytest.mark.long, pytest.mark.timeout(0)])])
def test_what_was_acknowledged_survives_a_kill(tmp_path: Path, kills: int) -> None:
    rng = seeded()
    recoveries: list[float] = []
    acknowledged = 0
    for first in range(0, kills, KILLS_PER_DATABASE):
        path = tmp_path / f"{first}.db"

        def check(crash: Crash, path: Path = path) -> None:
            recoveries.append(asyncio.run(recover(path)))
            held = asyncio.run(examine(path))
            assert crash.acknowledged <= held, f"round {crash.round}: {len(crash.acknowledged - held)} are lost"

        harness = KillHarness([sys.executable, SCENARIO, path], rng, environment={"PYTHONPATH": str(ROOT)})
        acknowledged += harness.run(min(KILLS_PER_DATABASE, kills - first), check).acknowledged
    tell(f"{kills} kills, {acknowledged} acknowledged writes, slowest recovery {max(recoveries):.3f} s")
    assert len(recoveries) == kills
    assert acknowledged > kills
    assert max(recoveries) < RECOVERY_S


# The harness itself.

FORGETFUL = """
import os, sys, time
print("ready", flush=True)
for number in range(10_000):
    open(sys.argv[1], "w").write(str(number))  # each overwrites the last
    os.write(1, f"ack {number}\\n".encode())
    time.sleep(0.001)
"""


def test_the_harness_notices_a_program_that_forgets(tmp_path: Path) -> None:
    path = tmp_path / "number"

    def check(crash: Crash) -> None:
        assert crash.acknowledged <= {path.read_text()}

    harness = KillHarness([sys.executable, "-c", FORGETFUL, path], seeded(1), longest_s=0.2)
    with pytest.raises(AssertionError, match="frozenset"):
        harness.run(5, check)


def test_the_harness_takes_acknowledgements_from_clients(tmp_path: Path) -> None:
    program = "import time; print('ready http://there', flush=True); time.sleep(60)"
    addresses: set[str] = set()

    def drive(child: Child, acknowledge: Callable[[str], None]) -> None:
        addresses.add(child.ready)
        acknowledge(f"answer of {child.process.pid}")
        child.killed.wait(30)

    seen: list[int] = []
    harness = KillHarness([sys.executable, "-c", program], seeded(1), longest_s=0.05)
    harness.run(3, lambda crash: seen.append(len(crash.acknowledged)), drive)
    assert (seen, addresses) == ([1, 2, 3], {"http://there"})


def test_the_harness_shows_why_a_program_does_not_start() -> None:
    harness = KillHarness([sys.executable, "-c", "raise SystemExit('no such folder')"], seeded(1))
    with pytest.raises(AssertionError, match="no such folder"):
        harness.run(1, lambda crash: None)
