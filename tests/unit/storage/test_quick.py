"""Quick reads: on the event loop's own thread while they are quick, and never for longer than it bears."""

import asyncio
import threading
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from netsentinel.kernel.errors import NotFoundError
from netsentinel.storage import JournalWriter, ReadTx, SqliteDatabase
from netsentinel.storage import quick as quick_module

pytestmark = pytest.mark.anyio
SLOW = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) SELECT MAX(i) FROM n"


@pytest.fixture
async def db(tmp_path: Path, journal_writer: JournalWriter) -> AsyncGenerator[SqliteDatabase]:
    async with SqliteDatabase(tmp_path / "netsentinel.db", journal_writer) as opened:
        yield opened


class Look:
    """Reads, and remembers on which threads it began."""

    def __init__(self, sql: str) -> None:
        self.threads: list[int] = []
        self.sql = sql

    def read(self, tx: ReadTx) -> Any:
        self.threads.append(threading.get_ident())
        return tx.row(self.sql)

    @property
    def here(self) -> list[bool]:
        return [one == threading.get_ident() for one in self.threads]


async def test_a_quick_one_runs_at_once_on_the_loop(db: SqliteDatabase) -> None:
    look = Look("SELECT COUNT(*) FROM meta WHERE key = 'epoch'")
    asked = db.read(look.read)
    with pytest.raises(StopIteration) as ended:
        asked.send(None)
    assert ended.value.value == (1,)
    assert look.here == [True]


async def test_a_slow_one_is_broken_off_and_made_on_a_thread(
    db: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    look, now = Look(SLOW), [0.0]

    def clock() -> float:
        now[0] += 0.001  # each look at the clock
        return now[0]

    monkeypatch.setattr(quick_module, "perf_counter", clock)
    for tried in ([True, False], [True, False], [False], [False]):
        look.threads.clear()
        assert await db.read(look.read) == (300_000,)
        assert look.here == tried, "late twice in a row: left to threads"
    other = Look("SELECT 1")
    assert await db.read(other.read) == (1,)
    assert other.here == [False], "closures of one place in the source are alike"
    assert await db.read(lambda tx: tx.row("SELECT 2")) == (2,)
    now[0] += quick_module.REMEMBERED_S
    other.threads.clear()
    assert await db.read(other.read) == (1,)
    assert other.here == [True], "it is tried again after a while"


async def test_what_did_little_is_not_slow_however_long_it_waited(
    db: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    look, now = Look("SELECT 1"), [0.0]

    def clock() -> float:
        now[0] += 1.0  # the machine has other things to do
        return now[0]

    monkeypatch.setattr(quick_module, "perf_counter", clock)
    for _ in range(5):
        assert await db.read(look.read) == (1,)
    assert look.here == [True] * 5


async def test_many_in_a_row_let_the_loop_turn(db: SqliteDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]

    def clock() -> float:
        now[0] += quick_module.TURN_S / 20  # a closure asks it twice
        return now[0]

    monkeypatch.setattr(quick_module, "perf_counter", clock)
    turns, is_over = 0, False

    async def turn() -> None:
        nonlocal turns
        while not is_over:
            turns += 1
            await asyncio.sleep(0)

    turning = asyncio.create_task(turn())
    for _ in range(200):
        assert await db.read(lambda tx: tx.row("SELECT 1")) == (1,)
    is_over = True
    await turning
    assert turns >= 9, "twenty shares of a turn at a time"


async def test_what_a_closure_raises_comes_out_and_nothing_stays_open(db: SqliteDatabase) -> None:
    def fail(tx: ReadTx) -> None:
        tx.row("SELECT 1")
        raise NotFoundError("There is no such thing.")

    for _ in range(2):
        with pytest.raises(NotFoundError):
            await db.read(fail)
    with pytest.raises(Exception, match="no such table"):
        await db.read(lambda tx: tx.row("SELECT * FROM nowhere"))
    await db.write(lambda tx: tx.run("INSERT INTO meta (key, value) VALUES ('test.a', '')"))
    assert await db.read(lambda tx: tx.row("SELECT COUNT(*) FROM meta WHERE key = 'test.a'")) == (1,)


async def test_it_cannot_write(db: SqliteDatabase) -> None:
    with pytest.raises(Exception, match="readonly"):
        await db.read(lambda tx: tx.rows("DELETE FROM meta"))


async def test_another_loop_reads_on_threads(db: SqliteDatabase) -> None:
    look = Look("SELECT 1")
    assert await asyncio.to_thread(lambda: asyncio.run(db.read(look.read))) == (1,)
    assert look.here == [False]


async def test_what_says_that_it_takes_long_is_made_on_a_thread(db: SqliteDatabase) -> None:
    look = Look("SELECT COUNT(*) FROM meta WHERE key = 'epoch'")

    def read(tx: ReadTx) -> Any:
        found = look.read(tx)
        quick_module.leave_loop()
        return found

    assert await db.read(read) == (1,)
    assert look.here == [True, False]
    quick_module.leave_loop()  # outside of a closure it says nothing


async def test_the_loop_does_not_wait_for_a_lock_that_a_thread_has(db: SqliteDatabase) -> None:
    lock, look = threading.Lock(), Look("SELECT COUNT(*) FROM meta WHERE key = 'epoch'")

    def read(tx: ReadTx) -> Any:
        with quick_module.held(lock):
            return look.read(tx)

    lock.acquire()
    given_up = threading.Timer(5, lock.release)  # so that a loop that waits is a failure, and no test that never ends
    given_up.start()
    asked = asyncio.ensure_future(db.read(read))
    await asyncio.sleep(0.01)
    assert given_up.is_alive()
    given_up.cancel()
    assert look.threads == []
    lock.release()
    assert await asked == (1,)
    assert look.here == [False]
    assert await db.read(read) == (1,)
    assert look.here == [False, True]
