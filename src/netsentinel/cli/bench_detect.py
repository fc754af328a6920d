"""The measurement behind `netsentinel bench detect`: one process, one core, the real pipeline."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netsentinel.cli.lanes import Lane, batches, templates

if TYPE_CHECKING:
    from netsentinel.detection.pipeline import Pipeline

_BATCH = 2_000
_WARM_UP = 4_000


def measure(rules: list[Path], file: Path | None, lane: Lane, events: int) -> dict[str, Any]:
    """Events a second from packed bytes to findings: unpacking, splitting, JSON, format, all rules and detectors.

    Making the events and loading the rules do not count. Before counting, some events of the same lane are analysed,
    so that what is built at the first event of a log source is there.

    Raises:
        InvalidInputError: the file has no process creations.
        NotFoundError: a path does not exist.
    """
    import gc
    import resource

    from netsentinel.detection.build import build_pipeline
    from netsentinel.detection.content import bundled_rules
    from netsentinel.detection.process import COLLECT_AFTER
    from netsentinel.detection.rules import user_cache

    kept = templates(file)
    began = time.perf_counter()
    built = build_pipeline(rules or [bundled_rules()], cache=user_cache())
    load_s = time.perf_counter() - began
    usual = gc.get_threshold()
    gc.freeze()  # as the detection process does
    gc.set_threshold(COLLECT_AFTER)
    try:
        counted = _count(built.pipeline, batches(kept, lane, _WARM_UP + events, _BATCH))
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()
    return {
        "events_per_s": round(counted.events / counted.wall_s),
        "events_per_cpu_s": round(counted.events / counted.cpu_s),
        "rules": built.rules,
        "lane": f"process_creation, {lane} command lines, {len(kept)} templates",
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "events": counted.events,
        "findings": counted.findings,
        "load_s": round(load_s, 2),
    }


@dataclass(slots=True)
class _Counted:
    events: int = 0
    findings: int = 0
    wall_s: float = 0.0
    cpu_s: float = 0.0


def _count(pipeline: "Pipeline", bodies: Iterator[bytes]) -> _Counted:
    import zstandard

    from netsentinel.events.ports import InboxBatch
    from netsentinel.kernel.types import DEFAULT_TENANT

    packer = zstandard.ZstdCompressor(level=1)
    counted = _Counted()
    for number, body in enumerate(bodies):
        batch = InboxBatch(number, DEFAULT_TENANT, "bench", "", 0, _BATCH, packer.compress(body))
        wall, cpu = time.perf_counter(), time.process_time()
        result = pipeline.analyze(batch)
        if number * _BATCH >= _WARM_UP:
            counted.wall_s += time.perf_counter() - wall
            counted.cpu_s += time.process_time() - cpu
            counted.events += result.events
            counted.findings += len(result.findings)
    return counted
