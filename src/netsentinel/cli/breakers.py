"""`netsentinel breakers`: circuit breakers, in the terminal."""

import asyncio
from typing import Annotated, Any

import typer

from netsentinel.cli.options import KeyOption, ServerOption
from netsentinel.cli.output import Output, OutputOption, print_json, print_table
from netsentinel.cli.tasks import ask, segment, tell

breakers_app = typer.Typer(no_args_is_help=True, add_completion=False, help="List and switch circuit breakers.")

ServiceArgument = Annotated[str, typer.Argument(metavar="SERVICE", help="The dependency, for example smtp.")]

_PATH = "/api/v2/error-recovery/circuit-breaker"


@breakers_app.callback()
def breakers() -> None:
    """List and switch circuit breakers."""


@breakers_app.command("list")
def list_breakers(*, server: ServerOption = "", key: KeyOption = "", output: OutputOption = Output.TABLE) -> None:
    """Show every breaker with the calls that count at the moment."""
    show_breakers(asyncio.run(ask(server, key, _PATH))["items"], output)


@breakers_app.command("show")
def show_breaker(
    service: ServiceArgument, *, server: ServerOption = "", key: KeyOption = "", output: OutputOption = Output.TABLE
) -> None:
    """Show a breaker and what happened to it lately."""
    found = asyncio.run(ask(server, key, f"{_PATH}/{segment(service)}"))
    if output is Output.JSON:
        print_json(found)
        return
    from netsentinel.kernel.clock import to_iso

    show_breakers([found["breaker"]], output)
    print_table(
        ("AT", "FROM", "TO", "WHY", "CALLS", "FAILED", "SLOW"),
        [
            (
                to_iso(change["at"]),
                change["before"],
                change["after"],
                change["reason"],
                change["calls"],
                change["failures"],
                change["slow"],
            )
            for change in found["changes"]
        ],
    )


@breakers_app.command("reset")
def reset(
    service: ServiceArgument, *, server: ServerOption = "", key: KeyOption = "", output: OutputOption = Output.TABLE
) -> None:
    """Close a breaker, with nothing remembered: calls go again."""
    _do(server, key, service, "reset", output)


@breakers_app.command("open")
def force_open(
    service: ServiceArgument, *, server: ServerOption = "", key: KeyOption = "", output: OutputOption = Output.TABLE
) -> None:
    """Hold back all calls until the breaker is reset or closed by hand."""
    _do(server, key, service, "open", output)


@breakers_app.command("close")
def force_close(
    service: ServiceArgument, *, server: ServerOption = "", key: KeyOption = "", output: OutputOption = Output.TABLE
) -> None:
    """Let all calls through until the breaker is reset or opened by hand."""
    _do(server, key, service, "close", output)


def _do(server: str, key: str, service: str, what: str, output: Output) -> None:
    show_breakers([asyncio.run(tell(server, key, f"{_PATH}/{segment(service)}/{what}", None))], output)


def show_breakers(items: list[dict[str, Any]], output: Output) -> None:
    """Breakers as a table or as JSON."""
    if output is Output.JSON:
        print_json(items)
        return
    from netsentinel.kernel.clock import to_iso

    print_table(
        ("SERVICE", "MODE", "CALLS", "FAILED", "SLOW", "SINCE", "UNTIL"),
        [
            (
                item["dependency"],
                item["mode"].replace("_", " "),
                item["calls"],
                f"{item['failures']} ({item['failure_rate']:.0%})",
                f"{item['slow']} ({item['slow_rate']:.0%})",
                to_iso(item["since"]) if item["since"] else "",
                to_iso(item["until"]) if item["until"] else "",
            )
            for item in items
        ],
    )
