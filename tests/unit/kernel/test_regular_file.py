"""Only regular files are opened, and opening never waits."""

import os
from pathlib import Path

import pytest

from netsentinel.kernel.regular_file import open_regular


def test_a_file_is_read_also_through_a_link_unless_that_is_excluded(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"text")
    (tmp_path / "link").symlink_to("file")
    for name in ("file", "link"):
        with open_regular(tmp_path / name) as file:
            assert file.read() == b"text"
    with pytest.raises(OSError, match="symbolic links"):
        open_regular(tmp_path / "link", is_link_followed=False)


def test_what_would_wait_or_never_end_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for path in (tmp_path / "pipe", Path("/dev/zero"), tmp_path):
        with pytest.raises(OSError, match="no regular file"):
            open_regular(path)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
