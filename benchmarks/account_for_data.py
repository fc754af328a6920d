"""Read public data as `netsentinel detect` does, and account for every record: events by format, and rejected ones.

    python benchmarks/account_for_data.py ../shared/data

Prints a table for docs/reference/formats.md. The exit code is 1 when a record is unaccounted for.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from netsentinel.detection.pipeline import Origin, Pipeline, Tally
from netsentinel.events.files import read_records
from netsentinel.events.formats import FORMATS, GenericFormat
from netsentinel.kernel.clock import SystemClock
from netsentinel.kernel.types import DEFAULT_TENANT

OTRF_ARCHIVES = 10
"""So many, evenly spread over the tactics."""

SETS = {
    "slips": ("slips/slips_dataset.zip",),
    "zeek": ("zeek/apt29_day1_combined_zeek.jsonl.gz",),
    "zeek, labelled": ("flows/zeek-labelled",),
    "cowrie": ("honeypot/cowrie",),
    "opencanary": ("honeypot/opencanary",),
    "evtx, raw": ("evtx/evtx_attack_samples_raw.zip",),
    "evtx, JSON lines": ("evtx/evtx_attack_samples.jsonl.gz",),
    "captures": ("pcap/suricata_verify_cases.zip", "pcap/zeek_traces.zip"),
}
"""Name -> what of the data folder belongs to it; ten OTRF archives come after these."""


@dataclass(slots=True)
class Account:
    """What became of the records of one file."""

    read: int = 0
    events: int = 0
    rejected: Counter[str] = field(default_factory=Counter[str])
    formats: Counter[str] = field(default_factory=Counter[str])

    def add(self, other: "Account") -> None:
        """Take over another file's counts."""
        self.read += other.read
        self.events += other.events
        self.rejected += other.rejected
        self.formats += other.formats

    @property
    def complete(self) -> bool:
        """Whether every record is an event or rejected."""
        return self.read == self.events + self.rejected.total()


def account(paths: list[Path]) -> Iterator[tuple[str, Account]]:
    """Each file's account."""
    pipeline = Pipeline(FORMATS, (), fallback=GenericFormat())
    for name, records in groupby(read_records(paths), key=lambda one: one[0]):
        found, tally = Account(), Tally()
        origin = Origin(DEFAULT_TENANT, name, received_at=SystemClock().now())
        for _, line in records:
            found.read += 1
            pipeline.examine([line], origin, tally)
        found.events, found.formats = tally.events, tally.formats
        found.rejected.update(reason for _, reason in tally.rejected)
        yield name, found


def sets(data: Path) -> Iterator[tuple[str, list[Path]]]:
    """What is read, by the name of its row."""
    for name, parts in SETS.items():
        yield name, [data / part for part in parts]
    found = sorted((data / "otrf").rglob("*.zip"))
    archives = found[:: max(1, len(found) // OTRF_ARCHIVES)][:OTRF_ARCHIVES]
    yield f"otrf, {len(archives)} archives", archives


def main() -> None:
    """Print the table."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("data", type=Path)
    arguments.add_argument("--each", action="store_true", help="also list each file, on stderr")
    options = arguments.parse_args()
    whole = True
    print("| Data | Files | Records | Events | by format | Rejected |")
    print("|---|---|---|---|---|---|")
    for name, paths in sets(options.data):
        total, files = Account(), 0
        for file, found in account(paths):
            files += 1
            total.add(found)
            if options.each or not found.complete or found.rejected:
                print(file, found, file=sys.stderr)
        formats = ", ".join(f"{form} {count:,}" for form, count in total.formats.most_common())
        print(f"| {name} | {files} | {total.read:,} | {total.events:,} | {formats} | {total.rejected.total():,} |")
        whole = whole and total.complete
    sys.exit(0 if whole else 1)


if __name__ == "__main__":
    main()
