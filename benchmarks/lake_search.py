"""How fast ten million stored events are searched, and in how much memory.

    python benchmarks/lake_search.py [--events 10000000] [--folder FOLDER]

Makes a lake of made-up connections, requests and name lookups of 30 days through the real spool and the real workers,
then asks: pages (each the best and the worst of five, and the mean of the processor time), a hunt, and one scan of
every event's text by a regular expression that hits nothing. Figures go to stdout as JSON; memory is the highest that
any worker had. A folder that holds a lake of an earlier run is asked again without being filled.
"""

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from netsentinel.bootstrap import entry_registry
from netsentinel.events.formats.suricata import SuricataFormat
from netsentinel.events.lake import EventFilter
from netsentinel.events.lake.spool import SpoolWriter
from netsentinel.events.lake.store_duckdb import DuckLake, LakeProcesses
from netsentinel.events.lake.store_sql import SqlLakeFiles
from netsentinel.events.lake.workers import LakeWorkers
from netsentinel.events.ports import InboxBatch
from netsentinel.kernel.clock import SystemClock, to_iso
from netsentinel.kernel.types import DEFAULT_TENANT
from netsentinel.storage import JournalWriter, SqliteDatabase

PER_BATCH = 250_000
DAYS = 30
FIRST_DAY_US = 1_780_272_000_000_000
MEMORY_MIB = 256


def line(rng: random.Random, at: int, number: int) -> dict[str, Any]:
    """One event of a small office's sensor."""
    kind = ("flow", "dns", "http")[number % 3]
    record: dict[str, Any] = {
        "timestamp": to_iso(at),
        "flow_id": rng.getrandbits(48),
        "in_iface": "eth0",
        "event_type": kind,
        "src_ip": f"10.{rng.randrange(4)}.{rng.randrange(8)}.{rng.randrange(250)}",
        "src_port": rng.randrange(1024, 65535),
        "dest_ip": f"198.51.{rng.randrange(100)}.{rng.randrange(250)}",
        "dest_port": rng.choice((53, 80, 443, 22, 8080)),
        "proto": "TCP",
    }
    host = f"host{rng.randrange(20_000)}.example.org"
    if kind == "dns":
        record["dns"] = {"type": "query", "id": rng.randrange(65535), "rrname": host, "rrtype": "A", "tx_id": 0}
    elif kind == "http":
        record["http"] = {
            "hostname": host,
            "url": f"/shop/item?id={rng.getrandbits(32):x}",
            "http_user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
            "http_method": "GET",
            "protocol": "HTTP/1.1",
            "status": rng.choice((200, 200, 200, 304, 404)),
            "length": rng.randrange(100_000),
        }
    else:
        record["flow"] = {
            "pkts_toserver": rng.randrange(100),
            "pkts_toclient": rng.randrange(100),
            "bytes_toserver": rng.randrange(100_000),
            "bytes_toclient": rng.randrange(1_000_000),
            "state": "closed",
        }
    return record


async def fill(lake: DuckLake, folder: Path, events: int) -> None:
    """Store made-up events in the order of their time."""
    rng, form, spool = random.Random(8740), SuricataFormat(), SpoolWriter(folder / "aside")  # noqa: S311 - made-up events
    step = DAYS * 86_400_000_000 // events
    for batch, start in enumerate(range(0, events, PER_BATCH), 1):
        spool.begin(InboxBatch(batch, DEFAULT_TENANT, "bench", "", 0, PER_BATCH, b""))
        for number in range(start, min(start + PER_BATCH, events)):
            record = line(rng, FIRST_DAY_US + number * step, number)
            spool.keep([form.parse(record, json.dumps(record).encode(), DEFAULT_TENANT, "bench")])
        await lake.append(spool.cut(), lambda _: None)
        print(f"{min(start + PER_BATCH, events):,} events", file=sys.stderr)
    await lake.compact()


