"""`netsentinel learn due|quiz|questions|draft|drill|approve`: practise in the terminal, write and approve questions."""

import asyncio
import uuid
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from netsentinel.cli.options import KeyOption, ServerOption
from netsentinel.cli.output import Output, OutputOption, counted, print_json, print_table, printable, talk
from netsentinel.cli.tasks import ask, segment, tell

_PRACTICE = "/api/v2/practice"
_CHUNK = 200

SourceOption = Annotated[
    str, typer.Option("--source", help="Only a lesson's or medium's questions, for example lesson:course/slug.")
]


def add_practice(learn_app: typer.Typer) -> None:
    """Give `netsentinel learn` the commands of practice."""
    learn_app.command("due")(due)
    learn_app.command("quiz")(quiz)
    learn_app.command("questions")(questions)
    learn_app.command("draft")(draft)
    learn_app.command("drill")(drill)
    learn_app.command("approve")(approve)


def due(
    *, source: SourceOption = "", server: ServerOption = "", key: KeyOption = "", output: OutputOption = Output.TABLE
) -> None:
    """Show what is due now, and why."""
    found = asyncio.run(ask(server, key, f"{_PRACTICE}/due", {"source": source, "limit": 100}))
    if output is Output.JSON:
        print_json(found)
        return
    rows = [
        (one["question"]["kind"], printable(one["question"]["prompt"])[:60], printable(one["why"][0]["text"]))
        for one in found["items"]
    ]
    print_table(("KIND", "QUESTION", "WHY"), rows)
    talk(f"{found['due']} to repeat, {found['new']} new, {found['answered_today']} answered today.")


def quiz(
    *,
    count: Annotated[int, typer.Option(min=1, max=100, help="Questions at most.")] = 10,
    source: SourceOption = "",
    server: ServerOption = "",
    key: KeyOption = "",
) -> None:
    """Practise: one question after the other, each answer judged and explained. Ctrl-D ends it; nothing is lost."""
    found = asyncio.run(ask(server, key, f"{_PRACTICE}/due", {"source": source, "limit": count}))
    if not found["items"]:
        talk("Nothing is due.")
        return
    right = answered = 0
    for item in found["items"]:
        try:
            given = _asked(item)
        except typer.Abort:
            break
        body = {
            "attempt": uuid.uuid4().hex,
            "question": item["question"]["id"],
            "version": item["question"]["version"],
            **given,
        }
        result = asyncio.run(tell(server, key, f"{_PRACTICE}/answers", body))
        answered += 1
        right += result["judgement"]["is_right"]
        _show(result)
    talk(f"{answered} answered, {right} right.")


def questions(
    folder: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="A course's folder, with questions/NN-slug.yml.")
    ],
    *,
    server: ServerOption = "",
    key: KeyOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Write the questions of a course's folder: new ones are added, different ones become a new version."""
    from netsentinel.academy.practice import read_course

    items = [asdict(item) for item in read_course(folder)]
    done = {"added": 0, "changed": 0, "unchanged": 0}
    for start in range(0, len(items), _CHUNK):
        part = asyncio.run(_put(server, key, {"questions": items[start : start + _CHUNK]}))
        done = {name: count + part[name] for name, count in done.items()}
    if output is Output.JSON:
        print_json(done)
    else:
        talk(f"Questions: {done['added']} new, {done['changed']} changed, {done['unchanged']} as they were.")


