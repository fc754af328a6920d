"""Brings a schema up to date: numbered files in `migrations/`, each applied once, in one transaction."""

import hashlib
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from netsentinel.kernel.clock import Clock
from netsentinel.kernel.errors import UnsafeStorageError
from netsentinel.storage.dialect import Dialect
from netsentinel.storage.ports import Tx

MIGRATIONS: Final = Path(__file__).parent / "migrations"

_FILE_NAME: Final = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")
_COMMENT: Final = re.compile(r"--[^\n]*")
_STATEMENT_END: Final = re.compile(r";[ \t]*(?:\n|\Z)")
_PLACEHOLDERS: Final = ("serial", "blob")

_TABLE: Final = """
CREATE TABLE IF NOT EXISTS schema_migrations (
  version INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, applied_at BIGINT NOT NULL
)
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of statements."""

    version: int
    name: str
    sql: str
    sha256: str

    def statements(self, dialect: Dialect) -> list[str]:
        """Its statements in the words of one database."""
        text = _COMMENT.sub("", self.sql)
        for placeholder in _PLACEHOLDERS:
            text = text.replace(f"{{{placeholder}}}", getattr(dialect, placeholder))
        return [part.strip() for part in _STATEMENT_END.split(text) if part.strip()]


def load_migrations(folder: Path = MIGRATIONS) -> list[Migration]:
    """All migrations of a folder, by version.

    Raises:
        UnsafeStorageError: two files have the same version, or a file's name has no version.
    """
    found: dict[int, Migration] = {}
    for path in sorted(folder.glob("*.sql")):
        match = _FILE_NAME.fullmatch(path.name)
        if match is None:
            raise UnsafeStorageError(f"The migration {path.name} is not named like 0001_name.sql.")
        version, content = int(match[1]), path.read_bytes()
        if version in found:
            raise UnsafeStorageError(f"There are two migrations with the number {version}.")
        found[version] = Migration(version, match[2], content.decode(), hashlib.sha256(content).hexdigest())
    return list(found.values())


def _check(applied: dict[int, str], migrations: Sequence[Migration]) -> None:
    known = {migration.version: migration for migration in migrations}
    if unknown := applied.keys() - known.keys():
        raise UnsafeStorageError(
            f"The database has schema version {max(unknown)}, which this NetSentinel does not know. "
            "Start the newer version that wrote it, or restore a backup from before the upgrade."
        )
    for version, sha256 in applied.items():
        if known[version].sha256 != sha256:
            raise UnsafeStorageError(
                f"The migration {version:04}_{known[version].name}.sql was changed after this database applied it. "
                "Install the released files again."
            )


def _apply_next(tx: Tx, dialect: Dialect, clock: Clock, migrations: Sequence[Migration]) -> int | None:
    if dialect.migration_lock:
        tx.rows(dialect.migration_lock)
    tx.run(_TABLE)
    applied = dict(tx.rows("SELECT version, sha256 FROM schema_migrations"))
    _check(applied, migrations)
    pending = [migration for migration in migrations if migration.version not in applied]
    if not pending:
        return None
    migration = pending[0]
    for statement in migration.statements(dialect):
        tx.run(statement)
    tx.run(
        "INSERT INTO schema_migrations (version, name, sha256, applied_at) VALUES (?, ?, ?, ?)",
        (migration.version, migration.name, migration.sha256, clock.now()),
    )
    if tx.row(dialect.table_exists, ("meta",)):
        tx.run("INSERT INTO meta (key, value) VALUES ('epoch', ?) ON CONFLICT DO NOTHING", (secrets.token_hex(8),))
    return migration.version


def migrate(
    transact: Callable[[Callable[[Tx], int | None]], int | None],
    dialect: Dialect,
    clock: Clock,
    migrations: Sequence[Migration],
) -> list[int]:
    """Apply what is missing, each in its own transaction; the versions that were applied now.

    Safe when several processes start at once: each step looks again, under the lock, at what is left to do.

    Args:
        transact: runs a closure in one transaction and gives back its result.
        dialect: the database's own words.
        clock: tells when a migration was applied.
        migrations: all that this program knows.

    Raises:
        UnsafeStorageError: the schema is from a newer program, or an applied file was changed.
    """
    done: list[int] = []
    while (version := transact(lambda tx: _apply_next(tx, dialect, clock, migrations))) is not None:
        done.append(version)
    return done
