"""Files of the data folder that are not the database: secrets, which nobody but their owner can read, and the lock."""

import fcntl
import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from netsentinel.kernel.disk import make_folder, sync
from netsentinel.kernel.errors import UnavailableError

_OWNER_ONLY = 0o600
_OWNER_FOLDER = 0o700
_KEY_BYTES = 32


def private_folder(path: Path) -> None:
    """Have the folder on the disk, and keep it and every folder made on the way to it to its owner."""
    make_folder(path, _OWNER_FOLDER)


@contextmanager
def only_one(path: Path, otherwise: str) -> Generator[None]:
    """Hold the lock file for the duration; it is free again however the process ends.

    Raises:
        UnavailableError: another process holds it; `otherwise` says so.
    """
    private_folder(path.parent)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, _OWNER_ONLY), "r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UnavailableError(otherwise) from error
        yield


def read_private(path: Path) -> str:
    """The file's text, after taking it away from everybody else; empty when there is no such file."""
    try:
        path.chmod(_OWNER_ONLY)
        return path.read_text(encoding="ascii", errors="replace").strip()
    except FileNotFoundError:
        return ""


def write_private(path: Path, text: str) -> None:
    """Replace the file in one step; on disk when this returns."""
    fresh = _written_aside(path, text)
    fresh.replace(path)
    sync(path.parent)


def private_key(path: Path) -> str:
    """The key in the file: 256 random bits in hexadecimal, made on first use. Of several first users, one makes it."""
    found = read_private(path)
    if found:
        return found
    fresh = _written_aside(path, secrets.token_hex(_KEY_BYTES))
    with suppress(FileExistsError):
        path.hardlink_to(fresh)
    fresh.unlink()
    sync(path.parent)  # what is signed with it must not outlast it
    return read_private(path)


def _written_aside(path: Path, text: str) -> Path:
    """A file beside the path with the text, on disk."""
    private_folder(path.parent)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY), "w", encoding="ascii") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    return fresh
