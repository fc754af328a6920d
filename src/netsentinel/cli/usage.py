"""`netsentinel usage`: requests by day, limits, and what is left of them, in the terminal."""

import asyncio
from typing import Annotated, Any

import typer

from netsentinel.cli.options import KeyOption, ServerOption
from netsentinel.cli.output import Output, OutputOption, print_json, print_table


def usage(
    *,
    tenant: Annotated[
        bool, typer.Option("--tenant", help="Everybody's of the tenant; the key needs keys:manage.")
    ] = False,
    days: Annotated[int, typer.Option(min=1, max=366, help="So many days, today included.")] = 7,
    server: ServerOption = "",
    key: KeyOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Show how many requests were made, the limits, and what is left of them."""
    from netsentinel.cli.remote import ask

    query = {"scope": "tenant" if tenant else "own", "days": days}
    found = asyncio.run(ask(server, key, "GET", "/api/v2/usage", query=query))
    if output is Output.JSON:
        print_json(found)
        return
    _show_windows(found)
    names = {each["id"]: each["name"] or each["id"] for each in found["consumers"]}
    typer.echo()
    print_table(
        ("DAY", "WHO", "CLASS", "REQUESTS", "REFUSED"),
        [
            (
                each["day"],
                names.get(each["principal"], each["principal"]),
                each["request_class"],
                each["requests"],
                each["refused"],
            )
            for each in found["days"]
        ],
    )


def _show_windows(found: dict[str, Any]) -> None:
    typer.echo(f"Tier: {found['tier']}")
    print_table(
        ("CLASS", "THIS MINUTE", "TODAY", "REFUSED TODAY"),
        [
            (
                each["request_class"],
                _of(each["minute_used"], each["per_minute"]),
                _of(each["day_used"], each["per_day"]),
                each["day_refused"],
            )
            for each in found["windows"]
        ],
    )


def _of(used: int, limit: int) -> str:
    return f"{used} of {limit}" if limit else f"{used}, no limit"
