"""The lake on disk: Parquet files by tenant, day and class, written and read by DuckDB in worker processes."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import structlog

from netsentinel.events.lake.frames import (
    Answer,
    Count,
    Counted,
    Found,
    Hunt,
    Hunted,
    Merge,
    Search,
    Tallied,
    Tally,
    Write,
    Written,
)
from netsentinel.events.lake.merging import Merges
from netsentinel.events.lake.model import (
    Bucket,
    EventFilter,
    EventKey,
    Extent,
    Facet,
    FoundEvents,
    HuntResult,
    LakeFile,
    Spool,
    StoredEvent,
    ValueCount,
)
from netsentinel.events.lake.ports import LakeFiles
from netsentinel.events.lake.query import check, check_grouping, value_of
from netsentinel.events.lake.struck import StruckFiles
from netsentinel.events.lake.workers import LakeWorkers
from netsentinel.kernel.clock import DAY, Clock
from netsentinel.kernel.errors import InvalidFilterError, NetSentinelError, StorageFullError, UnavailableError
from netsentinel.kernel.ids import new_id
from netsentinel.kernel.types import Micros, TenantId
from netsentinel.storage.ports import Database, ReadTx, Tx

_log = structlog.get_logger("netsentinel.lake")

_Kind = TypeVar("_Kind", Written, Found, Counted, Tallied, Hunted)

_WRITE_S = 120.0
_SLOWEST = 256 * 1024
"""Bytes of events that a disk writes in a second, at the least: so much longer may a large write take."""
_SEARCH_S = 60.0
_HUNTS_BEFORE = 2
"""So many hunts does another wait for: the one that runs, and one of a tenant that had as little and asked before."""
TURN_S = 10.0
"""And so much longer: who went earlier, and came again, could be out of line each time that it was served."""
LOCK = "server.lock"
"""In the lake's folder: held by the server whose folder it is."""
_PIECE = 5_000


@dataclass(frozen=True, slots=True)
class LakeProcesses:
    """Who writes, who searches and who hunts: none waits for the other."""

    writing: LakeWorkers
    searching: LakeWorkers
    hunting: LakeWorkers


