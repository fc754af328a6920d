"""The whole server is killed while it stores events: every acknowledged event is in the lake once, or still waits."""

import itertools
import json
import os
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import apsw
import duckdb
import httpx2
import pytest

from netsentinel.kernel.data_folder import LOCAL_KEY_FILE
from tests.crash.harness import ROUNDS, Child, Crash, KillHarness
from tests.crash.seeds import seeded
from tests.live_server import NDJSON, LiveServer, wait_for

KILLS = 4
EVENTS_A_POST = 2_000
"""Some posts are enough for a flush: the server stores as fast as it can."""
ROOT = Path(__file__).resolve().parents[2]


class Poster:
    """Posts events without end; never the same one twice, whatever becomes of it."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def __call__(self, child: Child, acknowledge: Callable[[str], None]) -> None:
        url, folder = child.ready.split()
        key = (Path(folder) / LOCAL_KEY_FILE).read_text(encoding="ascii").strip()
        with (
            suppress(httpx2.TransportError),
            httpx2.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=10) as http,
        ):
            while not child.killed.is_set():
                names = [f"C{next(self._numbers)}" for _ in range(EVENTS_A_POST)]
                lines = [
                    json.dumps({"_path": ("conn", "dns")[n % 2], "ts": 1_780_000_000 + n, "uid": name})
                    for n, name in enumerate(names)
                ]
                answer = http.post("/api/v2/events?source=crash", content="\n".join(lines), headers=NDJSON)
                if answer.status_code == 202:
                    for name in names:
                        acknowledge(name)


def stored(data: Path) -> Counter[str]:
    """Every event of the lake by its own id, through the recorded files only; looked at while no server runs."""
    connection = apsw.Connection(str(data / "netsentinel.db"))
    try:
        paths = [str(data / "lake" / path) for (path,) in connection.execute("SELECT path FROM lake_files")]
    finally:
        connection.close()
    assert all(Path(path).exists() for path in paths), "a file is recorded that is not there"
    if not paths:
        return Counter()
    rows = duckdb.execute("SELECT connection_uid FROM read_parquet(?)", [paths]).fetchall()
    return Counter(uid for (uid,) in rows)


def rounds(kills: int, folder: Path) -> None:
    """Kill so many times, then let the server finish its work in peace and compare."""
    poster, data = Poster(), folder / "data"
    argv = [sys.executable, "-m", "tests.crash.scenarios.lake", str(data)]
    harness = KillHarness(
        argv, seeded(), environment={"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}, longest_s=4.0
    )
    acknowledged: frozenset[str] = frozenset()
    most = 0

    def check(crash: Crash) -> None:
        nonlocal acknowledged, most
        acknowledged = crash.acknowledged
        held = stored(data)
        assert set(held.values()) <= {1}, "an event is stored twice"
        assert len(held) >= most, "events that were stored are gone"
        most = len(held)

    harness.run(kills, check, poster)
    assert most, "nothing was stored between the kills: the test proved nothing"

    with LiveServer(folder) as server, server.client() as http:

        def all_stored() -> bool:
            answer = http.post("/api/v2/hunts", json={"sql": "SELECT count(DISTINCT connection_uid) FROM events"})
            return answer.status_code == 200 and answer.json()["rows"][0][0] >= len(acknowledged)

        wait_for(all_stored, 120)
    held = stored(data)
    missing = acknowledged - set(held)
    assert not missing, f"{len(missing)} of {len(acknowledged)} acknowledged events are not in the lake"
    assert set(held.values()) == {1}


@pytest.mark.timeout(400)
def test_every_acknowledged_event_is_stored_once(tmp_path: Path) -> None:
    rounds(KILLS, tmp_path)


@pytest.mark.long
@pytest.mark.timeout(14_400)
def test_and_so_it_is_after_many_kills(tmp_path: Path) -> None:
    rounds(int(os.environ.get(ROUNDS, "500")), tmp_path)
