"""Replaying files is a task: every record is stored once, whatever happens on the way, and only what may be read is."""

import asyncio
import json
import os
import threading
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
import zstandard

from netsentinel.events import FORMATS, Accepted, IntakeService
from netsentinel.events.sources import Fence
from netsentinel.events.store_sql import SqlInbox
from netsentinel.kernel.clock import SystemClock
from netsentinel.kernel.errors import InvalidInputError, NotAllowedError, StorageUnavailableError, UnavailableError
from netsentinel.kernel.types import DEFAULT_TENANT, system_principal
from netsentinel.storage import SqliteDatabase
from netsentinel.storage.dialect import SQLITE
from netsentinel.tasks import ActionRegistry, Engine, Hints, Task, TaskRequest, TaskService, TaskState
from netsentinel.tasks.store_sql import sql_stores
from netsentinel.tasks.worker import Worker
from netsentinel.wiring import replays as replays_module
from netsentinel.wiring.replays import Replays

pytestmark = pytest.mark.anyio
T = DEFAULT_TENANT


class Troubled(IntakeService):
    """An intake that has trouble with some of its calls."""

    calls = 0
    trouble: dict[int, Exception]

    async def accept(self, *args: Any, **kwargs: Any) -> Accepted:
        self.calls += 1
        if (error := self.trouble.pop(self.calls, None)) is not None:
            raise error
        return await super().accept(*args, **kwargs)


@dataclass
class Site:
    """A service whose worker replays files of one folder."""

    db: SqliteDatabase
    folder: Path
    intake: Troubled
    service: TaskService
    woken: list[int]
    worker: Worker

    @asynccontextmanager
    async def working(self) -> AsyncGenerator[None]:
        run = asyncio.create_task(self.worker.run())
        try:
            yield
        finally:
            run.cancel()
            await asyncio.gather(run, return_exceptions=True)

    async def replay(self, **what: Any) -> Task:
        request = TaskRequest(action="events.replay", input=what)
        return (await self.service.submit(system_principal(), request)).task

    async def ended(self, task: Task) -> Task:
        async with asyncio.timeout(40):
            while not (now := await self.service.get(T, task.id)).is_final:
                await asyncio.sleep(0.01)
        return now

    async def stored(self) -> list[tuple[str, int]]:
        """(source, number) of every record in the inbox, in order."""
        found: list[tuple[str, int]] = []
        for source, raw in await self.db.read(lambda tx: tx.rows("SELECT source, raw FROM inbox ORDER BY id")):
            lines = zstandard.ZstdDecompressor().decompressobj().decompress(raw).splitlines()
            found += [(source, json.loads(line)["n"]) for line in lines]
        return found


