from pathlib import Path

import apsw
import pytest

from netsentinel.kernel.errors import UnavailableError
from netsentinel.storage.snapshot import snapshot


def opened(path: Path) -> apsw.Connection:
    """A database whose last commit is in its log only, as of a server that runs."""
    connection = apsw.Connection(str(path))
    connection.pragma("journal_mode", "wal")
    connection.wal_autocheckpoint(0)
    connection.execute("CREATE TABLE t (n)")
    connection.execute("INSERT INTO t VALUES (1)")
    return connection


def test_what_was_committed_is_copied_while_somebody_writes(tmp_path: Path) -> None:
    writer = opened(tmp_path / "in-use.db")
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("INSERT INTO t VALUES (2)")
    snapshot(tmp_path / "in-use.db", tmp_path / "copy.db")
    writer.execute("COMMIT")
    writer.close()
    assert list(apsw.Connection(str(tmp_path / "copy.db")).execute("SELECT n FROM t")) == [(1,)]
    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600


def test_what_is_there_is_not_replaced(tmp_path: Path) -> None:
    opened(tmp_path / "in-use.db").close()
    (tmp_path / "copy.db").touch()
    with pytest.raises(FileExistsError):
        snapshot(tmp_path / "in-use.db", tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_bytes() == b""


def test_a_database_that_cannot_be_read_leaves_no_copy(tmp_path: Path) -> None:
    (tmp_path / "bad.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(UnavailableError, match="could not be copied"):
        snapshot(tmp_path / "bad.db", tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()
