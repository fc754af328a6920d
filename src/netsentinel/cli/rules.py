"""`netsentinel rules`: judge Sigma rules without a server, and administer those of a server."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from netsentinel.cli.options import KeyOption, ServerOption
from netsentinel.cli.output import Output, OutputOption, counted, print_json, print_table, printable, talk

if TYPE_CHECKING:
    from netsentinel.cli.remote import Remote

EXIT_SOME_FAILED = 1
_PAGE = 500
_TOLD_FAULTS = 20
"""So many rules that fail are told one by one."""

RuleArgument = Annotated[list[str], typer.Argument(help="Ids of rules.", metavar="ID...")]

rules_app = typer.Typer(
    name="rules", help="Check, list, add and switch rules.", no_args_is_help=True, add_completion=False
)


@rules_app.command("check")
def check(
    *,
    paths: Annotated[
        list[Path], typer.Argument(help="Files, folders or .zip archives with Sigma rules.", metavar="PATH...")
    ],
    output: OutputOption = Output.TABLE,
) -> None:
    """Load rules and say which ones fail, with file, line and column.

    Exit code 0 when every rule loads, 1 when some failed or nothing was found.
    """
    from netsentinel.detection.rules import load_cached, user_cache

    loaded = load_cached(paths, user_cache())
    if output is Output.JSON:
        failed = [
            {"path": one.path, "line": one.line, "column": one.column, "error": one.detail} for one in loaded.failed
        ]
        print_json({"loaded": len(loaded.rules), "failed": failed})
    elif loaded.failed:
        print_table(("PLACE", "ERROR"), [(f"{f.path}:{f.line}:{f.column}", f.detail) for f in loaded.failed])
    talk(f"{counted(len(loaded.rules), 'rule loads', 'rules load')}, {counted(len(loaded.failed), 'fails', 'fail')}.")
    if not loaded.rules and not loaded.failed:
        talk("No rule was found: rules are read from .yml and .yaml files, and from .zip archives that hold such.")
    if loaded.failed or not loaded.rules:
        raise typer.Exit(EXIT_SOME_FAILED)


@rules_app.command("list")
def list_rules(
    *,
    text: Annotated[str, typer.Option(help="Words that title, id or tags contain.")] = "",
    level: Annotated[str, typer.Option(help="informational, low, medium, high, critical; several with commas.")] = "",
    state: Annotated[str, typer.Option(help="enabled, disabled, failing; several separated by commas.")] = "",
    product: Annotated[str, typer.Option(help="Product of the log source.")] = "",
    category: Annotated[str, typer.Option(help="Category of the log source.")] = "",
    service: Annotated[str, typer.Option(help="Service of the log source.")] = "",
    pack: Annotated[str, typer.Option(help="Id or name of the pack.")] = "",
    order: Annotated[str, typer.Option(help="title, level, hits, last_hit or cost.")] = "title",
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="Rules at most.")] = 200,
    server: ServerOption = "",
    key: KeyOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Show the server's rules with their state, hits and measured cost."""
    query = {"q": text, "level": level, "state": state, "product": product, "category": category, "service": service}
    wanted = {name: value for name, value in (query | {"pack": pack, "order": order}).items() if value}
    items = _with_server(server, key, lambda remote: _pages(remote, wanted, limit))
    if output is Output.JSON:
        print_json(items)
        return
    print_table(
        ("STATE", "LEVEL", "HITS", "LAST HIT", "NS/EVENT", "TITLE", "PACK", "ID"), [_row(item) for item in items]
    )


@rules_app.command("packs")
def list_packs(*, server: ServerOption = "", key: KeyOption = "", output: OutputOption = Output.TABLE) -> None:
    """Show where the server's rules come from, with licences."""
    items = _with_server(server, key, lambda remote: remote.get("/api/v2/rules/packs", {}))["items"]
    if output is Output.JSON:
        print_json(items)
        return
    print_table(
        ("NAME", "KIND", "RULES", "FAILING", "LICENCE", "ADDED BY", "ORIGIN", "ID"),
        [
            (
                one["name"],
                one["kind"],
                one["rules"],
                one["failing"],
                one["licence"] or "not stated",
                one["added_by"] or "the installation",
                one["origin"],
                one["id"],
            )
            for one in items
        ],
    )
    for one in items:
        if one["trouble"]:
            talk(f"The pack {one['name']}: {one['trouble']}")


