"""Files that appear in a folder: each once, whole, whatever stops the reader in between."""

import asyncio
import gzip
import os
import random
import zipfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from netsentinel.events.sources import Fence, Outgoing, Place
from netsentinel.events.sources.folder import FolderKind, FolderOptions, FolderSource
from netsentinel.kernel import disk
from netsentinel.kernel.clock import SystemClock
from netsentinel.kernel.errors import InvalidInputError, NotAllowedError, UnavailableError
from netsentinel.kernel.types import DEFAULT_TENANT

pytestmark = pytest.mark.anyio

OLD = 1_600_000_000


class CrashError(Exception):
    """The reader's process ends here."""


class Server:
    """Keeps each stream's records once, as the intake does. It is busy at times, and answers get lost."""

    def __init__(self, chance: random.Random | None = None) -> None:
        self.lines: list[str] = []
        self.ends: dict[str, int] = {}
        self._chance = chance

    async def deliver(self, batch: Outgoing) -> int:
        self._fail()
        assert batch.position is not None
        end = self.ends.get(batch.position.stream, 0)
        if end <= batch.position.start:
            self.ends[batch.position.stream] = end = batch.position.end
            self.lines += batch.body.decode().splitlines()
        self._fail()
        return end

    def _fail(self) -> None:
        dice = self._chance.random() if self._chance else 1
        if dice < 0.2:
            raise CrashError
        if dice < 0.4:
            raise UnavailableError("no answer", retry_after=0)


class Drop:
    """A folder, and the readers of it one after the other."""

    def __init__(self, folder: Path, server: Server, **options: object) -> None:
        self.path = folder / "drop"
        self.path.mkdir()
        self.server = server
        self.place = Place(
            DEFAULT_TENANT, "dropped", "", server, SystemClock(), folder / "state", Fence(folders=(folder,)), 1_000_000
        )
        self.options = FolderOptions(path=str(self.path), **options)  # type: ignore[arg-type] - as stated

    def put(self, name: str, data: bytes, *, at: int = OLD) -> None:
        (self.path / name).write_bytes(data)
        os.utime(self.path / name, (at, at))

    def source(self) -> FolderSource:
        return FolderSource(self.options, self.path, self.place, poll_s=0.005)

    def names(self, folder: str = ".") -> list[str]:
        return sorted(path.name for path in (self.path / folder).iterdir() if path.is_file())

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[FolderSource]:
        source = self.source()
        task = asyncio.create_task(source.run())
        try:
            yield source
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def until(self, count: int) -> None:
        async with asyncio.timeout(10):
            while len(self.server.lines) < count:
                await asyncio.sleep(0.005)
        await asyncio.sleep(0.05)


@pytest.fixture
def drop(tmp_path: Path) -> Drop:
    return Drop(tmp_path, Server())


