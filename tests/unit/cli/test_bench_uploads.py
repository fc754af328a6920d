from pathlib import Path

import pytest

from netsentinel.cli.bench_uploads import measure_uploads

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def _sockets(socket_enabled: None) -> None:
    """It starts a server of its own on this machine."""


async def test_uploads_are_measured_beside_the_disk(tmp_path: Path) -> None:
    found = await measure_uploads(tmp_path, 1)
    assert found["upload_mb_per_s"] > 0
    assert found["disk_mb_per_s"] > 0
    assert 0 < found["upload_share_of_disk"] < 20
