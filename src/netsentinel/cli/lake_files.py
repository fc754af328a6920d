"""`netsentinel events check` and `give-up`: the files of stored events, on the server's own machine."""

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from netsentinel.cli.folder import settings_of_server
from netsentinel.cli.output import Output, OutputOption, counted, print_json, print_table, talk
from netsentinel.cli.serve import DataOption
from netsentinel.kernel.errors import ConflictError, NotFoundError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netsentinel.events.lake.checking import Damage
    from netsentinel.kernel.settings import Settings

_TOLD_EVERY = 500


def check(*, data_dir: DataOption = None, output: OutputOption = Output.TABLE) -> None:
    """Read every stored event once, and name the files that are missing or damaged. Exit code 1 when there are any.

    The server may run meanwhile; where its machine is busy, have this wait for better times with `nice`.
    """
    settings = settings_of_server(data_dir)
    files, damaged = asyncio.run(_check(settings))
    if output is Output.JSON:
        print_json([_record(one) for one in damaged])
    elif damaged:
        _show(damaged)
    if not damaged:
        talk(f"{counted(files, 'file')} of stored events: none is missing or damaged.")
        return
    lost = sum(one.file.events for one in damaged)
    talk(
        f"Missing or damaged: {len(damaged):,} of {counted(files, 'file')}, which held {counted(lost, 'event')}. "
        "Searches over their time fail, or find what was changed. Restore them from a backup into the lake's folder; "
        "or, when there is none, have searches answer without them: netsentinel events give-up FILE."
    )
    if settings.database_url:
        talk(
            "Other servers on the same database keep files of their own, which are missing here: do not give up those."
        )
    raise typer.Exit(1)


def give_up(
    *,
    paths: Annotated[list[str], typer.Argument(metavar="FILE...", help="Files as `events check` names them.")],
    data_dir: DataOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Have searches answer without files that are missing or damaged. Their events are lost; the journal says so.

    What is sound is not given up. What is left of a file is kept beside the lake's folder.
    """
    settings = settings_of_server(data_dir)
    damaged, lost = asyncio.run(_give_up(settings, list(dict.fromkeys(paths))))
    if output is Output.JSON:
        print_json([_record(one) for one in damaged])
    else:
        _show(damaged)
    talk(f"{counted(len(damaged), 'file')} with {counted(lost, 'event')} given up. Searches answer without them.")


async def _check(settings: "Settings") -> "tuple[int, list[Damage]]":
    from netsentinel.bootstrap import open_lake_check

    damaged: list[Damage] = []
    async with open_lake_check(settings) as lake:
        files = await lake.files()
        looked = 0
        async for found in lake.look(files):
            looked += 1
            damaged += [found] if found is not None else []
            if looked % _TOLD_EVERY == 0 and sys.stderr.isatty():
                talk(f"{looked:,} of {counted(len(files), 'file')}")
    return len(files), damaged


async def _give_up(settings: "Settings", paths: list[str]) -> "tuple[list[Damage], int]":
    from netsentinel.bootstrap import open_lake_check

    async with open_lake_check(settings) as lake:
        known = {file.path: file for file in await lake.files()}
        unknown = [path for path in paths if path not in known]
        if unknown:
            raise NotFoundError(f"There is no file of stored events {', '.join(unknown)}. Nothing was given up.")
        found = [one async for one in lake.look([known[path] for path in paths])]
        sound = [path for path, one in zip(paths, found, strict=True) if one is None]
        if sound:
            raise ConflictError(f"Nothing was given up: {', '.join(sound)} is neither missing nor damaged.")
        damaged = [one for one in found if one is not None]
        unsure = [f"{one.file.path}: {one.why}" for one in damaged if not one.is_certain]
        if unsure:
            raise UnavailableError(f"Nothing was given up, because others may still read it. {unsure[0]}")
        return damaged, await lake.give_up(damaged)


def _record(one: "Damage") -> dict[str, Any]:
    file = one.file
    told = {"tenant": file.tenant, "events": file.events, "since": file.min_time, "until": file.max_time}
    return {"file": file.path, **told, "reason": one.why}


def _show(damaged: "Sequence[Damage]") -> None:
    from netsentinel.kernel.clock import to_iso

    print_table(
        ("FILE", "TENANT", "EVENTS", "FROM", "TO", "WHY"),
        [
            (
                one.file.path,
                one.file.tenant,
                one.file.events,
                to_iso(one.file.min_time),
                to_iso(one.file.max_time),
                one.why,
            )
            for one in damaged
        ],
    )
