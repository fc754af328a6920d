"""`netsentinel watch`: follow log files and send their lines to a server, each once."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from netsentinel.cli.options import KeyOption, ServerOption
from netsentinel.cli.output import talk
from netsentinel.cli.packing import packed
from netsentinel.kernel.errors import RemoteError, UnavailableError

if TYPE_CHECKING:
    from netsentinel.cli.remote import Remote
    from netsentinel.events.sources import FileWatch, Outgoing

_SERVER_FAULT = 500

StateOption = Annotated[
    Path,
    typer.Option("--state", envvar="NETSENTINEL_WATCH_STATE", help="Folder that remembers how far each file is read."),
]


def watch(
    *,
    paths: Annotated[list[Path], typer.Argument(help="Log files; they need not exist yet.", metavar="FILE...")],
    source: Annotated[str, typer.Option(help="Name of the source; the file's name by default.")] = "",
    format: Annotated[str, typer.Option("--format", help="Name of a format; recognised by default.")] = "",  # noqa: A002 - the option's name
    from_end: Annotated[bool, typer.Option("--from-end", help="The first time, leave out what is there.")] = False,
    state: StateOption = Path("~/.local/state/netsentinel/watch"),
    server: ServerOption = "",
    key: KeyOption = "",
) -> None:
    """Follow files through rotation and truncation until interrupted. Started again, it goes on where it was."""
    asyncio.run(_watch(paths, source, format, state.expanduser(), server, key, from_end=from_end))


class RemoteSink:
    """A server over HTTP."""

    def __init__(self, remote: "Remote") -> None:
        self._remote = remote

    async def deliver(self, batch: "Outgoing") -> int:
        """Post a batch; the recorded end of its stream.

        Raises:
            UnavailableError: the server is away, busy or has a fault that may pass, such as a full disk.
            NetSentinelError: it refuses.
        """
        from netsentinel.events.positions import HEADER

        body, encoding = await asyncio.to_thread(packed, batch.body)
        headers = {"Content-Type": "application/x-ndjson", **encoding}
        if batch.position is not None:
            headers[HEADER] = str(batch.position)
        query: dict[str, str | int] = {"source": batch.source}
        if batch.format:
            query["format"] = batch.format
        try:
            answer = await self._remote.call("POST", "/api/v2/events", query=query, body=body, headers=headers)
        except RemoteError as error:
            if _is_passing(error):
                raise UnavailableError(error.detail) from error
            raise
        return int(answer["position"])


def _is_passing(error: RemoteError) -> bool:
    status = cast("dict[str, object]", error.extra.get("problem", {})).get("status")
    # An answer without a problem comes from a proxy in between: the server behind it is away.
    return not isinstance(status, int) or status >= _SERVER_FAULT


async def _watch(
    paths: list[Path], source: str, wire_format: str, state: Path, server: str, key: str, *, from_end: bool
) -> None:
    from contextlib import ExitStack

    from netsentinel.cli.remote import Remote
    from netsentinel.events.files import SourceNames
    from netsentinel.events.sources import FileWatch, WatchState
    from netsentinel.kernel.clock import SystemClock
    from netsentinel.storage.private_file import only_one

    with ExitStack() as locks:
        async with Remote.find(server, key) as remote:
            sink = RemoteSink(remote)
            watches: list[FileWatch] = []
            names = SourceNames()
            for path in dict.fromkeys(path.absolute() for path in paths):
                remembered = WatchState(state, path)
                locks.enter_context(only_one(remembered.lock, f"{path} is watched by another process."))
                name = source or names.of(str(path))
                watches.append(
                    FileWatch(path, remembered, sink, SystemClock(), source=name, format=wire_format, from_end=from_end)
                )
                talk(f"Watching {path} as the source {name}.")
            await _until_one_fails(watches)


async def _until_one_fails(watches: "list[FileWatch]") -> None:
    """Run all; the first failure is that of the command."""
    tasks = [asyncio.create_task(one.run()) for one in watches]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
