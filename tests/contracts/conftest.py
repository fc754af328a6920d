"""What contract suites of the storage share."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from netsentinel.storage import Database, JournalWriter, SqliteDatabase

Opener = Callable[[JournalWriter], Database]


@pytest.fixture(params=["sqlite", "postgresql"])
def opener(request: pytest.FixtureRequest) -> Opener:
    """Makes database objects, as often as asked, that are all on the same stored database: each kind in turn."""
    if request.param == "sqlite":
        path = request.getfixturevalue("sqlite_path")
        return lambda writer: SqliteDatabase(path, writer)
    url = request.getfixturevalue("postgres_url")
    from netsentinel.storage.postgres import PostgresDatabase

    return lambda writer: PostgresDatabase(url, writer)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    """As `opener`, on a database without any table."""
    if request.param == "sqlite":
        yield lambda writer: SqliteDatabase(tmp_path / "netsentinel.db", writer)
        return
    server = request.getfixturevalue("postgres_server")
    from netsentinel.storage.postgres import PostgresDatabase

    url = server.create()
    yield lambda writer: PostgresDatabase(url, writer)
    server.drop(url)
