"""What the journal promises: order, nothing missed, nothing done twice, and what may be deleted."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from netsentinel.kernel.clock import DAY
from netsentinel.kernel.entries import MAX_CAUSE_DEPTH, Entry, EntryRegistry, NewEntry
from netsentinel.kernel.errors import NotFoundError
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId
from netsentinel.storage import Database, Dialect, Follower, Journal, JournalWriter, Tx
from netsentinel.storage import follower as follower_module
from netsentinel.storage import journal as journal_module
from netsentinel.storage.testing import Happened, happened

pytestmark = pytest.mark.anyio

Opener = Callable[[JournalWriter], Database]
OTHER = TenantId("other")
SEQ = {"a": 1, "b": 2, "c": 3, "d": 4, "e": 5}


async def append(database: Database, *entries: NewEntry) -> None:
    def change(tx: Tx) -> None:
        for entry in entries:
            tx.append(entry)

    await database.write(change)


async def append_texts(database: Database, *texts: str) -> None:
    await append(database, *map(happened, texts))


def texts(entries: Sequence[Entry]) -> list[str]:
    return [entry.payload["text"] for entry in entries]


class Seen:
    """A reaction that remembers."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def __call__(self, tx: Tx, entry: Entry) -> None:
        self.texts.append(entry.payload["text"])


async def drain(follower: Follower, fn: Callable[[Tx, Entry], None], limit: int = 200) -> None:
    while await follower.step(fn, limit):
        pass


# Reading.


async def test_an_entry_comes_back_whole(database: Database, journal: Journal, clock: FakeClock) -> None:
    await append(database, happened("first"))
    clock.advance(5)
    await append(database, NewEntry("test.audited", OTHER, "usr_1", "alr_\x001", Happened(text="ü"), (1,)))
    assert await journal.read(1, 10) == [
        Entry(2, OTHER, "test.audited", clock.now(), "usr_1", "alr_\ufffd1", {"text": "ü"}, (1,), audited=True)
    ]


async def test_entries_keep_the_order_of_their_appending(database: Database, journal: Journal) -> None:
    kinds = ["test.happened", "test.audited", "test.audited", "test.other", "test.happened", "test.audited"]
    await append(database, *(happened(str(n), kind=kind) for n, kind in enumerate(kinds)))
    entries = await journal.read(0, 10)
    assert [entry.seq for entry in entries] == [1, 2, 3, 4, 5, 6]
    assert [(entry.payload["text"], entry.kind) for entry in entries] == [
        (str(n), kind) for n, kind in enumerate(kinds)
    ]


async def test_a_long_chain_of_causes_keeps_its_newest_part(database: Database, journal: Journal) -> None:
    await append(database, happened(cause=tuple(range(1, 21))))
    assert (await journal.read(0, 1))[0].cause == tuple(range(21 - MAX_CAUSE_DEPTH, 21))


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, "abcde"),
        ({"tenant": OTHER}, "b"),
        ({"tenant": OTHER, "topics": ["tests", "others"]}, "b"),
        ({"tenant": OTHER, "topics": ["others"]}, ""),
        ({"tenant": DEFAULT_TENANT, "topics": ["tests", "others"]}, "acde"),
        ({"tenant": DEFAULT_TENANT, "kinds": ["test.other", "test.happened"]}, "ace"),
        ({"topics": ["tests"]}, "abde"),
        ({"topics": ["others", "tests"]}, "abcde"),
        ({"topics": ["unknown"]}, ""),
        ({"kinds": ["test.audited", "test.other"]}, "cd"),
        ({"kinds": ["test.audited", "test.other"], "topics": ["others"]}, "c"),
        ({"kinds": ["test.audited"], "topics": ["others"]}, ""),
    ],
)
async def test_filters(database: Database, journal: Journal, filters: dict[str, object], expected: str) -> None:
    await append(
        database,
        happened("a"),
        happened("b", tenant=OTHER),
        happened("c", kind="test.other"),
        happened("d", kind="test.audited"),
        happened("e"),
    )
    assert "".join(texts(await journal.read(0, 10, **filters))) == expected
    for after in range(6):
        first = await journal.read(after, 2, **filters)
        assert [entry.seq for entry in first] == [seq for seq in map(SEQ.get, expected) if seq > after][:2]


