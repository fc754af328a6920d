"""Every line once, whatever happens to the file, to the watcher and to the server's answers meanwhile."""

import asyncio
import os
import random
import secrets
import shutil
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
import zstandard

from netsentinel.events.service import Accepted, IntakeService, Limits
from netsentinel.events.sources import KINDS, Fence, FileWatch, Outgoing, Place, WatchState
from netsentinel.events.sources.generations import Generation, Generations
from netsentinel.events.sources.watch import WatchKind, WatchOptions
from netsentinel.events.testing import MemoryInbox
from netsentinel.kernel.clock import SystemClock
from netsentinel.kernel.errors import InvalidInputError, NotAllowedError, UnavailableError
from netsentinel.kernel.types import DEFAULT_TENANT
from netsentinel.storage.testing import MemoryDatabase

FEW, MANY = 150, 10_000
KEPT = 8
"""Rotated files that stay."""


class CrashError(Exception):
    """The watcher's process ends here."""


class Server:
    """The real intake over fakes. Answers get lost, and it is busy at times."""

    def __init__(self, chance: random.Random | None = None) -> None:
        self.inbox = MemoryInbox()
        # Nothing is processed here, so nothing may count as behind.
        self.intake = IntakeService(MemoryDatabase(), self.inbox, SystemClock(), Limits(max_backlog=1_000_000))
        self.records = 0
        self.duplicates = 0
        self._chance = chance

    async def deliver(self, batch: Outgoing) -> int:
        self._fail()
        accepted = await self._accept(batch)
        self.records += accepted.records
        self.duplicates += accepted.duplicate
        self._fail()
        return accepted.position

    def _fail(self) -> None:
        dice = self._chance.random() if self._chance else 1.0
        if dice < 0.05:
            raise CrashError
        if dice < 0.1:
            raise UnavailableError("no answer")

    async def _accept(self, batch: Outgoing) -> Accepted:
        return await self.intake.accept(
            DEFAULT_TENANT, batch.source, batch.format, batch.body, "application/x-ndjson", "", batch.position
        )

    def lines(self) -> list[str]:
        unpack = zstandard.ZstdDecompressor()
        bodies = [unpack.decompressobj().decompress(batch.raw) for _, batch in sorted(self.inbox.batches.items())]
        return [line.decode() for body in bodies for line in body.splitlines() if line]


class BrittleState(WatchState):
    """A state file that is at times the last thing a process writes, or does not write."""

    def __init__(self, folder: Path, path: Path, chance: random.Random) -> None:
        super().__init__(folder, path)
        self._chance = chance

    def save(self, generations: list[Generation]) -> None:
        dice = self._chance.random()
        if dice < 0.02:
            raise CrashError
        super().save(generations)
        if dice > 0.98:
            raise CrashError


