"""`netsentinel models upload|tables`: tables on a server to train and measure models on."""

import asyncio
import shlex
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

import typer

from netsentinel.cli.options import KeyOption, ServerOption
from netsentinel.cli.output import Output, OutputOption, print_json, print_table, talk
from netsentinel.cli.tasks import segment
from netsentinel.kernel.errors import NotFoundError
from netsentinel.kernel.types import MIB

_PATH = "/api/v2/models/tables"
_PIECE = 1 * MIB


def upload(
    file: Annotated[
        Path,
        typer.Argument(help="CSV, Parquet or NSL-KDD file, or a log of flows with a column of labels; also packed."),
    ],
    *,
    name: Annotated[
        str, typer.Option(help="What to call it there, with the file's ending where it has none; the file's own name.")
    ] = "",
    server: ServerOption = "",
    key: KeyOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Send a table to the server, in place of the one of that name, to train and measure models on."""
    if not file.is_file():
        raise NotFoundError(f"There is no file {file}.")
    kept = asyncio.run(_sent(server, key, file, _named(name, file)))
    if output is Output.JSON:
        print_json(kept)
        return
    path = shlex.quote(kept["path"])
    talk(f"{kept['name']}, {kept['size']:,} bytes. Train on it: netsentinel models train --path {path}")


def tables(
    *,
    delete: Annotated[list[str] | None, typer.Option(help="Delete this one first; may be repeated.")] = None,
    server: ServerOption = "",
    key: KeyOption = "",
    output: OutputOption = Output.TABLE,
) -> None:
    """Show the tables that were uploaded, and how much room is left."""
    found = asyncio.run(_listed(server, key, delete or []))
    if output is Output.JSON:
        print_json(found)
        return
    print_table(("PATH", "BYTES"), [(one["path"], f"{one['size']:,}") for one in found["items"]])
    talk(f"{found['used']:,} of {found['quota']:,} bytes are taken.")


def _named(name: str, file: Path) -> str:
    """The table's name; the server goes by its ending, so one without takes the file's."""
    if not name or Path(name).suffix:
        return name or file.name
    return name + "".join(file.suffixes[-2 if file.suffix in {".gz", ".zst"} else -1 :])


async def _sent(server: str, key: str, file: Path, name: str) -> dict[str, Any]:
    from netsentinel.cli.remote import Remote

    headers = {"Content-Type": "application/octet-stream"}
    async with Remote.find(server, key) as remote:
        kept: dict[str, Any] = await remote.call("PUT", f"{_PATH}/{segment(name)}", body=_pieces(file), headers=headers)
        return kept


async def _pieces(file: Path) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(file.open, "rb") as stream:
        while piece := await asyncio.to_thread(stream.read, _PIECE):
            yield piece


async def _listed(server: str, key: str, delete: list[str]) -> dict[str, Any]:
    from netsentinel.cli.remote import Remote

    async with Remote.find(server, key) as remote:
        for name in delete:
            await remote.call("DELETE", f"{_PATH}/{segment(name.removeprefix('table:'))}")
        found: dict[str, Any] = await remote.get(_PATH, {})
        return found
