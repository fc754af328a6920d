"""`netsentinel replay`: send files of events to a server, as fast as it takes them or at the pace they happened."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from netsentinel.cli.options import KeyOption, ServerOption
from netsentinel.cli.output import Output, OutputOption, counted, print_json, talk
from netsentinel.cli.packing import MOST_AT_ONCE, packed
from netsentinel.cli.replay_outcome import Outcome, described, lacking, outcome, sources_now
from netsentinel.kernel.errors import NetSentinelError, UnavailableError
from netsentinel.kernel.types import DEFAULT_TENANT, Micros

if TYPE_CHECKING:
    from netsentinel.cli.remote import Remote

EXIT_ALL_REJECTED = 1
_BATCH_RECORDS = 1_000
_PACED_TICK: Micros = 250_000
_TRIES = 8


@dataclass(slots=True)
class Batch:
    """Records of one source, to be sent together."""

    source: str
    lines: list[bytes] = field(default_factory=list[bytes])
    size: int = 0
    """Bytes, each record with the line end behind it."""
    at: Micros = 0
    """Event time of its first record; 0 where it has none."""
    path: str = ""
    """Where its first record stands."""
    number: int = 1
    """Which one it is there, from 1."""


@dataclass(slots=True)
class Sent:
    """What was sent of one source."""

    batches: int = 0
    records: int = 0
    size: int = 0


def replay(
    *,
    paths: Annotated[
        list[Path], typer.Argument(help="Files (.json, .log, .evtx, .pcap, .gz, .zip) or folders.", metavar="FILE...")
    ],
    source: Annotated[str, typer.Option(help="Name of the source; the file's name by default.")] = "",
    format: Annotated[str, typer.Option("--format", help="Name of a format; recognised by default.")] = "",  # noqa: A002 - the option's name
    speed: Annotated[
        float, typer.Option(min=0, help="Times real time by the events' own clock; 0 is as fast as the server takes.")
    ] = 0,
    wait: Annotated[
        float, typer.Option(min=0, help="Seconds to wait at most, at the end, for what became of the records.")
    ] = 60,
    server: ServerOption = "",
    key: KeyOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Send every record of the files, and tell what became of them. What cannot be parsed is kept, with the reason.

    Exit code 1 when every record was rejected, or there is none.
    """
    _refuse_foreign(paths)
    sent, found, words = asyncio.run(_replay(paths, source, format, speed, wait, server, key))
    if output is Output.JSON:
        print_json({name: _shown(one, found.get(name)) for name, one in sent.items()})
    if not sent:
        talk(f"There is no record of events in {', '.join(map(str, paths))}.")
        raise typer.Exit(EXIT_ALL_REJECTED)
    total = sum(one.records for one in sent.values())
    talk(f"{counted(total, 'record')} sent and on disk, as {counted(len(sent), 'source')}. {words}".rstrip())
    if total and sum(one.rejected for one in found.values()) == total:
        raise typer.Exit(EXIT_ALL_REJECTED)


def _refuse_foreign(paths: list[Path]) -> None:
    """Refuse files that are plainly none of events, before anything is sent: each would be a source for ever."""
    from netsentinel.events.files import is_foreign
    from netsentinel.kernel.errors import InvalidInputError

    for path in paths:
        if is_foreign(path):
            raise InvalidInputError(
                f"{path} is no file of events: it is binary, as text in UTF-16 is, and neither a packet capture, an"
                " .evtx file nor packed as .gz or .zip. Nothing was sent."
            )


def _shown(sent: Sent, found: Outcome | None) -> dict[str, int | None]:
    return {
        "batches": sent.batches,
        "records": sent.records,
        "bytes": sent.size,
        "events": found and found.events,
        "rejected": found and found.rejected,
    }


