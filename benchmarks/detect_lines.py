"""How many events a second one process takes through the whole pipeline: unpack, split, decode, parse, detect.

    python benchmarks/detect_lines.py ../shared/data/slips/slips_dataset.zip

For each member or file it takes the best of several rounds, with all bundled rules and the counting detectors, and says
which part of the time went into reading alone. The first round is reported beside it: caches are cold there.
"""

import argparse
import platform
import resource
import sys
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import zstandard

from netsentinel import __version__
from netsentinel.detection.build import build_pipeline
from netsentinel.detection.content import bundled_rules
from netsentinel.detection.pipeline import Pipeline
from netsentinel.events.files import read_records
from netsentinel.events.formats import FORMATS, GenericFormat
from netsentinel.events.ports import InboxBatch
from netsentinel.kernel.types import DEFAULT_TENANT

WANTED_EVENTS = 20_000
"""Short files are repeated up to so many events."""

BATCH_RECORDS = 2_000


def batches(records: list[bytes]) -> list[InboxBatch]:
    """The records as the intake hands them over."""
    repeated = records * max(1, WANTED_EVENTS // len(records))
    packer = zstandard.ZstdCompressor(level=1)
    parts = [repeated[at : at + BATCH_RECORDS] for at in range(0, len(repeated), BATCH_RECORDS)]
    return [
        InboxBatch(number, DEFAULT_TENANT, "bench", "", 0, len(part), packer.compress(b"\n".join(part)))
        for number, part in enumerate(parts, 1)
    ]


def events_per_second(pipeline: Pipeline, work: list[InboxBatch]) -> float:
    """One round."""
    began = time.perf_counter()
    events = sum(pipeline.analyze(batch).events for batch in work)
    return events / (time.perf_counter() - began)


def files(paths: list[Path]) -> Iterator[tuple[str, list[bytes]]]:
    """The records of each file or member."""
    name, records = "", list[bytes]()
    for path, line in read_records(paths):
        if path != name and records:
            yield name, records
            records = []
        name = path
        records.append(line)
    if records:
        yield name, records


def main() -> None:
    """Measure and print a table."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("paths", nargs="+", type=Path)
    arguments.add_argument("--rules", type=Path, action="append", help="instead of the bundled rules")
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--at-least", type=int, default=200, help="skip files with fewer records")
    options = arguments.parse_args()
    rules = options.rules or [bundled_rules()]
    began = time.perf_counter()
    loaded = build_pipeline(rules).rules
    print(f"NetSentinel {__version__}, Python {platform.python_version()}, {platform.machine()}, one process")
    print(f"{loaded} rules loaded in {time.perf_counter() - began:.2f} s")
    print(f"{'events/s':>10} {'first':>10} {'read only':>10} {'findings':>9}  file (sha256 of its records)")
    for name, records in files(options.paths):
        if len(records) < options.at_least:
            continue
        work = batches(records)
        pipeline = build_pipeline(rules, fallback=GenericFormat()).pipeline
        reading = Pipeline(FORMATS, (), fallback=GenericFormat())
        first = events_per_second(pipeline, work)
        best = max(events_per_second(pipeline, work) for _ in range(options.rounds))
        read = max(events_per_second(reading, work) for _ in range(options.rounds))
        findings = sum(len(build_pipeline(rules).pipeline.analyze(batch).findings) for batch in batches(records)[:1])
        digest = sha256(b"\n".join(records)).hexdigest()[:12]
        print(f"{best:>10,.0f} {first:>10,.0f} {read:>10,.0f} {findings:>9,}  {Path(name).name} ({digest})")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB", file=sys.stderr)


if __name__ == "__main__":
    main()
