"""`netsentinel graph`: the knowledge graph, in the terminal."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from netsentinel.cli.options import KeyOption, ServerOption
from netsentinel.cli.output import Output, OutputOption, counted, print_json, print_table, printable, talk
from netsentinel.cli.review import answer, review, take_back
from netsentinel.cli.tasks import ask, segment, tell

graph_app = typer.Typer(no_args_is_help=True, add_completion=False, help="Look at and edit the knowledge graph.")

ConceptArgument = Annotated[str, typer.Argument(metavar="CONCEPT", help="Its name, id, or key such as T1046.")]

_GRAPH = "/api/v2/graph"
_CONCEPTS = "/api/v2/concepts"
_MOST_TEXT = 60


@graph_app.callback()
def graph() -> None:
    """Look at and edit the knowledge graph."""


@graph_app.command("stats")
def stats(*, server: ServerOption = "", key: KeyOption = "", output: OutputOption = Output.TABLE) -> None:
    """Show how large the graph is."""
    found = asyncio.run(ask(server, key, f"{_GRAPH}/stats"))
    if output is Output.JSON:
        print_json(found)
        return
    rows = [
        (f"{what} {name}", count) for what in ("concepts", "edges", "origins") for name, count in found[what].items()
    ]
    rows += [(f"edges {name}", found[name]) for name in ("held", "denied")]
    print_table(("WHAT", "COUNT"), [*rows, ("version", found["version"])])


@graph_app.command("find")
def find(
    words: Annotated[str, typer.Argument(help="Words of a name.")],
    *,
    limit: Annotated[int, typer.Option(min=1, max=500, help="Concepts at most.")] = 20,
    server: ServerOption = "",
    key: KeyOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Find concepts by words of their names, the best match first."""
    show_concepts(asyncio.run(ask(server, key, _CONCEPTS, {"q": words, "limit": limit}))["items"], output)