async def _replay(
    paths: list[Path], source: str, wire_format: str, speed: float, wait: float, server: str, key: str
) -> tuple[dict[str, Sent], dict[str, Outcome], str]:
    """What was sent, what became of it, and that in words; nothing of the latter for a key that may only send."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from netsentinel.cli.remote import Remote

    sent: dict[str, Sent] = {}
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("records"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )
    found: dict[str, Outcome] = {}
    words = ""
    async with Remote.find(server, key) as remote:
        before = await sources_now(remote)
        with bar:
            task = bar.add_task("sent", total=None)
            async for batch in _paced(_batches(paths, source, wire_format, paced=speed > 0), speed):
                try:
                    await _send(remote, batch, wire_format)
                except NetSentinelError:
                    there = counted(sum(done.records for done in sent.values()), "record")
                    talk(f"Stopped at record {batch.number:,} of {batch.path}; {there} before it on disk.")
                    raise
                done = sent.setdefault(batch.source, Sent())
                done.batches += 1
                done.records += len(batch.lines)
                done.size += batch.size
                bar.update(task, advance=len(batch.lines))
            records = {name: done.records for name, done in sent.items()}
            total = sum(records.values())
            bar.update(task, total=total)
            if before is not None and wait:
                read = bar.add_task("read", total=total)
                found = await outcome(remote, before, records, wait, lambda done: bar.update(read, completed=done))
        if found:
            words = f"{await described(remote, found, total)} {await lacking(remote, found)}"
    had = sorted(name for name in sent if not source and before and name in before and before[name] != Outcome(0, 0, 0))
    if had:
        more = f" and {len(had) - 1} more" if len(had) > 1 else ""
        talk(f"{had[0]}{more} had events before, and has more now; --source NAME keeps replays apart.")
    return sent, found, words


def _batches(paths: list[Path], source: str, wire_format: str, *, paced: bool) -> Iterator[Batch]:
    """The files' records in batches of one source; when paced, of a quarter of a second of event time."""
    from netsentinel.events.files import SourceNames

    batch: Batch | None = None
    names = SourceNames()
    for named, path, number, line in _records(paths):
        name = source or names.of(path, named)
        at = _event_time(line, wire_format) if paced else 0
        if batch is not None and (
            batch.source != name
            or len(batch.lines) >= _BATCH_RECORDS
            or batch.size + len(line) > MOST_AT_ONCE
            or (paced and at - batch.at >= _PACED_TICK)
        ):
            yield batch
            batch = None
        if batch is None:
            batch = Batch(name, at=at, path=path, number=number)
        batch.lines.append(line)
        batch.size += len(line) + 1
    if batch is not None:
        yield batch


def _records(paths: list[Path]) -> Iterator[tuple[str, str, int, bytes]]:
    """(the stated path, the path of the file, a number there, the record) in the order of the files."""
    from netsentinel.events.files import read_records

    for named in paths:
        reading = read_records([named], on_cut=talk, on_skip=talk, on_capture=talk)
        for path, records in groupby(reading, itemgetter(0)):
            for number, (_, line) in enumerate(records, start=1):
                yield str(named), path, number, line


async def _paced(batches: Iterator[Batch], speed: float) -> AsyncIterator[Batch]:
    """Hold each batch until its time has come; reading happens in a thread, so that progress stays live."""
    loop = asyncio.get_running_loop()
    first: Micros | None = None
    began = loop.time()
    while (batch := await asyncio.to_thread(next, batches, None)) is not None:
        if speed > 0 and batch.at:
            first = batch.at if first is None else first
            await asyncio.sleep(max(0.0, began + (batch.at - first) / speed / 1e6 - loop.time()))
        yield batch


async def _send(remote: "Remote", batch: Batch, wire_format: str) -> None:
    """Post a batch; when the server says "later", wait as long as it asks and try again."""
    body, encoding = await asyncio.to_thread(packed, b"\n".join(batch.lines))
    headers = {"Content-Type": "application/x-ndjson", **encoding}
    query: dict[str, str | int] = {"source": batch.source}
    if wire_format:
        query["format"] = wire_format
    for left in range(_TRIES - 1, -1, -1):
        try:
            await remote.call("POST", "/api/v2/events", query=query, body=body, headers=headers)
        except UnavailableError as busy:
            if not left or "retry_after" not in busy.extra:
                raise
            await asyncio.sleep(float(busy.extra["retry_after"]))
        else:
            return


def _event_time(line: bytes, wire_format: str) -> Micros:
    """When the record happened; 0 when it does not say."""
    import msgspec

    from netsentinel.events import FORMATS
    from netsentinel.events.ports import LineFormat
    from netsentinel.kernel.clock import SystemClock

    known = [FORMATS[wire_format]] if wire_format in FORMATS else list(FORMATS.values())
    try:
        if not line.startswith(b"{"):
            for candidate in known:
                if isinstance(candidate, LineFormat) and candidate.recognises_line(line):
                    record = candidate.decode(line, SystemClock().now())
                    return candidate.parse(record, line, DEFAULT_TENANT, "").time
            return 0
        record = msgspec.json.decode(line, type=dict[str, object])
        for candidate in known:
            if candidate.recognises(record):
                return candidate.parse(record, line, DEFAULT_TENANT, "").time
    except (msgspec.DecodeError, ValueError):
        return 0
    return 0
