"""What every database promises to the closures that run on it."""

import asyncio
import json
import threading
import time
from collections.abc import Callable
from enum import StrEnum

import pytest

from netsentinel.kernel.errors import ConflictError, NotFoundError, StorageUnavailableError, UnsafeStorageError
from netsentinel.kernel.types import ROLE_PERMISSIONS, Role
from netsentinel.storage import Database, Journal, JournalWriter, ReadTx, Tx
from netsentinel.storage import postgres as postgres_module
from netsentinel.storage import sqlite as sqlite_module
from netsentinel.storage.migrate import Migration, load_migrations
from netsentinel.storage.testing import happened

pytestmark = pytest.mark.anyio

Opener = Callable[[JournalWriter], Database]


def put(key: str, value: str = "") -> Callable[[Tx], int]:
    return lambda tx: tx.run("INSERT INTO meta (key, value) VALUES (?, ?)", (f"test.{key}", value))


def keys(tx: ReadTx) -> list[str]:
    return [
        row[0].removeprefix("test.") for row in tx.rows("SELECT key FROM meta WHERE key LIKE 'test.%' ORDER BY key")
    ]


async def test_what_was_acknowledged_is_there_after_reopening(opener: Opener, journal_writer: JournalWriter) -> None:
    async with opener(journal_writer) as database:
        await asyncio.gather(*(database.write(put(f"{n:02}")) for n in range(20)))
    async with opener(journal_writer) as database:
        assert await database.read(keys) == [f"{n:02}" for n in range(20)]


async def test_who_counts_first_and_inserts_then_is_alone(database: Database) -> None:
    def insert(number: int, what: str, most: int) -> Callable[[Tx], int]:
        def work(tx: Tx) -> int:
            tx.alone(what)
            if sum(key.startswith(what) for key in keys(tx)) >= most:
                raise ConflictError("There are as many as may be.")
            time.sleep(0.005)  # so that another that does not wait has counted meanwhile
            return put(f"{what} {number:02}")(tx)

        return work

    asked = [insert(number, what, 3) for number in range(8) for what in ("one's", "another's")]
    done = await asyncio.gather(*map(database.write, asked), return_exceptions=True)
    assert sum(isinstance(one, ConflictError) for one in done) == 10
    assert [key[:-3] for key in await database.read(keys)] == ["another's"] * 3 + ["one's"] * 3


async def test_a_failing_closure_takes_back_only_its_own_work(database: Database, journal: Journal) -> None:
    go_on = threading.Event()

    def first(tx: Tx) -> str:
        go_on.wait(10)  # so that the others wait together, and share a commit where commits are shared
        tx.append(happened("first"))
        put("first")(tx)
        return "first"

    def failing(tx: Tx) -> str:
        put("failing")(tx)
        tx.append(happened("failing"))
        raise NotFoundError("There is no such thing.")

    def last(tx: Tx) -> str:
        tx.append(happened("last"))
        put("last")(tx)
        return "last"

    waiting = asyncio.gather(*map(database.write, (first, failing, last)), return_exceptions=True)
    await asyncio.sleep(0.05)
    go_on.set()
    results = await waiting
    assert (results[0], results[2]) == ("first", "last")
    assert isinstance(results[1], NotFoundError)
    assert await database.read(keys) == ["first", "last"]
    assert {entry.payload["text"] for entry in await journal.read(0, 10)} == {"first", "last"}


async def test_a_failing_append_takes_back_the_change_it_tells_of(database: Database) -> None:
    def change(tx: Tx) -> None:
        put("change")(tx)
        tx.append(happened(kind="test.unheard_of"))

    with pytest.raises(KeyError, match=r"test\.unheard_of"):
        await database.write(change)
    assert await database.read(keys) == []


async def test_a_read_sees_one_snapshot(opener: Opener, journal_writer: JournalWriter) -> None:
    async def write_elsewhere() -> None:
        async with opener(journal_writer) as other:
            await other.write(put("during"))

    def look_twice(tx: ReadTx) -> tuple[list[str], list[str]]:
        first = keys(tx)
        writing = threading.Thread(target=asyncio.run, args=(write_elsewhere(),))
        writing.start()
        writing.join(30)
        return first, keys(tx)

    async with opener(journal_writer) as database:
        await database.write(put("before"))
        assert await database.read(look_twice) == (["before"], ["before"])
        assert await database.read(keys) == ["before", "during"]


