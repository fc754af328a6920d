"""`netsentinel suppressions`: which findings raise no alert, in the terminal."""

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

import typer

from netsentinel.cli.options import KeyOption, ServerOption
from netsentinel.cli.output import Output, OutputOption, counted, print_json, print_table, talk

suppressions_app = typer.Typer(no_args_is_help=True, add_completion=False, help="Hide findings from the alerts.")

if TYPE_CHECKING:
    from netsentinel.cli.remote import Remote

_MATCHES = ("equals", "startswith", "cidr")
_MOST_TITLES = 50
"""Rules whose titles a list asks for: half of what a key of the standard tier may ask in a minute."""


@suppressions_app.callback()
def suppressions() -> None:
    """Hide findings from the alerts."""


@suppressions_app.command("list")
def list_suppressions(
    *,
    active: Annotated[bool, typer.Option("--active", help="Only those in force.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=500, help="Suppressions at most.")] = 50,
    server: ServerOption = "",
    key: KeyOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Show suppressions, newest first, and how much each has hidden."""
    query = {"active": "true" if active else "false", "limit": limit}
    if output is Output.JSON:
        print_json(_call(server, key, "GET", "/api/v2/suppressions", query=query)["items"])
        return
    from netsentinel.kernel.clock import to_iso

    items, titles = asyncio.run(_with_titles(server, key, query))
    print_table(
        ("STATE", "HIDDEN", "LAST HIDDEN", "UNTIL", "CONDITIONS", "REASON", "BY", "ID"),
        [
            (
                item["state"],
                item["hidden"],
                to_iso(item["last_hidden_at"]) if item["last_hidden_at"] else "never",
                to_iso(item["expires_at"]) if item["expires_at"] else "for good",
                " and ".join(_words(one, titles) for one in item["conditions"]),
                item["reason"],
                item["created_by_name"],
                item["id"],
            )
            for item in items
        ],
    )


@suppressions_app.command("add")
def add(
    *,
    reason: Annotated[str, typer.Option(help="Why these findings are not worth an alert.")] = "",
    where: Annotated[
        list[str] | None,
        typer.Option(
            "--where",
            "-w",
            help="field=value, field|startswith=value or field|cidr=network; one field twice means either value.",
        ),
    ] = None,
    alert: Annotated[str, typer.Option(help="Id of an alert; its rule and entity, unless --where says more.")] = "",
    days: Annotated[int, typer.Option(min=0, max=3_650, help="For so many days; 0 for good.")] = 30,
    preview: Annotated[bool, typer.Option("--preview", help="Only show what it would have hidden.")] = False,
    server: ServerOption = "",
    key: KeyOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Hide findings: they raise no alert any more, and are counted."""
    from netsentinel.kernel.errors import InvalidInputError

    if not where and not alert:
        raise InvalidInputError("State --where, or the --alert whose rule and entity are to be hidden.")
    if not reason and not preview:
        raise InvalidInputError("State a --reason: somebody will ask.")
    given = conditions_of(where or [])
    result = asyncio.run(_add(server, key, given, {"reason": reason, "alert_id": alert}, None if preview else days))
    if output is Output.JSON:
        print_json(result["made"] or result["preview"])
    talk(_told(result["preview"]))
    if result["made"]:
        talk(f"Hidden from now on: {result['made']['id']}")


@suppressions_app.command("lift")
def lift(
    suppression: Annotated[str, typer.Argument(help="Id of the suppression.")],
    *,
    server: ServerOption = "",
    key: KeyOption = "",
) -> None:
    """End a suppression: its findings raise alerts again."""
    from urllib.parse import quote

    lifted = _call(server, key, "DELETE", f"/api/v2/suppressions/{quote(suppression, safe='')}")
    talk(f"Lifted; it has hidden {counted(lifted['hidden'], 'finding')}.")


def conditions_of(terms: list[str]) -> list[dict[str, Any]]:
    """Conditions as people type them, in Sigma's spelling of modifiers.

    Raises:
        InvalidInputError: a term is none.
    """
    from netsentinel.kernel.errors import InvalidInputError

    found: dict[tuple[str, str], list[str]] = {}
    for term in terms:
        name, equals, value = term.partition("=")
        field, _, match = name.partition("|")
        if not equals or not field or not value or (match or "equals") not in _MATCHES:
            raise InvalidInputError(f"Write field=value, field|startswith=value or field|cidr=network, not {term!r}.")
        found.setdefault((field, match or "equals"), []).append(value)
    return [{"field": field, "match": match, "values": values} for (field, match), values in found.items()]


async def _with_titles(server: str, key: str, query: dict[str, Any]) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Suppressions, and the titles of the rules they name: those of their newest alerts, where there are any.

    They are asked for at once, and for so many rules only that the limit of a minute is left to others.
    """
    from netsentinel.cli.remote import Remote

    async with Remote.find(server, key) as remote:
        items = (await remote.get("/api/v2/suppressions", query))["items"]
        named = {value for item in items for one in item["conditions"] if _is_rule(one) for value in one["values"]}
        asked = sorted(named)[:_MOST_TITLES]
        found = await asyncio.gather(
            *(remote.get("/api/v2/alerts", {"rule_id": rule_id, "limit": 1}) for rule_id in asked)
        )
        return items, {
            rule_id: page["items"][0]["title"] for rule_id, page in zip(asked, found, strict=True) if page["items"]
        }


async def _add(
    server: str, key: str, conditions: list[dict[str, Any]], about: dict[str, str], days: int | None
) -> dict[str, Any]:
    """Try conditions out, and make the suppression for so many days (0 for good), unless it is None."""
    from urllib.parse import quote

    import msgspec

    from netsentinel.cli.remote import Remote
    from netsentinel.kernel.clock import DAY, SystemClock

    async with Remote.find(server, key) as remote:

        async def post(path: str, body: dict[str, Any]) -> Any:
            headers = {"Content-Type": "application/json"}
            return await remote.call("POST", path, body=msgspec.json.encode(body), headers=headers)

        if not conditions:
            alert = (await remote.get(f"/api/v2/alerts/{quote(about['alert_id'], safe='')}", {}))["alert"]
            conditions = conditions_of([f"rule_id={alert['rule_id']}", f"entity={alert['entity']}"])
        for rule_id in (value for one in conditions if _is_rule(one) for value in one["values"]):
            if not await _is_known(remote, rule_id):
                talk(f"No rule has the id {rule_id}, and no alert is of one: is it whole?")
        shown = await post("/api/v2/suppressions/preview", {"conditions": conditions})
        if days is None:
            return {"preview": shown, "made": None}
        expires_at = SystemClock().now() + days * DAY if days else 0
        made = {"conditions": conditions, "expires_at": expires_at, **about}
        return {"preview": shown, "made": await post("/api/v2/suppressions", made)}


async def _is_known(remote: "Remote", rule_id: str) -> bool:
    """Whether a rule has the id, or at least an alert: a detector's is no rule's."""
    from urllib.parse import quote

    from netsentinel.kernel.errors import RemoteError

    try:
        if (await remote.get("/api/v2/alerts", {"rule_id": rule_id, "limit": 1}))["items"]:
            return True
        await remote.get(f"/api/v2/rules/{quote(rule_id, safe='')}", {})
    except RemoteError as error:
        return error.extra["problem"].get("code") != "not-found"
    return True


def _told(preview: dict[str, Any]) -> str:
    about = "" if preview["exact"] else "about "
    alerts = counted(preview["alerts"], "alert")
    part = f" and part of {preview['partly']} more" if preview["partly"] else ""
    text = (
        f"In the last {counted(preview['days'], 'day')} it would have hidden {alerts}{part}:"
        f" {about}{counted(preview['findings'], 'finding')}."
    )
    if preview["true_positives"]:
        text += f" CAUTION: {preview['true_positives']} of these alerts were called true positives."
    return text


def _is_rule(condition: dict[str, Any]) -> bool:
    return condition["field"] == "rule_id" and condition["match"] == "equals"


def _words(condition: dict[str, Any], titles: dict[str, str]) -> str:
    if _is_rule(condition):
        values: list[str] = condition["values"]
        return "rule " + " or ".join(titles.get(value, value) for value in values)
    how = "=" if condition["match"] == "equals" else f" {condition['match']} "
    return f"{condition['field']}{how}{' or '.join(condition['values'])}"


def _call(server: str, key: str, method: str, path: str, *, query: dict[str, Any] | None = None) -> Any:
    from netsentinel.cli.remote import ask

    return asyncio.run(ask(server, key, method, path, query=query))
