"""What the two processes of `netsentinel bench fanout` say to each other, and the clock that they share."""

import mmap
from pathlib import Path
from typing import Final

import msgspec

MOST_STALLED: Final = 100
SLOTS: Final = 100_000
"""Events at most; each has eight bytes for the time of its commit, in a file that both processes map."""


class Ready(msgspec.Struct, frozen=True):
    """The server listens."""

    port: int
    rss_kib: int


class Order(msgspec.Struct, frozen=True):
    """Publish: so many commits of so many events each, with pauses of so many seconds."""

    commits: int
    each: int
    pause: float
    wait: bool = True
    """Until every client was sent it; not where some of them do not read."""
    bare: bool = False
    """Nothing is published: ready frames are written to every socket by the event loop, which is as fast as can be."""


class Published(msgspec.Struct, frozen=True):
    """All of it is on its way."""

    cpu_s: float
    """Processor time of the server."""
    began_ns: int
    missed: int
    """Events that a client was too slow for."""
    rss_kib: int
    connections: int


def times_of(folder: Path) -> mmap.mmap:
    """The times of the commits, by event: nanoseconds of the machine's monotonic clock."""
    path = folder / "commits"
    if not path.exists():
        path.write_bytes(bytes(SLOTS * 8))
    with path.open("r+b") as file:
        return mmap.mmap(file.fileno(), SLOTS * 8)
