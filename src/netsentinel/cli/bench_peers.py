"""Other task queues under the same load, for `netsentinel bench tasks`: `python bench_peers.py NAME WHERE`.

Run by any interpreter that has the peer installed; this file needs nothing else. NetSentinel does not depend on them.
Every line of the input asks for a round of so many tasks and is answered by its figures as JSON.
"""

import asyncio
import json
import resource
import sqlite3
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

CONCURRENCY = 64
POLL_S = 0.02


def run_dbos(where: str) -> None:
    """DBOS on an SQLite file that was put into WAL mode first, which its default is not; polled every 20 ms.

    Submitted by one thread: eight of them were measured no faster.
    """
    path = Path(where) / f"dbos-{time.time_ns()}.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=wal")
    connection.close()
    dbos: Any = import_module("dbos")
    url = f"sqlite:///{path}"
    dbos.DBOS(config={"name": "bench", "system_database_url": url, "log_level": "ERROR", "run_admin_server": False})

    def noop(number: int) -> int:
        return number

    workflow = dbos.DBOS.workflow()(noop)
    dbos.DBOS.launch()
    queue = dbos.DBOS.register_queue("bench", worker_concurrency=CONCURRENCY, polling_interval_sec=POLL_S)
    _say("ready")
    for line in sys.stdin:
        tasks = int(line)
        cpu, began = time.process_time(), time.perf_counter()
        handles = [queue.enqueue(workflow, number) for number in range(tasks)]
        submitted = time.perf_counter()
        for handle in handles:
            handle.get_result()
        _say(_figures(tasks, began, submitted, cpu))


def run_procrastinate(where: str) -> None:
    """Procrastinate on PostgreSQL: `where` is the URL of a database of its own."""
    asyncio.run(_procrastinate(where))


async def _procrastinate(url: str) -> None:
    procrastinate: Any = import_module("procrastinate")
    app: Any = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=url))
    done = asyncio.Event()
    left = 0

    async def noop(number: int) -> int:
        nonlocal left
        left -= 1
        if not left:
            done.set()
        return number

    task: Any = app.task(name="noop")(noop)
    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        worker = asyncio.create_task(app.run_worker_async(concurrency=CONCURRENCY, install_signal_handlers=False))
        await asyncio.sleep(0.5)
        _say("ready")
        while line := await asyncio.to_thread(sys.stdin.readline):
            tasks = left = int(line)
            done.clear()
            cpu, began = time.process_time(), time.perf_counter()
            for number in range(tasks):
                await task.defer_async(number=number)
            submitted = time.perf_counter()
            await done.wait()
            _say(_figures(tasks, began, submitted, cpu))
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)


def _say(what: object) -> None:
    sys.stdout.write((what if isinstance(what, str) else json.dumps(what)) + "\n")
    sys.stdout.flush()


def _figures(tasks: int, began: float, submitted: float, cpu: float) -> dict[str, float]:
    ended = time.perf_counter()
    return {
        "tasks_per_s": round(tasks / (ended - began), 1),
        "submits_per_s": round(tasks / (submitted - began), 1),
        "cpu_us_per_task": round(1e6 * (time.process_time() - cpu) / tasks),
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


PEERS: dict[str, Callable[[str], None]] = {"dbos": run_dbos, "procrastinate": run_procrastinate}


if __name__ == "__main__":
    PEERS[sys.argv[1]](sys.argv[2])
