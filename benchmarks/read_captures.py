"""How fast packet captures are read, and what is found in them.

    python benchmarks/read_captures.py ../shared/data/pcap ../shared/data/slips

Reads every capture in the zip archives of the folders, on one core; packing and unpacking are not counted.
"""

import argparse
import gzip
import io
import resource
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from netsentinel.detection.build import build_pipeline
from netsentinel.detection.pipeline import Origin, Tally
from netsentinel.events.captures import MAGICS, CaptureAccount, capture_records
from netsentinel.kernel.types import DEFAULT_TENANT


def captures(folders: list[Path]) -> Iterator[tuple[str, bytes]]:
    """Every capture, by its name."""
    for folder in folders:
        for file in sorted(folder.glob("*.zip")):
            with zipfile.ZipFile(file) as archive:
                for name in archive.namelist():
                    content = archive.read(name)
                    content = gzip.decompress(content) if name.endswith(".gz") else content
                    if content.startswith(MAGICS):
                        yield f"{file.name}!{name}", content


def main() -> None:
    """Print the figures."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folders", type=Path, nargs="+")
    options = arguments.parse_args()
    reading = judging = 0.0
    total, alerts, count = Counter[str](), Counter[str](), 0
    for name, content in captures(options.folders):
        accounts: list[CaptureAccount] = []
        began = time.process_time()
        lines = list(capture_records(content[:4], io.BytesIO(content[4:]), on_end=accounts.append))
        reading += time.process_time() - began
        (one,) = accounts
        count += 1
        total += Counter(packets=one.packets, bytes=one.size, rejected=one.rejected, others=one.others.total())
        total += Counter(connections=one.connections, records=len(lines))
        pipeline, tally = build_pipeline([], with_statistics=True).pipeline, Tally()
        began = time.process_time()
        pipeline.examine(lines, Origin(DEFAULT_TENANT, name), tally)
        judging += time.process_time() - began
        alerts.update({finding.title for finding in tally.findings})
    print(f"{count} captures, {total['packets']:,} packets of {total['bytes']:,} bytes")
    print(f"{total['connections']:,} connections, {total['records']:,} records")
    print(f"{total['others']} packets of other protocols, {total['rejected']} rejected")
    print(f"read in {reading:.2f} s of processor time: {total['packets'] / reading:,.0f} packets/s")
    print(f"judged by the behaviour detectors in {judging:.2f} s; captures in which each found something:")
    for title, found in alerts.most_common():
        print(f"  {found:4} {title}")
    print(f"memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
