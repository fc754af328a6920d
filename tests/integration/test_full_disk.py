"""What senders get while the disk is at its reserve, and afterwards."""

import os
import shutil
from pathlib import Path

import httpx2

from netsentinel.kernel.types import MIB
from tests.live_server import NDJSON, LiveServer

EVE = b'{"timestamp":"2026-01-01T00:00:00.000000+0000","event_type":"dns","src_ip":"192.0.2.1","dest_ip":"192.0.2.53"}'


def test_nothing_is_taken_below_the_reserve_and_everything_again_above_it(tmp_path: Path) -> None:
    free = shutil.disk_usage(tmp_path).free // MIB
    margin = min(1_024, free // 4)
    ballast = tmp_path / "ballast"
    with LiveServer(tmp_path, disk_reserve_mib=str(free - margin)) as server, server.client() as sender:
        post = lambda: sender.post("/api/v2/events?source=eve", content=EVE, headers=NDJSON)  # noqa: E731 - said thrice
        assert post().status_code == 202
        with ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, 2 * margin * MIB)
        refused = post()
        assert (refused.status_code, refused.json()["code"]) == (507, "storage-full")
        assert int(refused.headers["Retry-After"]) > 0
        ready = httpx2.get(f"{server.url}/readyz")
        assert ready.status_code == 503
        assert [check["name"] for check in ready.json()["checks"] if not check["ok"]] == ["disk"]
        ballast.unlink()
        assert post().status_code == 202
