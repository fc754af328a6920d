"""Fixtures that every suite shares: the event loop, the clock, the databases, and which outside things are here."""

import asyncio
import gc
import importlib
import importlib.util
import os
import shutil
import sys
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
import structlog

from netsentinel.kernel.entries import EntryRegistry
from netsentinel.kernel.testing import FakeClock
from netsentinel.storage import Database, Journal, JournalWriter, SqliteDatabase
from netsentinel.storage.testing import TEST_KINDS, MemoryDatabase

ROOT = Path(__file__).resolve().parents[1]
TESTS = ROOT / "tests"
LONGEST = (
    "integration/test_openapi_conformance.py",
    "crash/test_webhooks.py",
    "crash/test_models.py",
    "e2e/test_models_page.py",
    "integration/test_models_live.py",
    "crash/test_server.py",
    "crash/test_lake.py",
    "crash/test_live_clients.py",
    "contracts/test_projection.py",
    "contracts/test_graph_stores.py",
    "contracts/test_model_files.py",
    "unit/models/test_bench.py",
    "contracts/test_store_duckdb.py",
    "contracts/test_detection_pools.py",
    "unit/models/workshop/test_making.py",
)
"""Files that take half a minute and more begin first, so that no worker is left alone with one at the end."""
DATA = ROOT.parent / "shared" / "data"
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))  # so that suites can say `from tests.programs import ...`

from tests.programs import require_program  # noqa: E402 - the path above makes it importable

if TYPE_CHECKING:
    from netsentinel.storage.postgres import PostgresDatabase
    from tests.neo4j import Neo4jServer
    from tests.postgresql import PostgresServer

