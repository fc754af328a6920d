"""`netsentinel hunt`: SQL over stored events, run by the server under its limits."""

import asyncio
from typing import Annotated, Any

import typer

from netsentinel.cli.options import KeyOption, ServerOption
from netsentinel.cli.output import Output, OutputOption, print_json, print_table, talk


def hunt(
    sql: Annotated[
        str, typer.Argument(help="One SELECT over the view `events` (DuckDB's SQL); time_utc is the time for people.")
    ],
    *,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Rows at most.")] = 1_000,
    server: ServerOption = "",
    key: KeyOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Run a SELECT over stored events, for example 'SELECT src_ip, count(*) FROM events GROUP BY 1'."""
    result = asyncio.run(_hunt(server, key, sql, limit))
    if output is Output.JSON:
        print_json(result)
    else:
        print_table([str(name) for name in result["columns"]], result["rows"])
    shown = len(result["rows"])
    if result["truncated"] and shown < limit:
        talk(f"Only the first {shown} rows fit into an answer (16 MiB); ask for fewer columns, or shorter values.")
    elif result["truncated"]:
        talk(f"There are more than {limit} rows; state a higher --limit, or ask for fewer.")


async def _hunt(server: str, key: str, sql: str, limit: int) -> dict[str, Any]:
    import msgspec

    body = msgspec.json.encode({"sql": sql, "limit": limit})
    from netsentinel.cli.remote import Remote

    async with Remote.find(server, key) as remote:
        return await remote.call("POST", "/api/v2/hunts", body=body, headers={"Content-Type": "application/json"})