@graph_app.command("show")
def show(
    concept: ConceptArgument,
    *,
    before: Annotated[bool, typer.Option("--before", help="All that must be understood first, in order.")] = False,
    after: Annotated[bool, typer.Option("--after", help="All that needs it.")] = False,
    server: ServerOption = "",
    key: KeyOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Show a concept and its edges, or with --before what to learn first."""
    place = f"{_CONCEPTS}/{segment(concept)}"
    if before or after:
        direction = "prerequisites" if before else "dependents"
        found = asyncio.run(ask(server, key, f"{place}/prerequisites", {"direction": direction}))
        show_concepts(found["items"], output)
        return
    found = asyncio.run(ask(server, key, place))
    if output is Output.JSON:
        print_json(found)
        return
    show_concepts([found["concept"]], output)
    print_table(
        ("", "RELATION", "CONCEPT", "STATE", "WEIGHT", "EVIDENCE"),
        [
            (
                "->" if edge["outgoing"] else "<-",
                edge["relation"],
                edge["name"],
                "confirmed" if edge["is_confirmed"] and edge["state"] == "live" else edge["state"],
                f"{edge['weight']:.2f}",
                edge["evidence"],
            )
            for edge in found["edges"]
        ],
    )


@graph_app.command("path")
def path(
    source: ConceptArgument,
    target: ConceptArgument,
    *,
    directed: Annotated[bool, typer.Option("--directed", help="Only along prerequisites.")] = False,
    server: ServerOption = "",
    key: KeyOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Show a shortest path between two concepts."""
    query = {"source": source, "target": target, "directed": str(directed).lower()}
    found = asyncio.run(ask(server, key, f"{_GRAPH}/path", query))["concepts"]
    show_concepts(found, output)
    if not found:
        talk("There is no path between them.")


@graph_app.command("merge")
def merge(
    concept: ConceptArgument,
    into: Annotated[str, typer.Argument(metavar="INTO", help="The concept that stays.")],
    *,
    server: ServerOption = "",
    key: KeyOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Have a concept be another one; `graph undo` takes it back."""
    done = asyncio.run(_merge(server, key, concept, into))
    if output is Output.JSON:
        print_json(done)
    else:
        talk(f"{concept} is {into} from now on. Take it back with: netsentinel graph undo {done['number']}")


async def _merge(server: str, key: str, concept: str, into: str) -> Any:
    ids = [(await ask(server, key, f"{_CONCEPTS}/{segment(one)}"))["concept"]["id"] for one in (concept, into)]
    return await tell(server, key, f"{_CONCEPTS}/{ids[0]}/merge", {"into": ids[1]})


@graph_app.command("undo")
def undo(
    number: Annotated[int, typer.Argument(min=1, help="Of the operation; `graph history` lists them.")],
    *,
    server: ServerOption = "",
    key: KeyOption = "",
) -> None:
    """Take a decision about a concept back."""
    asyncio.run(tell(server, key, f"{_GRAPH}/operations/{number}/undo", None))
    talk(f"Operation {number} is undone.")


@graph_app.command("history")
def history(*, server: ServerOption = "", key: KeyOption = "", output: OutputOption = Output.TABLE) -> None:
    """Show what people decided about concepts, newest first."""
    found = asyncio.run(ask(server, key, f"{_GRAPH}/operations"))["items"]
    if output is Output.JSON:
        print_json(found)
        return
    from netsentinel.kernel.clock import to_iso

    print_table(
        ("NUMBER", "AT", "WHAT", "CONCEPT", "OTHER", "NAME", "BY", "UNDONE"),
        [
            (
                one["number"],
                to_iso(one["at"]),
                one["kind"],
                one["concept"],
                one["other"],
                one["name"],
                one["by"],
                "yes" if one["undone_by"] else "",
            )
            for one in found
        ],
    )


@graph_app.command("rebuild")
def rebuild(*, server: ServerOption = "", key: KeyOption = "", output: OutputOption = Output.TABLE) -> None:
    """Work all concepts and edges out anew from what is stated and decided, and fill Neo4j anew where it is used."""
    done = asyncio.run(tell(server, key, f"{_GRAPH}/rebuild", None))
    if output is Output.JSON:
        print_json(done)
    else:
        talk(
            f"The graph is at version {done['version']}: new or different are"
            f" {counted(done['concepts'], 'concept')} and {counted(done['edges'], 'edge')},"
            f" gone are {done['gone_concepts']} and {done['gone_edges']}."
        )


@graph_app.command("import-attack")
def import_attack(
    bundle: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A STIX bundle, also as .gz.")],
    *,
    server: ServerOption = "",
    key: KeyOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Replace the shipped table of ATT&CK by a newer STIX bundle's tactics, techniques and mitigations."""
    from netsentinel.academy.graph.attack import read_bundle, rows_from_bundle, table_text

    rows = rows_from_bundle(read_bundle(bundle))
    done = asyncio.run(_put(server, key, f"{_GRAPH}/references/attack", {"table": table_text(rows)}))
    if output is Output.JSON:
        print_json(done)
    else:
        talk(
            f"{counted(len(rows), 'row')}: new or different are {counted(done['concepts'], 'concept')} and"
            f" {counted(done['edges'], 'edge')}, gone are {done['gone_concepts']} and {done['gone_edges']}."
        )


async def _put(server: str, key: str, place: str, body: object) -> Any:
    from netsentinel.cli.remote import ask as request

    return await request(server, key, "PUT", place, body=body)


@graph_app.command("coverage")
def coverage(
    *,
    days: Annotated[int, typer.Option(min=1, max=365, help="Of alerts that are looked at.")] = 30,
    shift: Annotated[str, typer.Option(help="Whose mastery counts: now, or a cohort's name or id.")] = "",
    server: ServerOption = "",
    key: KeyOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Show which techniques alerts named lately, those first that nobody has mastered."""
    found = asyncio.run(ask(server, key, f"{_GRAPH}/coverage", {"days": days, "shift": shift}))
    if output is Output.JSON:
        print_json(found)
        return
    print_table(
        ("TECHNIQUE", "NAME", "ALERTS", "MASTERED BY", "BEST", "LESSONS"),
        [
            (
                one["id"],
                printable(one["name"]),
                one["alerts"],
                "-" if one["masters"] is None else printable(", ".join(one["mastered_by"])) or one["masters"],
                "-" if one["best"] is None else f"{one['best']:.2f}",
                printable(", ".join(lesson["title"] for lesson in one["lessons"])),
            )
            for one in found["items"]
        ],
    )
    talk(_covered(found))


graph_app.command("review")(review)
graph_app.command("answer")(answer)
graph_app.command("take-back")(take_back)


def _covered(found: dict[str, Any]) -> str:
    techniques, people = counted(len(found["items"]), "technique"), found["people"]
    if found["shifts"] == []:
        return "Nobody is on shift now."
    if found["covered"] is None:
        return f"With {people} who look after alerts, what they master is shown to those who may teach."
    on = f" on {printable(', '.join(found['shifts']))}" if found["shifts"] else ""
    return f"Mastered by somebody of {counted(people, 'person', 'people')}{on}: {found['covered']} of {techniques}."


def show_concepts(found: list[dict[str, Any]], output: Output) -> None:
    """Print concepts."""
    if output is Output.JSON:
        print_json(found)
        return
    print_table(
        ("NAME", "KIND", "KEY", "ID", "TEXT"),
        [(one["name"], one["kind"], one["key"], one["id"], _short(one["text"])) for one in found],
    )


def _short(text: str) -> str:
    """The beginning of a text, as much as a row takes; `-o json` has it whole."""
    line = " ".join(text.split())
    return line if len(line) <= _MOST_TEXT else f"{line[:_MOST_TEXT].rstrip()}..."
