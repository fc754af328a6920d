"""The disk: how much of it is free, whether that is enough to take anything more, and what has arrived there."""

import os
import shutil
from pathlib import Path

from netsentinel.kernel.errors import StorageFullError
from netsentinel.kernel.types import MIB

_RETRY_AFTER_S = 30


def free_bytes(folder: Path) -> int:
    """Free space of the disk that holds the folder, or will: it need not be there yet."""
    there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    return shutil.disk_usage(there).free


def sync(path: Path) -> None:
    """Have what a file says, or the names in a folder, survive a crash of the machine."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def make_folder(folder: Path, mode: int = 0o777) -> None:
    """Make a folder, and those that it is in, so that they are still there after a crash of the machine.

    Raises:
        OSError: something else is in its place, or it cannot be made.
    """
    missing = [one for one in (folder, *folder.parents) if not one.is_dir()]
    for one in reversed(missing):
        one.mkdir(mode, exist_ok=True)
        sync(one.parent)


def write_whole(path: Path, content: bytes) -> None:
    """Give a file this content in one step; on the disk when this returns, and nobody's but its owner's."""
    make_folder(path.parent, 0o700)
    fresh = path.with_suffix(".new")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError:
        fresh.unlink(missing_ok=True)  # on a full disk, half of it takes room
        raise
    sync(path.parent)


def check_room(folder: Path, reserve_bytes: int, length: int = 0) -> int:
    """Refuse what the disk has no space for: what was taken before needs the reserve to be worked off.

    Args:
        folder: where it is to be kept.
        reserve_bytes: of the disk, that stay free.
        length: how many bytes are to be kept, as far as that is known.

    Returns:
        The bytes that are free now.

    Raises:
        StorageFullError: the disk would go below the reserve.
    """
    free = free_bytes(folder)
    if free - length < reserve_bytes:
        wanted = f", for {length:,} bytes" if length else ""
        raise StorageFullError(
            f"Only {free // MIB:,} MiB of the disk are free{wanted}; the reserve is {reserve_bytes // MIB:,} MiB.",
            retry_after=_RETRY_AFTER_S,
        )
    return free