class Writer(threading.Thread):
    """A program that logs, and the rotation of its log, as fast as they can be told apart."""

    def __init__(self, path: Path, server: Server, events: int, seed: int) -> None:
        super().__init__(daemon=True)
        self.path, self.server, self.events = path, server, events
        self.written: list[str] = []
        self.done: Counter[str] = Counter()
        self.failure: BaseException | None = None
        self._chance = random.Random(seed)  # noqa: S311 - dice, not secrets
        self._file = path.open("a")
        self._unread = 0
        """Rotated files that may hold lines which nobody has read yet."""

    def run(self) -> None:
        try:
            while self.done.total() < self.events:
                self._log(self._chance.randrange(4))
                self._chance.choice((self._rename, self._rename_late, self._copy_truncate, self._truncate))()
                if self._chance.random() < 0.3:
                    time.sleep(self._chance.random() * 0.01)
            self._log(3)
            self._file.close()
        except BaseException as error:  # noqa: BLE001 - a thread's edge: the test raises it
            self._file.close()
            self.failure = error

    def _log(self, lines: int) -> None:
        for _ in range(lines):
            line = f'{{"n":{len(self.written)},"pad":"{"x" * self._chance.randrange(60)}"}}'
            cut = self._chance.randrange(len(line))
            self._file.write(line[:cut])
            self._file.flush()
            self._file.write(line[cut:] + "\n")
            self._file.flush()
            self.written.append(line)

    def _await_reader(self) -> None:
        began = time.monotonic()
        while self.server.records < len(self.written):
            if time.monotonic() - began > 30:
                raise TimeoutError(f"{self.server.records} of {len(self.written)} lines arrived")
            time.sleep(0.001)
        self._unread = 0

    def _shift(self) -> None:
        self._unread += 1
        if self._unread >= KEPT - 1:
            self._await_reader()
        for number in range(KEPT, 0, -1):
            old = Path(f"{self.path}.{number}")
            if old.exists():
                old.rename(f"{self.path}.{number + 1}")
        Path(f"{self.path}.{KEPT + 1}").unlink(missing_ok=True)

    def _rename(self) -> None:
        self._shift()
        self._file.close()
        self.path.rename(f"{self.path}.1")
        self._file = self.path.open("a")
        self.done["renamed"] += 1

    def _rename_late(self) -> None:
        """The program goes on writing to the old file until it is told."""
        self._shift()
        self.path.rename(f"{self.path}.1")
        self._log(self._chance.randrange(3))
        self._file.close()
        self._file = self.path.open("a")
        self.done["renamed late"] += 1

    def _copy_truncate(self) -> None:
        self._shift()
        shutil.copy(self.path, f"{self.path}.1")
        os.truncate(self.path, 0)
        self.done["copied and truncated"] += 1

    def _truncate(self) -> None:
        """What nobody has read by now is lost to anybody, so this waits."""
        self._await_reader()
        os.truncate(self.path, 0)
        self.done["truncated"] += 1


def follow(path: Path, state: WatchState, server: Server, writer: Writer, chance: random.Random, restarts: int) -> int:
    """Watch until the writer has ended and everything has arrived; how often the watcher started again."""
    while True:
        try:
            asyncio.run(_incarnation(path, state, server, writer, chance))
        except CrashError:
            restarts += 1
        else:
            return restarts


async def _incarnation(path: Path, state: WatchState, server: Server, writer: Writer, chance: random.Random) -> None:
    quiet = 0

    async def pause(seconds: float) -> None:
        nonlocal quiet
        del seconds
        await asyncio.sleep(0.0005)
        if chance.random() < 0.02:
            raise CrashError
        quiet = 0 if writer.is_alive() else quiet + 1
        if quiet > 20:
            raise EOFError

    watch = FileWatch(path, state, server, SystemClock(), source="eve", poll_s=0, pause=pause)
    try:
        await watch.run()
    except EOFError:
        return


def started_before(path: Path, folder: Path) -> None:
    """The first time, what was rotated before is left out; so the first look comes before the first rotation."""
    generations = Generations(path, SystemClock())
    generations.look()
    WatchState(folder, path).save(generations.known)
    generations.close()


@pytest.mark.parametrize("events", [FEW, pytest.param(MANY, marks=[pytest.mark.long, pytest.mark.timeout(0)])])
def test_every_line_once(tmp_path: Path, events: int) -> None:
    seed = secrets.randbelow(2**32)
    chance = random.Random(seed)  # noqa: S311 - dice, not secrets
    server = Server(chance)
    path = tmp_path / "eve.json"
    writer = Writer(path, server, events, seed)
    started_before(path, tmp_path / "state")
    writer.start()
    restarts = follow(path, BrittleState(tmp_path / "state", path, chance), server, writer, chance, 0)
    if writer.failure is not None:
        raise writer.failure
    seen = Counter(server.lines())
    missing = [line for line in writer.written if line not in seen]
    doubled = [line for line, count in seen.items() if count > 1]
    torn = set(seen) - set(writer.written)
    told = f"seed {seed}: {len(writer.written)} lines, {dict(writer.done)}, {restarts} restarts"
    sys.stderr.write(f"{told}, {server.duplicates} batches sent again\n")
    assert (missing, doubled, torn) == ([], [], set()), told
    assert restarts > events / 20
    assert server.duplicates > 0


