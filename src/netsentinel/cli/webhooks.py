"""`netsentinel webhooks`: endpoints that are told of events, and what was delivered to them, in the terminal."""

import asyncio
from typing import Annotated, Any

import typer

from netsentinel.cli.options import KeyOption, ServerOption, time_of
from netsentinel.cli.output import Output, OutputOption, counted, print_json, print_table, printable, talk
from netsentinel.cli.tasks import ask, segment, tell

webhooks_app = typer.Typer(no_args_is_help=True, add_completion=False, help="Tell other programs what happens.")

WebhookArgument = Annotated[str, typer.Argument(metavar="WEBHOOK", help="The webhook's id, for example whk_06f...")]

_PATH = "/api/v2/webhooks"
_LONGEST_CELL = 60


@webhooks_app.callback()
def webhooks() -> None:
    """Tell other programs what happens."""


@webhooks_app.command("list")
def list_webhooks(*, server: ServerOption = "", key: KeyOption = "", output: OutputOption = Output.TABLE) -> None:
    """Show the webhooks and how the deliveries of the last day stand."""
    items = asyncio.run(ask(server, key, _PATH))["items"]
    if output is Output.JSON:
        print_json(items)
        return
    print_table(
        ("ID", "URL", "EVENTS", "STATE", "DELIVERED", "WAITING", "FAILED"),
        [
            (
                item["id"],
                item["url"],
                ",".join(item["events"]),
                state_of(item),
                item["delivered"],
                item["pending"],
                item["failed"],
            )
            for item in items
        ],
    )


@webhooks_app.command("events")
def list_events(*, server: ServerOption = "", key: KeyOption = "", output: OutputOption = Output.TABLE) -> None:
    """Show every event that a webhook can be told of."""
    items = asyncio.run(ask(server, key, f"{_PATH}/events"))["items"]
    if output is Output.JSON:
        print_json(items)
        return
    print_table(("EVENT", "MEANING"), [(item["name"], item["summary"]) for item in items])