async def timed(ask: Callable[[], Awaitable[Any]], times: int, workers: LakeWorkers) -> dict[str, Any]:
    """Milliseconds of the best and the worst of several, and processor time of the workers for one."""
    took: list[float] = []
    spent = cpu_ms(workers)
    for _ in range(times):
        began = time.perf_counter()
        await ask()
        took.append((time.perf_counter() - began) * 1_000)
    spent = cpu_ms(workers) - spent
    return {"best_ms": round(min(took)), "worst_ms": round(max(took)), "cpu_ms": round(max(0.0, spent) / times)}


def cpu_ms(workers: LakeWorkers) -> float:
    """Processor time that the processes which run now have used, in user and kernel mode (proc(5))."""
    ticks = 0
    for pid in workers.pids:
        after_name = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        ticks += int(after_name[11]) + int(after_name[12])
    return ticks * 1_000 / os.sysconf("SC_CLK_TCK")


def peak_mb(workers: LakeWorkers) -> int:
    """The highest memory of any of these processes."""
    peaks = [0]
    for pid in workers.pids:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
        peaks.append(next(int(one.split()[1]) for one in status.splitlines() if one.startswith("VmHWM")) // 1024)
    return max(peaks)


async def measure(folder: Path, events: int) -> dict[str, Any]:
    """Fill if need be, then ask."""
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        db = await stack.enter_async_context(
            SqliteDatabase(folder / "bench.db", JournalWriter(entry_registry(), clock, b"bench"))
        )
        made = [await stack.enter_async_context(LakeWorkers(folder, memory_mib=MEMORY_MIB, at_once=1)) for _ in "wsh"]
        files = SqlLakeFiles()
        lake = DuckLake(db, files, folder, LakeProcesses(*made), clock)
        result: dict[str, Any] = {}
        if not await db.read(files.all):
            began = time.perf_counter()
            await fill(lake, folder, events)
            result["stored_per_s"] = round(events / (time.perf_counter() - began))
            result["writer_peak_mb"] = peak_mb(made[0])
        listed = await db.read(files.all)
        middle = FIRST_DAY_US + 15 * 86_400_000_000
        questions = {
            "newest": EventFilter(),
            "one_address": EventFilter(equal=(("src_ip", ("10.1.2.3",)),)),
            "address_and_port_in_a_day": EventFilter(
                since=middle, until=middle + 86_400_000_000, equal=(("src_ip", ("10.1.2.3",)), ("dst_port", (22,)))
            ),
            "one_domain_of_a_class": EventFilter(equal=(("class_uid", (4003,)), ("domain", ("host77.example.org",)))),
            "no_such_address": EventFilter(equal=(("src_ip", ("203.0.113.1",)),)),
            "text": EventFilter(text="host777.example"),
        }
        result["load"] = [round(one, 1) for one in os.getloadavg()]
        result |= {"events": sum(file.events for file in listed), "files": len(listed)}
        result["bytes_per_event"] = round(sum(file.size for file in listed) / result["events"])
        for name, where in questions.items():

            async def page(where: EventFilter = where) -> None:
                await lake.search(DEFAULT_TENANT, where, 51)

            result[name] = await timed(page, 5, made[1])
        nothing = EventFilter(regex=r"host[0-9]+\.example\.(net|com)")
        result["regex_over_everything"] = await timed(lambda: lake.search(DEFAULT_TENANT, nothing, 51), 1, made[1])
        statement = "SELECT src_ip, count(*) FROM events WHERE dst_port = 22 GROUP BY 1 ORDER BY 2 DESC"
        hunted = await timed(lambda: lake.hunt(DEFAULT_TENANT, statement, limit=10, seconds=60), 1, made[2])
        result["hunt"] = {"best_ms": hunted["best_ms"]}  # its process has ended, and its processor time with it
        result["searcher_peak_mb"] = peak_mb(made[1])
        return result


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="netsentinel-lake-") as own:
        folder = options.folder or Path(own)
        folder.mkdir(parents=True, exist_ok=True)
        print(json.dumps(asyncio.run(measure(folder, options.events)), indent=2))


if __name__ == "__main__":
    main()
