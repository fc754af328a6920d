"""`netsentinel alerts`: what the server holds, and what people decide about it, in the terminal."""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from netsentinel.cli.options import KeyOption, ServerOption, time_of
from netsentinel.cli.output import Output, OutputOption, counted, print_json, print_table, printable, talk

if TYPE_CHECKING:
    from collections.abc import Mapping

alerts_app = typer.Typer(no_args_is_help=True, add_completion=False, help="List, explain, judge and export alerts.")

_VERDICTS = ("true_positive", "false_positive", "benign")

AlertArgument = Annotated[str, typer.Argument(help="Id of the alert.")]
StatusOption = Annotated[str, typer.Option(help="open, acknowledged, closed; several separated by commas.")]
LevelOption = Annotated[str, typer.Option(help="informational, low, medium, high or critical.")]
EntityOption = Annotated[str, typer.Option(help="Address, host or user; of Windows as any of its logs spells it.")]
AssigneeOption = Annotated[str, typer.Option(help="Id or name of the user who looks after it; me, or none for nobody.")]


@alerts_app.callback()
def alerts() -> None:
    """List, explain, judge and export alerts."""


@alerts_app.command("list")
def list_alerts(
    *,
    status: StatusOption = "",
    min_level: LevelOption = "informational",
    entity: EntityOption = "",
    assignee: AssigneeOption = "",
    by_arrival: Annotated[
        bool, typer.Option("--by-arrival", help="Those first that were raised last, however old their events are.")
    ] = False,
    by_score: Annotated[
        bool, typer.Option("--by-score", help="Those first that have the highest score, with a column of it.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=500, help="Alerts at most.")] = 50,
    server: ServerOption = "",
    key: KeyOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Show the newest alerts of the server."""
    query: dict[str, str | int] = {
        "status": status,
        "min_level": min_level,
        "entity": entity,
        "assignee": assignee,
        "by_arrival": "true" if by_arrival else "",
        "by_score": "true" if by_score else "",
        "limit": limit,
    }
    asked = {name: value for name, value in query.items() if value}
    page = _call(server, key, "GET", "/api/v2/alerts", query=asked)
    items = page["items"]
    if output is Output.JSON:
        print_json(items)
        return
    from netsentinel.kernel.clock import to_iso

    raised = ("RAISED",) if by_arrival else ()
    score = ("SCORE",) if by_score else ()
    print_table(
        (*score, "LEVEL", "STATUS", "COUNT", *raised, "LAST", "ENTITY", "TITLE", "ASSIGNEE", "ID"),
        [
            (
                *(item["score"] for _ in score),
                item["level"],
                item["status"],
                item["count"],
                *(to_iso(item["raised_at"]) for _ in raised),
                to_iso(item["last_at"]),
                item["entity"],
                item["title"],
                item["assignee_name"],
                item["id"],
            )
            for item in items
        ],
    )
    if page["next"] and not by_arrival and not by_score:
        last = _call(server, key, "GET", "/api/v2/alerts", query=asked | {"by_arrival": "true"})["items"]
        _tell_late(last, {item["id"] for item in items})


def _tell_late(last_raised: list[dict[str, Any]], shown: set[str]) -> None:
    """Say that alerts were raised lately about old events, as after a replay, and stand further down."""
    from netsentinel.kernel.clock import DAY, HOUR, SystemClock

    since = SystemClock().now() - HOUR
    new = [item for item in last_raised if item["raised_at"] > since and item["last_at"] < item["raised_at"] - DAY]
    late = [item for item in new if item["id"] not in shown]
    if late:
        many = "More than " if len(late) == len(last_raised) else ""
        talk(
            f"{many}{counted(len(late), 'alert')} of the last hour {'is' if len(late) == 1 else 'are'} not among these,"
            " about events more than a day old; --by-arrival lists first what was raised last."
        )


@alerts_app.command("show")
def show(
    alert: AlertArgument, *, server: ServerOption = "", key: KeyOption = "", output: OutputOption = Output.TABLE
) -> None:
    """Explain an alert: why it fired, what people did about it, and which others belong to it."""
    detail = _call(server, key, "GET", f"/api/v2/alerts/{_path(alert)}")
    related = _call(server, key, "GET", f"/api/v2/alerts/{_path(alert)}/related")["items"]
    if output is Output.JSON:
        print_json(detail | {"related": related})
        return
    from netsentinel.cli.alert_view import lines

    sys.stdout.write("".join(printable(line) + "\n" for line in lines(detail, related)))


@alerts_app.command("note")
def note(
    alert: AlertArgument,
    text: Annotated[str, typer.Argument(help="What there is to say; it is never changed afterwards.")],
    *,
    server: ServerOption = "",
    key: KeyOption = "",
) -> None:
    """Write a note about an alert."""
    noted = _call(server, key, "POST", f"/api/v2/alerts/{_path(alert)}/notes", body={"text": text})
    talk(f"Noted: {noted['alert']['title']}")


@alerts_app.command("assign")
def assign(
    alert: AlertArgument,
    user: Annotated[str, typer.Argument(help="Id or name of a user; left out for nobody.")] = "",
    *,
    server: ServerOption = "",
    key: KeyOption = "",
) -> None:
    """Say who looks after an alert."""
    given = _call(server, key, "POST", f"/api/v2/alerts/{_path(alert)}/assignment", body={"assignee": user})
    talk(f"{given['assignee_name'] or 'Nobody'} looks after: {given['title']}")


@alerts_app.command("close")
def close(
    alerts: Annotated[list[str], typer.Argument(help="Ids of alerts.")],
    *,
    verdict: Annotated[str, typer.Option(help="true_positive, false_positive or benign.")] = "",
    note: Annotated[str, typer.Option(help="Written about each of them.")] = "",
    server: ServerOption = "",
    key: KeyOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Close alerts, all in one commit."""
    if verdict and verdict not in _VERDICTS:
        from netsentinel.kernel.errors import InvalidInputError

        raise InvalidInputError(f"--verdict is {', '.join(_VERDICTS[:-1])} or {_VERDICTS[-1]}, not {verdict!r}.")
    change: dict[str, Any] = {"ids": alerts, "status": "closed", "note": note}
    if verdict:
        change["verdict"] = verdict
    result = _call(server, key, "POST", "/api/v2/alerts/bulk", body=change)
    if output is Output.JSON:
        print_json(result)
    talk(f"Closed {len(result['items'])} of {len(set(alerts))}.")
    if result["missing"]:
        from netsentinel.kernel.errors import NotFoundError

        raise NotFoundError(f"There is no alert {', '.join(result['missing'])}.")


@alerts_app.command("export")
def export(
    *,
    form: Annotated[str, typer.Option("--format", help="csv or json.")] = "csv",
    file: Annotated[Path | None, typer.Option(help="Where to; standard output by default.")] = None,
    status: StatusOption = "",
    min_level: LevelOption = "informational",
    entity: EntityOption = "",
    assignee: AssigneeOption = "",
    since: Annotated[str, typer.Option(help="Newest finding at or after this time, ISO 8601.")] = "",
    until: Annotated[str, typer.Option(help="Newest finding before this time, ISO 8601.")] = "",
    server: ServerOption = "",
    key: KeyOption = "",
) -> None:
    """Write all alerts that the filters let through, as a table or as JSON."""
    query: dict[str, str | int] = {
        "format": form,
        "status": status,
        "min_level": min_level,
        "entity": entity,
        "assignee": assignee,
        "since": time_of(since),
        "until": time_of(until),
    }
    asyncio.run(_export(server, key, {name: value for name, value in query.items() if value}, file))


async def _export(server: str, key: str, query: dict[str, str | int], file: Path | None) -> None:
    from netsentinel.cli.remote import Remote

    async with Remote.find(server, key) as remote:
        pieces = remote.stream("/api/v2/alerts/export", query)
        if file is None:
            async for piece in pieces:
                sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()
            return
        # Aside and renamed: a broken connection leaves no half of an export under the name.
        aside = file.with_name(file.name + ".part")
        with aside.open("wb") as out:
            async for piece in pieces:
                out.write(piece)
        aside.replace(file)
        talk(f"Wrote {file}")


def _call(
    server: str,
    key: str,
    method: str,
    path: str,
    *,
    query: "Mapping[str, str | int] | None" = None,
    body: object | None = None,
) -> Any:
    from netsentinel.cli.remote import ask

    return asyncio.run(ask(server, key, method, path, query=query, body=body))


def _path(alert: str) -> str:
    from urllib.parse import quote

    return quote(alert, safe="")