async def test_the_epoch_belongs_to_the_stored_database(
    opener: Opener, journal_writer: JournalWriter, entry_registry: EntryRegistry
) -> None:
    epochs: set[str] = set()
    for _ in range(2):
        async with opener(journal_writer) as database:
            epochs.add(await Journal(database, entry_registry, b"").epoch())
    assert len(epochs) == 1
    assert len(epochs.pop()) == 16


# Following.


async def test_a_follower_sees_each_entry_once_and_in_order(database: Database, journal: Journal) -> None:
    await append_texts(database, *"abc")
    seen, follower = Seen(), journal.follow("test")
    assert await follower.step(seen, limit=2) == 2
    assert await follower.step(seen, limit=2) == 1
    assert await follower.step(seen, limit=2) == 0
    await append_texts(database, "d")
    await drain(follower, seen)
    assert seen.texts == list("abcd")


async def test_the_cursor_is_durable(
    opener: Opener, journal_writer: JournalWriter, entry_registry: EntryRegistry
) -> None:
    seen = Seen()
    for text in "abc":
        async with opener(journal_writer) as database:
            await append_texts(database, text)
            await drain(Journal(database, entry_registry, b"").follow("test"), seen)
    assert seen.texts == list("abc")


async def test_a_reaction_that_raises_leaves_the_cursor_and_no_effect(database: Database, journal: Journal) -> None:
    await append_texts(database, *"abc")
    follower = journal.follow("test")

    def react(tx: Tx, entry: Entry) -> None:
        tx.run("INSERT INTO meta (key, value) VALUES (?, '')", (f"test.{entry.payload['text']}",))
        if entry.payload["text"] == "b":
            raise NotFoundError("There is no b.")

    with pytest.raises(NotFoundError):
        await follower.step(react)
    assert await follower.position() == 0
    assert await database.read(lambda tx: tx.rows("SELECT key FROM meta WHERE key LIKE 'test.%'")) == []
    assert await follower.step(react, limit=1) == 1
    assert await follower.position() == 1


async def test_what_a_reaction_appends_comes_in_a_later_step(database: Database, journal: Journal) -> None:
    await append_texts(database, "a")
    seen, follower = Seen(), journal.follow("test")

    def react(tx: Tx, entry: Entry) -> None:
        seen(tx, entry)
        if len(entry.cause) < 2:
            tx.append(happened(entry.payload["text"] + "a", cause=(*entry.cause, entry.seq)))

    assert await follower.step(react) == 1
    await drain(follower, react)
    assert seen.texts == ["a", "aa", "aaa"]
    assert [entry.cause for entry in await journal.read(0, 9)] == [(), (1,), (1, 2)]


async def test_two_followers_of_one_name_share_the_entries(database: Database, journal: Journal) -> None:
    await append_texts(database, *map(str, range(60)))

    def react(tx: Tx, entry: Entry) -> None:
        tx.run("INSERT INTO meta (key, value) VALUES (?, '')", (f"test.{entry.seq}",))  # fails the second time

    await asyncio.gather(*(drain(journal.follow("test"), react, limit=7) for _ in range(4)))
    assert await database.read(lambda tx: tx.row("SELECT COUNT(*) FROM meta WHERE key LIKE 'test.%'")) == (60,)


async def test_a_follower_of_some_kinds_passes_the_others_over(
    database: Database, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower_module, "_SAVE_EVERY", 10)
    seen, follower = Seen(), journal.follow("test", kinds=["test.other"])
    await append(database, happened("a"), happened("b", kind="test.other"), happened("c"))
    assert await follower.step(seen) == 1
    assert (await follower.position(), await follower.lag()) == (3, 0)
    await append_texts(database, *"defgh")
    assert await follower.lag() == 5
    assert await follower.step(seen) == 0
    assert (await follower.position(), await follower.lag()) == (3, 0)  # in memory only: nothing was written
    await append_texts(database, *"ijklm")
    assert await follower.step(seen) == 0
    assert await follower.position() == 13
    await append(database, happened("n", kind="test.other"))
    assert await journal.follow("test", kinds=["test.other"]).step(seen) == 1
    assert seen.texts == ["b", "n"]


