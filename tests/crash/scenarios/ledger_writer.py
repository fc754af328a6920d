"""A program to be killed: clients write to the inbox and the journal, one reaction follows, each write is announced."""

import asyncio
import os
import sys
from pathlib import Path

from netsentinel.storage import Journal, SqliteDatabase
from tests.crash.ledger import KEY, REGISTRY, deposit, journal_writer, react

CLIENTS = 16


def say(line: str) -> None:
    """One line at once, as a whole."""
    os.write(1, f"{line}\n".encode())


async def main(path: Path) -> None:
    """Write until killed."""
    async with SqliteDatabase(path, journal_writer()) as db:

        async def client(number: int) -> None:
            count = 0
            while True:
                key = f"{os.getpid()}-{number}-{count}"
                await deposit(db, key, 200)
                say(f"ack {key}")
                count += 1

        async def follow() -> None:
            journal = Journal(db, REGISTRY, KEY)
            follower = journal.follow("effects")
            while True:
                await follower.step(react, limit=50)
                await journal.wait_beyond(await follower.position(), 1)

        say("ready")
        await asyncio.gather(*(client(number) for number in range(CLIENTS)), follow())


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