async def test_a_write_reads_what_it_wrote(database: Database) -> None:
    def change(tx: Tx) -> tuple[int, int, list[str], tuple[str] | None]:
        changed = put("a")(tx) + put("b")(tx)
        tx.many("INSERT INTO meta (key, value) VALUES (?, ?)", [("test.c", ""), ("test.d", "")])
        deleted = tx.run("DELETE FROM meta WHERE key IN ('test.a', 'test.c', 'test.none')")
        returned = tx.row("UPDATE meta SET value = 'x' WHERE key = 'test.b' RETURNING value")
        return changed, deleted, keys(tx), returned

    assert await database.write(change) == (2, 2, ["b", "d"], ("x",))


async def test_question_marks_and_per_cent_signs_in_text_stay(database: Database) -> None:
    sql = "SELECT 'why? 100% %s', CAST(? AS TEXT) || '?' /* ? */ -- ? %"
    assert await database.read(lambda tx: tx.row(sql, ("because",))) == ("why? 100% %s", "because?")
    assert await database.read(lambda tx: tx.row("SELECT 'no parameters, 100%?'")) == ("no parameters, 100%?",)


class Colour(StrEnum):
    RED = "red"


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("plain äöü 漢字 🚨", "plain äöü 漢字 🚨"),
        ("nul \x00 inside", "nul \ufffd inside"),
        (Colour.RED, "red"),
    ],
)
async def test_text_comes_back(database: Database, given: str, stored: str) -> None:
    await database.write(put("text", given))
    assert await database.read(lambda tx: tx.row("SELECT value FROM meta WHERE key = 'test.text'")) == (stored,)


async def test_numbers_blobs_and_nulls_come_back(database: Database) -> None:
    largest, blob = 2**63 - 1, bytes(range(256))

    def change(tx: Tx) -> None:
        tx.run(
            "INSERT INTO reaction_failures (name, seq, attempts, error, failed_at, parked_at) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            ("test", largest, True, "", -largest, None),
        )
        tx.run("INSERT INTO inbox_checkpoint (one, number, state) VALUES (1, 1, ?)", (blob,))

    await database.write(change)
    numbers = await database.read(
        lambda tx: tx.row("SELECT seq, attempts, failed_at, parked_at FROM reaction_failures WHERE name = ?", ("test",))
    )
    assert numbers == (largest, 1, -largest, None)
    assert await database.read(lambda tx: tx.row("SELECT state FROM inbox_checkpoint")) == (blob,)


async def test_a_broken_constraint_is_a_conflict(database: Database) -> None:
    await database.write(put("once"))
    with pytest.raises(ConflictError):
        await database.write(put("once"))


@pytest.mark.parametrize("error", [ValueError("mine"), SystemExit(3)])
async def test_errors_of_a_closure_come_out_as_they_are(database: Database, error: BaseException) -> None:
    def fail(_: ReadTx) -> None:
        raise error

    for call in (database.write, database.read):
        with pytest.raises(type(error)) as caught:
            await call(fail)
        assert caught.value is error
    await database.write(put("still works"))


async def test_stop_iteration_does_not_leave_its_caller_waiting(database: Database) -> None:
    with pytest.raises(RuntimeError):
        await database.write(lambda _: next(iter(())))


async def test_a_cancelled_caller_disturbs_nobody(database: Database) -> None:
    go_on = threading.Event()
    impatient = asyncio.create_task(database.write(lambda _: go_on.wait(10)))
    await asyncio.sleep(0.02)
    impatient.cancel()
    with pytest.raises(asyncio.CancelledError):
        await impatient
    patient = asyncio.create_task(database.write(put("patient")))
    go_on.set()
    assert await patient == 1


async def test_closing_finishes_what_was_accepted(opener: Opener, journal_writer: JournalWriter) -> None:
    async with opener(journal_writer) as database:
        writes = [asyncio.create_task(database.write(put(f"{n:02}"))) for n in range(50)]
        await asyncio.sleep(0)
    assert await asyncio.gather(*writes) == [1] * 50
    with pytest.raises(StorageUnavailableError):
        await database.write(put("late"))
    with pytest.raises(StorageUnavailableError):
        await database.read(keys)


async def test_a_database_can_be_opened_again(opener: Opener, journal_writer: JournalWriter) -> None:
    database = opener(journal_writer)
    for n in range(2):
        async with database:
            await database.write(put(str(n)))
            assert await database.read(keys) == [str(m) for m in range(n + 1)]


async def test_listeners_hear_of_entries_on_the_event_loop(database: Database) -> None:
    heard: asyncio.Queue[int] = asyncio.Queue()
    database.on_commit(lambda: heard.put_nowait(threading.get_ident()))
    await asyncio.sleep(0.3)
    while not heard.empty():
        heard.get_nowait()  # PostgreSQL gives one hint when it begins to listen
    await database.write(put("without entries"))
    await asyncio.sleep(0.3)
    assert heard.empty()
    await database.write(lambda tx: tx.append(happened()))
    assert await asyncio.wait_for(heard.get(), 5) == threading.get_ident()