class DuckLake:
    """Keeps events in Parquet files; the database says which files count.

    Args:
        db: where the list of files is.
        files: that list.
        folder: where the files are.
        workers: the processes that write and read them.
        clock: the time at which something was stored.
    """

    def __init__(self, db: Database, files: LakeFiles, folder: Path, workers: LakeProcesses, clock: Clock) -> None:
        self._db = db
        self._files = files
        self._folder = folder
        self._workers = workers
        self._clock = clock
        self._struck = StruckFiles()
        self._merges = Merges()

    async def tidy(self) -> int:
        """Remove every file that is not recorded: what a crash left. Before anything is stored; how many."""
        recorded = {file.path for file in await self._db.read(self._files.all)}
        return await asyncio.to_thread(self._remove_others, recorded)

    def _remove_others(self, recorded: set[str]) -> int:
        kept = recorded | {LOCK}
        left = [
            path
            for path in self._folder.rglob("*")
            if path.is_file() and path.relative_to(self._folder).as_posix() not in kept
        ]
        _remove(left)
        return len(left)

    async def append(self, spool: Spool, also: Callable[[Tx], None]) -> int:
        """Store the events of a spool, and run `also` in the very commit that makes them visible; how many.

        Raises:
            UnavailableError: nothing of the spool is stored, and `also` did not happen.
        """
        if not spool.events:
            await self._db.write(also)
            return 0
        now = self._clock.now()
        request = Write(spool.path, spool.longest, new_id("lake", now), now)
        files = await self._make(request, spool.size)
        events = sum(file.events for file in files)
        if events != spool.events:
            await self._discard(files)
            raise UnavailableError(f"Of {spool.events} events only {events} could be stored.")

        is_refused = False

        def record(tx: Tx) -> None:
            nonlocal is_refused
            self._files.add(tx, files)
            try:
                also(tx)
            except NetSentinelError:
                is_refused = True
                raise

        try:
            await self._db.write(record)
        except NetSentinelError as error:
            if is_refused or isinstance(error, StorageFullError):  # otherwise it may have been recorded all the same
                await self._discard(files)
            raise
        await asyncio.to_thread(_remove, [Path(spool.path)])
        return events

    async def search(
        self, tenant: TenantId, where: EventFilter, limit: int, after: EventKey | None = None
    ) -> FoundEvents:
        """The newest events of a tenant, going on after a key."""
        check(where)
        with self._struck.reading():
            files = await self._covering(tenant, where)
            if not files:
                return FoundEvents(())
            found = _of(await self._ask(Search(files, tenant, where, limit, after)), Found)
        return FoundEvents(found.events, found.is_cut)

    async def scan(self, tenant: TenantId, where: EventFilter) -> AsyncIterator[list[StoredEvent]]:
        """All events, newest first, in pieces."""
        after: EventKey | None = None
        while (found := await self.search(tenant, where, _PIECE, after)).events:
            yield list(found.events)
            if len(found.events) < _PIECE and not found.is_cut:
                return
            after = found.events[-1].key(by_arrival=where.by_arrival)

    async def histogram(self, tenant: TenantId, where: EventFilter, width: Micros, by: str = "") -> list[Bucket]:
        """How many events per time span of this width, without the spans that have none, oldest first."""
        check(where)
        check_grouping(by)
        with self._struck.reading():
            files = await self._covering(tenant, where)
            if not files:
                return []
            answer = _of(await self._ask(Count(files, tenant, where, width, by)), Counted)
        bars: dict[Micros, list[ValueCount]] = {}
        for at, value, count in answer.buckets:
            bars.setdefault(at, []).append(ValueCount("" if value is None else value, count))
        return [Bucket(at, sum(part.count for part in parts), tuple(parts) if by else ()) for at, parts in bars.items()]

    async def facet(self, tenant: TenantId, where: EventFilter, column: str, limit: int) -> Facet:
        """The most frequent values of a column."""
        check(where)
        value_of(column)
        with self._struck.reading():
            files = await self._covering(tenant, where)
            if not files:
                return Facet(column, (), 0, 0)
            answer = _of(await self._ask(Tally(files, tenant, where, column, limit)), Tallied)
        found = tuple(ValueCount(value, count) for value, count in answer.values)
        return Facet(column, found, answer.distinct, answer.events)

    async def extent(self, tenant: TenantId) -> Extent | None:
        """From when to when there are events; None when nothing is stored."""
        return await self._db.read(lambda tx: self._files.extent(tx, tenant))

    async def hunt(self, tenant: TenantId, sql: str, *, limit: int, seconds: int) -> HuntResult:
        """What a SELECT over the tenant's view `events` gives. It can reach nothing but the tenant's own files.

        Raises:
            InvalidFilterError: it is not one SELECT statement, or does something that it must not.
            UnavailableError: it got no turn in time; or took too long or too much memory.
        """
        with self._struck.reading():
            files = await self._covering(tenant, EventFilter())
            began = asyncio.get_running_loop().time()
            answer = _of(await self._ask(Hunt(files, tenant, sql, limit, seconds)), Hunted)
        took = asyncio.get_running_loop().time() - began
        return HuntResult(answer.columns, answer.rows, answer.truncated, round(took, 3))

    async def expire(self, tenant: TenantId, before: Micros) -> int:
        """Forget what was stored before a time (to the day); how many events."""

        def strike(tx: Tx) -> list[LakeFile]:
            old = [file for file in self._files.covering(tx, tenant, 0, 0) if file.stored_at < before]
            self._files.remove(tx, [file.path for file in old])
            return old

        old = await self._db.write(strike)
        self._strike(old)
        return sum(file.events for file in old)

    async def tend(self, keep_days: Callable[[TenantId], int]) -> None:
        """What is due from time to time: forget what is old enough, and make few files of many."""
        now = self._clock.now()
        for tenant in sorted({file.tenant for file in await self._db.read(self._files.all)}):
            await self.expire(tenant, now - keep_days(tenant) * DAY)
        await self.compact()

    async def compact(self) -> int:
        """Remove files that count no more, and make one file of many small ones wherever there are many; how many.

        Files that cannot become one are told of, and hold up no others. What is not in the folder is another server's.
        """
        await self._remove_struck()
        recorded = await self._db.read(self._files.all)
        there = await asyncio.to_thread(self._there, recorded)
        own, merged = (file for file in recorded if file.path in there), 0
        for files in self._merges.due(own, self._clock.now()):
            merged += await self._merge(files)
        return merged

    async def _merge(self, files: Sequence[LakeFile]) -> int:
        request = Merge(tuple(files), new_id("lake", self._clock.now()))
        try:
            made = await self._make(request, sum(file.size for file in files))
        except UnavailableError as error:
            self._merges.failed(files, self._clock.now())
            told = {"tenant": files[0].tenant, "first": files[0].path, "files": len(files)}
            _log.warning("lake_files_unmerged", detail=error.detail.partition("\n")[0], **told)
            return 0

        def exchange(tx: Tx) -> bool:
            current = {file.path for file in self._files.all(tx)}
            if not all(file.path in current for file in files):
                return False  # some expired meanwhile: another round will do it
            self._files.remove(tx, [file.path for file in files])
            self._files.add(tx, made)
            return True

        if not await self._db.write(exchange):
            await self._discard(made)
            return 0
        self._strike(files)
        return len(files)

    async def _make(self, request: Write | Merge, size: int) -> tuple[LakeFile, ...]:
        """The files, of so many bytes; of those that it could not finish, and the ones before them, nothing stays."""
        try:
            return _of(await self._workers.writing.ask(request, _WRITE_S + size / _SLOWEST), Written).files
        except NetSentinelError:
            await asyncio.to_thread(self._remove_named, request.name)
            raise

    def _remove_named(self, name: str) -> None:
        _remove(self._folder.rglob(f"{name}.*"))

    async def _ask(self, request: Search | Count | Tally | Hunt) -> Answer:
        """The answer; where there is none because files are not in the folder, that is what is told."""
        try:
            if isinstance(request, Hunt):
                wait_s = _HUNTS_BEFORE * request.seconds + TURN_S
                return await self._workers.hunting.ask(request, request.seconds, wait_s=wait_s)
            return await self._workers.searching.ask(request, _SEARCH_S)
        except (UnavailableError, InvalidFilterError) as error:
            there = await asyncio.to_thread(self._there, request.files)
            missing = [file.path for file in request.files if file.path not in there]
            if not missing:
                raise
            _log.warning("lake_files_missing", tenant=request.tenant, files=len(missing), first=missing[0])
            raise UnavailableError(
                f"{len(missing)} of the {len(request.files)} files with these events are not in this server's folder. "
                "Another server on the same database stored them and must be asked, or they were lost:"
                " `netsentinel events check` names them."
            ) from error

    def _there(self, files: Sequence[LakeFile]) -> set[str]:
        return {file.path for file in files if (self._folder / file.path).is_file()}

    async def _covering(self, tenant: TenantId, where: EventFilter) -> tuple[LakeFile, ...]:
        def read(tx: ReadTx) -> list[LakeFile]:
            if where.by_arrival:
                return self._files.arrived(tx, tenant, where.since, where.older_than)
            return self._files.covering(tx, tenant, where.since, where.until)

        return tuple(await self._db.read(read))

    def _strike(self, files: Sequence[LakeFile]) -> None:
        self._struck.add(file.path for file in files)

    async def _remove_struck(self) -> None:
        await asyncio.to_thread(_remove, [self._folder / path for path in self._struck.take()])

    async def _discard(self, files: Sequence[LakeFile]) -> None:
        await asyncio.to_thread(_remove, [self._folder / file.path for file in files])


def _remove(paths: Iterable[Path]) -> None:
    """Remove files that count for nothing. What cannot be removed now is removed by a later start."""
    for path in paths:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            _log.warning("lake_file_left", path=str(path), detail=str(error))


def _of(answer: Answer, kind: type[_Kind]) -> _Kind:
    if not isinstance(answer, kind):
        raise UnavailableError("The lake's worker gave an answer to another question.")
    return answer
