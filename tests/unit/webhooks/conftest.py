import pytest

from netsentinel.kernel.entries import EntryRegistry
from netsentinel.kernel.testing import FakeClock
from netsentinel.storage import Journal, SqliteDatabase
from tests.unit.webhooks.bench import Hall


@pytest.fixture
def hall(sqlite_database: SqliteDatabase, entry_registry: EntryRegistry, audit_key: bytes, clock: FakeClock) -> Hall:
    return Hall(sqlite_database, Journal(sqlite_database, entry_registry, audit_key), entry_registry, clock)