# With Python's defaults the collector takes up to a third of the time of a process that holds thousands of tests.
gc.set_threshold(50_000, 20, 100)
# The default shows a crash with every variable of every frame, coloured: that takes seconds.
structlog.configure(
    processors=[
        *structlog.get_config()["processors"][:-1],
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
)
# How long an example takes, or its making, is the machine's affair.
hypothesis.settings.register_profile(
    "netsentinel", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("netsentinel")

COVERAGE_OF_CHILDREN = "COVERAGE_PROCESS_CONFIG"
"""By this variable the tracer reaches other processes."""
AUDIT_KEY = b"the audit key of the tests"
FEATURES = (
    "events",
    "detection",
    "identity",
    "streamer",
    "alerts",
    "recovery",
    "tasks",
    "scheduler",
    "webhooks",
    "analytics",
    "academy.graph",
    "academy.media",
    "academy.courses",
    "academy.reviews",
    "academy.practice",
    "models",
)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def entry_registry() -> EntryRegistry:
    """The kinds of every feature that has some, and those of the tests."""
    registry = EntryRegistry(TEST_KINDS)
    for feature in FEATURES:
        name = f"netsentinel.{feature}.entries"
        if importlib.util.find_spec(name):
            registry.add(*importlib.import_module(name).ENTRY_KINDS)
    return registry


@pytest.fixture
def audit_key() -> bytes:
    return AUDIT_KEY


@pytest.fixture
def journal_writer(entry_registry: EntryRegistry, clock: FakeClock, audit_key: bytes) -> JournalWriter:
    return JournalWriter(entry_registry, clock, audit_key)


@pytest.fixture(scope="session")
def postgres_server() -> "Iterator[PostgresServer]":
    """A running PostgreSQL, started by the first test that needs it."""
    programs = require_program("postgresql")
    from tests.postgresql import PostgresServer

    with PostgresServer(programs) as server:
        yield server


@pytest.fixture(scope="session")
def neo4j_server() -> "Iterator[Neo4jServer]":
    """A running Neo4j, started by the first test that needs it."""
    script = require_program("neo4j")
    from tests.neo4j import Neo4jServer

    with Neo4jServer(script) as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres_server: "PostgresServer") -> str:
    """The name of a database that has the schema and nothing else: copies of it are quick."""
    from netsentinel.storage.postgres import PostgresDatabase

    url = postgres_server.create()

    async def migrate() -> None:
        async with PostgresDatabase(url, JournalWriter(EntryRegistry(TEST_KINDS), FakeClock(), AUDIT_KEY)):
            pass

    asyncio.run(migrate())
    return url.rsplit("/", 1)[1]


@pytest.fixture
def postgres_url(postgres_server: "PostgresServer", postgres_template: str) -> Iterator[str]:
    """A new database of PostgreSQL with the schema and nothing in it."""
    url = postgres_server.create(postgres_template)
    yield url
    postgres_server.drop(url)


@pytest.fixture
def memory_database() -> MemoryDatabase:
    """What stores in memory run on."""
    return MemoryDatabase()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that has the schema and nothing else: making it anew takes ten times as long as copying it."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"

    async def migrate() -> None:
        async with SqliteDatabase(path, JournalWriter(EntryRegistry(TEST_KINDS), FakeClock(), AUDIT_KEY)):
            pass

    asyncio.run(migrate())
    return path


@pytest.fixture
def sqlite_path(sqlite_template: Path, tmp_path: Path) -> Path:
    """A new SQLite file with the schema and nothing in it."""
    return shutil.copy(sqlite_template, tmp_path / "netsentinel.db")


@pytest.fixture
async def sqlite_database(sqlite_path: Path, journal_writer: JournalWriter) -> AsyncIterator[SqliteDatabase]:
    """An open, empty SQLite database, for tests that need one real database and not both."""
    async with SqliteDatabase(sqlite_path, journal_writer) as database:
        yield database


@pytest.fixture
async def postgresql_database(postgres_url: str, journal_writer: JournalWriter) -> "AsyncIterator[PostgresDatabase]":
    """An open, empty PostgreSQL database."""
    from netsentinel.storage.postgres import PostgresDatabase

    async with PostgresDatabase(postgres_url, journal_writer) as database:
        yield database


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Database:
    """Each real database in turn, open and empty.

    A contract suite that also runs on fakes has a fixture of its own with the parameters `memory`, `sqlite` and
    `postgresql`, and asks for `<parameter>_database`.
    """
    return request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_database")


def pytest_configure(config: pytest.Config) -> None:
    """Trace what runs the tests, and no process that they start: most of these are killed, and told nothing anyhow."""
    if hasattr(config, "workerinput"):
        os.environ.pop(COVERAGE_OF_CHILDREN, None)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for `database` once on each, unless its suite has a fixture of that name of its own."""
    definitions = metafunc._arg2fixturedefs.get("database", ())
    if definitions and definitions[-1].func.__module__ == __name__:
        metafunc.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def journal(database: Database, entry_registry: EntryRegistry, audit_key: bytes) -> Journal:
    """The journal of `database`."""
    return Journal(database, entry_registry, audit_key)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first; skip what reads the public data where that is absent; no tracer for hundreds of examples."""
    first = {TESTS / path: place for place, path in enumerate(LONGEST)}
    items.sort(key=lambda item: first.get(item.path, len(first)))
    for item in items:
        if hypothesis.is_hypothesis_test(getattr(item, "obj", None)):
            item.add_marker(pytest.mark.untraced)
    if DATA.is_dir():
        return
    skip = pytest.mark.skip(reason="the public data is not beside the checkout (../shared/data)")
    for item in items:
        if item.get_closest_marker("data"):
            item.add_marker(skip)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip or fail a test marked `program(name)` when that program is missing."""
    for marker in item.iter_markers("program"):
        require_program(*marker.args)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(
    item: pytest.Item, nextitem: pytest.Item | None
) -> Generator[None, bool | None, bool | None]:
    """Run a test marked `untraced` without the tracer, which makes Python two to four times as slow."""
    coverage = sys.modules.get("coverage")
    tracer = coverage.Coverage.current() if coverage is not None and item.get_closest_marker("untraced") else None
    if tracer is None:
        return (yield)
    tracer.stop()
    try:
        return (yield)
    finally:
        tracer.start()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note on the report whether its test reads the public data: a report knows nothing of markers."""
    report = yield
    report.reads_data = item.get_closest_marker("data") is not None
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests on the public data ran: a green run without them proves less."""

    def count(*outcomes: str) -> int:
        reports = [report for outcome in outcomes for report in terminalreporter.stats.get(outcome, [])]
        return sum(getattr(report, "reads_data", False) for report in reports)

    ran, skipped = count("passed", "failed"), count("skipped")
    if ran or skipped:
        terminalreporter.write_line(f"tests on the public data: {ran} ran, {skipped} skipped")
