"""`netsentinel learn courses|path|assign|export`: courses of a server, in the terminal."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from netsentinel.cli.options import KeyOption, ServerOption
from netsentinel.cli.output import Output, OutputOption, counted, print_json, print_table, talk
from netsentinel.cli.tasks import ask, segment, tell

if TYPE_CHECKING:
    from netsentinel.academy.courses import Draft

courses_app = typer.Typer(no_args_is_help=True, add_completion=False, help="Write, publish and look at courses.")

CourseArgument = Annotated[str, typer.Argument(metavar="COURSE", help="Its slug or id.")]

_COURSES = "/api/v2/courses"
_NOT_FOUND = 404


@courses_app.callback()
def courses() -> None:
    """Write, publish and look at courses."""


@courses_app.command("list")
def list_courses(*, server: ServerOption = "", key: KeyOption = "", output: OutputOption = Output.TABLE) -> None:
    """Show the courses that there are for the key's owner, and how far they are."""
    found = asyncio.run(ask(server, key, _COURSES, {"limit": 500}))["items"]
    if output is Output.JSON:
        print_json(found)
        return
    print_table(
        ("SLUG", "TITLE", "STATE", "VERSION", "LESSONS", "DONE", "MINUTES"),
        [
            (one["slug"], one["title"], one["state"], one["latest"], one["lessons"], one["done"], one["minutes"])
            for one in found
        ],
    )


@courses_app.command("show")
def show_course(
    course: CourseArgument, *, server: ServerOption = "", key: KeyOption = "", output: OutputOption = Output.TABLE
) -> None:
    """Show a course's lessons in their order; of a locked one, what it waits for."""
    found = asyncio.run(ask(server, key, f"{_COURSES}/{segment(course)}"))
    if output is Output.JSON:
        print_json(found)
        return
    print_table(
        ("LESSON", "TITLE", "MINUTES", "STATE", "TECHNIQUES", "WAITS FOR"),
        [
            (
                one["slug"],
                one["title"],
                one["minutes"],
                one["state"],
                " ".join(one["techniques"]),
                ", ".join(need["name"] for need in one["needs"] if not need["is_met"]),
            )
            for one in found["lessons"]
        ],
    )


@courses_app.command("import")
def import_course(
    folder: Annotated[
        Path | None,
        typer.Argument(exists=True, file_okay=False, help="With course.yml; without, the bundled courses."),
    ] = None,
    *,
    publish: Annotated[bool, typer.Option("--publish", help="Publish it, where it is new or different.")] = False,
    note: Annotated[str, typer.Option(help="What is different, for learners.")] = "",
    server: ServerOption = "",
    key: KeyOption = "",
) -> None:
    """Make a course of a folder, or replace the draft of the one that has its slug.

    Errors name the file, and the line where there is one. What was published stays as it is without --publish.
    """
    from netsentinel.academy.courses.folder import bundled_courses, read_folder

    folders = [folder] if folder else sorted(one for one in bundled_courses().iterdir() if one.is_dir())
    for one in folders:
        slug, draft = read_folder(one)
        talk(asyncio.run(_imported(server, key, slug, draft, note if publish else None)))


async def _imported(server: str, key: str, slug: str, draft: "Draft", note: str | None) -> str:
    import msgspec

    from netsentinel.cli.remote import ask as request
    from netsentinel.kernel.errors import RemoteError

    body = msgspec.to_builtins(draft)
    try:
        course = await request(server, key, "PUT", f"{_COURSES}/{segment(slug)}/draft", body=body)
        said = "is replaced"
    except RemoteError as error:
        if error.extra["problem"].get("status") != _NOT_FOUND:
            raise
        course = await tell(server, key, _COURSES, {**body, "slug": slug})
        said = "is there"
    if note is None or not course["has_changes"]:
        return f"The draft of {slug} {said}: {counted(len(draft.lessons), 'lesson')}."
    made = await tell(server, key, f"{_COURSES}/{segment(slug)}/publish", {"note": note})
    return f"Version {made['number']} of {slug} is published: {_lessons(made)}"


@courses_app.command("publish")
def publish_course(
    course: CourseArgument,
    *,
    note: Annotated[str, typer.Option(help="What is different, for learners.")] = "",
    server: ServerOption = "",
    key: KeyOption = "",
) -> None:
    """Make the draft of a course its newest version."""
    made = asyncio.run(tell(server, key, f"{_COURSES}/{segment(course)}/publish", {"note": note}))
    talk(f"Version {made['number']} is published: {_lessons(made)}")