@pytest.fixture
def site(sqlite_database: SqliteDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setattr(replays_module, "_BATCH_RECORDS", 10)
    monkeypatch.setattr(replays_module, "_SAVE_EVERY", 3)
    folder = tmp_path / "incoming"
    folder.mkdir()
    clock, hints, woken = SystemClock(), Hints(), list[int]()
    intake = Troubled(sqlite_database, SqlInbox(), clock, formats=FORMATS)
    intake.trouble = {}
    replays = Replays(intake, lambda _: Fence(folders=[folder]), lambda: woken.append(1))
    engine = Engine(sql_stores(SQLITE), ActionRegistry([replays.action()]), clock, draw=lambda: 0.0)
    service = TaskService(sqlite_database, engine, hints)
    return Site(sqlite_database, folder, intake, service, woken, Worker(sqlite_database, engine, hints))


def write(path: Path, first: int, count: int) -> str:
    path.write_text("".join(f'{{"n":{n}}}\n' for n in range(first, first + count)))
    return str(path)


async def test_files_and_folders_become_batches_of_their_sources(site: Site) -> None:
    (site.folder / "more").mkdir()
    write(site.folder / "more" / "b.json", 100, 5)
    path = write(site.folder / "eve.json", 0, 25)
    async with site.working():
        task = await site.ended(await site.replay(paths=[path, str(site.folder / "more")]))
    assert task.state is TaskState.SUCCEEDED
    assert msgspec.json.decode(task.result or b"") == {"records": 30, "batches": 4, "notes": []}
    assert await site.stored() == [*(("eve", n) for n in range(25)), *(("more:b", n) for n in range(100, 105))]
    assert len(site.woken) == 4


@pytest.mark.parametrize("failing", [1, 2, 5, 9])
async def test_an_attempt_that_fails_midway_stores_nothing_twice(site: Site, failing: int) -> None:
    path = write(site.folder / "eve.json", 0, 95)
    site.intake.trouble[failing] = StorageUnavailableError("The database is away.")
    async with site.working():
        task = await site.ended(await site.replay(paths=[path], source="office"))
    assert (task.state, task.attempt) == (TaskState.SUCCEEDED, 2)
    assert await site.stored() == [("office", n) for n in range(95)]


async def test_a_server_that_is_busy_is_waited_for(site: Site) -> None:
    path = write(site.folder / "eve.json", 0, 15)
    site.intake.trouble[2] = UnavailableError("Too many batches wait.", retry_after=0.01)
    async with site.working():
        task = await site.ended(await site.replay(paths=[path]))
    assert (task.state, task.attempt) == (TaskState.SUCCEEDED, 1)
    assert await site.stored() == [("eve", n) for n in range(15)]


async def test_only_what_sources_may_read_is_read(site: Site, tmp_path: Path) -> None:
    secret = write(tmp_path / "secret.json", 0, 3)
    for paths in ([secret], [f"{site.folder}/../secret.json"], ["eve.json"], [], ["/a"] * 101):
        with pytest.raises((NotAllowedError, InvalidInputError)):
            await site.replay(paths=paths)
    (site.folder / "innocent.json").symlink_to(secret)
    async with site.working():
        task = await site.ended(await site.replay(paths=[str(site.folder)]))
    assert (task.state, task.error_code) == (TaskState.DEAD, NotAllowedError.code)
    assert await site.stored() == []


async def test_a_file_that_is_gone_is_a_dead_letter_that_says_so(site: Site) -> None:
    async with site.working():
        task = await site.ended(await site.replay(paths=[str(site.folder / "none.json")]))
    assert (task.state, task.attempt) == (TaskState.DEAD, 1)
    assert "none.json" in task.error


async def test_a_pipe_is_refused_at_once(site: Site) -> None:
    os.mkfifo(site.folder / "pipe.json")
    async with site.working():
        task = await site.ended(await site.replay(paths=[str(site.folder / "pipe.json")]))
    assert (task.state, task.attempt) == (TaskState.DEAD, 1)
    assert "no regular file" in task.error


async def test_what_is_cancelled_reads_no_further_and_leaves_the_threads_of_others_alone(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, ended = threading.Event(), threading.Event()

    def endless(*_args: object, **_options: object) -> Iterator[tuple[str, bytes]]:
        try:
            while True:
                reading.set()
                assert threading.current_thread().name.startswith("replay")
                yield "a", b""
        finally:
            ended.set()

    monkeypatch.setattr(replays_module, "read_records", endless)
    monkeypatch.setattr(replays_module, "_BATCH_RECORDS", 10**12)
    monkeypatch.setattr(replays_module, "_BATCH_BYTES", 10**12)
    path = write(site.folder / "a.json", 0, 1)
    async with site.working():
        for _ in range(3):  # one more than there are threads
            reading.clear()
            ended.clear()
            task = await site.replay(paths=[path])
            assert await asyncio.to_thread(reading.wait, 10)
            await site.service.cancel(system_principal(), task.id)
            assert (await site.ended(task)).state is TaskState.CANCELLED
            assert await asyncio.to_thread(ended.wait, 10)
