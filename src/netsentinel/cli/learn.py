"""`netsentinel learn`: what there is to learn from, on this machine and without a network."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from netsentinel.cli.learn_practice import add_practice
from netsentinel.cli.output import Output, OutputOption, print_json, print_table, printable, talk
from netsentinel.cli.serve import DataOption, settings_from
from netsentinel.kernel.errors import NetSentinelError
from netsentinel.kernel.types import DEFAULT_TENANT, TenantId, system_principal

if TYPE_CHECKING:
    from netsentinel.academy.media import Media, Medium

T = TypeVar("T")

EXIT_SOME_FAILED = 1
_PAGE = 500

TenantOption = Annotated[str, typer.Option(help="Whose they are.")]

learn_app = typer.Typer(no_args_is_help=True, add_completion=False, help="Import and list what there is to learn from.")


@learn_app.callback()
def learn() -> None:
    """Import and list what there is to learn from."""


add_practice(learn_app)


@learn_app.command("import")
def import_files(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH...", help="Files or folders: Markdown, text, HTML, captions (VTT, SRT), DOCX, PPTX."
        ),
    ],
    *,
    tenant: TenantOption = DEFAULT_TENANT,
    data_dir: DataOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Keep texts, and put their concepts and the prerequisites among them into the knowledge graph.

    Works on the data folder itself: no network, and no server; one may run on it meanwhile. A file of the same name is
    replaced. Exit code 1 when a file could not be read, or none was found.
    """
    results = asyncio.run(
        _with_media(data_dir, TenantId(tenant), lambda media: _imported(media, TenantId(tenant), paths))
    )
    if output is Output.JSON:
        print_json(results)
    else:
        columns = ("NAME", "DONE", "WORDS", "CONCEPTS", "PREREQUISITES")
        print_table(columns, [[printable(str(one.get(name.lower(), ""))) for name in columns] for one in results])
    failed = [one for one in results if one["done"] == "failed"]
    for one in failed:
        talk(f"{printable(one['name'])}: {printable(one['error'])}")
    talk(f"{len(results) - len(failed):,} files imported, {len(failed):,} failed.")
    if failed or not results:
        raise typer.Exit(EXIT_SOME_FAILED)


@learn_app.command("list")
def list_media(
    *, tenant: TenantOption = DEFAULT_TENANT, data_dir: DataOption = None, output: OutputOption = Output.TABLE
) -> None:
    """Show what was imported, by name."""
    items = asyncio.run(_with_media(data_dir, TenantId(tenant), lambda media: _all(media, TenantId(tenant))))
    if output is Output.JSON:
        print_json([asdict(one) for one in items])
        return
    print_table(
        ("ID", "NAME", "TITLE", "WORDS", "CONCEPTS", "PREREQUISITES"),
        [
            (one.id, printable(one.name), printable(one.title), one.words, one.concepts, one.prerequisites)
            for one in items
        ],
    )


@learn_app.command("remove")
def remove(
    medium: Annotated[str, typer.Argument(help="Id, or the name that it was imported by.")],
    *,
    tenant: TenantOption = DEFAULT_TENANT,
    data_dir: DataOption = None,
) -> None:
    """Delete a medium; the graph is then what it would be without it."""
    gone = asyncio.run(_with_media(data_dir, TenantId(tenant), lambda media: _removed(media, TenantId(tenant), medium)))
    talk(f"{printable(gone.name)} is gone, and what only it stated is gone from the graph.")


async def _with_media(data_dir: Path | None, tenant: TenantId, use: "Callable[[Media], Awaitable[T]]") -> T:
    from netsentinel.bootstrap import open_library

    async with open_library(settings_from(data_dir=data_dir), tenant) as media:
        return await use(media)


async def _imported(media: "Media", tenant: TenantId, paths: list[Path]) -> list[dict[str, Any]]:
    principal = system_principal(tenant)
    results: list[dict[str, Any]] = []
    for name, path in _files(paths):
        try:
            done = await media.import_text(principal, name, await asyncio.to_thread(path.read_bytes))
        except (NetSentinelError, OSError) as error:
            results.append({"name": name, "done": "failed", "error": str(error)})
            continue
        medium = done.medium
        said = "added" if done.is_new else "replaced" if done.is_changed else "unchanged"
        counts = {"words": medium.words, "concepts": medium.concepts, "prerequisites": medium.prerequisites}
        results.append({"name": name, "done": said, "id": medium.id, "title": medium.title, **counts})
    return results


def _files(paths: list[Path]) -> Iterator[tuple[str, Path]]:
    """(name, path) of each file: of a folder all that can be read, at any depth, without following links."""
    from netsentinel.academy.extraction import SUFFIXES

    for path in paths:
        if not path.is_dir():
            yield path.name, path
            continue
        found = (Path(folder) / file for folder, _, files in os.walk(path) for file in files)
        for file in sorted(one for one in found if one.suffix.lower() in SUFFIXES and not one.is_symlink()):
            yield file.relative_to(path).as_posix(), file


async def _all(media: "Media", tenant: TenantId) -> "list[Medium]":
    found: list[Medium] = []
    cursor: str | None = None
    while True:
        page = await media.page(tenant, limit=_PAGE, cursor=cursor)
        found += page.items
        cursor = page.next
        if cursor is None:
            return found


async def _removed(media: "Media", tenant: TenantId, wanted: str) -> "Medium":
    named = [one.id for one in await _all(media, tenant) if one.name == wanted]
    return await media.delete(system_principal(tenant), named[0] if named else wanted)