async def test_finished_files_are_read_once_and_moved(drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: set[str] = set()
    monkeypatch.setattr(disk, "sync", lambda place: synced.update(one.name for one in place.iterdir()))
    drop.put("b.json", b'{"a":1}\n{"a":2}\n')
    drop.put("a.gz", gzip.compress(b'{"b":1}\n'), at=OLD + 1)
    async with drop.reading():
        await drop.until(3)
        assert drop.server.lines == ['{"a":1}', '{"a":2}', '{"b":1}']
        drop.put("b.json", b'{"a":3}\n')
        await drop.until(4)
    assert drop.names() == []
    assert drop.names("read") == ["a.gz", "b.json", "b.json.1"]
    assert "folder.json" in synced, "what was read is remembered, whatever becomes of the machine"


async def test_an_archive_is_read_whole(drop: Drop) -> None:
    with zipfile.ZipFile(drop.path / "logs.zip", "w") as archive:
        archive.writestr("a.json", '{"a":1}\n')
        archive.writestr("deep/b.log", '{"b":1}\n')
    os.utime(drop.path / "logs.zip", (OLD, OLD))
    async with drop.reading():
        await drop.until(2)
    assert drop.names("read") == ["logs.zip"]


async def test_what_is_not_finished_or_not_meant_is_left_alone(drop: Drop, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret\n")
    os.utime(tmp_path / "secret", (OLD, OLD))
    (drop.path / "link.json").symlink_to(tmp_path / "secret")
    (drop.path / "deeper").mkdir()
    for name in (".hidden", "a.json.part", "b.tmp", "c.json~"):
        drop.put(name, b"{}\n")
    (drop.path / "fresh.json").write_text('{"still":"written"}\n')
    drop.put("done.json", b'{"done":1}\n')
    async with drop.reading() as source:
        await drop.until(1)
        assert source.activity.waiting_bytes > 0
        drop.put("b.tmp", b'{"renamed":1}\n')
        (drop.path / "b.tmp").rename(drop.path / "b.json")
        await drop.until(2)
    assert drop.server.lines == ['{"done":1}', '{"renamed":1}']
    assert "fresh.json" in drop.names()
    assert drop.names("read") == ["b.json", "done.json"]


async def test_a_broken_file_is_put_aside_with_its_reason_and_stops_nothing(drop: Drop) -> None:
    drop.put("a.gz", gzip.compress(b'{"a":1}\n' * 1_000)[:-20])
    drop.put("bomb.gz", gzip.compress(bytes(64 * 1024 * 1024)), at=OLD + 1)
    drop.put("z.json", b'{"z":1}\n', at=OLD + 2)
    async with drop.reading() as source:
        async with asyncio.timeout(10):
            while '{"z":1}' not in drop.server.lines:
                await asyncio.sleep(0.005)
        await asyncio.sleep(0.05)
        assert "bomb.gz" in source.activity.error
        assert "/dev/fd" not in source.activity.error
    assert drop.names("failed") == ["a.gz", "bomb.gz"]
    assert drop.names("read") == ["z.json"]


async def test_kept_files_are_remembered_and_read_again_when_they_changed(tmp_path: Path) -> None:
    drop = Drop(tmp_path, Server(), when_read="keep")
    drop.put("a.json", b'{"a":1}\n')
    for _ in range(2):
        async with drop.reading():
            await drop.until(1)
    drop.put("b.json", b'{"b":1}\n')
    async with drop.reading():
        await drop.until(2)
    assert drop.server.lines == ['{"a":1}', '{"b":1}']
    assert drop.names() == ["a.json", "b.json"]


async def test_read_files_can_be_deleted(tmp_path: Path) -> None:
    drop = Drop(tmp_path, Server(), when_read="delete", pattern="*.json")
    drop.put("a.json", b'{"a":1}\n')
    drop.put("a.txt", b'{"a":1}\n')
    async with drop.reading():
        await drop.until(1)
    assert drop.names() == ["a.txt"]


@pytest.mark.parametrize("seed", range(5))
async def test_every_record_once_whatever_crashes(tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netsentinel.events.sources.folder._BATCH_LINES", 7)
    chance = random.Random(seed)  # noqa: S311 - dice, not secrets
    drop = Drop(tmp_path, Server(chance))
    expected: list[str] = []
    for number in range(12):
        lines = [f'{{"file":{number},"n":{n}}}' for n in range(chance.randrange(40))]
        expected += lines
        drop.put(f"{number:02}.json", "\n".join(lines).encode(), at=OLD + number)
    crashes = 0
    async with asyncio.timeout(20):
        while drop.names():
            task = asyncio.create_task(drop.source().run())
            while not task.done() and drop.names():
                await asyncio.sleep(0.002)
            crashes += task.done()
            task.cancel()
            await asyncio.wait({task})
    assert drop.server.lines == expected
    assert crashes > 2


async def test_a_file_that_grows_while_it_is_read_is_read_on(drop: Drop) -> None:
    class Growing(Server):
        async def deliver(self, batch: Outgoing) -> int:
            if not self.lines:
                with (drop.path / "a.json").open("ab") as file:
                    file.write(b'{"a":2}\n')
                os.utime(drop.path / "a.json", (OLD + 9, OLD + 9))
            return await super().deliver(batch)

    drop.server = Growing()
    drop.place = Place(
        DEFAULT_TENANT, "d", "", drop.server, SystemClock(), drop.place.state, drop.place.fence, 1_000_000
    )
    drop.put("a.json", b'{"a":1}\n')
    async with drop.reading() as source:
        await drop.until(2)
        assert "written to while" in source.activity.error
    assert drop.server.lines == ['{"a":1}', '{"a":2}']


async def test_trying_it_out_says_what_is_there(drop: Drop) -> None:
    kind = FolderKind()
    kind.check(drop.options, drop.place)
    assert (await kind.test(drop.options, drop.place, None)).sentence == f"{drop.path} can be read; 0 files wait."
    drop.put("a.log", b"<34>Oct 11 22:14:15 host su: one\nnonsense\n")
    found = await kind.test(drop.options, drop.place, drop.source())
    assert (found.ok, found.sentence) == (False, "a.log: 1 of 2 lines recognised: 1 as syslog.")
    gone = FolderOptions(path=str(drop.path / "gone"))
    assert "does not exist yet" in (await kind.test(gone, drop.place, None)).sentence


async def test_a_folder_behind_a_link_is_called_as_it_was_stated(drop: Drop) -> None:
    kind, link = FolderKind(), drop.path.parent / "link"
    link.symlink_to(drop.path)
    options = FolderOptions(path=str(link))
    assert kind.build(options, drop.place).activity.note == f"Reads files that appear in {link}."
    assert (await kind.test(options, drop.place, None)).sentence == f"{link} can be read; 0 files wait."


def test_what_may_not_be_is_refused(drop: Drop) -> None:
    with pytest.raises(NotAllowedError):
        FolderKind().check(FolderOptions(path="/etc"), drop.place)
    drop.put("file", b"")
    with pytest.raises(InvalidInputError, match="is a file"):
        FolderKind().check(FolderOptions(path=str(drop.path / "file")), drop.place)


async def test_a_damaged_state_file_is_named(drop: Drop) -> None:
    drop.place.state.mkdir()
    (drop.place.state / "folder.json").write_bytes(b"{")
    with pytest.raises(InvalidInputError, match=r"folder\.json"):
        await drop.source().run()