@rules_app.command("show")
def show(
    *,
    rule_id: Annotated[str, typer.Argument(help="Id of the rule.", metavar="ID")],
    server: ServerOption = "",
    key: KeyOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Show a rule: where it comes from, its licence, hits, cost, cases and text."""
    detail = _with_server(server, key, lambda remote: remote.get(f"/api/v2/rules/{rule_id}", {}))
    if output is Output.JSON:
        print_json(detail)
        return
    print_table(("", ""), _facts(detail))
    sys.stdout.write("\n" + printable(detail["source"]))


@rules_app.command("enable")
def enable(*, ids: RuleArgument, server: ServerOption = "", key: KeyOption = "") -> None:
    """Have rules look at the tenant's events again."""
    _with_server(server, key, lambda remote: _switch(remote, ids, "enable", None))


@rules_app.command("disable")
def disable(
    *,
    ids: RuleArgument,
    note: Annotated[str, typer.Option(help="Why, for whoever finds the rule disabled.")] = "",
    server: ServerOption = "",
    key: KeyOption = "",
) -> None:
    """Have rules no longer look at the tenant's events. Other tenants keep them."""
    _with_server(server, key, lambda remote: _switch(remote, ids, "disable", {"note": note}))


@rules_app.command("add")
def add(
    *,
    path: Annotated[Path, typer.Argument(help="A folder, a .zip archive or a .yml file.", metavar="PATH")],
    name: Annotated[str, typer.Option(help="Name of the pack; the file's by default. A pack of it is replaced.")] = "",
    licence: Annotated[str, typer.Option(help="Licence; what the pack's own licence file says by default.")] = "",
    server: ServerOption = "",
    key: KeyOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Add rules to the server, for the events of the key's tenant. What cannot be loaded is told and listed as failing.

    Exit code 0 when every rule loads, 1 when some failed.
    """
    from netsentinel.cli.rule_archive import archive_of

    content = archive_of(path)
    query = {"name": name or path.resolve().stem, "origin": str(path.resolve()), "licence": licence}
    headers = {"Content-Type": "application/zip"}
    talk(f"The server reads {path.name} and tries each of its rules; thousands take about a minute.")
    report = _with_server(
        server,
        key,
        lambda remote: remote.call("POST", "/api/v2/rules/packs", query=query, body=content, headers=headers),
    )
    faults = report["faults"]
    if output is Output.JSON:
        print_json(report)
    elif faults:
        print_table(
            ("PLACE", "ERROR"), [(f"{f['path']}:{f['line']}:{f['column']}", f["detail"]) for f in faults[:_TOLD_FAULTS]]
        )
    pack = report["pack"]
    failing = f"; {pack['failing']:,} of them cannot be loaded" if pack["failing"] else ""
    talk(f"The pack {pack['name']} is added with {counted(pack['rules'], 'rule')}{failing}.")
    talk(f"Licence: {pack['licence'] or 'not stated; add --licence to say it'}.")
    if faults:
        raise typer.Exit(EXIT_SOME_FAILED)


@rules_app.command("remove")
def remove(
    *,
    pack: Annotated[str, typer.Argument(help="Name or id of a pack that was added.")],
    server: ServerOption = "",
    key: KeyOption = "",
) -> None:
    """Remove a pack that was added. Its hits stay counted."""
    _with_server(server, key, lambda remote: remote.call("DELETE", f"/api/v2/rules/packs/{_quoted(pack)}"))
    talk(f"The pack {pack} is removed.")


def _with_server(server: str, key: str, ask: "Callable[[Remote], Coroutine[Any, Any, Any]]") -> Any:
    from netsentinel.cli.remote import Remote

    async def run() -> Any:
        async with Remote.find(server, key) as remote:
            return await ask(remote)

    return asyncio.run(run())


async def _pages(remote: "Remote", query: dict[str, str], limit: int) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    cursor = ""
    while len(items) < limit:
        some = min(_PAGE, limit - len(items))
        page = await remote.get("/api/v2/rules", {**query, "limit": some, **({"cursor": cursor} if cursor else {})})
        items += page["items"]
        cursor = page["next"]
        if not cursor:
            break
    return items


async def _switch(remote: "Remote", ids: list[str], what: str, body: dict[str, str] | None) -> None:
    import msgspec

    content = msgspec.json.encode(body) if body is not None else None
    headers = {"Content-Type": "application/json"} if body is not None else None
    for rule_id in ids:
        rule = await remote.call("POST", f"/api/v2/rules/{_quoted(rule_id)}/{what}", body=content, headers=headers)
        talk(f"{rule['state']}: {rule['title']}")


def _quoted(text: str) -> str:
    from urllib.parse import quote

    return quote(text, safe="")


def _row(item: dict[str, Any]) -> tuple[object, ...]:
    cost = item["cost"]
    return (
        item["state"],
        item["level"],
        item["hits"],
        _when(item["last_hit_at"]),
        cost["ns_per_event"] if cost["evaluations"] else _unmeasured(cost),
        item["title"],
        item["pack"],
        item["id"],
    )


def _facts(detail: dict[str, Any]) -> list[tuple[str, object]]:
    rule, pack, cost, disabled = detail["rule"], detail["pack"], detail["rule"]["cost"], detail["disabled"]
    source = " ".join(f"{name} {rule[name]}" for name in ("product", "category", "service") if rule[name])
    measured = (
        f"{cost['ns_per_event']} ns an event, over {counted(cost['events'], 'event')};"
        f" asked {counted(cost['evaluations'], 'time')}"
    )
    hits = sum(case["expected"] for case in detail["cases"])
    facts = [
        ("title", rule["title"]),
        ("state", rule["state"] + (f": {rule['error']}" if rule["error"] else "")),
        ("disabled", f"by {disabled['by']}, {_when(disabled['at'])}: {disabled['note']}" if disabled else ""),
        ("level", rule["level"]),
        ("log source", source),
        ("tags", ", ".join(rule["tags"])),
        ("author", detail["author"]),
        ("licence", detail["licence"] or "not stated"),
        ("pack", f"{pack['name']} ({pack['kind']}), {detail['path']}"),
        ("origin", pack["origin"]),
        ("hits", f"{rule['hits']:,}" + (f", the last {_when(rule['last_hit_at'])}" if rule["hits"] else "")),
        (
            "cost",
            (measured if cost["evaluations"] else _unmeasured(cost)) + f"; {counted(cost['patterns'], 'pattern')}",
        ),
        ("cases", f"{hits} that must hit, {len(detail['cases']) - hits} that must not"),
    ]
    return [(name, value) for name, value in facts if value]


def _unmeasured(cost: dict[str, Any]) -> str:
    """Costs are measured in samples of the events; a rule may have hits elsewhere."""
    return f"not asked in {counted(cost['events'], 'sampled event')} yet" if cost["events"] else "not measured yet"


def _when(at: int) -> str:
    from netsentinel.kernel.clock import to_iso

    return to_iso(at)[:19] + "Z" if at else ""
