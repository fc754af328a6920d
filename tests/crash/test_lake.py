"""The whole server is killed while it stores events: every acknowledged event is in the lake once, or still waits."""

import itertools
import json
import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import apsw
import duckdb
import httpx2
import pytest

from tests.crash.harness import ROUNDS, Crash, KillHarness
from tests.crash.posting import Poster
from tests.crash.seeds import seeded, tell
from tests.live_server import NDJSON, LiveServer, wait_for

KILLS = 4
MOST_TURNS = 6
"""A slow machine may store nothing between a few kills."""
EVENTS_A_POST = 500
PAUSE_S = 0.05
"""Between posts: a flush comes every 0.2 s, and many kills must not make many gigabytes."""
ROOT = Path(__file__).resolve().parents[2]


def post(http: httpx2.Client, numbers: Iterator[int]) -> list[str]:
    """Post some events; `<first number>` when they were taken."""
    some = list(itertools.islice(numbers, EVENTS_A_POST))
    lines = [json.dumps({"_path": ("conn", "dns")[n % 2], "ts": 1_780_000_000 + n % 100, "uid": f"C{n}"}) for n in some]
    answer = http.post("/api/v2/events?source=crash", content="\n".join(lines), headers=NDJSON)
    return [str(some[0])] if answer.status_code == 202 else []


@contextmanager
def lake(data: Path) -> Iterator[duckdb.DuckDBPyConnection | None]:
    """The numbers of the stored events as the view `held`; None when nothing is stored."""
    with closing(apsw.Connection(str(data / "netsentinel.db"))) as connection:
        paths = [str(data / "lake" / path) for (path,) in connection.execute("SELECT path FROM lake_files")]
    assert all(Path(path).exists() for path in paths), "a file is recorded that is not there"
    if not paths:
        yield None
        return
    with duckdb.connect(":memory:") as found:
        found.execute("SET memory_limit = '1GiB'")
        number = "CAST(substr(connection_uid, 2) AS BIGINT) AS number"
        found.read_parquet(paths).project(number).create_view("held")
        yield found


def stored(data: Path) -> int:
    """How many events the recorded files hold; looked at while no server runs."""
    with lake(data) as found:
        if found is None:
            return 0
        held, different = found.execute("SELECT count(*), count(DISTINCT number) FROM held").fetchone() or (0, 0)
    assert held == different, f"{held - different} events are stored twice"
    return held


def missing(data: Path, acknowledged: frozenset[str]) -> int:
    """How many acknowledged events are not stored."""
    lacking = {int(first): EVENTS_A_POST for first in acknowledged}
    with lake(data) as found:
        if found is not None:
            post = f"(number - 1) // {EVENTS_A_POST} * {EVENTS_A_POST} + 1"
            for first, held in found.execute(f"SELECT {post}, count(*) FROM held GROUP BY 1").fetchall():  # noqa: S608 - a number
                if first in lacking:
                    lacking[first] -= held
    return sum(lacking.values())


def waiting(data: Path) -> int:
    """Batches that the inbox still holds: what is stored leaves it."""
    with closing(apsw.Connection(str(data / "netsentinel.db"), apsw.SQLITE_OPEN_READONLY)) as connection:
        return int(connection.execute("SELECT count(*) FROM inbox").fetchall()[0][0])


def rounds(kills: int, folder: Path) -> None:
    """Kill so many times, then let the server finish its work in peace and compare."""
    poster, data = Poster(post, pause_s=PAUSE_S), folder / "data"
    argv = [sys.executable, "-m", "tests.crash.scenarios.lake", str(data)]
    harness = KillHarness(
        argv,
        seeded(),
        environment={"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
        longest_s=6.0,
        start_timeout_s=120.0,
    )
    acknowledged: frozenset[str] = frozenset()
    most = 0

    def check(crash: Crash) -> None:
        nonlocal acknowledged, most
        acknowledged = crash.acknowledged
        held = stored(data)
        assert held >= most, "events that were stored are gone"
        most = held

    for _ in range(MOST_TURNS):
        harness.run(kills, check, poster)
        if most:
            break
    assert most, "nothing was stored between the kills: the test proved nothing"

    with LiveServer(folder):
        wait_for(lambda: waiting(data) == 0, 300, every=0.5)
    lost, held = missing(data, acknowledged), stored(data)
    tell(f"{kills} kills, {len(acknowledged) * EVENTS_A_POST} events acknowledged, {held} stored, {lost} lost")
    assert lost == 0


@pytest.mark.timeout(600)
def test_every_acknowledged_event_is_stored_once(tmp_path: Path) -> None:
    rounds(KILLS, tmp_path)


@pytest.mark.long
@pytest.mark.timeout(14_400)
def test_and_so_it_is_after_many_kills(tmp_path: Path) -> None:
    rounds(int(os.environ.get(ROUNDS, "500")), tmp_path)