async def test_a_failing_entry_can_be_parked(database: Database, journal: Journal, clock: FakeClock) -> None:
    await append_texts(database, *"abc")
    seen, follower = Seen(), journal.follow("test")
    await follower.step(seen, limit=1)
    assert await follower.record_failure(2, "boom", clock.now()) == 1
    first = clock.now()
    clock.advance(7)
    assert await follower.record_failure(2, "boom again", clock.now()) == 2
    assert await follower.position() == 1
    [failure] = await follower.failures()
    assert (failure.seq, failure.attempts, failure.error, failure.failed_at, failure.parked_at) == (
        2,
        2,
        "boom again",
        first + 7,
        None,
    )
    await follower.park(2, "given up", clock.now())
    [failure] = await follower.failures()
    assert (failure.attempts, failure.error, failure.parked_at) == (2, "given up", clock.now())
    await drain(follower, seen)
    assert seen.texts == ["a", "c"]
    await follower.park(1, "late", clock.now())
    assert await follower.position() == 3, "parking an old entry must not move the cursor back"


async def test_a_failure_is_forgotten_when_it_works_after_all(
    database: Database, journal: Journal, clock: FakeClock
) -> None:
    await append_texts(database, *"abc")
    follower = journal.follow("test")
    await follower.park(1, "given up", clock.now())
    await follower.record_failure(2, "boom", clock.now())
    await follower.record_failure(3, "boom", clock.now())
    await follower.step(Seen(), limit=1)
    assert [failure.seq for failure in await follower.failures()] == [3, 1]


async def test_cursors_are_listed_and_forgotten(database: Database, journal: Journal) -> None:
    await append_texts(database, *"abc")
    await journal.follow("ahead").step(Seen())
    await journal.follow("behind").step(Seen(), limit=1)
    assert await journal.cursors() == {"ahead": 0, "behind": 2}
    await journal.forget("behind")
    assert await journal.cursors() == {"ahead": 0}


# Waiting.


async def test_waiting_ends_at_a_commit_and_not_only_at_the_next_look(
    database: Database, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "POLL_SECONDS", 30.0)
    await append_texts(database, "a")
    assert await journal.wait_beyond(0, 30) == 1
    waiting = asyncio.create_task(journal.wait_beyond(1, 30))
    await asyncio.sleep(0.3)
    assert not waiting.done()
    await append_texts(database, "b")
    assert await asyncio.wait_for(waiting, 5) == 2


async def test_waiting_has_an_end(journal: Journal) -> None:
    assert await journal.wait_beyond(0, 0.05) == 0


async def test_what_another_program_writes_is_noticed(
    opener: Opener, journal_writer: JournalWriter, entry_registry: EntryRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "POLL_SECONDS", 0.1)
    async with opener(journal_writer) as ours, opener(journal_writer) as theirs:
        waiting = asyncio.create_task(Journal(ours, entry_registry, b"").wait_beyond(0, 30))
        await append_texts(theirs, "a")
        assert await asyncio.wait_for(waiting, 5) == 1


# Ordered visibility.


class HeldJournalWriter(JournalWriter):
    """Appends the entry `slow` and then waits before its commit."""

    def __init__(self, registry: EntryRegistry, clock: FakeClock) -> None:
        super().__init__(registry, clock, b"")
        self.reached, self.go_on = threading.Event(), threading.Event()

    def flush(self, tx: Tx, entries: Sequence[NewEntry], dialect: Dialect) -> None:
        super().flush(tx, entries, dialect)
        if entries[0].payload == Happened(text="slow"):
            self.reached.set()
            self.go_on.wait(20)


async def follow_while_overtaking(database: Database, writer: HeldJournalWriter, journal: Journal) -> list[str]:
    """What a follower sees when a transaction that appended first commits last (where the database allows that)."""
    seen, follower = Seen(), journal.follow("test")
    older = asyncio.create_task(append_texts(database, "slow"))
    await asyncio.to_thread(writer.reached.wait, 10)
    newer = asyncio.create_task(append_texts(database, "quick"))
    await asyncio.wait({newer}, timeout=1)
    await drain(follower, seen)
    writer.go_on.set()
    await asyncio.gather(older, newer)
    await drain(follower, seen)
    return seen.texts


