"""`netsentinel schedules`: tasks at times, at intervals, once, and on events, in the terminal."""

import asyncio
from typing import Annotated, Any

import typer

from netsentinel.cli.options import KeyOption, ServerOption, stretch_of, time_of
from netsentinel.cli.output import Output, OutputOption, print_json, print_table, stretch_words, talk
from netsentinel.cli.tasks import ask, json_of, segment, tell

schedules_app = typer.Typer(no_args_is_help=True, add_completion=False, help="List, add and trigger schedules.")

ScheduleArgument = Annotated[str, typer.Argument(metavar="SCHEDULE", help="The schedule's name or id.")]

_PATH = "/api/v2/scheduler"
_CRON_HELP = "Five fields, or six with seconds first, or @daily."
_ZONE_HELP = "Time zone of --cron, for example Europe/Berlin."


@schedules_app.callback()
def schedules() -> None:
    """List, add and trigger schedules."""


@schedules_app.command("list")
def list_schedules(*, server: ServerOption = "", key: KeyOption = "", output: OutputOption = Output.TABLE) -> None:
    """Show the schedules, when each fires next, and what its newest run came to."""
    show_schedules(asyncio.run(ask(server, key, f"{_PATH}/schedules"))["items"], output)


@schedules_app.command("show")
def show_schedule(
    schedule: ScheduleArgument, *, server: ServerOption = "", key: KeyOption = "", output: OutputOption = Output.TABLE
) -> None:
    """Show everything about a schedule."""
    found = asyncio.run(ask(server, key, _place(schedule)))
    if output is Output.JSON:
        print_json(found)
        return
    import msgspec

    show_schedules([found], output)
    for name in ("input", "trigger", "overlap", "misfire", "backfill", "grace", "jitter", "priority", "id"):
        value = found[name]
        typer.echo(f"{name}: {value if isinstance(value, str) else msgspec.json.encode(value).decode()}")


