"""Reading files of the server's machine as an action: each record is stored once, however often it is tried."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any, Final

import msgspec

from netsentinel.events import IntakeService
from netsentinel.events.files import SourceNames, read_records
from netsentinel.events.positions import StreamPosition
from netsentinel.events.sources import Fence
from netsentinel.kernel.clock import HOUR
from netsentinel.kernel.errors import InvalidInputError, UnavailableError
from netsentinel.kernel.types import Permission, Principal, TenantId
from netsentinel.tasks import Action, Reporter, action

EVENTS_REPLAY: Final = "events.replay"

_BATCH_RECORDS: Final = 1_000
_BATCH_BYTES: Final = 1024 * 1024
_SAVE_EVERY: Final = 50
"""A checkpoint comes after so many batches; those behind it that are sent again are recognised by their position."""
_AT_ONCE: Final = 2
"""Replays that read at the same time, in threads of their own: the intake needs those that everybody has."""
_MOST_PATHS: Final = 100
_MOST_NOTES: Final = 20
_ALL: Final = 100.0


class Replay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to read. Files must not change until the task has ended."""

    paths: tuple[str, ...]
    """Absolute paths of files, archives or folders on the server, inside of the folders that sources may read."""
    source: str = ""
    """Name of the source; that of each file when empty."""
    format: str = ""
    """Name of a format; recognised record by record when empty."""


class Replayed(msgspec.Struct, frozen=True):
    """What became of it."""

    records: int
    batches: int
    notes: tuple[str, ...]
    """What was cut or left out, in sentences; the first twenty."""


@dataclass(slots=True)
class _Batch:
    """Records of one source."""

    source: str
    lines: list[bytes] = field(default_factory=list[bytes])
    size: int = 0


class Replays:
    """The action that reads files."""

    def __init__(self, intake: IntakeService, fence: Callable[[TenantId], Fence], wake: Callable[[], None]) -> None:
        """Construction does no I/O.

        Args:
            intake: takes the records.
            fence: what a tenant may read.
            wake: told of each batch that is on disk.
        """
        self._intake = intake
        self._fence = fence
        self._wake = wake
        self._threads = ThreadPoolExecutor(_AT_ONCE, "replay")

    def action(self) -> Action[Any, Any]:
        """Whoever may configure sources may ask for it, since it reads what they read."""
        return action(
            EVENTS_REPLAY,
            permission=Permission.SOURCES_WRITE,
            timeout=6 * HOUR,
            concurrency=_AT_ONCE,
            validate=self._check,
        )(self.replay)

    async def replay(self, source: Replay, reporter: Reporter) -> Replayed:
        """Read every record of files on the server, as if a source had sent them."""
        stop = Event()
        try:
            return await self._replay(source, reporter, stop)
        finally:
            stop.set()

    async def _replay(self, source: Replay, reporter: Reporter, stop: Event) -> Replayed:
        tenant = reporter.task.tenant
        run = asyncio.get_running_loop().run_in_executor
        paths = await run(self._threads, self._files, tenant, source, stop)
        done = _saved(reporter.task.checkpoint)
        notes: list[str] = []
        batches = _batches(paths, source, notes.append, stop)
        records = number = 0
        while (batch := await run(self._threads, next, batches, None)) is not None:
            begin, records = records, records + len(batch.lines)
            number += 1
            if records <= done:
                continue
            await self._hand_over(tenant, source.format, batch, StreamPosition(reporter.task.id, begin, records))
            reporter.progress(0.0, batch.source, f"{records:,} records")
            if number % _SAVE_EVERY == 0:
                await reporter.save({"records": records})
        reporter.progress(_ALL, "", f"{records:,} records")
        return Replayed(records, number, tuple(notes[:_MOST_NOTES]))

    async def _hand_over(self, tenant: TenantId, wire_format: str, batch: _Batch, position: StreamPosition) -> None:
        """Have a batch stored; when the intake says "later", wait as long as it asks."""
        body = b"\n".join(batch.lines)
        while True:
            try:
                await self._intake.accept(tenant, batch.source, wire_format, body, "application/x-ndjson", "", position)
            except UnavailableError as busy:
                if "retry_after" not in busy.extra:
                    raise
                await asyncio.sleep(float(busy.extra["retry_after"]))
            else:
                self._wake()
                return

    def _check(self, source: Replay, principal: Principal) -> None:
        """Refuse what may not be read, before a task is made of it."""
        if not 1 <= len(source.paths) <= _MOST_PATHS:
            raise InvalidInputError(f"State from 1 to {_MOST_PATHS} paths.", field="paths")
        fence = self._fence(principal.tenant)
        for path in source.paths:
            fence.path(path)

    def _files(self, tenant: TenantId, source: Replay, stop: Event) -> list[Path]:
        """The paths as they may be opened. Nothing in one of the folders may lie where the fence is closed."""
        fence = self._fence(tenant)
        paths = [fence.path(path) for path in source.paths]
        for folder in paths:
            for entry in folder.rglob("*"):
                if stop.is_set():
                    return []
                fence.path(str(entry))
        return paths


def _saved(checkpoint: msgspec.Raw | None) -> int:
    """How many records an earlier attempt had handed over."""
    return 0 if checkpoint is None else int(msgspec.json.decode(checkpoint)["records"])


def _records(paths: list[Path], note: Callable[[str], None], stop: Event) -> Iterator[tuple[str, str, bytes]]:
    """(the path that was stated, the path of the file, a record) in the order of the files, until nobody wants more."""
    for named in paths:
        for path, line in read_records([named], on_cut=note, on_skip=note, on_capture=note):
            if stop.is_set():
                return
            yield str(named), path, line


def _batches(paths: list[Path], source: Replay, note: Callable[[str], None], stop: Event) -> Iterator[_Batch]:
    """The records in batches of one source; the same files give the same batches."""
    batch: _Batch | None = None
    names = SourceNames()
    for named, path, line in _records(paths, note, stop):
        name = source.source or names.of(path, named)
        if batch is not None and (
            batch.source != name or len(batch.lines) >= _BATCH_RECORDS or batch.size >= _BATCH_BYTES
        ):
            yield batch
            batch = None
        batch = batch or _Batch(name)
        batch.lines.append(line)
        batch.size += len(line) + 1
    if batch is not None:
        yield batch
