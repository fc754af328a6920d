"""`netsentinel sources`: list, configure and try out the sources of a server."""

import asyncio
from typing import Annotated, Any
from urllib.parse import quote

import msgspec
import typer

from netsentinel.cli.options import KeyOption, ServerOption
from netsentinel.cli.output import Output, OutputOption, print_json, print_table, talk
from netsentinel.kernel.errors import InvalidInputError

EXIT_NOT_WELL = 1
_PATH = "/api/v2/sources"

sources_app = typer.Typer(
    name="sources", help="List, configure and try out sources.", no_args_is_help=True, add_completion=False
)

NameArgument = Annotated[str, typer.Argument(help="Name of the source.")]


@sources_app.command("list")
def list_sources(
    *,
    each: Annotated[
        bool, typer.Option("--each", help="Each of them by itself, also the files of a replayed folder or archive.")
    ] = False,
    server: ServerOption = "",
    key: KeyOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """List every source that is configured or ever sent something; those called `name:...` are one line."""
    items = _call("GET", _PATH, server, key)["items"]
    if output is Output.JSON:
        print_json(items)
        return
    items = items if each else _folded(items)
    rows = [
        (
            item["name"],
            item["kind"] or "-",
            item["state"],
            f"{item['rate']:,.1f}",
            f"{item['events']:,}",
            f"{item['rejected']:,}",
            f"{item['lost']:,}",
            _time(item["last_seen_at"]),
            _time(item["last_event_at"]),
            item["error"] or item["last_error"] or item["note"],
        )
        for item in items
    ]
    columns = (
        "NAME",
        "KIND",
        "STATE",
        "PER SECOND",
        "EVENTS",
        "REJECTED",
        "LOST",
        "LAST ARRIVAL",
        "LAST EVENT",
        "SAYS",
    )
    print_table(columns, rows)


def _time(at: int) -> str:
    from netsentinel.kernel.clock import to_iso

    return to_iso(at).partition(".")[0] + "Z" if at else "never"


def _folded(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sources called `group` or `group:member` that nobody configured as one, with sums, in the place of the first."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for item in items:
        # No name of a source begins with a colon.
        groups.setdefault(f":{item['name']}" if item["kind"] else item["name"].partition(":")[0], []).append(item)
    return [_sum(name, ones) if len(ones) > 1 else ones[0] for name, ones in groups.items()]


def _sum(name: str, ones: list[dict[str, Any]]) -> dict[str, Any]:
    faulty = sorted((one for one in ones if one["last_error"]), key=lambda one: one["last_seen_at"])
    return {
        **ones[0],
        "name": name,
        **{figure: sum(one[figure] for one in ones) for figure in ("rate", "events", "rejected", "lost")},
        **{time: max(one[time] for one in ones) for time in ("last_seen_at", "last_event_at")},
        "last_error": (
            f"{len(faulty)} of {len(ones)} sources with errors (--each lists them); "
            f"{faulty[-1]['name']}: {faulty[-1]['last_error']}"
            if faulty
            else ""
        ),
        "note": f"{len(ones)} sources; --each lists them",
    }


@sources_app.command("kinds")
def kinds(*, server: ServerOption = "", key: KeyOption = "", output: OutputOption = Output.TABLE) -> None:
    """List the kinds of sources with their options, and what sources may open on this server."""
    shelf = _call("GET", "/api/v2/source-kinds", server, key)
    if output is Output.JSON:
        print_json(shelf)
        return
    rows = [
        (kind["name"], name, str(option.get("default", "")), option.get("description", ""))
        for kind in shelf["kinds"]
        for name, option in (kind["schema"]["properties"] or {"": {"description": kind["summary"]}}).items()
    ]
    print_table(("KIND", "OPTION", "DEFAULT", "MEANING"), rows)
    ports = ", ".join(f"{first}-{last}" for first, last in shelf["ports"])
    talk(f"Sources may read in {', '.join(shelf['folders'])} and listen on {', '.join(shelf['addresses'])}: {ports}.")


@sources_app.command("add")
def add(
    *,
    name: NameArgument,
    kind: Annotated[str, typer.Argument(help="Kind of the source; `sources kinds` lists them.")],
    option: Annotated[
        list[str] | None, typer.Option("--set", "-s", help="An option as name=value, for example port=5514.")
    ] = None,
    format: Annotated[str, typer.Option("--format", help="Name of a format; recognised by default.")] = "",  # noqa: A002 - the option's name
    disabled: Annotated[bool, typer.Option("--disabled", help="Do not start it yet.")] = False,
    server: ServerOption = "",
    key: KeyOption = "",
) -> None:
    """Configure a source and start it."""
    body = {
        "name": name,
        "kind": kind,
        "format": format,
        "enabled": not disabled,
        "options": dict(_option(text) for text in option or []),
    }
    item = _call("POST", _PATH, server, key, body)
    talk(f"The source {item['name']} is configured; `netsentinel sources test {item['name']}` tries it out.")


@sources_app.command("test")
def try_out(
    *, name: NameArgument, server: ServerOption = "", key: KeyOption = "", output: OutputOption = Output.TABLE
) -> None:
    """Try a source out: open what it opens, and say what is there.

    Exit code 0 when all is well, 1 when something is not.
    """
    found = _call("POST", f"{_PATH}/{quote(name, safe='')}/test", server, key)
    if output is Output.JSON:
        print_json(found)
    else:
        print_table(("OK", "FOUND"), [("yes" if one["ok"] else "NO", one["sentence"]) for one in found["checks"]])
    if not found["ok"]:
        raise typer.Exit(EXIT_NOT_WELL)


@sources_app.command("enable")
def enable(*, name: NameArgument, server: ServerOption = "", key: KeyOption = "") -> None:
    """Start a source again."""
    _call("PUT", f"{_PATH}/{quote(name, safe='')}", server, key, {"enabled": True})
    talk(f"The source {name} is enabled.")


@sources_app.command("disable")
def disable(*, name: NameArgument, server: ServerOption = "", key: KeyOption = "") -> None:
    """Stop a source; its configuration stays."""
    _call("PUT", f"{_PATH}/{quote(name, safe='')}", server, key, {"enabled": False})
    talk(f"The source {name} is disabled.")


@sources_app.command("remove")
def remove(*, name: NameArgument, server: ServerOption = "", key: KeyOption = "") -> None:
    """Stop a source and forget its configuration and keys. What it brought stays."""
    _call("DELETE", f"{_PATH}/{quote(name, safe='')}", server, key)
    talk(f"The source {name} is removed.")


@sources_app.command("key")
def make_key(*, name: NameArgument, server: ServerOption = "", key: KeyOption = "") -> None:
    """Make a key that sends as this source and does nothing else, and print it. It is shown this once."""
    made = _call("POST", f"{_PATH}/{quote(name, safe='')}/keys", server, key, {})
    talk(f"A key of the source {name}. Keep it; it is not shown again:")
    typer.echo(made["text"])


def _option(text: str) -> tuple[str, Any]:
    """`port=5514` as a name and a value: JSON where it is some, else text.

    Raises:
        InvalidInputError: there is no `=`.
    """
    name, is_stated, value = text.partition("=")
    if not is_stated or not name:
        raise InvalidInputError(f"{text!r} is no option: write name=value.")
    try:
        return name, msgspec.json.decode(value)
    except msgspec.DecodeError:
        return name, value


def _call(method: str, path: str, server: str, key: str, body: dict[str, Any] | None = None) -> Any:
    return asyncio.run(_request(method, path, server, key, body))


async def _request(method: str, path: str, server: str, key: str, body: dict[str, Any] | None) -> Any:
    from netsentinel.cli.remote import Remote

    async with Remote.find(server, key) as remote:
        content = None if body is None else msgspec.json.encode(body)
        headers = {} if body is None else {"Content-Type": "application/json"}
        return await remote.call(method, path, body=content, headers=headers)
