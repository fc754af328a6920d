"""`netsentinel tasks`: durable work, in the terminal."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from netsentinel.cli.options import KeyOption, ServerOption
from netsentinel.cli.output import Output, OutputOption, print_json, print_table

tasks_app = typer.Typer(no_args_is_help=True, add_completion=False, help="List, submit and stop tasks.")

TaskArgument = Annotated[str, typer.Argument(metavar="TASK", help="The task's id.")]


@tasks_app.callback()
def tasks() -> None:
    """List, submit and stop tasks."""


@tasks_app.command("list")
def list_tasks(
    *,
    state: Annotated[str, typer.Option(help="One or more states, separated by commas.")] = "",
    action: Annotated[str, typer.Option(help="One or more actions, separated by commas.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=500, help="Tasks at most.")] = 50,
    server: ServerOption = "",
    key: KeyOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Show the newest tasks of the server."""
    query = {"state": state, "action": action, "limit": limit}
    show_items(asyncio.run(ask(server, key, "/api/v2/tasks", query))["items"], output)


@tasks_app.command("show")
def show_task(
    task: TaskArgument, *, server: ServerOption = "", key: KeyOption = "", output: OutputOption = Output.TABLE
) -> None:
    """Show a task with its input, its result and every attempt."""
    show_view(asyncio.run(ask(server, key, f"/api/v2/tasks/{segment(task)}")), output)


@tasks_app.command("submit")
def submit_task(
    action: Annotated[str, typer.Argument(help="For example events.replay.")],
    given: Annotated[str, typer.Argument(metavar="[JSON]", help="The action's input; @FILE reads a file.")] = "{}",
    *,
    priority: Annotated[int, typer.Option(min=0, max=9, help="A higher one starts first.")] = 5,
    request_id: Annotated[str, typer.Option(help="The same id again runs nothing twice.")] = "",
    server: ServerOption = "",
    key: KeyOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Make a task. It is durable when this ends."""
    body = {"action": action, "input": json_of(given), "priority": priority, "request_id": request_id}
    show_items([asyncio.run(tell(server, key, "/api/v2/tasks", body))["task"]], output)


@tasks_app.command("cancel")
def cancel_task(
    task: TaskArgument, *, server: ServerOption = "", key: KeyOption = "", output: OutputOption = Output.TABLE
) -> None:
    """End a task."""
    _do(server, key, task, "cancel", output)


@tasks_app.command("skip")
def skip_task(
    task: TaskArgument, *, server: ServerOption = "", key: KeyOption = "", output: OutputOption = Output.TABLE
) -> None:
    """End a task, and let what needs it go on."""
    _do(server, key, task, "skip", output)


@tasks_app.command("pause")
def pause_task(
    task: TaskArgument, *, server: ServerOption = "", key: KeyOption = "", output: OutputOption = Output.TABLE
) -> None:
    """Hold a task until it is resumed."""
    _do(server, key, task, "pause", output)


@tasks_app.command("resume")
def resume_task(
    task: TaskArgument, *, server: ServerOption = "", key: KeyOption = "", output: OutputOption = Output.TABLE
) -> None:
    """Let a paused task go on."""
    _do(server, key, task, "resume", output)


@tasks_app.command("retry")
def retry_task(
    task: TaskArgument, *, server: ServerOption = "", key: KeyOption = "", output: OutputOption = Output.TABLE
) -> None:
    """Try a task again now."""
    _do(server, key, task, "retry", output)


def _do(server: str, key: str, task: str, what: str, output: Output) -> None:
    show_items([asyncio.run(tell(server, key, f"/api/v2/tasks/{segment(task)}/{what}", None))], output)


def json_of(given: str) -> Any:
    """JSON from an argument, or from the file that `@FILE` names.

    Raises:
        InvalidInputError: it is no JSON, or the file cannot be read.
    """
    import msgspec

    from netsentinel.kernel.errors import InvalidInputError

    try:
        text = Path(given[1:]).read_bytes() if given.startswith("@") else given.encode()
        return msgspec.json.decode(text)
    except (OSError, msgspec.DecodeError) as error:
        raise InvalidInputError(f"The input is no JSON: {error}") from error


def segment(text: str) -> str:
    """What somebody typed as one segment of a path."""
    from urllib.parse import quote

    return quote(text, safe="")


def show_items(items: list[dict[str, Any]], output: Output) -> None:
    """Tasks as a table or as JSON."""
    if output is Output.JSON:
        print_json(items)
        return
    from netsentinel.kernel.clock import to_iso

    print_table(
        ("STATE", "ACTION", "TRIES", "DONE", "UPDATED", "ERROR", "ID"),
        [
            (
                f"{item['state']} ({item['reason']})" if item["reason"] else item["state"],
                item["action"],
                item["attempt"],
                f"{item['percent']:.0f} %",
                to_iso(item["updated_at"]),
                item["error"] or item["error_code"],
                item["id"],
            )
            for item in items
        ],
    )


def show_view(view: dict[str, Any], output: Output) -> None:
    """A task with its attempts, as tables or as JSON."""
    if output is Output.JSON:
        print_json(view)
        return
    import msgspec

    from netsentinel.kernel.clock import to_iso

    show_items([view["task"]], output)
    for name in ("input", "result", "checkpoint"):
        if view[name] is not None:
            typer.echo(f"{name}: {msgspec.json.encode(view[name]).decode()}")
    print_table(
        ("ATTEMPT", "OUTCOME", "STARTED", "ENDED", "ERROR"),
        [
            (
                attempt["number"],
                attempt["outcome"],
                to_iso(attempt["started_at"]),
                to_iso(attempt["ended_at"]) if attempt["ended_at"] else "",
                attempt["error"] or attempt["error_code"],
            )
            for attempt in view["attempts"]
        ],
    )


async def ask(server: str, key: str, path: str, query: dict[str, Any] | None = None) -> dict[str, Any]:
    """The answer of a GET."""
    from netsentinel.cli.remote import Remote

    async with Remote.find(server, key) as remote:
        return await remote.get(path, {name: value for name, value in (query or {}).items() if value != ""})


async def tell(server: str, key: str, path: str, body: object) -> dict[str, Any]:
    """The answer of a POST."""
    import msgspec

    from netsentinel.cli.remote import Remote

    async with Remote.find(server, key) as remote:
        if body is None:
            return await remote.call("POST", path)
        headers = {"Content-Type": "application/json"}
        return await remote.call("POST", path, body=msgspec.json.encode(body), headers=headers)
