"""Where everything is kept: the database port with its two implementations, migrations and the journal."""

from netsentinel.storage.audit import AuditReport
from netsentinel.storage.dialect import Dialect
from netsentinel.storage.follower import Follower, ReactionFailure
from netsentinel.storage.journal import Journal, JournalWriter
from netsentinel.storage.ports import Database, ReadTx, Row, SqlValue, Tx
from netsentinel.storage.sqlite import SqliteDatabase

__all__ = [
    "AuditReport",
    "Database",
    "Dialect",
    "Follower",
    "Journal",
    "JournalWriter",
    "ReactionFailure",
    "ReadTx",
    "Row",
    "SqlValue",
    "SqliteDatabase",
    "Tx",
]
