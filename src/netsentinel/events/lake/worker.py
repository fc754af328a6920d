"""A lake worker: a process that holds DuckDB, answers requests on stdout, and ends when stdin does.

It is a process of its own so that its memory is given back, a runaway statement can be killed, and a fault of the
library stops nobody else. `python -m netsentinel.events.lake.worker FOLDER MEMORY_MIB`.
"""

import os
import resource
import signal
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from netsentinel.events.lake import frames
from netsentinel.events.lake.model import ASIDE, COLUMNS, MIXED, PARTED, EventKey, LakeFile, StoredEvent
from netsentinel.events.lake.query import (
    HUNTED,
    SELECTED,
    TEMPLATE,
    clock_of,
    condition,
    listed,
    newest_first,
    quoted,
    rows_of,
    value_of,
)
from netsentinel.events.lake.writing import THREADS, Writing
from netsentinel.kernel.errors import InvalidFilterError
from netsentinel.kernel.regular_file import digest_of
from netsentinel.kernel.types import Micros, TenantId

_FIRST_EVENTS = 400_000
"""A search looks at so many of the newest events first, then at four times as many, and so on."""

_BESIDE_MIB = 1024
"""A hunt's process may have so much beside what DuckDB counts: values on their way out are not in its limit."""
_MOST_TOLD = 2_000
"""Characters of what DuckDB says is wrong: it quotes values of any length."""
_ANSWER = f"an answer may be ({frames.HUNT_BYTES // 1024**2} MiB)"
_encode_json = msgspec.json.Encoder().encode


