"""What only PostgreSQL can do to us: deadlocks, lost connections, servers that come back."""

import asyncio
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from netsentinel.kernel.errors import SettingsError, StorageUnavailableError, UnsafeStorageError
from netsentinel.storage import JournalWriter, Tx
from netsentinel.storage.testing import happened

if TYPE_CHECKING:
    from netsentinel.storage.postgres import PostgresDatabase
    from tests.postgresql import PostgresServer

pytestmark = [pytest.mark.anyio, pytest.mark.program("postgresql")]


def put(key: str) -> Callable[[Tx], int]:
    return lambda tx: tx.run("INSERT INTO meta (key, value) VALUES (?, '')", (key,))


def descriptors() -> set[Path]:
    return set(Path("/proc/self/fd").iterdir())


async def test_a_deadlock_is_solved_by_running_again(postgresql_database: "PostgresDatabase") -> None:
    db = postgresql_database
    await db.write(lambda tx: (put("a")(tx), put("b")(tx)))
    both = threading.Barrier(2, timeout=10)
    runs: list[str] = []

    def update(first: str, second: str) -> Callable[[Tx], None]:
        def change(tx: Tx) -> None:
            runs.append(first)
            tx.run("UPDATE meta SET value = value || ? WHERE key = ?", (first, first))
            if len(runs) <= 2:
                both.wait()
            tx.run("UPDATE meta SET value = value || ? WHERE key = ?", (first, second))

        return change

    await asyncio.gather(db.write(update("a", "b")), db.write(update("b", "a")))
    assert len(runs) >= 3, "one of the two ran again"
    values = await db.read(lambda tx: tx.rows("SELECT value FROM meta WHERE key IN ('a', 'b')"))
    assert sorted("".join(sorted(value)) for (value,) in values) == ["ab", "ab"], "each took effect once"


async def test_closing_wakes_whoever_waits_for_notifications(postgres_url: str, journal_writer: JournalWriter) -> None:
    from netsentinel.storage.postgres import PostgresDatabase

    heard = asyncio.Event()
    async with PostgresDatabase(postgres_url, journal_writer) as db:
        db.on_commit(heard.set)
        await db.write(lambda tx: tx.append(happened("one")))
        await heard.wait()
        await asyncio.sleep(0.1)
        began = time.monotonic()
    assert time.monotonic() - began < 2, "it looks by itself every five seconds only"
    assert not [one for one in threading.enumerate() if one.name == "netsentinel-pg-listen"]


@pytest.mark.parametrize("is_there", [False, True])
async def test_nothing_stays_of_a_database_that_cannot_be_opened(
    postgres_url: str, journal_writer: JournalWriter, monkeypatch: pytest.MonkeyPatch, *, is_there: bool
) -> None:
    from netsentinel.storage.postgres import PostgresDatabase

    def no_more(thread: threading.Thread) -> None:
        if thread.name == "netsentinel-pg-listen":
            raise RuntimeError("can't start new thread")
        start(thread)

    start, before = threading.Thread.start, descriptors()
    monkeypatch.setattr(threading.Thread, "start", no_more)
    db = PostgresDatabase(postgres_url if is_there else "postgresql://127.0.0.1:1/x", journal_writer)
    with pytest.raises(RuntimeError if is_there else StorageUnavailableError):
        await db.__aenter__()
    assert descriptors() == before
    assert not [one for one in threading.enumerate() if one.name.startswith("netsentinel-pg")]
    with pytest.raises(StorageUnavailableError, match="closed"):
        await db.read(lambda _: None)


async def test_a_lost_server_is_said_and_found_again(
    postgres_server: "PostgresServer", postgresql_database: "PostgresDatabase", monkeypatch: pytest.MonkeyPatch
) -> None:
    db = postgresql_database
    hints: list[float] = []
    db.on_commit(lambda: hints.append(time.monotonic()))
    await db.write(put("before"))
    await asyncio.to_thread(postgres_server.stop)
    try:
        started = time.monotonic()
        with pytest.raises(StorageUnavailableError):
            await db.write(put("during"))
        with pytest.raises(StorageUnavailableError):
            await db.read(lambda tx: tx.row("SELECT 1"))
        assert time.monotonic() - started < 2
    finally:
        await asyncio.to_thread(postgres_server.start)
    back = time.monotonic()
    await db.write(lambda tx: (put("after")(tx), tx.append(happened())))
    keys = await db.read(lambda tx: tx.rows("SELECT key FROM meta WHERE key IN ('before', 'during', 'after')"))
    assert {key for (key,) in keys} == {"before", "after"}
    async with asyncio.timeout(5):
        while not any(at > back for at in hints):
            await asyncio.sleep(0.05)


async def test_a_connection_that_broke_is_replaced_unnoticed(
    postgresql_database: "PostgresDatabase", postgres_url: str
) -> None:
    import psycopg

    db = postgresql_database
    await asyncio.gather(*(db.write(put(str(n))) for n in range(20)))
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert await db.write(put("after")) == 1


async def test_a_connection_that_breaks_within_a_closure_is_said(postgresql_database: "PostgresDatabase") -> None:
    with pytest.raises(StorageUnavailableError):
        await postgresql_database.write(lambda tx: tx.rows("SELECT pg_terminate_backend(pg_backend_pid())"))
    assert await postgresql_database.write(put("after")) == 1


async def test_a_swallowed_error_is_not_taken_for_success(postgresql_database: "PostgresDatabase") -> None:
    import psycopg

    def careless(tx: Tx) -> None:
        put("a")(tx)
        with suppress(psycopg.Error):
            tx.run("INSERT INTO nowhere VALUES (1)")

    with pytest.raises(StorageUnavailableError):
        await postgresql_database.write(careless)
    assert await postgresql_database.read(lambda tx: tx.rows("SELECT 1 FROM meta WHERE key = 'a'")) == []


async def test_a_server_that_is_not_there_is_said_at_once(journal_writer: JournalWriter) -> None:
    from netsentinel.storage.postgres import PostgresDatabase

    with pytest.raises(StorageUnavailableError, match="cannot be reached"):
        await PostgresDatabase("postgresql://nobody@127.0.0.1:1/none", journal_writer).__aenter__()


async def test_a_password_is_not_in_the_error(journal_writer: JournalWriter) -> None:
    from netsentinel.storage.postgres import PostgresDatabase

    with pytest.raises(StorageUnavailableError) as caught:
        await PostgresDatabase("postgresql://nobody:hush-hush@127.0.0.1:1/none", journal_writer).__aenter__()
    assert "hush" not in str(caught.value)
    no_url = "postgresql//nobody:hush-hush@somewhere/none"
    with pytest.raises(SettingsError) as refused:
        await PostgresDatabase(no_url, journal_writer).__aenter__()
    assert "hush" not in "".join(traceback.format_exception(refused.value))


async def test_an_old_server_is_refused(
    postgres_url: str, journal_writer: JournalWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    from netsentinel.storage import postgres

    monkeypatch.setattr(postgres, "OLDEST_POSTGRES", 990_000)
    with pytest.raises(UnsafeStorageError, match="too old"):
        await postgres.PostgresDatabase(postgres_url, journal_writer).__aenter__()
