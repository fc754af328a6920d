"""How files of the lake are made: of a spool, or one of many small ones. Memory is bounded, however long the lines."""

import contextlib
from collections.abc import Generator
from pathlib import Path
from urllib.parse import quote

import duckdb

from netsentinel.events.lake import frames
from netsentinel.events.lake.model import ASIDE, MIXED, PARTED, LakeFile
from netsentinel.events.lake.query import JSON_COLUMNS, SELECTED, newest_first, quoted, rows_of
from netsentinel.kernel.clock import DAY
from netsentinel.kernel.disk import make_folder, sync
from netsentinel.kernel.regular_file import digest_of
from netsentinel.kernel.types import MIB, Micros, TenantId

_PARTITIONS = 24
"""So many tenants, days and classes of one spool get a file of their own; the rest of a tenant shares one."""

_PART = f"CASE WHEN class_uid IN ({', '.join(map(str, sorted(PARTED)))}) THEN class_uid ELSE 0 END"
"""The class of the file that an event is put into."""

_SORTED_SHARE = 6
"""Up to one part in so many of DuckDB's memory is sorted. DuckDB holds long texts in memory while it sorts, several
times over: a third was too much for lines of 1 MiB."""

_LEAST_OBJECT = MIB
"""Bytes of a line that DuckDB makes room for in any case; several times as much memory is taken at once."""

_GROUP_ROWS = 10_240
"""Small row groups: a page of rare events unpacks the texts of few others (2.4 s became 0.8 s; lake_search.py)."""

_GROUP_SHARE = 16
"""A row group has one part in so many of DuckDB's memory at most: whoever writes or reads a file holds some of them."""

THREADS = 2
"""Of DuckDB in a worker that does not write."""


class Writing:
    """Makes files below the lake's folder.

    Args:
        db: an open DuckDB with the table `template`, and no order of its own.
        folder: the lake's.
        memory_mib: what DuckDB may take.
    """

    def __init__(self, db: duckdb.DuckDBPyConnection, folder: Path, memory_mib: int) -> None:
        self._db = db
        self._folder = folder
        self._most_sorted = memory_mib * MIB // _SORTED_SHARE
        size = f"ROW_GROUP_SIZE {_GROUP_ROWS}, ROW_GROUP_SIZE_BYTES '{memory_mib // _GROUP_SHARE}MiB'"
        self._parquet = f"FORMAT parquet, {size}"

    def write(self, request: frames.Write) -> list[LakeFile]:
        """Files of a spool, by tenant, day and class. A large spool's rows stay in the order in which they came."""
        largest = max(_LEAST_OBJECT, request.longest + 1)
        lines = f"{quoted(request.spool)}, format = 'newline_delimited', columns = {JSON_COLUMNS}"
        read = f"read_json({lines}, maximum_object_size = {largest})"
        rows = f'SELECT *, "time" // {DAY} AS day, {_PART} AS part FROM {read}'  # noqa: S608 - our own path, quoted
        with self._one_thread():
            if Path(request.spool).stat().st_size <= self._most_sorted:
                self._db.execute(f"CREATE OR REPLACE TEMP TABLE fresh AS {rows}")
                try:
                    return self._parts("fresh", f" ORDER BY {newest_first()}", request)
                finally:
                    self._db.execute("DROP TABLE IF EXISTS fresh")
            whole = self._folder / ASIDE / f"{request.name}.whole"
            try:
                self._db.execute(f"COPY ({rows}) TO {quoted(str(whole))} (COMPRESSION lz4_raw, {self._parquet})")
                return self._parts(f"read_parquet({quoted(str(whole))})", "", request)
            finally:
                whole.unlink(missing_ok=True)

    def merge(self, request: frames.Merge) -> LakeFile:
        """One file of several: the rows of the one with the newest event first, and so on."""
        first, files = request.files[0], sorted(request.files, key=lambda file: file.max_time, reverse=True)
        sql = f"SELECT {SELECTED} FROM {rows_of([str(self._folder / file.path) for file in files])}"  # noqa: S608 - paths are quoted
        stored_at = max(file.stored_at for file in files)
        with self._one_thread():
            return self._put(sql, first.tenant, first.day, first.class_uid, request.name, stored_at)

    @contextlib.contextmanager
    def _one_thread(self) -> Generator[None]:
        """Each thread holds lines, and rows, of its own; one keeps their order, too."""
        self._db.execute("SET threads = 1")
        try:
            yield
        finally:
            self._db.execute(f"SET threads = {THREADS}")

    def _parts(self, rows: str, order: str, request: frames.Write) -> list[LakeFile]:
        return [
            self._put(
                f"SELECT {SELECTED} FROM {rows} WHERE {chosen}{order}",  # noqa: S608 - see _partitions
                *(tenant, day, part, request.name, request.now),
            )
            for tenant, day, part, chosen in self._partitions(rows)
        ]

    def _partitions(self, rows: str) -> list[tuple[TenantId, int, int, str]]:
        """Tenant, day and class of each file to write, with the condition that chooses its rows."""
        groups: list[tuple[TenantId, int, int, int]] = self._db.execute(
            f"SELECT tenant, day, part, count(*), min(time) FROM {rows} GROUP BY ALL ORDER BY 4 DESC, 1, 2, 3"  # noqa: S608 - a relation of our own
        ).fetchall()
        own, rest = groups[:_PARTITIONS], groups[_PARTITIONS:]
        found = [
            (tenant, day, part, f"tenant = {quoted(tenant)} AND day = {day} AND part = {part}")
            for tenant, day, part, *_ in own
        ]
        for tenant in sorted({group[0] for group in rest}):
            days = [group[1] for group in rest if group[0] == tenant]
            taken = " OR ".join(f"(day = {day} AND part = {part})" for name, day, part, *_ in own if name == tenant)
            chosen = f"tenant = {quoted(tenant)}" + (f" AND NOT ({taken})" if taken else "")
            found.append((tenant, min(days), MIXED, chosen))
        return found

    def _put(self, sql: str, tenant: TenantId, day: int, class_uid: int, name: str, now: Micros) -> LakeFile:
        """Write aside, fsync, rename, fsync the folder."""
        aside = self._folder / ASIDE / f"{name}.parquet"
        self._db.execute(f"COPY ({sql}) TO {quoted(str(aside))} (COMPRESSION zstd, {self._parquet})")
        place = f"{quote(tenant, safe='')}/{'mixed' if class_uid == MIXED else day}/{class_uid}"
        folder = self._folder / place
        make_folder(folder)
        path = folder / f"{name}.parquet"
        sync(aside)
        aside.rename(path)
        sync(folder)
        counted = self._db.execute(
            f'SELECT count(*), min("time"), max("time") FROM read_parquet({quoted(str(path))})'  # noqa: S608 - our own path
        ).fetchone()
        events, oldest, newest = counted or (0, 0, 0)
        return LakeFile(
            path=f"{place}/{path.name}",
            tenant=tenant,
            day=day,
            class_uid=class_uid,
            events=events,
            size=path.stat().st_size,
            min_time=oldest,
            max_time=newest,
            stored_at=now,
            digest=digest_of(path),
        )
