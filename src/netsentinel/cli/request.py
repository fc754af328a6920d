"""`netsentinel request`: ask a server for an action and watch it, over one live connection."""

import asyncio
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from netsentinel.cli.options import KeyOption, ServerOption
from netsentinel.cli.output import Output, OutputOption, print_json, printable, talk

if TYPE_CHECKING:
    from rich.progress import Progress

_FOLLOW_S = 0.5


def request(
    action: Annotated[str, typer.Argument(help="For example reports.generate; `GET /api/v2/actions` lists them.")],
    given: Annotated[str, typer.Argument(metavar="[JSON]", help="The action's input; @FILE reads a file.")] = "{}",
    *,
    request_id: Annotated[str, typer.Option(help="The same id again runs nothing twice.")] = "",
    priority: Annotated[int, typer.Option(min=0, max=9, help="A higher one starts first.")] = 5,
    save: Annotated[str, typer.Option(metavar="FILE", help="Save the file that the task leaves; `-` for stdout.")] = "",
    server: ServerOption = "",
    key: KeyOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Ask for an action, show how far it is, and print its result. The task goes on when this is interrupted."""
    from netsentinel.cli.tasks import json_of

    asked = {"id": request_id, "action": action, "payload": json_of(given), "priority": priority}
    result = asyncio.run(_ask(server, key, asked, save))
    if save != "-":
        print_json(result) if output is Output.JSON else typer.echo(_pretty(result))


async def _ask(server: str, key: str, asked: dict[str, Any], save: str) -> Any:
    from netsentinel.cli.live import LiveLine
    from netsentinel.cli.remote import Remote
    from netsentinel.kernel.clock import SystemClock
    from netsentinel.kernel.errors import UnavailableError
    from netsentinel.kernel.ids import new_id

    asked["id"] = asked["id"] or new_id("req", SystemClock().now())
    async with Remote.find(server, key) as remote:
        with _bar() as bar:
            shown = _Shown(bar, asked["action"])
            try:
                async with LiveLine(remote) as line:
                    end = await line.request(asked, shown.show)
            except UnavailableError:
                if not shown.task_id:
                    raise
                talk("The live connection broke; following the task over HTTP.")
                end = await _follow(remote, shown)
        result = await _result(remote, end)
        if save:
            await _save(remote, result, save)
        return result


class _Shown:
    """A bar for the one task."""

    def __init__(self, bar: "Progress | None", action: str) -> None:
        self._bar = bar
        self._row = bar.add_task(printable(action), total=100, said="") if bar is not None else None
        self.task_id = ""

    def show(self, frame: dict[str, Any]) -> None:
        """A frame about the request came."""
        self.task_id = frame.get("task_id", self.task_id)
        if self._bar is not None and self._row is not None:
            said = " ".join(part for part in (frame.get("stage", ""), frame.get("message", "")) if part)
            self._bar.update(self._row, completed=frame.get("percent", 0), said=printable(said))


def _bar() -> "AbstractContextManager[Progress | None]":
    """A progress bar on stderr, when a person looks at it."""
    import sys

    if not sys.stderr.isatty():
        return nullcontext(None)
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = ("{task.description}", "{task.percentage:>3.0f} %", "{task.fields[said]}")
    name, percent, said = (TextColumn(column, markup=False) for column in columns)
    return Progress(name, BarColumn(), percent, TimeElapsedColumn(), said, console=Console(stderr=True), transient=True)


async def _follow(remote: Any, shown: _Shown) -> dict[str, Any]:
    """Look at the task until it has ended, as often as not."""
    from netsentinel.kernel.errors import UnavailableError

    while True:
        try:
            task = (await remote.get(f"/api/v2/tasks/{shown.task_id}", {}))["task"]
        except UnavailableError:
            await asyncio.sleep(_FOLLOW_S)
            continue
        shown.show(task)
        if task["state"] in ("succeeded", "failed", "cancelled", "dead"):
            told = {"code": task["error_code"], "detail": task["error"]}
            url = f"/api/v2/tasks/{shown.task_id}/result"
            return {"status": task["state"], "result": told, "result_url": url, "task_id": shown.task_id}
        await asyncio.sleep(_FOLLOW_S)


async def _result(remote: Any, end: dict[str, Any]) -> Any:
    from netsentinel.kernel.errors import RemoteError

    if end["status"] != "succeeded":
        told: dict[str, Any] = end.get("result") or {}
        why = told.get("detail") or told.get("code") or "it does not say why"
        raise RemoteError(f"The task {end['task_id']} ended as {end['status']}: {why}", problem=told)
    if end.get("result_url"):
        return await remote.get(end["result_url"], {})
    return end.get("result")


async def _save(remote: Any, result: Any, save: str) -> None:
    import sys
    from pathlib import Path

    from netsentinel.kernel.errors import InvalidInputError

    file: dict[str, Any] | None = cast("dict[str, Any]", result).get("file") if isinstance(result, dict) else None
    if not file:
        raise InvalidInputError("The task left no file to save; leave --save out.")
    pieces = remote.stream(file["url"], {})
    if save == "-":
        async for piece in pieces:
            sys.stdout.buffer.write(piece)
        return
    # Nothing else runs in this process: it may wait for the disk.
    with Path(save).open("wb") as stream:  # noqa: ASYNC230
        async for piece in pieces:
            stream.write(piece)
    talk(f"Saved {file['size']:,} bytes as {save}.")


def _pretty(result: Any) -> str:
    import msgspec

    return printable(msgspec.json.format(msgspec.json.encode(result), indent=2).decode())
