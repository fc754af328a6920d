"""`netsentinel alerts`: what the server holds, in the terminal."""

import asyncio
from typing import Annotated, Any

import typer

from netsentinel.cli.options import KeyOption, ServerOption
from netsentinel.cli.output import Output, OutputOption, print_json, print_table

alerts_app = typer.Typer(no_args_is_help=True, add_completion=False, help="List alerts.")


@alerts_app.callback()
def alerts() -> None:
    """List alerts."""


@alerts_app.command("list")
def list_alerts(
    *,
    status: Annotated[str, typer.Option(help="open, acknowledged, closed; several separated by commas.")] = "",
    min_level: Annotated[str, typer.Option(help="informational, low, medium, high or critical.")] = "informational",
    entity: Annotated[str, typer.Option(help="Address, host or user.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=500, help="Alerts at most.")] = 50,
    server: ServerOption = "",
    key: KeyOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Show the newest alerts of the server."""
    items = asyncio.run(_fetch(server, key, status=status, min_level=min_level, entity=entity, limit=limit))
    if output is Output.JSON:
        print_json(items)
        return
    from netsentinel.kernel.clock import to_iso

    print_table(
        ("LEVEL", "STATUS", "COUNT", "LAST", "ENTITY", "TITLE", "ID"),
        [
            (
                item["level"],
                item["status"],
                item["count"],
                to_iso(item["last_at"]),
                item["entity"],
                item["title"],
                item["id"],
            )
            for item in items
        ],
    )


async def _fetch(server: str, key: str, **query: str | int) -> list[dict[str, Any]]:
    from netsentinel.cli.remote import Remote

    async with Remote.find(server, key) as remote:
        page = await remote.get("/api/v2/alerts", {name: value for name, value in query.items() if value != ""})
        return page["items"]
