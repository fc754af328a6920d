"""A program to be killed: clients submit tasks, a worker runs them, every acknowledged task is announced."""

import asyncio
import os
import sys
from pathlib import Path

from tests.crash.scenarios.ledger_writer import say
from tests.crash.task_ledger import open_ledger

CLIENTS = 8


async def main(path: Path) -> None:
    """Submit and work until killed."""
    async with open_ledger(path) as ledger:

        async def client(number: int) -> None:
            count = 0
            while True:
                task = await ledger.submit(f"{os.getpid()}-{number}-{count}", count)
                say(f"ack {task}")
                count += 1
                await asyncio.sleep(0.002)

        worker = asyncio.create_task(ledger.worker().run())
        say("ready")
        await asyncio.gather(worker, *(client(number) for number in range(CLIENTS)))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
