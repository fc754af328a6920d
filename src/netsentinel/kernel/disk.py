"""How much of the disk is free, and whether that is enough to take anything more."""

import shutil
from pathlib import Path

from netsentinel.kernel.errors import StorageFullError
from netsentinel.kernel.types import MIB

_RETRY_AFTER_S = 30


def free_bytes(folder: Path) -> int:
    """Free space of the disk that holds the folder, or will: it need not be there yet."""
    there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    return shutil.disk_usage(there).free


def check_room(folder: Path, reserve_bytes: int, length: int = 0) -> None:
    """Refuse what the disk has no space for: what was taken before needs the reserve to be worked off.

    Args:
        folder: where it is to be kept.
        reserve_bytes: of the disk, that stay free.
        length: how many bytes are to be kept, as far as that is known.

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
