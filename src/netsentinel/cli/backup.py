"""`netsentinel backup`: everything that must be kept, copied while the server runs."""

import asyncio
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from netsentinel.cli.folder import settings_of_server
from netsentinel.cli.output import counted, talk
from netsentinel.cli.serve import DataOption
from netsentinel.kernel.data_folder import (
    DATABASE_FILE,
    DEMO_FOLDER,
    LOCAL_KEY_FILE,
    LOCAL_SERVER_FILE,
    UNFINISHED_FILE,
)
from netsentinel.kernel.disk import sync
from netsentinel.kernel.errors import ConflictError, UnavailableError
from netsentinel.kernel.types import MIB

if TYPE_CHECKING:
    from netsentinel.kernel.settings import Settings

_LEFT_OUT = frozenset(
    {
        *(LOCAL_KEY_FILE, LOCAL_SERVER_FILE, DEMO_FOLDER, "cache", "server.lock", "lake/server.lock", "lake/aside"),
        *(DATABASE_FILE, f"{DATABASE_FILE}-wal", f"{DATABASE_FILE}-shm"),
    }
)
"""What is made anew, belongs to the running server, or is copied in another way."""
_TRIES = 3
_OWNER_ONLY = 0o600
_POSITIONS = "sources/"
"""Where sources remember how far they have read. Those of after the database would leave out what it lacks."""
_UNFINISHED = ".unfinished"
"""In the copy: the file that is being copied."""


def backup(
    folder: Annotated[Path, typer.Argument(help="A new or empty folder for the copy, best on another disk.")],
    *,
    data_dir: DataOption = None,
) -> None:
    """Copy everything that must be kept into a folder, while the server runs: database, events, rules, media, keys.

    The copy is a data folder: to restore it, let a server begin with it. It and its keys open everything that the
    server knows; only its owner can read it.
    """
    settings = settings_of_server(data_dir)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())) and not settings.database_url:
        raise ConflictError(
            f"{folder} is not empty. A backup is made in a new folder, so that none is half of another."
        )
    os.umask(0o077)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        files = _copied(settings, folder.resolve())
        os.sync()
        (folder / UNFINISHED_FILE).unlink()
        sync(folder)
    except OSError as error:
        raise UnavailableError(f"The backup is not complete: {error.filename or folder}: {error.strerror}.") from error
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    talk(f"{counted(files, 'file')} in {folder}, {size / MIB:,.1f} MiB. Keep it like the server itself, apart from it.")
    if settings.database_url:
        talk(
            "The database is PostgreSQL's and not among them: take pg_dump now, and then this once more, on this"
            " folder, for what has come since."
        )


def _copied(settings: "Settings", target: Path) -> int:
    """How many files were copied. What the database names is among them: whatever came meanwhile is fetched."""
    source = settings.data_dir.resolve()
    if any(Path(at).resolve() == target for at, *_ in os.walk(source, followlinks=True)):
        raise ConflictError(f"{target} is inside of the data folder. A backup is made outside of it.")
    (target / UNFINISHED_FILE).touch()
    sync(target)
    files = _copy_new(source, target, is_first=not (target / _POSITIONS).exists())
    if settings.database_url:
        return files
    from netsentinel.storage.snapshot import snapshot

    missing: list[str] = []
    for _ in range(_TRIES):
        (target / DATABASE_FILE).unlink(missing_ok=True)
        snapshot(settings.database_path, target / DATABASE_FILE)
        files += _copy_new(source, target, is_first=False)
        missing = asyncio.run(_missing(settings.model_copy(update={"data_dir": target})))
        if not missing:
            return files + 1
    raise UnavailableError(
        f"The backup is not complete: {counted(len(missing), 'file')} of stored events, {missing[0]} for one, could not"
        " be found. netsentinel events check tells whether they are lost."
    )


def _copy_new(source: Path, target: Path, *, is_first: bool) -> int:
    """Copy the files that are not there yet; how many. A copy is there whole or not at all, whatever ends this."""
    files, aside = 0, target / _UNFINISHED
    for name in _names(source):
        copy = target / name
        if copy.exists() or (name.startswith(_POSITIONS) and not is_first):
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copy2(source / name, aside)
        except FileNotFoundError:  # it was removed meanwhile
            continue
        aside.chmod(_OWNER_ONLY)
        sync(aside)
        aside.replace(copy)
        files += 1
    aside.unlink(missing_ok=True)  # of a file that was removed while it was copied, or since an earlier run was ended
    return files


def _names(source: Path) -> Iterator[str]:
    """Every file below the data folder that is copied, by its path there; links to folders are followed.

    Raises:
        OSError: a folder may not be read.
    """
    for at, folders, files in os.walk(source, onerror=_raised, followlinks=True):
        below = Path(at).relative_to(source)
        folders[:] = sorted(name for name in folders if (below / name).as_posix() not in _LEFT_OUT)
        yield from (path for name in sorted(files) if (path := (below / name).as_posix()) not in _LEFT_OUT)


def _raised(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):  # it was removed meanwhile
        raise error


async def _missing(settings: "Settings") -> list[str]:
    """The files of stored events that the copied database names, and that were not copied."""
    from netsentinel.bootstrap import open_lake_check

    async with open_lake_check(settings) as lake:
        return [file.path for file in await lake.files() if not (settings.lake_path / file.path).is_file()]
