"""The runner: once in effect, isolated, retried, parked, and on again after a restart."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from netsentinel.kernel.entries import Entry, EntryRegistry, NewEntry
from netsentinel.kernel.errors import NetSentinelError, StorageFullError, StorageUnavailableError
from netsentinel.kernel.testing import FakeClock
from netsentinel.storage import Journal, SqliteDatabase, Tx
from netsentinel.storage.testing import happened
from netsentinel.wiring.reactions import DurableReaction, Handlers, LiveReaction
from netsentinel.wiring.runner import MAX_ATTEMPTS, ReactionRunner

pytestmark = pytest.mark.anyio

Handler = Callable[[Tx, Entry], None]


def _nothing(*_: object) -> None:
    return None


HANDLERS = Handlers(
    score_threat=_nothing,
    close_sockets=_nothing,
    renew_breaker=_nothing,
    end_run=_nothing,
    plan_ahead=_nothing,
    push_metrics=_nothing,
    answer_request=_nothing,
    tell_webhooks=_nothing,
    webhook_kinds=lambda _tx: (),
    end_delivery=_nothing,
    seed_graph=_nothing,
    end_reading=_nothing,
    project_graph=_nothing,
)


class NoLive:
    """Nobody tells of entries."""

    def __init__(self) -> None:
        self.listeners: list[tuple[tuple[str, ...], Callable[[Entry], None]]] = []

    def listen(self, kinds: Any, listener: Callable[[Entry], None]) -> None:
        self.listeners.append((tuple(kinds), listener))


def reaction(name: str, handler: Handler, *kinds: str) -> DurableReaction:
    return DurableReaction(name, kinds or ("test.happened",), "Does something.", lambda _: handler)


class Stage:
    """A journal on SQLite and a runner that does not really wait."""

    def __init__(self, database: SqliteDatabase, registry: EntryRegistry, clock: FakeClock, key: bytes) -> None:
        self.database = database
        self.journal = Journal(database, registry, key)
        self.clock = clock
        self.pauses: list[float] = []

    async def tell(self, *texts: str, kind: str = "test.happened") -> None:
        def append(tx: Tx) -> None:
            for text in texts:
                tx.append(happened(text, kind=kind))

        await self.database.write(append)

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await asyncio.sleep(0)

    def runner(self, *reactions: Any, live: NoLive | None = None) -> ReactionRunner:
        return ReactionRunner(
            self.journal,
            HANDLERS,
            live or NoLive(),
            self.clock,
            reactions=reactions,
            jitter=lambda below: below - 1,
            pause=self.pause,
        )


@pytest.fixture
def stage(sqlite_database: SqliteDatabase, entry_registry: EntryRegistry, clock: FakeClock, audit_key: bytes) -> Stage:
    return Stage(sqlite_database, entry_registry, clock, audit_key)


class Notes:
    """A handler that writes down what it saw, and refuses what it is told to."""

    def __init__(self, *refuses: str, times: int = 1_000_000, error: Exception | None = None) -> None:
        self.seen: list[str] = []
        self.refused = 0
        self._refuses = refuses
        self._times = times
        self._error = error or ZeroDivisionError("no")

    def __call__(self, tx: Tx, entry: Entry) -> None:
        text = entry.payload["text"]
        if text in self._refuses and self.refused < self._times:
            self.refused += 1
            raise self._error
        tx.run("INSERT INTO meta (key, value) VALUES (?, ?)", (f"note-{entry.seq}-{id(self)}", text))
        self.seen.append(text)


async def test_every_entry_of_the_kinds_once_and_in_order(stage: Stage) -> None:
    notes = Notes()
    only = reaction("only", notes)
    await stage.tell("1", "2")
    await stage.tell("x", kind="test.other")
    await stage.tell("3")
    runner = stage.runner(only)
    await runner.catch_up(only)
    await runner.catch_up(only)
    assert notes.seen == ["1", "2", "3"]
    assert runner.figures["only"].reacted == 3
    await stage.tell("4")
    await stage.runner(only).catch_up(only)  # a fresh process
    assert notes.seen == ["1", "2", "3", "4"]


async def test_a_failure_passes_and_nothing_is_done_twice(stage: Stage) -> None:
    notes = Notes("3", times=2)
    only = reaction("only", notes)
    await stage.tell(*map(str, range(6)))
    runner = stage.runner(only)
    await runner.catch_up(only)
    kept = await stage.database.read(lambda tx: tx.rows("SELECT value FROM meta WHERE key LIKE 'note-%' ORDER BY key"))
    assert sorted(value for (value,) in kept) == ["0", "1", "2", "3", "4", "5"]
    assert (runner.failures, runner.parked) == (1, 0)  # the first time, the whole batch failed and was divided
    assert stage.pauses == [0.199]


async def test_pauses_grow_at_random_and_have_a_bound(stage: Stage) -> None:
    notes = Notes("bad")
    only = reaction("only", notes)
    await stage.tell("bad")
    await stage.runner(only).catch_up(only)
    assert stage.pauses == [0.199, 0.399, 0.799, 1.599, 3.199, 6.399, 12.799]


async def test_after_the_last_attempt_the_entry_is_parked_whole_and_the_rest_goes_on(stage: Stage) -> None:
    notes = Notes("bad")
    only = reaction("only", notes)
    await stage.tell("1", "bad", "2")
    runner = stage.runner(only)
    await runner.catch_up(only)
    assert notes.seen[-1] == "2"
    assert (runner.failures, runner.parked) == (MAX_ATTEMPTS, 1)
    (failure,) = await stage.journal.follow("only").failures()
    assert failure.attempts == MAX_ATTEMPTS
    assert failure.error == "ZeroDivisionError: no"
    assert failure.parked_at == stage.clock.now()
    (entry,) = await stage.journal.read(failure.seq - 1, 1)
    assert entry.payload == {"text": "bad"}


async def test_attempts_are_counted_across_restarts(stage: Stage) -> None:
    only = reaction("only", Notes("bad"))
    await stage.tell("bad")

    class Crashed(BaseException):
        pass

    async def crash(_: float) -> None:
        raise Crashed

    for _ in range(3):
        runner = stage.runner(only)
        runner._pause = crash
        with pytest.raises(Crashed):
            await runner.catch_up(only)
    runner = stage.runner(only)
    await runner.catch_up(only)
    assert runner.failures == MAX_ATTEMPTS - 3
    (failure,) = await stage.journal.follow("only").failures()
    assert failure.attempts == MAX_ATTEMPTS


async def test_what_fails_only_at_the_commit_is_found(stage: Stage) -> None:
    seen: list[str] = []

    def announce(tx: Tx, entry: Entry) -> None:
        seen.append(entry.payload["text"])
        if entry.payload["text"] == "bad":  # the journal refuses it when the transaction ends
            tx.append(NewEntry("test.other", entry.tenant, "system", "x", object()))

    only = reaction("only", announce)
    await stage.tell("1", "2", "bad", "3")
    runner = stage.runner(only)
    await runner.catch_up(only)
    assert runner.parked == 1
    (failure,) = await stage.journal.follow("only").failures()
    assert failure.seq == 3
    assert seen[-1] == "3"
    assert await stage.journal.follow("only").position() == 4


async def test_storage_that_is_away_is_no_failure_of_the_entry(stage: Stage) -> None:
    only = reaction("only", Notes("full", error=StorageFullError("The disk is full.")))
    await stage.tell("full")
    runner = stage.runner(only)
    with pytest.raises(StorageUnavailableError):
        await runner.catch_up(only)
    assert (runner.failures, runner.parked) == (0, 0)
    assert await stage.journal.follow("only").failures() == []


async def test_one_reactions_failure_is_not_anothers(stage: Stage) -> None:
    good, bad = Notes(), Notes("1", "2", "3")
    slow = asyncio.Event()
    runner = stage.runner(reaction("good", good), reaction("bad", bad))

    async def wait(_: float) -> None:
        await slow.wait()

    runner._pause = wait
    running = asyncio.create_task(runner.run())
    await stage.tell("1", "2", "3")
    async with asyncio.timeout(5):
        while good.seen != ["1", "2", "3"] or not bad.refused:
            await asyncio.sleep(0.01)
    assert bad.seen == []
    slow.set()
    async with asyncio.timeout(10):
        while runner.parked < 3:
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.wait({running})


async def test_a_running_reaction_sees_new_entries_and_survives_the_storage(stage: Stage) -> None:
    notes = Notes("away", times=2, error=StorageUnavailableError("away"))
    runner = stage.runner(reaction("only", notes))
    running = asyncio.create_task(runner.run())
    await asyncio.sleep(0.05)
    await stage.tell("1")
    await stage.tell("away")
    await stage.tell("2")
    async with asyncio.timeout(10):
        while notes.seen[-1:] != ["2"]:
            await asyncio.sleep(0.01)
    assert (runner.failures, runner.parked) == (0, 0)
    assert stage.pauses == [1.0, 1.0]
    running.cancel()
    await asyncio.wait({running})


async def test_a_fault_outside_of_any_entry_is_waited_out(stage: Stage) -> None:
    only = reaction("only", Notes())
    await stage.tell("1")
    runner = stage.runner(only)
    follower = stage.journal.follow("only")

    async def broken(*_: object) -> int:
        raise RuntimeError("the driver is confused")

    follower.step = broken  # type: ignore[method-assign] # a fault of the storage
    with pytest.raises(NetSentinelError):
        await runner._catch_up(follower, only)
    assert runner.failures == 0


async def test_live_reactions_listen_and_have_no_cursor(stage: Stage) -> None:
    live = NoLive()
    heard = LiveReaction("sockets", ("test.happened",), "Closes.", lambda handlers: handlers.close_sockets)
    runner = stage.runner(heard, live=live)
    assert live.listeners == [(("test.happened",), HANDLERS.close_sockets)]
    await asyncio.wait_for(runner.run(), 5)  # there is nothing durable to do
    assert await stage.journal.cursors() == {}


async def test_the_figures_count(stage: Stage, tmp_path: Path) -> None:
    only = reaction("only", Notes("bad"))
    await stage.tell("1", "bad")
    runner = stage.runner(only)
    await runner.catch_up(only)
    assert {name: value for _, name, _, value in runner.samples()} == {
        "netsentinel_reactions": 1,
        "netsentinel_reaction_failures": MAX_ATTEMPTS,
        "netsentinel_reactions_parked": 1,
    }


async def test_a_parked_entry_is_in_the_log_with_its_fault(stage: Stage, logged: list[dict[str, Any]]) -> None:
    only = reaction("only", Notes("bad"))
    await stage.tell("bad")
    await stage.runner(only).catch_up(only)
    parked = [line for line in logged if line["event"] == "entry_parked"]
    assert [(line["reaction"], line["seq"], line["attempts"]) for line in parked] == [("only", 1, MAX_ATTEMPTS)]
    assert isinstance(parked[0]["exc_info"], ZeroDivisionError)
