"""`netsentinel connections`: who is connected live, in the terminal."""

import asyncio
from typing import Annotated

import typer

from netsentinel.cli.options import KeyOption, ServerOption
from netsentinel.cli.output import Output, OutputOption, print_json, print_table, talk

connections_app = typer.Typer(no_args_is_help=True, add_completion=False, help="List and close live connections.")

_MICROS = 1_000_000


@connections_app.callback()
def connections() -> None:
    """List and close live connections."""


@connections_app.command("list")
def list_connections(*, server: ServerOption = "", key: KeyOption = "", output: OutputOption = Output.TABLE) -> None:
    """Show who is connected to the server now, the newest first."""
    from netsentinel.cli.remote import ask
    from netsentinel.kernel.clock import to_iso

    items = asyncio.run(ask(server, key, "GET", "/api/v2/connections"))["items"]
    if output is Output.JSON:
        print_json(items)
        return
    rows = [
        (
            one["id"],
            one["user"],
            one["address"],
            one["client"],
            to_iso(one["connected_at"] // _MICROS * _MICROS)[:19],
            ", ".join(one["topics"]),
            one["requests"],
            one["waiting"],
        )
        for one in items
    ]
    print_table(("ID", "WHO", "ADDRESS", "CLIENT", "SINCE (UTC)", "TOPICS", "REQUESTS", "WAITING"), rows)


@connections_app.command("close")
def close_connection(
    connection: Annotated[str, typer.Argument(metavar="CONNECTION", help="The connection's id.")],
    *,
    server: ServerOption = "",
    key: KeyOption = "",
) -> None:
    """Close a live connection. Its client may come back: to keep somebody out, end the session or revoke the key."""
    from urllib.parse import quote

    from netsentinel.cli.remote import ask

    asyncio.run(ask(server, key, "DELETE", f"/api/v2/connections/{quote(connection, safe='')}"))
    talk(f"Closed {connection}.")
