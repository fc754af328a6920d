"""A process is killed while uploads arrive: no acknowledged byte is lost, and one question is enough to go on."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.crash.harness import ROUNDS
from tests.crash.scenarios.uploads import DATA, PIECE
from tests.crash.seeds import seeded, tell

KILLS = 10
ROOT = Path(__file__).resolve().parents[2]


def run(folder: Path, rng: random.Random | None) -> tuple[int, int, str]:
    """Let it receive, killed after some pieces if there is a generator: first and last acknowledged offset, medium."""
    argv = [sys.executable, "-m", "tests.crash.scenarios.uploads", str(folder), "cookies.txt"]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    told: list[int] = []
    with subprocess.Popen(argv, env=environment, stdout=subprocess.PIPE, text=True, cwd=folder.parent) as process:
        assert process.stdout is not None
        before_kill = rng.randint(2, 11) if rng else -1
        for line in process.stdout:
            what, _, value = line.strip().partition(" ")
            if what == "medium":
                return told[0], told[-1], value
            told.append(int(value))
            if len(told) == before_kill:
                process.kill()  # it goes on until the signal is there, and what it says meanwhile counts
    return told[0], told[-1], ""


def campaign(folder: Path, rng: random.Random) -> tuple[int, int]:
    """One upload, killed up to ten times on its way, that becomes a medium; how many pieces it took, and kills."""
    acknowledged = last = pieces = killed = 0
    medium = ""
    for kills in (*[rng] * KILLS, None):
        first, last, medium = run(folder, kills)
        assert acknowledged <= first <= acknowledged + PIECE, (
            "what was acknowledged is there, and one piece at most more"
        )
        pieces += (last - first) // PIECE
        acknowledged = last
        if medium:  # on a busy machine it may be there before the signal is
            break
        killed += 1
    assert (last, bool(medium)) == (len(DATA), True)
    assert list((folder / "uploads").rglob("upl_*")) == []
    return pieces, killed


@pytest.mark.timeout(600)
def test_acknowledged_bytes_survive_kills_and_become_a_medium(tmp_path: Path) -> None:
    rng = seeded()
    assert any(campaign(tmp_path / str(number), rng)[1] for number in range(5)), "no upload was killed on its way"


@pytest.mark.long
def test_acknowledged_bytes_survive_many_kills(tmp_path: Path) -> None:
    rng, uploads = seeded(), int(os.environ.get(ROUNDS, "100")) // KILLS
    campaigns = [campaign(tmp_path / str(number), rng) for number in range(uploads)]
    pieces, kills = (sum(figures) for figures in zip(*campaigns, strict=True))
    assert kills
    tell(f"{kills:,} kills, {uploads:,} uploads, {pieces:,} acknowledged pieces, 0 bytes lost")
