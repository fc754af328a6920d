"""A process that receives an upload piece by piece, and says what it acknowledged; it is killed meanwhile.

`FOLDER NAME`: it goes on with the upload of that name, or begins one; `ack OFFSET` comes after each piece, `medium ID`
at the end.
"""

import asyncio
import sys
from hashlib import sha256
from pathlib import Path

from netsentinel.academy import graph, media
from netsentinel.academy.media import Checksum
from netsentinel.kernel.clock import SystemClock
from netsentinel.kernel.entries import EntryRegistry
from netsentinel.storage import JournalWriter, SqliteDatabase
from netsentinel.storage.dialect import SQLITE
from tests.unit.academy.graph.site import ANA, T
from tests.unit.academy.media.site import pieces, sql_library

PIECE = 4 * 1024
DATA = "".join(f"A session cookie number {number} is a cookie.\n\n" for number in range(9_000)).encode()[: 100 * PIECE]


async def main(folder: Path, name: str) -> None:
    clock = SystemClock()
    registry = EntryRegistry((*graph.ENTRY_KINDS, *media.ENTRY_KINDS))
    async with SqliteDatabase(folder / "netsentinel.db", JournalWriter(registry, clock, b"k")) as db:
        library = sql_library(db, SQLITE, clock, folder)  # type: ignore[arg-type] - only the time is asked for
        found = await library.uploads.unfinished(T)
        upload = found[0] if found else await library.uploads.create(ANA, name, len(DATA))
        say(f"ack {upload.offset}")
        while not upload.medium:
            body = DATA[upload.offset : upload.offset + PIECE]
            checksum = Checksum("sha256", sha256(body).digest())
            parts = pieces(body[:1_000], body[1_000:])
            upload = await library.uploads.receive(ANA, upload.id, upload.offset, parts, checksum)
            say(f"ack {upload.offset}")
        medium, path = await library.media.original(T, upload.medium)
        if path.read_bytes() == DATA and medium.task_id:
            say(f"medium {medium.id}")


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    Path(sys.argv[1]).mkdir(exist_ok=True)
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