def watch(tmp_path: Path, server: Server, pauses: list[float]) -> FileWatch:
    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) > 3:
            raise CrashError

    path = tmp_path / "eve.json"
    return FileWatch(path, WatchState(tmp_path / "s", path), server, SystemClock(), source="e", poll_s=9, pause=pause)


@pytest.mark.anyio
async def test_it_waits_as_long_as_the_server_asks(tmp_path: Path) -> None:
    class Busy(Server):
        asked = 0

        async def deliver(self, batch: Outgoing) -> int:
            self.asked += 1
            if self.asked == 1:
                raise UnavailableError("busy", retry_after=7)
            if self.asked <= 3:
                raise UnavailableError("away")
            return await super().deliver(batch)

    (tmp_path / "eve.json").write_text("a\nb\n")
    pauses: list[float] = []
    server = Busy()
    watched = watch(tmp_path, server, pauses)
    with pytest.raises(CrashError):
        await watched.run()
    assert pauses == [7, 1, 2, 9]
    assert server.lines() == ["a", "b"]
    figures = watched.figures
    assert (figures.batches, figures.size, figures.pauses, figures.waiting) == (1, 4, 3, 0)


@pytest.mark.anyio
async def test_a_refusal_ends_it_and_nothing_is_remembered_as_read(tmp_path: Path) -> None:
    class Strict(Server):
        async def deliver(self, batch: Outgoing) -> int:
            raise NotAllowedError(f"not {batch.source}")

    (tmp_path / "eve.json").write_text("a\n")
    with pytest.raises(NotAllowedError):
        await watch(tmp_path, Strict(), []).run()
    server = Server()
    with pytest.raises(CrashError):
        await watch(tmp_path, server, []).run()
    assert server.lines() == ["a"]


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b'{"path":"x","generations":[{"stream":1}]}'])
def test_a_damaged_state_file_is_named(tmp_path: Path, content: bytes) -> None:
    state = WatchState(tmp_path, tmp_path / "eve.json")
    assert state.load() is None
    state.file.write_bytes(content)
    with pytest.raises(InvalidInputError, match=str(state.file)):
        state.load()


def test_the_state_file_is_its_owners(tmp_path: Path) -> None:
    state = WatchState(tmp_path, tmp_path / "eve.json")
    known = [Generation("s", 1, 2, 3, b"abc", b"abc", is_skipping=True, missing=7)]
    state.save(known)
    assert state.load() == known
    assert state.file.stat().st_mode & 0o777 == 0o600
    assert WatchState(tmp_path, tmp_path / "b.json").file != state.file


@pytest.mark.untraced
@pytest.mark.anyio
async def test_the_state_does_not_grow_with_files_that_are_gone(tmp_path: Path) -> None:
    """However seldom it lives for long enough to give one up, and always with the lines of what is still there."""
    path, server = tmp_path / "eve.json", Server()
    state = WatchState(tmp_path / "s", path)
    sizes: list[int] = []
    for number in range(200):
        if number:
            path.rename(f"{path}.1")  # what was there before is gone for good
        path.write_text(f"line {number} {'x' * 2_000}\n")
        with pytest.raises(CrashError):
            await watch(tmp_path, server, []).run()
        sizes.append(state.file.stat().st_size)
    assert [line.split()[1] for line in server.lines()] == [str(number) for number in range(200)]
    assert max(sizes[100:]) <= max(sizes[:100])


@pytest.mark.anyio
async def test_a_file_behind_a_link_is_called_as_it_was_stated(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    options, kind = WatchOptions(path=str(tmp_path / "link" / "eve.json")), WatchKind()
    around = Place(DEFAULT_TENANT, "eve", "", Server(), SystemClock(), tmp_path, Fence(folders=(tmp_path,)), 1_000_000)
    assert kind.build(options, around).activity.note == f"Waits for {options.path}."
    assert "/real/" not in (await kind.test(options, around, None)).sentence
    (tmp_path / "real" / "eve.json").write_text("{}\n")
    assert (await kind.test(options, around, None)).checks[0].sentence == f"{options.path} can be read."


def test_it_is_in_the_registry() -> None:
    assert isinstance(KINDS["watch"], WatchKind)