@webhooks_app.command("add")
def add(
    url: Annotated[str, typer.Argument(help="For example https://example.org/hooks/netsentinel.")],
    event: Annotated[
        list[str], typer.Option("--event", "-e", help="A kind or pattern: alert.raised, alert.*, or * for all.")
    ],
    description: Annotated[str, typer.Option(help="For people.")] = "",
    *,
    server: ServerOption = "",
    key: KeyOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Register a URL. Its secret is printed this once: the other side verifies signatures with it."""
    body = {"url": url, "events": event, "description": description}
    made = asyncio.run(tell(server, key, _PATH, body))
    if output is Output.JSON:
        print_json(made)
        return
    talk(f"{made['webhook']['id']} is registered. Its secret, shown this once:")
    typer.echo(made["secret"])


@webhooks_app.command("remove")
def remove(webhook: WebhookArgument, *, server: ServerOption = "", key: KeyOption = "") -> None:
    """Delete a webhook; messages that wait for it are dropped."""
    from netsentinel.cli.remote import ask as request

    asyncio.run(request(server, key, "DELETE", _place(webhook)))
    talk(f"{webhook} is removed.")


@webhooks_app.command("rotate")
def rotate(
    webhook: WebhookArgument, *, server: ServerOption = "", key: KeyOption = "", output: OutputOption = Output.TABLE
) -> None:
    """Make a new secret; the old one signs for a day more."""
    made = asyncio.run(tell(server, key, f"{_place(webhook)}/rotate", None))
    if output is Output.JSON:
        print_json(made)
        return
    talk(f"The new secret of {webhook}, shown this once; the old one signs for a day more:")
    typer.echo(made["secret"])


@webhooks_app.command("test")
def try_out(
    webhook: WebhookArgument, *, server: ServerOption = "", key: KeyOption = "", output: OutputOption = Output.TABLE
) -> None:
    """Send a test message now, and show what the endpoint answered. The exit code is 1 when it did not take it."""
    whole = asyncio.run(tell(server, key, f"{_place(webhook)}/test", None))
    if output is Output.JSON:
        print_json(whole)
    else:
        show_attempts(whole["attempts"])
    if whole["delivery"]["state"] != "delivered":
        raise typer.Exit(1)


@webhooks_app.command("deliveries")
def deliveries(
    webhook: WebhookArgument,
    delivery: Annotated[str, typer.Argument(metavar="[DELIVERY]", help="One of them, with every attempt.")] = "",
    *,
    state: Annotated[list[str] | None, typer.Option(help="pending, delivered or failed.")] = None,
    event: Annotated[str, typer.Option(help="Only of this kind.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=200, help="Deliveries at most.")] = 50,
    server: ServerOption = "",
    key: KeyOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Show the newest deliveries, or one of them with its message and every attempt."""
    if delivery:
        whole = asyncio.run(ask(server, key, f"{_place(webhook)}/deliveries/{segment(delivery)}"))
        if output is Output.JSON:
            print_json(whole)
            return
        typer.echo(printable(whole["body"]))
        show_attempts(whole["attempts"])
        return
    query: dict[str, Any] = {"limit": limit, "state": state or [], "event": event}
    items = asyncio.run(ask(server, key, f"{_place(webhook)}/deliveries", query))["items"]
    if output is Output.JSON:
        print_json(items)
        return
    from netsentinel.kernel.clock import to_iso

    print_table(
        ("AT", "EVENT", "STATE", "ATTEMPTS", "STATUS", "ERROR", "ID"),
        [
            (
                to_iso(item["created_at"]),
                item["event"],
                item["state"],
                item["attempts"],
                item["status"] or "",
                item["error"][:_LONGEST_CELL],
                item["id"],
            )
            for item in items
        ],
    )


@webhooks_app.command("replay")
def replay(
    webhook: WebhookArgument,
    delivery: Annotated[str, typer.Argument(metavar="[DELIVERY]", help="One delivery; or state a range.")] = "",
    *,
    since: Annotated[str, typer.Option(help="Replay what failed or was missed from this time on, ISO 8601.")] = "",
    until: Annotated[str, typer.Option(help="Up to this time; now when left out.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="With a range: also what the endpoint took.")] = False,
    server: ServerOption = "",
    key: KeyOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Deliver again: one message, or what failed or was missed between two times."""
    from netsentinel.kernel.clock import SystemClock
    from netsentinel.kernel.errors import InvalidInputError

    if bool(delivery) == bool(since):
        raise InvalidInputError("State a delivery, or a range with --since.")
    if delivery:
        again = asyncio.run(tell(server, key, f"{_place(webhook)}/deliveries/{segment(delivery)}/replay", None))
        if output is Output.JSON:
            print_json(again)
            return
        talk(f"{delivery} is attempted again.")
        return
    body = {"since": time_of(since), "until": time_of(until) or SystemClock().now(), "all": everything}
    done = asyncio.run(tell(server, key, f"{_place(webhook)}/replay", body))
    if output is Output.JSON:
        print_json(done)
        return
    talk(f"Attempted again: {counted(done['replayed'], 'delivery', 'deliveries')}; {done['added']} new.")
    if not done["is_complete"]:
        from netsentinel.kernel.clock import to_iso

        talk(f"There is more: go on with --since {to_iso(done['next'])}")


def state_of(webhook: dict[str, Any]) -> str:
    """How a webhook stands, in a word or two."""
    if not webhook["enabled"]:
        return f"disabled ({webhook['stopped_by']})"
    return "failing" if webhook["failing_since"] else "ok"


def show_attempts(items: list[dict[str, Any]]) -> None:
    """Attempts as a table."""
    from netsentinel.kernel.clock import SECOND, to_iso

    print_table(
        ("AT", "STATUS", "SECONDS", "ERROR", "ANSWER"),
        [
            (
                to_iso(item["at"]),
                item["status"] or "",
                f"{item['took'] / SECOND:.3f}",
                item["error"],
                item["response_body"][:_LONGEST_CELL],
            )
            for item in items
        ],
    )


def _place(webhook: str) -> str:
    return f"{_PATH}/{segment(webhook)}"
