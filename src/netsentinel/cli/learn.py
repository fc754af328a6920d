"""`netsentinel learn`: what there is to learn from, on the server."""

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

import typer

from netsentinel.cli.courses import assign, courses_app, export, learning_path
from netsentinel.cli.learn_practice import add_practice
from netsentinel.cli.options import KeyOption, ServerOption
from netsentinel.cli.output import Output, OutputOption, counted, print_json, print_table, printable, talk

if TYPE_CHECKING:
    from netsentinel.cli.remote import Remote

EXIT_SOME_FAILED = 1
_AT_ONCE = 4
_LOOK_S = 0.4
_ENDED = frozenset({"ready", "failed", "quarantined"})
_COUNTS = ("words", "concepts", "prerequisites")

MediumArgument = Annotated[str, typer.Argument(metavar="MEDIUM", help="Id, or the name that it was imported by.")]

learn_app = typer.Typer(no_args_is_help=True, add_completion=False, help="Import and list what there is to learn from.")

learn_app.add_typer(courses_app, name="courses")
learn_app.command("path")(learning_path)
learn_app.command("assign")(assign)
learn_app.command("export")(export)


@learn_app.callback()
def learn() -> None:
    """Import and list what there is to learn from."""


add_practice(learn_app)


@learn_app.command("import")
def import_files(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH...", help="Files or folders; of a folder, every file that the library takes."),
    ],
    *,
    wait: Annotated[bool, typer.Option(help="Wait until they are read, and say what was found.")] = True,
    server: ServerOption = "",
    key: KeyOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Upload files, and have their concepts and the prerequisites among them in the knowledge graph.

    An upload that broke off goes on where it stopped, also in a later run. A file of the same name is replaced. Exit
    code 1 when a file was not taken or could not be read, or none was found.
    """
    results = asyncio.run(_import(server, key, list(_files(paths)), wait=wait))
    if output is Output.JSON:
        print_json(results)
    else:
        columns = ("NAME", "DONE", "STATE", *(one.upper() for one in _COUNTS))
        print_table(columns, [[printable(str(one.get(name.lower(), ""))) for name in columns] for one in results])
    failed = [one for one in results if one["state"] in {"refused", "failed", "quarantined"}]
    for one in failed:
        talk(f"{printable(one['name'])}: {printable(one['error'])}")
    talk(f"{counted(len(results) - len(failed), 'file')} imported, {len(failed):,} failed.")
    if failed or not results:
        raise typer.Exit(EXIT_SOME_FAILED)


@learn_app.command("list")
def list_media(*, server: ServerOption = "", key: KeyOption = "", output: OutputOption = Output.TABLE) -> None:
    """Show what was imported, by name."""
    items = asyncio.run(_all(server, key))
    if output is Output.JSON:
        print_json(items)
        return
    print_table(
        ("ID", "NAME", "STATE", "TITLE", "WORDS", "CONCEPTS", "PREREQUISITES"),
        [
            (
                one["id"],
                printable(one["name"]),
                one["state"],
                printable(one["title"]),
                *(one[count] for count in _COUNTS),
            )
            for one in items
        ],
    )


@learn_app.command("show")
def show(
    medium: MediumArgument, *, server: ServerOption = "", key: KeyOption = "", output: OutputOption = Output.TABLE
) -> None:
    """Show a medium: its state, the steps of its reading, and what was found."""
    found = asyncio.run(_one(server, key, medium))
    if output is Output.JSON:
        print_json(found)
        return
    facts = [(name, value) for name, value in found["facts"].items() if value]
    shown = ("id", "name", "title", "kind", "size", "state", "detail", *_COUNTS, "origin", "task_id")
    print_table(("", "VALUE"), [*((name, printable(str(found[name]))) for name in shown), *facts])
    print_table(
        ("STEP", "SECONDS", "FOUND"),
        [
            (
                one["stage"],
                f"{(one['ended_at'] - one['began_at']) / 1_000_000:.2f}" if one["ended_at"] else "-",
                one["detail"],
            )
            for one in found["stages"]
        ],
    )


@learn_app.command("transcribe")
def transcribe(
    medium: MediumArgument,
    *,
    language: Annotated[str, typer.Option(help="What is spoken, as a tag such as `en`; found out when left out.")] = "",
    server: ServerOption = "",
    key: KeyOption = "",
) -> None:
    """Have a recording heard, where a plug-in understands speech; its captions are then a medium beside it."""
    task = asyncio.run(_heard(server, key, medium, language))
    talk(f"It is heard by the task {task['id']}; `netsentinel tasks show {task['id']}` says how far it is.")


@learn_app.command("remove")
def remove(medium: MediumArgument, *, server: ServerOption = "", key: KeyOption = "") -> None:
    """Delete a medium; the graph is then what it would be without it."""
    gone = asyncio.run(_removed(server, key, medium))
    talk(f"{printable(gone['name'])} is gone, and what only it stated is gone from the graph.")


async def _import(server: str, key: str, files: list[tuple[str, Path]], *, wait: bool) -> list[dict[str, Any]]:
    from netsentinel.cli.remote import Remote
    from netsentinel.cli.uploading import Uploader, unfinished

    async with Remote.find(server, key) as remote:
        uploader, places = Uploader(remote, await unfinished(remote)), asyncio.Semaphore(_AT_ONCE)
        with _Bar(files) as bar:

            async def one(name: str, path: Path) -> dict[str, Any]:
                async with places:
                    return await _sent(uploader, name, path, bar.of(name))

            results = list(await asyncio.gather(*(one(*file) for file in files)))
        return await _read(remote, results) if wait else results


async def _sent(uploader: Any, name: str, path: Path, sent: Callable[[int], None]) -> dict[str, Any]:
    from netsentinel.kernel.errors import NetSentinelError, UnavailableError

    try:
        done = await uploader.send(name, path, sent)
    except UnavailableError:
        raise
    except (NetSentinelError, OSError) as error:
        return {"name": name, "done": "refused", "state": "refused", "error": str(error)}
    return {"name": name, "done": done.change, "state": "kept", "id": done.medium}


async def _read(remote: "Remote", results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The results with what became of the reading of each, when all of them have ended."""
    from netsentinel.cli.uploading import every_medium

    waiting = {one["id"] for one in results if "id" in one}
    found: dict[str, dict[str, Any]] = {}
    while waiting:
        there = {one["id"]: one async for one in every_medium(remote)}
        found |= {medium: there[medium] for medium in waiting if medium in there}
        # One that somebody deleted meanwhile is not waited for.
        waiting = {medium for medium in waiting if medium in there and there[medium]["state"] not in _ENDED}
        if waiting:
            await asyncio.sleep(_LOOK_S)
    return [one | _outcome(found.get(one.get("id", ""))) for one in results]


