"""The peers are not installed here; that the program says so, and does not hang, is all that can be tested."""

import subprocess
import sys
from pathlib import Path

import pytest

from netsentinel.cli import bench_peers


@pytest.mark.parametrize(("name", "where"), [("dbos", ""), ("procrastinate", "postgresql://localhost/none")])
def test_a_peer_that_is_not_installed_is_named(tmp_path: Path, name: str, where: str) -> None:
    done = subprocess.run(
        [sys.executable, bench_peers.__file__, name, where or str(tmp_path)],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 1
    assert f"No module named '{name}'" in done.stderr
