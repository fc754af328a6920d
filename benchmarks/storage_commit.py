"""What a shared commit is worth: acknowledged writes per second, one at a time and from 64 clients at once.

Each write is what the intake does: one inbox row and one journal entry, durable (SQLite, WAL, synchronous=FULL) before
it is acknowledged. The disk's own pace is measured beside it: 4 KiB overwrites, each followed by fdatasync.

    python benchmarks/storage_commit.py [folder on the disk to measure]
"""

import asyncio
import os
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path

import apsw

from netsentinel.events.ports import InboxBatch
from netsentinel.events.store_sql import SqlInbox
from netsentinel.kernel.clock import SystemClock
from netsentinel.kernel.entries import EntryRegistry
from netsentinel.kernel.types import DEFAULT_TENANT
from netsentinel.storage import JournalWriter, SqliteDatabase, Tx
from netsentinel.storage.testing import TEST_KINDS, happened

SECONDS = 4.0
CLIENTS = 64
ROUNDS = 3


def syncs_per_second(folder: Path) -> float:
    """4 KiB overwrites of one file, each followed by fdatasync."""
    block = os.urandom(4096)
    file = os.open(folder / "syncs", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        os.pwrite(file, bytes(4096 * 256), 0)
        os.fsync(file)
        count, started = 0, time.perf_counter()
        while time.perf_counter() - started < SECONDS:
            os.pwrite(file, block, 4096 * (count % 256))
            os.fdatasync(file)
            count += 1
        return count / (time.perf_counter() - started)
    finally:
        os.close(file)


async def writes_per_second(path: Path, clients: int) -> tuple[float, float, list[float]]:
    """(acknowledged writes per second, writes per commit, latency of each in milliseconds)."""
    inbox = SqlInbox()
    batch = InboxBatch(0, DEFAULT_TENANT, "benchmark", "", 0, 1, os.urandom(200))
    latencies: list[float] = []

    def change(tx: Tx) -> None:
        inbox.put(tx, batch)
        tx.append(happened("benchmark"))

    writer = JournalWriter(EntryRegistry(TEST_KINDS), SystemClock(), b"key")
    async with SqliteDatabase(path, writer) as db:
        end = time.perf_counter() + SECONDS

        async def client() -> None:
            while (started := time.perf_counter()) < end:
                await db.write(change)
                latencies.append((time.perf_counter() - started) * 1_000)

        before = db.commits
        await asyncio.gather(*(client() for _ in range(clients)))
        return len(latencies) / SECONDS, len(latencies) / (db.commits - before), latencies


def main() -> None:
    """Measure and print."""
    versions = f"Python {platform.python_version()}, SQLite {apsw.sqlite_lib_version()}"
    print(f"{platform.machine()}, {os.cpu_count()} cores, {versions}")
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as name:
        folder = Path(name)
        for number in range(ROUNDS):
            print(f"round {number + 1}: disk {syncs_per_second(folder):,.0f} syncs/s")
            for clients in (1, CLIENTS):
                path = folder / f"{number}-{clients}.db"
                rate, shared, latencies = asyncio.run(writes_per_second(path, clients))
                p50, p99 = statistics.median(latencies), statistics.quantiles(latencies, n=100)[98]
                print(
                    f"  {clients:3} clients: {rate:8,.0f} writes/s, {shared:5.1f} writes per commit, "
                    f"p50 {p50:.2f} ms, p99 {p99:.2f} ms"
                )


if __name__ == "__main__":
    main()