def _lessons(made: dict[str, Any]) -> str:
    """How many lessons a version has; and that nothing leads to them, where none states what it is about."""
    lessons = made["lessons"]
    said = f"{counted(len(lessons), 'lesson')}."
    if any(one["teaches"] or one["techniques"] for one in lessons):
        return said
    return (
        f"{said} CAUTION: none says what it teaches or which technique it explains: alerts and coverage do not lead to"
        " them, and there is nothing to practise."
    )


@courses_app.command("retire")
def retire_course(course: CourseArgument, *, server: ServerOption = "", key: KeyOption = "") -> None:
    """Have nobody begin a course any more."""
    done = asyncio.run(tell(server, key, f"{_COURSES}/{segment(course)}/retire", None))
    talk(f"{done['slug']} is retired.")


@courses_app.command("learners")
def show_learners(
    course: CourseArgument, *, server: ServerOption = "", key: KeyOption = "", output: OutputOption = Output.TABLE
) -> None:
    """Show who takes a course, and how far everybody is."""
    from netsentinel.kernel.clock import to_iso

    found = asyncio.run(ask(server, key, f"{_COURSES}/{segment(course)}/learners"))["items"]
    if output is Output.JSON:
        print_json(found)
        return
    print_table(
        ("NAME", "DONE", "LESSONS", "VERSION", "DUE", "LATE"),
        [
            (
                one["name"] or one["learner"],
                one["done"],
                one["lessons"],
                one["number"] or "",
                to_iso(one["due_at"]) if one["due_at"] else "",
                "late" if one["is_late"] else "",
            )
            for one in found
        ],
    )


def learning_path(
    goal: Annotated[str, typer.Argument(metavar="CONCEPT", help="Its name, id, or key such as T1046.")],
    *,
    server: ServerOption = "",
    key: KeyOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Show the lessons that are left on the way to a concept, from what the key's owner knows already."""
    found = asyncio.run(ask(server, key, "/api/v2/paths", {"goal": goal}))
    if output is Output.JSON:
        print_json(found)
        return
    print_table(
        ("LESSON", "COURSE", "MINUTES", "STATE", "FOR"),
        [
            (one["lesson"]["title"], one["lesson"]["course"], one["minutes"], one["state"], one["reason"])
            for one in found["steps"]
        ],
    )
    if found["is_reached"]:
        talk("You know that already.")
    if found["gaps"]:
        talk("No lesson teaches: " + ", ".join(gap["name"] for gap in found["gaps"]))


def assign(
    course: CourseArgument,
    target: Annotated[str, typer.Argument(metavar="WHOM", help="A user's name or id; with --cohort, a cohort's.")],
    *,
    cohort: Annotated[bool, typer.Option("--cohort", help="A list of users is meant.")] = False,
    due: Annotated[str, typer.Option(help="By when, for example 2026-12-31.")] = "",
    server: ServerOption = "",
    key: KeyOption = "",
) -> None:
    """Have a user or a cohort take a course; once more gives another date."""
    asyncio.run(_assigned(server, key, course, target, "cohort" if cohort else "user", _day(due)))
    talk(f"{target} is to take {course}{' by ' + due if due else ''}.")


def _day(text: str) -> int:
    """Microseconds since 1970 of the end of a day; 0 for none."""
    from datetime import UTC, date, datetime, time

    if not text:
        return 0
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter("a day is written 2026-12-31", param_hint="--due") from error
    return int(datetime.combine(day, time.max, UTC).timestamp()) * 1_000_000


async def _assigned(server: str, key: str, course: str, target: str, to: str, due_at: int) -> Any:
    if to == "user":
        people = (await ask(server, key, "/api/v2/cohorts/people"))["items"]
        target = next((one["id"] for one in people if one["name"].casefold() == target.casefold()), target)
    body = {"to": to, "target": target, "due_at": due_at}
    return await tell(server, key, f"{_COURSES}/{segment(course)}/assignments", body)


def export(
    course: CourseArgument,
    folder: Annotated[Path, typer.Argument(file_okay=False, help="Is made; must be empty if it is there.")],
    *,
    server: ServerOption = "",
    key: KeyOption = "",
) -> None:
    """Write the draft of a course into a folder, as `learn courses import` reads it."""
    import msgspec

    from netsentinel.academy.courses import Draft
    from netsentinel.academy.courses.folder import write_folder

    found = asyncio.run(ask(server, key, f"{_COURSES}/{segment(course)}/draft"))
    count = write_folder(folder, found["course"]["slug"], msgspec.convert(found["draft"], Draft))
    talk(f"Wrote {counted(count, 'lesson')} into {folder}.")