@schedules_app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="Unique among the schedules.")],
    action: Annotated[str, typer.Argument(help="For example events.replay.")],
    given: Annotated[str, typer.Argument(metavar="[JSON]", help="The action's input; @FILE reads a file.")] = "{}",
    *,
    cron: Annotated[str, typer.Option(help=_CRON_HELP)] = "",
    zone: Annotated[str, typer.Option(help=_ZONE_HELP)] = "UTC",
    every: Annotated[str, typer.Option(help="At intervals, for example 90s, 15m, 1h30m or 2d.")] = "",
    at: Annotated[str, typer.Option(help="Once at this time, ISO 8601; with --every: for the first time.")] = "",
    on: Annotated[str, typer.Option(help="On an event, for example alert.raised or webhook.received.")] = "",
    where: Annotated[
        list[str] | None,
        typer.Option("--where", "-w", help="field=value of the event; one field twice means either value."),
    ] = None,
    overlap: Annotated[str, typer.Option(help="While the run of before has not ended: skip, queue or replace.")] = "",
    misfire: Annotated[str, typer.Option(help="With times that passed: skip, coalesce or backfill.")] = "",
    backfill: Annotated[int, typer.Option(min=1, max=1_000, help="How many are made up for at most.")] = 10,
    jitter: Annotated[str, typer.Option(help="Put each time off by up to so much, for example 5m.")] = "",
    priority: Annotated[int, typer.Option(min=0, max=9, help="A higher one starts first.")] = 5,
    paused: Annotated[bool, typer.Option("--paused", help="Fire by hand only, until it is resumed.")] = False,
    server: ServerOption = "",
    key: KeyOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Make a schedule: --cron, --every, --at or --on says when it fires."""
    body: dict[str, Any] = {
        "name": name,
        "action": action,
        "input": json_of(given),
        "trigger": trigger_of(cron=cron, zone=zone, every=every, at=at, on=on, where=where or []),
        "enabled": not paused,
        "backfill": backfill,
        "jitter": stretch_of(jitter),
        "priority": priority,
    }
    body |= {name: value for name, value in (("overlap", overlap), ("misfire", misfire)) if value}
    show_schedules([asyncio.run(tell(server, key, f"{_PATH}/schedules", body))], output)


@schedules_app.command("remove")
def remove(schedule: ScheduleArgument, *, server: ServerOption = "", key: KeyOption = "") -> None:
    """Remove a schedule. Its tasks and its history stay."""
    from netsentinel.cli.remote import ask as request

    asyncio.run(request(server, key, "DELETE", _place(schedule)))
    talk(f"{schedule} is removed.")


@schedules_app.command("trigger")
def trigger(
    schedule: ScheduleArgument, *, server: ServerOption = "", key: KeyOption = "", output: OutputOption = Output.TABLE
) -> None:
    """Fire a schedule now, paused or not; its times stay."""
    show_runs([asyncio.run(tell(server, key, f"{_place(schedule)}/trigger", None))], output)


@schedules_app.command("pause")
def pause(
    schedule: ScheduleArgument, *, server: ServerOption = "", key: KeyOption = "", output: OutputOption = Output.TABLE
) -> None:
    """Have a schedule fire by hand only."""
    show_schedules([asyncio.run(tell(server, key, f"{_place(schedule)}/pause", None))], output)


@schedules_app.command("resume")
def resume(
    schedule: ScheduleArgument, *, server: ServerOption = "", key: KeyOption = "", output: OutputOption = Output.TABLE
) -> None:
    """Have a paused schedule fire again, from now on."""
    show_schedules([asyncio.run(tell(server, key, f"{_place(schedule)}/resume", None))], output)


@schedules_app.command("next")
def next_times(
    schedule: Annotated[str, typer.Argument(metavar="[SCHEDULE]", help="Its name or id; or try out --cron.")] = "",
    *,
    cron: Annotated[str, typer.Option(help=_CRON_HELP)] = "",
    zone: Annotated[str, typer.Option(help=_ZONE_HELP)] = "UTC",
    count: Annotated[int, typer.Option(min=1, max=1_000, help="How many times to show.")] = 10,
    server: ServerOption = "",
    key: KeyOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Show when a schedule fires next, or when an expression would."""
    from netsentinel.kernel.errors import InvalidInputError

    if bool(schedule) == bool(cron):
        raise InvalidInputError("State a schedule, or an expression with --cron.")
    if cron:
        body = {"trigger": trigger_of(cron=cron, zone=zone), "count": count}
        times = asyncio.run(tell(server, key, f"{_PATH}/preview", body))["items"]
    else:
        times = asyncio.run(ask(server, key, f"{_place(schedule)}/next", {"count": count}))["items"]
    if output is Output.JSON:
        print_json(times)
        return
    from netsentinel.kernel.clock import to_iso

    for time in times:
        typer.echo(to_iso(time))


