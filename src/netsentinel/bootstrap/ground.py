"""What everything else stands on: the database with its journal, people, limits, and the kinds of entries."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import import_module

from netsentinel import alerts, analytics, events, identity, models, recovery, scheduler, tasks, webhooks
from netsentinel.academy import courses, graph, media, practice, reviews
from netsentinel.detection import entries as rule_entries
from netsentinel.idempotency import Idempotency, IdempotencyLimits
from netsentinel.idempotency.store_sql import SqlRequests
from netsentinel.identity import IdentityLimits, IdentityService
from netsentinel.identity.passwords import Argon2Hashing
from netsentinel.identity.store_sql import SqlIdentity
from netsentinel.kernel.clock import Clock, SystemClock
from netsentinel.kernel.entries import EntryRegistry
from netsentinel.kernel.errors import SettingsError
from netsentinel.kernel.settings import Settings
from netsentinel.limits import LimitPlan, RequestLimits
from netsentinel.limits.store_sql import SqlUsage
from netsentinel.storage import Database, Journal, JournalWriter, SqliteDatabase
from netsentinel.storage.private_file import private_folder, private_key


def entry_registry() -> EntryRegistry:
    """Every kind of entry that any feature announces."""
    return EntryRegistry(
        (
            *identity.ENTRY_KINDS,
            *alerts.ENTRY_KINDS,
            *recovery.ENTRY_KINDS,
            *tasks.ENTRY_KINDS,
            *scheduler.ENTRY_KINDS,
            *webhooks.ENTRY_KINDS,
            *analytics.ENTRY_KINDS,
            *events.ENTRY_KINDS,
            *rule_entries.ENTRY_KINDS,
            *graph.ENTRY_KINDS,
            *media.ENTRY_KINDS,
            *courses.ENTRY_KINDS,
            *reviews.ENTRY_KINDS,
            *practice.ENTRY_KINDS,
            *models.ENTRY_KINDS,
        )
    )


def audit_key(settings: Settings) -> bytes:
    """The key of the audit chain: as set, or from a file that is made on first use, readable by the owner only."""
    stated = settings.audit_key.get_secret_value()
    if stated:
        return stated.encode()
    return private_key(settings.data_dir / "audit.key").encode()


def open_database(settings: Settings, journal: JournalWriter) -> Database:
    """The database that the settings name; entering it opens it."""
    url = settings.database_url
    if not url:
        return SqliteDatabase(settings.database_path, journal)
    if not url.startswith(("postgresql://", "postgres://")):
        raise SettingsError(
            "NETSENTINEL_DATABASE_URL takes postgresql://user:password@host/name, or nothing for SQLite."
        )
    try:
        # The driver is an extra: only installations that use PostgreSQL have it.
        postgres = import_module("netsentinel.storage.postgres")
    except ModuleNotFoundError as error:
        raise SettingsError("PostgreSQL needs its driver: pip install 'netsentinel[postgres]'") from error
    database: Database = postgres.PostgresDatabase(url, journal)
    return database


@dataclass(frozen=True, slots=True)
class Ground:
    """What everything else stands on."""

    clock: Clock
    registry: EntryRegistry
    db: Database
    journal: Journal
    identity: IdentityService
    limits: RequestLimits
    idempotency: Idempotency


@asynccontextmanager
async def open_ground(settings: Settings) -> AsyncGenerator[Ground]:
    """Open the data folder and the database; nothing runs yet."""
    private_folder(settings.data_dir)
    clock = SystemClock()
    registry = entry_registry()
    key = audit_key(settings)
    async with open_database(settings, JournalWriter(registry, clock, key)) as db:
        service = IdentityService(db, SqlIdentity(), clock, IdentityLimits.of(settings), Argon2Hashing.for_machine())
        limits = RequestLimits(db, SqlUsage(), clock, LimitPlan.of(settings), keep_days=settings.usage_keep_days)
        idempotency = Idempotency(db, SqlRequests(), clock, IdempotencyLimits.of(settings))
        yield Ground(clock, registry, db, Journal(db, registry, key), service, limits, idempotency)


@asynccontextmanager
async def open_identity(settings: Settings) -> AsyncGenerator[IdentityService]:
    """Users and keys alone, for the command line; a server may run on the same database meanwhile."""
    async with open_ground(settings) as ground:
        yield ground.identity
