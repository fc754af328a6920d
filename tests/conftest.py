"""Fixtures that every suite shares: the event loop, the clock, the databases, and which outside programs are here."""

import importlib
import importlib.util
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from netsentinel.kernel.entries import EntryKind, EntryRegistry, Payload
from netsentinel.kernel.testing import FakeClock
from netsentinel.storage import Database, Journal, JournalWriter, SqliteDatabase

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))  # so that suites can say `from tests.programs import ...`

FEATURES = ("events", "detection", "identity", "streamer", "alerts")


class Happened(Payload):
    """A payload for tests of the journal itself."""

    text: str = ""


TEST_KINDS = (
    EntryKind("test.happened", "tests", "test:happened", Happened, "Something happened in a test."),
    EntryKind("test.other", "others", "test:other", Happened, "Something else happened in a test."),
    EntryKind("test.audited", "tests", "test:audited", Happened, "Something happened that is audited.", audited=True),
)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def entry_registry() -> EntryRegistry:
    """The kinds of every feature that has some, and three for tests."""
    registry = EntryRegistry(TEST_KINDS)
    for feature in FEATURES:
        name = f"netsentinel.{feature}.entries"
        if importlib.util.find_spec(name):
            registry.add(*importlib.import_module(name).ENTRY_KINDS)
    return registry


@pytest.fixture
def audit_key() -> bytes:
    return b"the audit key of the tests"


@pytest.fixture
def journal_writer(entry_registry: EntryRegistry, clock: FakeClock, audit_key: bytes) -> JournalWriter:
    return JournalWriter(entry_registry, clock, audit_key)


@pytest.fixture
async def sqlite_database(tmp_path: Path, journal_writer: JournalWriter) -> AsyncIterator[SqliteDatabase]:
    """An open SQLite database, for tests that need any database and not both."""
    async with SqliteDatabase(tmp_path / "netsentinel.db", journal_writer) as database:
        yield database


@pytest.fixture
def database(sqlite_database: SqliteDatabase) -> SqliteDatabase:
    return sqlite_database


@pytest.fixture
def journal(database: Database, entry_registry: EntryRegistry, audit_key: bytes) -> Journal:
    return Journal(database, entry_registry, audit_key)