async def test_a_follower_misses_nothing_when_transactions_overtake(
    opener: Opener, entry_registry: EntryRegistry, clock: FakeClock
) -> None:
    writer = HeldJournalWriter(entry_registry, clock)
    async with opener(writer) as database:
        journal = Journal(database, entry_registry, b"")
        assert await follow_while_overtaking(database, writer, journal) == ["slow", "quick"]


async def test_without_the_lock_a_follower_misses_an_entry(
    postgres_url: str, entry_registry: EntryRegistry, clock: FakeClock
) -> None:
    from netsentinel.storage.dialect import POSTGRES
    from netsentinel.storage.postgres import PostgresDatabase

    writer = HeldJournalWriter(entry_registry, clock)
    async with PostgresDatabase(postgres_url, writer, dialect=replace(POSTGRES, journal_lock="")) as database:
        journal = Journal(database, entry_registry, b"")
        await append_texts(database, "first")  # the first entry ever also writes the seal, a row that others wait for
        assert await follow_while_overtaking(database, writer, journal) == ["first", "quick"]
        assert texts(await journal.read(0, 10)) == ["first", "slow", "quick"], "it is in the journal, and was missed"


# Trimming.


async def test_trimming_by_age_keeps_what_is_young_and_what_is_audited(
    database: Database, journal: Journal, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "_TRIM_BATCH", 3)
    await append(database, *(happened(text) for text in "abcdefg"), happened("audited", kind="test.audited"))
    await append_texts(database, "h")
    clock.advance(10 * DAY)
    await append_texts(database, "young")
    assert await journal.trim(clock.now(), keep_days=10, keep_entries=1_000) == 0
    clock.advance(1)
    assert await journal.trim(clock.now(), keep_days=10, keep_entries=1_000) == 8
    assert texts(await journal.read(0, 10)) == ["audited", "young"]
    assert await journal.bounds() == (10, 10)
    assert (await journal.verify(DEFAULT_TENANT)).intact


async def test_trimming_by_number_keeps_the_newest(database: Database, journal: Journal, clock: FakeClock) -> None:
    await append_texts(database, *"abcdef")
    assert await journal.trim(clock.now(), keep_days=10, keep_entries=2) == 4
    assert texts(await journal.read(0, 10)) == ["e", "f"]
    assert await journal.bounds() == (5, 6)
    assert await journal.trim(clock.now(), keep_days=10, keep_entries=2) == 0


async def test_numbers_go_on_after_everything_was_trimmed(
    database: Database, journal: Journal, clock: FakeClock
) -> None:
    await append_texts(database, *"abc")
    clock.advance(DAY + 1)
    assert await journal.trim(clock.now(), keep_days=1, keep_entries=1_000) == 3
    assert await journal.bounds() == (4, 3)
    await append_texts(database, "d")
    assert [entry.seq for entry in await journal.read(0, 10)] == [4]


async def test_positions_do_not_go_back_when_only_an_old_audited_entry_is_left(
    database: Database, journal: Journal, clock: FakeClock
) -> None:
    await append(database, happened("a", kind="test.audited"), happened("b"), happened("c"))
    clock.advance(DAY + 1)
    assert await journal.trim(clock.now(), keep_days=1, keep_entries=1_000) == 2
    assert await journal.bounds() == (4, 3)
    assert await journal.wait_beyond(2, 5) == 3
    follower = journal.follow("late")
    seen = Seen()
    await drain(follower, seen)
    assert (seen.texts, await follower.position(), await follower.lag()) == (["a"], 3, 0)


async def test_trimming_waits_for_the_slowest_follower(database: Database, journal: Journal, clock: FakeClock) -> None:
    await append_texts(database, *"abc")
    seen, follower = Seen(), journal.follow("slow")
    await follower.step(seen, limit=1)
    clock.advance(DAY + 1)
    assert await journal.trim(clock.now(), keep_days=1, keep_entries=1) == 1
    await drain(follower, seen)
    assert seen.texts == list("abc")
    assert await journal.trim(clock.now(), keep_days=1, keep_entries=1_000) == 2


async def test_bounds_of_an_empty_journal(journal: Journal) -> None:
    assert await journal.bounds() == (1, 0)
