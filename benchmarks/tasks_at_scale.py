"""The task engine with a million tasks waiting, and with a million ended: python benchmarks/tasks_at_scale.py [TASKS].

Prints how long a restart takes until the first task starts, how fast tasks leave a full and an almost empty queue, what
an idle engine costs, and how long the timeline over all ended tasks takes and how large it is.
"""

import asyncio
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import msgspec
import uvloop

from netsentinel.bootstrap import open_tasks
from netsentinel.kernel.clock import HOUR, MINUTE, SystemClock
from netsentinel.kernel.settings import Settings
from netsentinel.kernel.types import DEFAULT_TENANT, Permission
from netsentinel.tasks import Action, Reporter, action
from netsentinel.tasks.timeline import WIDTHS

DRAINED = 10_000
WARM_UP = 1_000
IDLE_S = 10.0
LOOKS = 7
PIXELS = 1_600
ACTIONS = 8

QUEUED = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count), t(i, at) AS
  (SELECT i, :now - :count + i FROM n)
INSERT INTO tasks (tenant, id, action, state, reason, principal, origin, cause, priority, pool, unique_until, lane,
  lane_limit, unmet, needed, dependency, attempt, failures, deaths, worker, wanted, created_at, updated_at, queued_at,
  percent, stage, message, error_code, fault, resolution, error, input)
SELECT 'default', printf('tsk_%026d', i), 'bench.noop', 'queued', '', 'system', '', '[]', i % 10, 'loop', 'forgotten',
  '', 0, 0, 0, 'bench', 0, 0, 0, '', '', at, at, at, 0, '', '', '', '', '', '', '{}'
FROM t
"""
ENDED = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count),
t(i, began, took) AS (SELECT i, :since + i * (:until - :since) / :count, 1000 + (i * 7919) % 900000 FROM n)
INSERT INTO tasks (tenant, id, action, state, reason, principal, origin, cause, priority, pool, unique_until, lane,
  lane_limit, unmet, needed, dependency, attempt, failures, deaths, worker, wanted, created_at, updated_at, queued_at,
  started_at, ended_at, span, percent, stage, message, error_code, fault, resolution, error, input, result)
SELECT 'default', printf('tsk_%026d', i), 'bench.action' || (i % :actions), 'succeeded', '', 'system', '', '[]', 5,
  'loop', 'forgotten', '', 0, 0, 0, '', 1, 0, 0, 'w', '', began, began + took, began, began + took / 2, began + took,
  CASE WHEN took < 4000 THEN 0 WHEN took < 16000 THEN 1 WHEN took < 64000 THEN 2 WHEN took < 256000 THEN 3 ELSE 4 END,
  100, '', '', '', '', '', '', '{}', '{}'
FROM t
"""
COUNTS = """
INSERT INTO task_counts (tenant, width, at, action, submitted, succeeded, failed, retried, run_us)
SELECT tenant, :width, ended_at / :width * :width, action, COUNT(*), COUNT(*), 0, 0, SUM(ended_at - started_at)
FROM tasks GROUP BY 1, 2, 3, 4
"""


async def main(count: int) -> None:
    """Measure and print."""
    print(f"{os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}, Python {sys.version.split()[0]}, {count:,} tasks")
    with tempfile.TemporaryDirectory(prefix="netsentinel-scale-") as place:
        folder = Path(place)
        await idle(folder / "idle")
        almost_empty = await drain(folder / "few", DRAINED + WARM_UP)
        full = await drain(folder / "many", count)
        print(f"dequeued from a full queue at {full / almost_empty:.0%} of the rate of an almost empty one")
        await timeline(folder / "ended", count)


def settings_in(folder: Path) -> Settings:
    """Settings of an SQLite database in this folder."""
    return Settings(data_dir=folder, database_url="")  # pyright: ignore[reportCallIssue] - pydantic-settings fills the fields


def noop(on_start: Callable[[], None]) -> Action[dict[str, int], None]:
    """An action that does nothing but tell that it started."""

    @action("bench.noop", permission=Permission.TASKS_WRITE, dependency="bench")
    async def handle(_source: dict[str, int], _reporter: Reporter) -> None:
        """Does nothing."""
        on_start()

    return handle


async def fill(folder: Path, statements: list[tuple[str, dict[str, int]]]) -> None:
    """Make a database with these rows."""
    async with open_tasks(settings_in(folder)):
        pass
    connection = sqlite3.connect(folder / "netsentinel.db")
    with connection:
        for sql, values in statements:
            connection.execute(sql, values)
    connection.close()


async def idle(folder: Path) -> None:
    """What a working engine without work costs."""
    async with open_tasks(settings_in(folder)):
        await asyncio.sleep(1)
        cpu = time.process_time()
        await asyncio.sleep(IDLE_S)
        print(f"idle: {(time.process_time() - cpu) / IDLE_S:.2%} of one core")


async def drain(folder: Path, queued: int) -> float:
    """Tasks per CPU-second of a worker on a queue of this length: what other load on the machine leaves alone."""
    await fill(folder, [(QUEUED, {"count": queued, "now": SystemClock().now()})])
    marks: list[tuple[float, float]] = []
    enough = asyncio.Event()

    def started() -> None:
        marks.append((time.perf_counter(), time.process_time()))
        if len(marks) == DRAINED + WARM_UP:
            enough.set()

    began = time.perf_counter()
    async with open_tasks(settings_in(folder), noop(started)):
        opened = time.perf_counter() - began
        await enough.wait()
    (wall, cpu), (wall_end, cpu_end) = marks[WARM_UP - 1], marks[-1]
    rate, per_cpu = DRAINED / (wall_end - wall), DRAINED / (cpu_end - cpu)
    print(
        f"{queued:,} queued: open after {opened:.2f} s, first task started after {marks[0][0] - began:.2f} s;"
        f" {rate:,.0f} tasks/s, {per_cpu:,.0f} per CPU-second"
    )
    return per_cpu


async def timeline(folder: Path, count: int) -> None:
    """A window over all ended tasks, and one over a part of them."""
    until = SystemClock().now()
    window = {"count": count, "since": until - 24 * HOUR, "until": until, "actions": ACTIONS}
    await fill(folder, [(ENDED, window), *((COUNTS, {"width": width}) for width in WIDTHS)])
    async with open_tasks(settings_in(folder)) as service:
        for name, since in (("a day", until - 24 * HOUR), ("an hour", until - HOUR), ("a minute", until - MINUTE)):
            took: list[float] = []
            size, found = 0, None
            while found is None or len(took) < LOOKS:
                began = time.perf_counter()
                found = await service.timeline(DEFAULT_TENANT, since, until, pixels=PIXELS)
                size = len(msgspec.json.encode(found))
                took.append(time.perf_counter() - began)
            print(
                f"timeline of {name} at {PIXELS} px: median {median(took) * 1e3:.0f} ms, first {took[0] * 1e3:.0f} ms,"
                f" {size / 1000:.0f} kB, {len(found.tasks)} tasks and {len(found.buckets)} counts"
            )


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