def draft(
    concepts: Annotated[list[str] | None, typer.Argument(help="Concepts by name, key or id, 25 at most.")] = None,
    *,
    medium: Annotated[str, typer.Option(help="Id of a medium instead: its definitions, 25 a time.")] = "",
    seed: Annotated[int, typer.Option(min=0, help="Another seed draws other wrong choices.")] = 0,
    server: ServerOption = "",
    key: KeyOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Make questions of what the graph says of concepts; they are drafts until somebody approves them."""
    body = {"concepts": concepts or [], "medium": medium, "seed": seed}
    made = asyncio.run(tell(server, key, f"{_PRACTICE}/drafts", body))
    if output is Output.JSON:
        print_json(made)
        return
    rows = [
        (one["id"], one["state"], printable(one["content"]["prompt"]), printable(one["content"]["key"]["right"][0]))
        for one in made["items"]
    ]
    print_table(("ID", "STATE", "QUESTION", "RIGHT"), rows)
    for one in made["skipped"]:
        talk(f"{printable(one['name'])}: {one['reason']}.")
    talk(f"New drafts: {made['added']}; nobody is asked one before: netsentinel learn approve ID")
    if made["left"]:
        talk(f"{counted(made['left'], 'more concept', 'more concepts')} of the medium: the same command goes on.")


def drill(
    alert: Annotated[str, typer.Argument(help="Id of an alert that has a verdict.")] = "",
    *,
    incident: Annotated[
        str, typer.Option("--incident", help="Of each decided alert about this address, host or user instead.")
    ] = "",
    server: ServerOption = "",
    key: KeyOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Make a triage drill of an alert, its names masked; it is a draft until somebody approves it."""
    if bool(alert) == bool(incident):
        raise typer.BadParameter("state the id of an alert, or --incident with an entity", param_hint="ALERT")
    if incident:
        made = asyncio.run(tell(server, key, f"{_PRACTICE}/incident-drills", {"entity": incident}))
        drills = made["items"]
    else:
        made = asyncio.run(tell(server, key, f"{_PRACTICE}/drills", {"alert": alert}))
        drills = [made]
    if output is Output.JSON:
        print_json(made)
        return
    for one in drills:
        print_table(
            ("FACT", "AS LEARNERS SEE IT"),
            [(fact["name"], " ".join(fact["value"].split())) for fact in one["content"]["facts"]],
        )
        if one["state"] == "draft":
            talk(f"When nothing gives a name away: netsentinel learn approve {one['id']}")
    if incident and made["undecided"]:
        talk(f"{counted(made['undecided'], 'alert')} about {printable(incident)} without a verdict yet.")
    if incident and made["left"]:
        talk(f"{counted(made['left'], 'decided alert')} came later; drills are made of the oldest.")


def approve(
    question: Annotated[str, typer.Argument(help="Id of a draft.")], *, server: ServerOption = "", key: KeyOption = ""
) -> None:
    """Have a draft asked from now on."""
    place = f"{_PRACTICE}/questions/{segment(question)}/decision"
    asyncio.run(tell(server, key, place, {"state": "approved"}))
    talk(f"{printable(question)} is asked from now on.")


async def _put(server: str, key: str, body: object) -> Any:
    from netsentinel.cli.remote import ask as request

    return await request(server, key, "PUT", f"{_PRACTICE}/questions", body=body)


def _asked(item: dict[str, Any]) -> dict[str, Any]:
    """One question put to the person at the terminal; the fields of the answer."""
    question = item["question"]
    typer.echo("")
    for fact in question["facts"]:
        typer.echo(f"  {printable(fact['name'])}: {printable(fact['value'])}")
    typer.secho(printable(question["prompt"]), bold=True)
    for reason in item["why"]:
        typer.secho(f"  ({printable(reason['text'])})", dim=True)
    kind, options = question["kind"], question["options"]
    if kind in {"short", "numeric"}:
        return {"text": typer.prompt(f"Answer{' in ' + question['unit'] if question['unit'] else ''}")}
    if question["fields"]:
        return {
            "pairs": {field["name"]: _picked(field["name"], field["options"], 1)[0] for field in question["fields"]}
        }
    most = {"choice": 1, "multiple": len(options), "ordering": len(options)}[kind]
    said = {"choice": "One number", "multiple": "Numbers, as 1 3", "ordering": "All numbers in order, as 3 1 2"}[kind]
    return {"chosen": _picked(said, options, most)}


def _picked(said: str, options: list[str], most: int) -> list[str]:
    """What a person picks by numbers; asked again until it is possible."""
    for number, option in enumerate(options, 1):
        typer.echo(f"  {number}. {printable(option)}")
    while True:
        numbers = typer.prompt(printable(said)).replace(",", " ").split()
        is_possible = all(one.isdecimal() and 1 <= int(one) <= len(options) for one in numbers)
        if is_possible and 1 <= len(set(numbers)) == len(numbers) <= most:
            return [options[int(one) - 1] for one in numbers]
        typer.echo(f"  Numbers from 1 to {len(options)}, at most {most}.")


def _show(result: dict[str, Any]) -> None:
    from netsentinel.kernel.clock import SECOND

    judgement = result["judgement"]
    word = "Right." if judgement["is_right"] else "Not quite."
    typer.secho(word, fg="green" if judgement["is_right"] else "yellow")
    if not judgement["is_right"]:
        typer.echo(f"  {printable('; '.join(judgement['right']))}")
    for text in (judgement["note"], result["explanation"]):
        if text:
            typer.echo(f"  {printable(text)}")
    from netsentinel.academy.practice.words import span

    typer.secho(f"  Next in {span(result['interval_s'] * SECOND)}.", dim=True)
