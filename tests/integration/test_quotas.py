"""Quotas of a real server under 64 callers at once, across an orderly restart and across a kill."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest

from tests.forks import forks
from tests.live_server import NO_TLS, LiveServer

QUOTA = 1_000
CALLERS = 64
PERCENT = QUOTA // 100
DAY_S = 86_400


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    while DAY_S - time.time() % DAY_S < 180:  # the day must not end meanwhile
        time.sleep(5)
    folder = tmp_path_factory.mktemp("quotas")
    settings = {"limits_standard_per_minute": "100000", "limits_standard_per_day": str(QUOTA)}
    with LiveServer(folder, **settings) as running:
        yield running


def make_key(folder: Path, name: str) -> str:
    command = ("keys", "create", name, "--role", "viewer", "--tier", "standard")
    return forks.run(*command, check=True, NETSENTINEL_DATA_DIR=str(folder)).stdout.strip()


def call(server: LiveServer, key: str, times: int) -> Counter[int]:
    """The statuses of so many requests in a row; 0 for one without an answer, which is the last one."""
    seen: Counter[int] = Counter()
    headers = {"Authorization": f"Bearer {key}"}
    with httpx2.Client(base_url=server.url, headers=headers, timeout=60, verify=NO_TLS) as http:
        for _ in range(times):
            try:
                seen[http.get("/api/v2/me").status_code] += 1
            except httpx2.TransportError:
                seen[0] += 1
                break
    return seen


def crowd(server: LiveServer, key: str, times: int) -> Counter[int]:
    """The same of 64 callers at once."""
    with ThreadPoolExecutor(CALLERS) as pool:
        return sum(
            (each.result() for each in [pool.submit(call, server, key, times) for _ in range(CALLERS)]), Counter()
        )


def test_a_crowd_gets_the_quota_exactly_and_no_more_after_a_restart(server: LiveServer) -> None:
    key = make_key(server.data, "crowd")
    seen = crowd(server, key, QUOTA // CALLERS + 5)
    assert seen[200] == QUOTA
    assert seen[429] == sum(seen.values()) - QUOTA > 0
    server.stop()
    server.start()
    assert call(server, key, 3) == Counter({429: 3})


def test_a_kill_forgets_a_hundredth_at_most(server: LiveServer) -> None:
    key = make_key(server.data, "killed")
    killer = threading.Timer(0.6, server.kill)
    killer.start()
    before = crowd(server, key, QUOTA // CALLERS + 5)
    killer.join()
    server.start()
    after = crowd(server, key, QUOTA // CALLERS + 5)
    taken = before[200] + after[200]
    # What was counted and not answered when it was killed is not forgotten either: at most one request a caller.
    assert QUOTA - CALLERS <= taken <= QUOTA + PERCENT, (before, after)
