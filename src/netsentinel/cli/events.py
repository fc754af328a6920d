"""`netsentinel events`: stored events in the terminal."""

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from netsentinel.cli.lake_files import check, give_up
from netsentinel.cli.options import KeyOption, ServerOption, time_of
from netsentinel.cli.output import Output, OutputOption, counted, print_json, print_table, talk

if TYPE_CHECKING:
    from netsentinel.cli.remote import Remote

events_app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Search stored events, and check their files."
)

_PAGE = 500


events_app.command("check")(check)
events_app.command("give-up")(give_up)


@events_app.callback()
def events() -> None:
    """Search stored events, and check their files."""


@events_app.command("search")
def search(
    text: Annotated[str, typer.Argument(help="What the event contains, in any case.")] = "",
    *,
    where: Annotated[
        list[str] | None,
        typer.Option("--where", "-w", help="column=value or column!=value; one column twice: either, or neither."),
    ] = None,
    regex: Annotated[str, typer.Option(help="Regular expression (RE2) that the event's text matches.")] = "",
    since: Annotated[str, typer.Option(help="At or after this time, ISO 8601.")] = "",
    until: Annotated[str, typer.Option(help="Before this time, ISO 8601.")] = "",
    by_arrival: Annotated[
        bool, typer.Option("--by-arrival", help="Go by when the server received an event: what was replayed is newest.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, help="Events at most.")] = 50,
    server: ServerOption = "",
    key: KeyOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Show the newest stored events that fit."""
    query = {"where": where or [], "q": text, "regex": regex, "since": time_of(since), "until": time_of(until)}
    query |= {"by_arrival": "true" if by_arrival else ""}
    asked = {name: value for name, value in query.items() if value}
    items = asyncio.run(_all(server, key, asked, limit))
    if output is Output.JSON:
        print_json(items)
        return
    from netsentinel.cli.event_line import what_of
    from netsentinel.kernel.clock import to_iso

    received = ("RECEIVED",) if by_arrival else ()
    print_table(
        (*received, "TIME", "SOURCE", "CLASS", "FROM", "TO", "WHAT", "ID"),
        [
            (
                *(to_iso(item["received_at"]) for _ in received),
                to_iso(item["time"]),
                item["source"],
                item["class_uid"],
                _endpoint(item, "src"),
                _endpoint(item, "dst"),
                what_of(item),
                item["id"],
            )
            for item in items
        ],
    )
    oldest = items[-1]["time"] if len(items) == limit else time_of(since)
    if oldest and not by_arrival and not until:
        _tell_late(server, key, asked, oldest)


def _tell_late(server: str, key: str, query: dict[str, Any], oldest: int) -> None:
    """Say that events arrived lately that are older than what is shown, and than a day: those of a replay."""
    from netsentinel.cli.remote import ask
    from netsentinel.kernel.clock import DAY, SystemClock, to_iso

    since = min(oldest, SystemClock().now() - DAY)
    asked = query | {"since": since, "bars": 1}
    late = asyncio.run(ask(server, key, "GET", "/api/v2/events/histogram", query=asked))["late"]
    if late:
        talk(
            f"{counted(late, 'event')} from before {to_iso(since)} arrived in the last hour;"
            " --by-arrival lists first what was received last."
        )


@events_app.command("set-aside")
def set_aside(*, server: ServerOption = "", key: KeyOption = "", output: OutputOption = Output.TABLE) -> None:
    """List batches that could not be processed and were set aside, newest first."""
    from netsentinel.cli.remote import ask

    items = asyncio.run(ask(server, key, "GET", "/api/v2/set-aside"))["items"]
    if output is Output.JSON:
        print_json(items)
        return
    from netsentinel.kernel.clock import to_iso

    print_table(
        ("BATCH", "SOURCE", "RECORDS", "SET ASIDE", "REASON"),
        [(item["id"], item["source"], item["records"], to_iso(item["set_aside_at"]), item["reason"]) for item in items],
    )


@events_app.command("retry")
def retry(
    batch: Annotated[int, typer.Argument(min=0, help="Id of a batch that was set aside.")],
    *,
    server: ServerOption = "",
    key: KeyOption = "",
) -> None:
    """Put a batch that was set aside back into the inbox."""
    from netsentinel.cli.remote import ask

    put = asyncio.run(ask(server, key, "POST", f"/api/v2/set-aside/{batch}/retry"))
    talk(f"Batch {batch} waits again, as batch {put['batch']}.")


def _endpoint(item: dict[str, Any], side: str) -> str:
    port = item[f"{side}_port"]
    return f"{item[f'{side}_ip']}:{port}" if port else item[f"{side}_ip"]


async def _all(server: str, key: str, query: dict[str, Any], limit: int) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    from netsentinel.cli.remote import Remote

    async with Remote.find(server, key) as remote:
        async for page in _pages(remote, query, limit):
            items += page
    return items[:limit]


async def _pages(remote: "Remote", query: dict[str, Any], limit: int) -> AsyncIterator[list[dict[str, Any]]]:
    cursor, left = "", limit
    while left > 0:
        asked = query | {"limit": min(left, _PAGE)} | ({"cursor": cursor} if cursor else {})
        page = await remote.get("/api/v2/events", asked)
        yield page["items"]
        left -= len(page["items"])
        cursor = page["next"]
        if not cursor:
            return