@schedules_app.command("history")
def history(
    schedule: Annotated[str, typer.Argument(metavar="[SCHEDULE]", help="Its name or id; none for all.")] = "",
    *,
    limit: Annotated[int, typer.Option(min=1, max=500, help="Runs at most.")] = 50,
    server: ServerOption = "",
    key: KeyOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Show the newest runs, and how their tasks ended."""
    path = f"{_place(schedule)}/runs" if schedule else f"{_PATH}/runs"
    show_runs(asyncio.run(ask(server, key, path, {"limit": limit}))["items"], output)


@schedules_app.command("announce")
def announce(
    name: Annotated[str, typer.Argument(help="For example webhook.received.")],
    given: Annotated[str, typer.Argument(metavar="[JSON]", help="What filters look at; @FILE reads a file.")] = "{}",
    *,
    server: ServerOption = "",
    key: KeyOption = "",
) -> None:
    """Say that something happened; schedules that wait for it fire."""
    asyncio.run(tell(server, key, f"{_PATH}/events", {"name": name, "data": json_of(given)}))
    talk(f"{name} is announced.")


def trigger_of(
    *, cron: str = "", zone: str = "UTC", every: str = "", at: str = "", on: str = "", where: list[str] | None = None
) -> dict[str, Any]:
    """The trigger that the options state.

    Raises:
        InvalidInputError: they state none or several, or one of them is not understood.
    """
    from netsentinel.kernel.errors import InvalidInputError

    if [bool(cron), bool(every or at), bool(on)].count(True) != 1:
        raise InvalidInputError("State one of --cron, --every, --at (or --every with --at) and --on.")
    if where and not on:
        raise InvalidInputError("--where belongs to --on.")
    if cron:
        return {"kind": "cron", "cron": cron, "zone": zone}
    if every:
        return {"kind": "interval", "every": stretch_of(every), "at": time_of(at)}
    if at:
        return {"kind": "once", "at": time_of(at)}
    return {"kind": "event", "on": on, "where": _conditions(where or [])}


def _conditions(terms: list[str]) -> dict[str, Any]:
    """Fields with their values: JSON scalars where they are written so, text otherwise."""
    import msgspec

    from netsentinel.kernel.errors import InvalidInputError

    found: dict[str, list[Any]] = {}
    for term in terms:
        field, is_stated, text = term.partition("=")
        if not is_stated or not field or not text:
            raise InvalidInputError(f"{term!r} is no condition; write field=value.")
        try:
            value = msgspec.json.decode(text, type=str | int | float | bool)
        except msgspec.DecodeError:
            value = text
        found.setdefault(field, []).append(value)
    return {field: values[0] if len(values) == 1 else values for field, values in found.items()}


def _place(schedule: str) -> str:
    return f"{_PATH}/schedules/{segment(schedule)}"


def show_schedules(items: list[dict[str, Any]], output: Output) -> None:
    """Schedules as a table or as JSON."""
    if output is Output.JSON:
        print_json(items)
        return
    from netsentinel.kernel.clock import to_iso

    print_table(
        ("NAME", "ACTION", "WHEN", "NEXT", "LAST", "CAME TO", "FIRED"),
        [
            (
                item["name"],
                item["action"],
                words_of(item["trigger"]),
                (to_iso(item["next_at"]) if item["next_at"] else "") if item["enabled"] else "paused",
                to_iso(item["last_run"]["at"]) if item["last_run"] else "never",
                _came_to(item["last_run"]) if item["last_run"] else "",
                item["fired"],
            )
            for item in items
        ],
    )


def show_runs(items: list[dict[str, Any]], output: Output) -> None:
    """Runs as a table or as JSON."""
    if output is Output.JSON:
        print_json(items)
        return
    from netsentinel.kernel.clock import to_iso

    print_table(
        ("AT", "FOR", "BY", "CAME TO", "REASON", "TASK", "SCHEDULE"),
        [
            (
                to_iso(item["at"]),
                to_iso(item["tick"]),
                item["by"],
                _came_to(item),
                item["reason"],
                item["task_id"],
                item["schedule_id"],
            )
            for item in items
        ],
    )


def words_of(trigger: dict[str, Any]) -> str:
    """When a trigger fires, in a few words."""
    from netsentinel.kernel.clock import to_iso

    match trigger["kind"]:
        case "cron":
            return f"{trigger['cron']} ({trigger['zone']})"
        case "interval":
            return _each(stretch_words(trigger["every"]))
        case "once":
            return f"once at {to_iso(trigger['at'])}"
        case _:
            return f"on {trigger['on']}"


def _each(stretch: str) -> str:
    """`every day` for `1 day`."""
    count, _, unit = stretch.partition(" ")
    return f"every {unit}" if count == "1" and " " not in unit else f"every {stretch}"


def _came_to(run: dict[str, Any]) -> str:
    return run["state"] or run["outcome"]