# The schema.


def use_migrations(monkeypatch: pytest.MonkeyPatch, migrations: list[Migration]) -> None:
    for module in (sqlite_module, postgres_module):
        monkeypatch.setattr(module, "load_migrations", lambda: migrations)


async def applied(database: Database) -> list[tuple[int, str]]:
    rows = await database.read(lambda tx: tx.rows("SELECT version, sha256 FROM schema_migrations ORDER BY version"))
    return [(row[0], row[1]) for row in rows]


async def test_migrations_run_once(opener: Opener, journal_writer: JournalWriter) -> None:
    expected = [(migration.version, migration.sha256) for migration in load_migrations()]
    for _ in range(2):
        async with opener(journal_writer) as database:
            assert await applied(database) == expected


async def test_several_programs_may_open_at_once(opener: Opener, journal_writer: JournalWriter) -> None:
    programs = [opener(journal_writer) for _ in range(4)]
    await asyncio.gather(*(program.__aenter__() for program in programs))
    try:
        for program, key in zip(programs, "abcd", strict=True):
            await program.write(put(key))
        assert await programs[0].read(keys) == ["a", "b", "c", "d"]
    finally:
        for program in programs:
            await program.__aexit__()


async def test_a_failing_migration_leaves_nothing(
    opener: Opener, journal_writer: JournalWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = load_migrations()
    broken = Migration(9000, "broken", "CREATE TABLE half (id {serial});\nINSERT INTO nowhere VALUES (1);\n", "0")
    use_migrations(monkeypatch, [*known, broken])
    with pytest.raises(Exception, match="nowhere"):
        await opener(journal_writer).__aenter__()
    use_migrations(monkeypatch, [*known, Migration(9000, "mended", "CREATE TABLE half (id {serial});\n", "1")])
    async with opener(journal_writer) as database:
        assert (9000, "1") in await applied(database)


async def test_a_newer_schema_is_refused(
    opener: Opener, journal_writer: JournalWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = load_migrations()
    use_migrations(monkeypatch, [*known, Migration(9000, "later", "CREATE TABLE later (id {serial});\n", "0")])
    async with opener(journal_writer):
        pass
    use_migrations(monkeypatch, known)
    with pytest.raises(UnsafeStorageError, match="9000"):
        await opener(journal_writer).__aenter__()


async def test_a_changed_migration_is_refused(
    opener: Opener, journal_writer: JournalWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opener(journal_writer):
        pass
    first, *others = load_migrations()
    use_migrations(monkeypatch, [Migration(first.version, first.name, first.sql + "-- edited\n", "edited"), *others])
    with pytest.raises(UnsafeStorageError, match="0001_journal"):
        await opener(journal_writer).__aenter__()


async def test_endpoints_of_before_grants_are_told_no_more_than_their_makers_might_read(
    empty: Opener, journal_writer: JournalWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What 0017 makes of webhooks that an earlier version kept."""
    known = load_migrations()
    use_migrations(monkeypatch, [one for one in known if one.version < 17])
    columns = "id, tenant, url, description, subscriptions, sees_audit, enabled, stopped_by, generation, older,"
    columns += " failing_since, delivered_at, failed_at, failure, created_by, created_at, updated_at, version"
    kept = (("whk_user", 0, "usr_1"), ("whk_auditor", 1, "usr_2"), ("whk_key", 1, "key_1"), ("whk_local", 0, "system"))
    async with empty(journal_writer) as database:
        await database.write(
            lambda tx: tx.many(
                f"INSERT INTO webhooks ({columns}) VALUES (?, 'default', 'https://x.example/', '', '[]', ?, 1, '', 1,"  # noqa: S608 - constants only
                " '[]', 0, 0, 0, '', ?, 1, 1, 1)",
                kept,
            )
        )
    use_migrations(monkeypatch, known)
    async with empty(journal_writer) as database:
        rows = await database.read(lambda tx: tx.rows("SELECT id, granted, enabled FROM webhooks ORDER BY id"))
    granted = {name: set(json.loads(text)) for name, text, _ in rows}
    everybody = {one.value for one in ROLE_PERMISSIONS[Role.VIEWER]}
    assert granted["whk_user"] <= everybody
    assert granted["whk_auditor"] == granted["whk_user"] | {"audit:read"}
    assert granted["whk_key"] == granted["whk_local"] == set()
    assert [is_enabled for _, _, is_enabled in rows] == [1] * 4
