"""The power goes at a random moment: every acknowledged write is there, and the test notices when one is not."""

import asyncio
import random
from dataclasses import dataclass
from pathlib import Path

import pytest

from netsentinel.kernel.errors import UnavailableError
from netsentinel.storage import Journal, SqliteDatabase
from netsentinel.storage import sqlite as sqlite_module
from tests.crash.ledger import KEY, REGISTRY, deposit, examine, journal_writer, react
from tests.crash.lossy_vfs import LossyVFS
from tests.crash.seeds import seeded, tell

pytestmark = pytest.mark.anyio

ROUNDS = 120
MANY = 2_000
CLIENTS = 8
SIZES = (10, 9_000, 700)
LOSSES_PER_DATABASE = 5


@dataclass
class Tally:
    """What many losses came to."""

    losses: int = 0
    acknowledged: int = 0
    lost: int = 0
    damaged: int = 0


async def work_until_the_power_goes(path: Path, vfs: LossyVFS, synchronous: str, name: str) -> list[str]:
    """Clients write, and one reacts to the journal, until nothing works any more; what was acknowledged."""
    acknowledged: list[str] = []

    async def client(number: int, db: SqliteDatabase) -> None:
        for count in range(100_000):
            key = f"{name}-{number}-{count}"
            await deposit(db, key, SIZES[count % len(SIZES)])
            acknowledged.append(key)

    async def follow(db: SqliteDatabase) -> None:
        follower = Journal(db, REGISTRY, KEY).follow("effects")
        while not vfs.is_cut:
            await follower.step(react, limit=20)
            await asyncio.sleep(0.001)

    try:
        async with SqliteDatabase(path, journal_writer(), synchronous=synchronous, vfs=vfs.vfs_name) as db:
            await asyncio.gather(*(client(n, db) for n in range(CLIENTS)), follow(db), return_exceptions=True)
    except UnavailableError:
        pass  # it went while the database was being opened
    assert vfs.is_cut
    return acknowledged


async def lose_power(
    tmp_path: Path, rounds: int, rng: random.Random, synchronous: str, monkeypatch: pytest.MonkeyPatch
) -> Tally:
    """Lose the power again and again, some times in a row on the same database."""
    tally = Tally()
    path, acknowledged = tmp_path / "0" / "netsentinel.db", set[str]()
    for number in range(1, rounds + 1):
        if number % LOSSES_PER_DATABASE == 1:
            path, acknowledged = tmp_path / f"{number}-new" / "netsentinel.db", set()
        # So that checkpoints, and the WAL's return to its beginning, happen within a round.
        monkeypatch.setattr(sqlite_module, "_CHECKPOINT_PAGES", rng.choice((5, 40, 1_000)))
        vfs = LossyVFS(f"lossy-{number}", rng, rng.randrange(1, 900))
        new = await work_until_the_power_goes(path, vfs, synchronous, str(number))
        acknowledged.update(new)
        path = tmp_path / str(number) / "netsentinel.db"
        vfs.survive(path.parent)
        vfs.unregister()
        tally.losses += 1
        tally.acknowledged += len(new)
        try:
            missing = acknowledged - await examine(path)
        except (AssertionError, UnavailableError) as error:
            tell(f"round {number}: damaged: {error}")
            tally.damaged += 1
            break
        tally.lost += len(missing)
        acknowledged -= missing
    tell(tally)
    return tally


@pytest.mark.parametrize("rounds", [ROUNDS, pytest.param(MANY, marks=[pytest.mark.long, pytest.mark.timeout(0)])])
async def test_no_acknowledged_write_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rounds: int) -> None:
    tally = await lose_power(tmp_path, rounds, seeded(), "FULL", monkeypatch)
    assert (tally.losses, tally.lost, tally.damaged) == (rounds, 0, 0)
    assert tally.acknowledged > rounds, "there was hardly anything to lose"


@pytest.mark.parametrize("synchronous", ["NORMAL", "OFF"])
async def test_the_test_bites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, synchronous: str) -> None:
    tally = await lose_power(tmp_path, 20, seeded(7), synchronous, monkeypatch)
    assert tally.lost + tally.damaged > 0