class Lake:
    """The files below a folder, through DuckDB."""

    def __init__(self, folder: Path, memory_mib: int) -> None:
        self._folder = folder
        self._memory_mib = memory_mib
        aside = folder / ASIDE
        aside.mkdir(parents=True, exist_ok=True)
        self._db = duckdb.connect(
            ":memory:",
            config={
                "memory_limit": f"{memory_mib}MiB",
                "threads": THREADS,
                "temp_directory": str(aside / "spill"),
                "preserve_insertion_order": False,
                "python_enable_replacements": False,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            },
        )
        self._db.execute("SET parquet_metadata_cache = true")
        self._db.execute(f"CREATE TABLE template ({TEMPLATE})")
        self._writing = Writing(self._db, folder, memory_mib)

    def answer(self, request: frames.Request) -> frames.Answer:
        """Do what is asked."""
        try:
            return self._answer(request)
        except InvalidFilterError as error:
            return frames.Refused(error.detail, by_caller=True)
        except duckdb.Error as error:
            return self._refused(request, error)
        except OSError as error:
            return frames.Refused(f"{error.strerror}: {error.filename}", by_caller=False)

    def _refused(self, request: frames.Request, error: duckdb.Error) -> frames.Refused:
        """What DuckDB says, without where this server keeps its files."""
        told, folder = str(error).strip(), f"{self._folder}/"
        is_invalid = isinstance(error, duckdb.InvalidInputException)
        is_reading = isinstance(request, frames.Search | frames.Count | frames.Tally)
        by_caller = isinstance(request, frames.Hunt) or (is_reading and is_invalid)
        is_damaged = by_caller and is_invalid and folder in told
        if is_damaged or isinstance(error, duckdb.OutOfMemoryException):
            told = told.partition("\n")[0]  # the rest quotes the statement, or tells how to give DuckDB more
        if is_damaged:
            by_caller, told = False, f"a file of events is damaged; `netsentinel events check` names all. {told}"
        return frames.Refused(told.replace(folder, "")[:_MOST_TOLD], by_caller=by_caller)

    def _answer(self, request: frames.Request) -> frames.Answer:
        match request:
            case frames.Write():
                return frames.Written(tuple(self._writing.write(request)))
            case frames.Merge():
                return self._merge(request)
            case frames.Verify():
                return self._verify(request)
            case frames.Hunt():
                return self._hunt(request)
            case _:
                return self._read(request)

    def _merge(self, request: frames.Merge) -> frames.Answer:
        """What was changed since it was stored would have a digest that is right again."""
        for file in request.files:
            if file.digest and file.digest != digest_of(self._folder / file.path):
                told = f"{file.path} is not what was stored; `netsentinel events check` names all such files."
                return frames.Refused(told, by_caller=False)
        return frames.Written((self._writing.merge(request),))

    def _read(self, request: frames.Search | frames.Count | frames.Tally) -> frames.Answer:
        match request:
            case frames.Search():
                return self._search(request)
            case frames.Count():
                return frames.Counted(tuple(self._count(request)))
            case frames.Tally():
                return self._tally(request)

    def _verify(self, request: frames.Verify) -> frames.Verified:
        """Every value of every column is unpacked, which finds what is not as it was packed."""
        relation = rows_of(self._paths([request.file]))
        try:
            rows = self._db.execute(f"SELECT count(*), bit_xor(hash(whole)) FROM {relation} AS whole").fetchall()  # noqa: S608 - a path of ours
        except duckdb.OutOfMemoryException:
            raise
        except duckdb.Error as error:
            return frames.Verified(fault=str(error).strip().replace(f"{self._folder}/", "")[:_MOST_TOLD])
        return frames.Verified(int(rows[0][0]))

    def _search(self, request: frames.Search) -> frames.Found:
        """Look at the newest files first, and stop when no older one can hold anything for the page."""
        by_arrival, clock = request.where.by_arrival, clock_of(request.where)

        def newest_of(file: LakeFile) -> Micros:
            return file.stored_at if by_arrival else file.max_time  # what is stored was received before

        files = sorted(_relevant(request.files, request), key=newest_of, reverse=True)
        where, values = condition(request.tenant, request.where, request.after)
        found: list[EventKey] = []
        at, size = 0, _FIRST_EVENTS
        while at < len(files):
            if len(found) == request.limit and newest_of(files[at]) < found[-1][0]:
                break
            end, events = at, 0
            while end < len(files) and (end == at or events + files[end].events <= size):
                events += files[end].events
                end += 1
            found += self._db.execute(
                f'SELECT {clock}, "batch", "number" FROM {rows_of(self._paths(files[at:end]))} WHERE {where} '  # noqa: S608 - see condition
                f"ORDER BY {newest_first(clock)} LIMIT {request.limit}",
                values,
            ).fetchall()
            found = sorted(found, reverse=True)[: request.limit]
            at, size = end, size * 4
        return self._whole(files[:at], request.tenant, found, by_arrival=by_arrival)

    def _whole(
        self, files: Sequence[LakeFile], tenant: TenantId, keys: Sequence[EventKey], *, by_arrival: bool
    ) -> frames.Found:
        """The events with these keys, in the same order, or the first of them when all weigh too much."""
        wanted = keys
        while True:
            events, is_all = self._fetch(files, tenant, wanted, by_arrival=by_arrival)
            if is_all:
                return frames.Found(tuple(events[key] for key in wanted), is_cut=len(wanted) < len(keys))
            wanted = wanted[: max(1, min(len(wanted) // 2, len(events)))]

    def _fetch(
        self, files: Sequence[LakeFile], tenant: TenantId, keys: Sequence[EventKey], *, by_arrival: bool
    ) -> tuple[dict[EventKey, StoredEvent], bool]:
        """The events with these keys, until they weigh too much: only now are all columns read, and of few row groups.

        Very many events may have the same time, so that it does not tell the wanted ones.
        """
        times = sorted({key[0] for key in keys})
        near = [file for file in files if bisect_left(times, file.min_time) < bisect_right(times, file.max_time)]
        if by_arrival:
            near = list(files) if keys else []
        if not near:
            return {}, True
        clock = '"received_at"' if by_arrival else '"time"'
        wanted = " AND ".join(
            f"{column} IN ({', '.join(map(str, sorted(set(values))))})"
            for column, values in zip((clock, '"batch"', '"number"'), zip(*keys, strict=True), strict=True)
        )
        self._db.execute(
            f'SELECT {SELECTED} FROM {rows_of(self._paths(near))} WHERE "tenant" = ? AND {wanted}',  # noqa: S608 - numbers of our own
            [tenant],
        )
        events: dict[EventKey, StoredEvent] = {}
        left, asked = frames.FOUND_BYTES, set(keys)
        while (row := self._db.fetchone()) is not None:
            event = _event(row)
            key = event.key(by_arrival=by_arrival)
            if key not in asked:  # it has a time, a batch and a number of wanted ones, but of several of them
                continue
            left -= sum(_bytes_of(value) for value in row if isinstance(value, str))
            if left < 0 and events:
                return events, False
            events[key] = event
        return events, True

    def _count(self, request: frames.Count) -> list[tuple[Micros, str | int | None, int]]:
        where, values = condition(request.tenant, request.where)
        paths = self._paths(_relevant(request.files, request))
        value = value_of(request.by) if request.by else "NULL"
        bar = f"{clock_of(request.where)} // {request.width} * {request.width}"
        return self._db.execute(
            f"SELECT {bar} AS bar, {value} AS part, count(*) AS events "  # noqa: S608 - see condition
            f"FROM {rows_of(paths)} WHERE {where} GROUP BY bar, part ORDER BY bar, events DESC, part",
            values,
        ).fetchall()

    def _tally(self, request: frames.Tally) -> frames.Tallied:
        where, values = condition(request.tenant, request.where)
        paths = self._paths(_relevant(request.files, request))
        rows = self._db.execute(
            "SELECT part, events, count(*) OVER (), sum(events) OVER () FROM "  # noqa: S608 - see condition
            f"(SELECT {value_of(request.column)} AS part, count(*) AS events FROM {rows_of(paths)} "
            f"WHERE {where} GROUP BY part) "
            f"ORDER BY events DESC, part LIMIT {request.limit}",
            values,
        ).fetchall()
        found = tuple((part, events) for part, events, *_ in rows)
        return frames.Tallied(found, *(map(int, rows[0][2:]) if rows else (0, 0)))

    def _hunt(self, request: frames.Hunt) -> frames.Answer:
        statements = self._db.extract_statements(request.sql)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            return frames.Refused("A hunt is one SELECT statement.", by_caller=True)
        paths = self._paths(request.files)
        self._db.execute(
            f"CREATE VIEW events AS SELECT {HUNTED} FROM {rows_of(paths)} WHERE tenant = {quoted(request.tenant)}"  # noqa: S608 - quoted; a view takes no parameter
        )
        self._db.execute("SET temp_directory = ''")
        self._db.execute(f"SET allowed_paths = {listed(paths)}")
        self._db.execute("SET enable_external_access = false")
        self._db.execute("SET lock_configuration = true")
        _give_up_rights(request.seconds, self._memory_mib + _BESIDE_MIB)
        return _hunted(self._db.execute(statements[0]), request.limit)

    def _paths(self, files: Sequence[LakeFile]) -> list[str]:
        return [str(self._folder / file.path) for file in files]


def _relevant(files: Sequence[LakeFile], request: frames.Search | frames.Count | frames.Tally) -> list[LakeFile]:
    """The files that can hold what is asked for, by their class and time."""
    wanted = {value for column, values in request.where.equal if column == "class_uid" for value in values}
    # Files from before `PARTED` are of the event's own class.
    classes = {MIXED, *wanted, *(0 for value in wanted if value not in PARTED)}
    after = request.after if isinstance(request, frames.Search) and not request.where.by_arrival else None
    return [
        file
        for file in files
        if (len(classes) == 1 or file.class_uid in classes) and (after is None or file.min_time <= after[0])
    ]


def _bytes_of(text: str) -> int:
    """As UTF-8."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def _event(row: tuple[object, ...]) -> StoredEvent:
    """The event; a column that its file did not have is empty."""
    values: dict[str, Any] = {
        name: (kind() if value is None else value) for (name, kind), value in zip(COLUMNS.items(), row, strict=True)
    }
    return StoredEvent(**values)


def _hunted(cursor: duckdb.DuckDBPyConnection, limit: int) -> frames.Answer:
    """The first rows, one by one, until there are enough or they weigh enough."""
    columns = tuple(str(column[0]) for column in cursor.description or ())
    left = frames.HUNT_BYTES - _weight(columns)
    if left < 0:
        return frames.Refused(f"The names of the columns are longer than {_ANSWER}.", by_caller=True)
    rows: list[tuple[object, ...]] = []
    while (row := cursor.fetchone()) is not None:
        shown = tuple(_plain(value) for value in row)
        left -= _weight(shown)
        if left < 0 and not rows:
            return frames.Refused(
                f"The first row alone is larger than {_ANSWER}. Ask for fewer columns, or for the beginning of long "
                "values with left(value, 1000).",
                by_caller=True,
            )
        if left < 0 or len(rows) == limit:
            return frames.Hunted(columns, tuple(rows), truncated=True)
        rows.append(shown)
    return frames.Hunted(columns, tuple(rows), truncated=False)


def _weight(values: tuple[object, ...]) -> int:
    return len(_encode_json(values)) + frames.VALUE_BYTES * len(values)


def _plain(value: object) -> object:
    """A value as JSON and MessagePack can say it."""
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        return str(value)
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _give_up_rights(seconds: int, memory_mib: int) -> None:
    """From here on this process can write no file and use no more than its memory and its time."""
    memory = memory_mib * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    cpu = seconds * THREADS + 1
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu))


def _frame(lake: Lake, request: frames.Request) -> bytes:
    try:
        return frames.encode(lake.answer(request))
    except MemoryError:
        return frames.encode(frames.Refused("Out of memory.", by_caller=isinstance(request, frames.Hunt)))


def main(arguments: Sequence[str]) -> int:
    """Serve until stdin ends."""
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not get between the frames
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the server says when to end
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    lake = Lake(Path(arguments[0]), int(arguments[1]))
    try:
        while (frame := frames.read_frame(requests)) is not None:
            answers.write(_frame(lake, frames.request_decoder.decode(frame)))
            answers.flush()
    except BrokenPipeError:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
