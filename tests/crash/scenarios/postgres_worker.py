"""A worker in a process of its own on a PostgreSQL database that it shares with others; it may be killed."""

import asyncio
import sys

from netsentinel.kernel.clock import SystemClock
from netsentinel.storage import JournalWriter
from netsentinel.storage.dialect import POSTGRES
from netsentinel.storage.postgres import PostgresDatabase
from netsentinel.tasks import ActionRegistry, Engine, Hints
from netsentinel.tasks import worker as worker_module
from netsentinel.tasks.store_sql import sql_stores
from netsentinel.tasks.worker import Worker, WorkerLimits
from tests.crash.scenarios.ledger_writer import say
from tests.crash.task_ledger import ENTRIES, KEY, write

LEASE_S, BEAT_S = 2.0, 0.2
CONCURRENCY = 8


async def main(url: str) -> None:
    """Work until killed."""
    worker_module.LEASE_S, worker_module.BEAT_S = LEASE_S, BEAT_S  # type: ignore[misc] # so that a test sees leases end
    clock = SystemClock()
    async with PostgresDatabase(url, JournalWriter(ENTRIES, clock, KEY)) as db:
        engine = Engine(sql_stores(POSTGRES), ActionRegistry([write]), clock)
        limits = WorkerLimits(concurrency=CONCURRENCY, threads=1, processes=1)
        worker = Worker(db, engine, Hints(), limits, is_alone=False)
        say("ready")
        await worker.run()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