def _outcome(medium: dict[str, Any] | None) -> dict[str, Any]:
    if medium is None:
        return {}
    shown = {name: medium[name] for name in ("title", "state", *_COUNTS)}
    return shown | ({"error": medium["detail"]} if medium["state"] != "ready" else {})


class _Bar:
    """How much was sent, on the terminal; nothing where there is none."""

    def __init__(self, files: list[tuple[str, Path]]) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
        self._bar = Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())
        self._sent: dict[str, int] = {}
        total = sum(path.stat().st_size for _, path in files if path.is_file())
        self._task = self._bar.add_task(counted(len(files), "file"), total=total)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def of(self, name: str) -> Callable[[int], None]:
        """What hears how many bytes of a file were sent."""

        def sent(count: int) -> None:
            self._sent[name] = count
            self._bar.update(self._task, completed=sum(self._sent.values()))

        return sent


def _files(paths: list[Path]) -> Iterator[tuple[str, Path]]:
    """(name, path) of each file: of a folder all that can be read, at any depth, without following links."""
    from netsentinel.academy.reader.kinds import SUFFIXES

    for path in paths:
        if not path.is_dir():
            yield path.name, path
            continue
        found = (Path(folder) / file for folder, _, files in os.walk(path) for file in files)
        for file in sorted(one for one in found if one.suffix.lower() in SUFFIXES and not one.is_symlink()):
            yield file.relative_to(path).as_posix(), file


async def _all(server: str, key: str) -> list[dict[str, Any]]:
    from netsentinel.cli.remote import Remote
    from netsentinel.cli.uploading import every_medium

    async with Remote.find(server, key) as remote:
        return [one async for one in every_medium(remote)]


async def _one(server: str, key: str, wanted: str) -> dict[str, Any]:
    from netsentinel.cli.remote import Remote

    async with Remote.find(server, key) as remote:
        return await _found(remote, wanted)


async def _found(remote: "Remote", wanted: str) -> dict[str, Any]:
    """The medium of a name or an id."""
    from netsentinel.cli.tasks import segment

    named = (await remote.get("/api/v2/media", {"name": wanted[:200]}))["items"]
    return named[0] if named else await remote.get(f"/api/v2/media/{segment(wanted)}", {})


async def _removed(server: str, key: str, wanted: str) -> dict[str, Any]:
    from netsentinel.cli.remote import Remote

    async with Remote.find(server, key) as remote:
        found = await _found(remote, wanted)
        return await remote.call("DELETE", f"/api/v2/media/{found['id']}")


async def _heard(server: str, key: str, wanted: str, language: str) -> dict[str, Any]:
    from netsentinel.cli.remote import ask

    found = await _one(server, key, wanted)
    return await ask(server, key, "POST", f"/api/v2/media/{found['id']}/transcribe", body={"language": language})
