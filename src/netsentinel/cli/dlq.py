"""`netsentinel dlq`: dead letters, in the terminal."""

import asyncio
from typing import Annotated

import typer

from netsentinel.cli.options import KeyOption, ServerOption
from netsentinel.cli.output import Output, OutputOption, print_json, talk
from netsentinel.cli.tasks import ask, json_of, segment, show_items, show_view, tell

dlq_app = typer.Typer(no_args_is_help=True, add_completion=False, help="Look after tasks that gave up.")

_PATH = "/api/v2/error-recovery/dlq"


@dlq_app.callback()
def dlq() -> None:
    """Look after tasks that gave up."""


@dlq_app.command("list")
def list_letters(
    *,
    action: Annotated[str, typer.Option(help="One or more actions, separated by commas.")] = "",
    error_code: Annotated[str, typer.Option(help="Code of the last error.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="Also those that somebody is done with.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=500, help="Dead letters at most.")] = 50,
    server: ServerOption = "",
    key: KeyOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Show the newest dead letters of the server."""
    query = {
        "action": action,
        "error_code": error_code,
        "resolved": "" if everything else "false",
        "limit": limit,
    }
    show_items(asyncio.run(ask(server, key, f"{_PATH}/entries", query))["items"], output)


@dlq_app.command("show")
def show_letter(
    task: Annotated[str, typer.Argument(metavar="TASK", help="The dead letter's id.")],
    *,
    server: ServerOption = "",
    key: KeyOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Show a dead letter with its input and every attempt."""
    show_view(asyncio.run(ask(server, key, f"{_PATH}/entries/{segment(task)}")), output)


@dlq_app.command("resubmit")
def resubmit(
    task: Annotated[str, typer.Argument(metavar="[TASK]", help="The dead letter's id; none for all that fit.")] = "",
    *,
    given: Annotated[str, typer.Option("--input", help="JSON in place of its own input; @FILE reads a file.")] = "",
    action: Annotated[str, typer.Option(help="Without an id: of these actions, separated by commas.")] = "",
    error_code: Annotated[str, typer.Option(help="Without an id: with this error code.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Without an id: only say which.")] = False,
    server: ServerOption = "",
    key: KeyOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Submit a dead letter again as a new task; or, without an id, all unresolved ones that fit."""
    if task:
        body = {"input": json_of(given)} if given else {}
        show_items([asyncio.run(tell(server, key, f"{_PATH}/{segment(task)}/resubmit", body))], output)
        return
    chosen = {"action": action, "error_code": error_code, "dry_run": dry_run}
    made = asyncio.run(tell(server, key, f"{_PATH}/resubmit", chosen))
    if output is Output.JSON:
        print_json(made)
        return
    show_items(made["items"], output)
    for refusal in made["refused"]:
        talk(f"{refusal['id']} is refused: {refusal['reason']}")


@dlq_app.command("resolve")
def resolve(
    task: Annotated[str, typer.Argument(metavar="TASK", help="The dead letter's id.")],
    note: Annotated[str, typer.Argument(help="Why nothing more is to be done.")],
    *,
    server: ServerOption = "",
    key: KeyOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Be done with a dead letter, and say why."""
    show_items([asyncio.run(tell(server, key, f"{_PATH}/{segment(task)}/resolve", {"note": note}))], output)
