"""The measurement behind `netsentinel bench detect`: one process, one core, the real pipeline."""

import time
from pathlib import Path
from typing import Any

from netsentinel.cli.lanes import Lane, batches, templates

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
    import resource

    import zstandard

    from netsentinel.detection.build import build_pipeline
    from netsentinel.detection.content import bundled_rules
    from netsentinel.detection.rules import user_cache
    from netsentinel.events.ports import InboxBatch
    from netsentinel.kernel.types import DEFAULT_TENANT

    kept = templates(file)
    began = time.perf_counter()
    built = build_pipeline(rules or [bundled_rules()], cache=user_cache())
    load_s = time.perf_counter() - began
    packer = zstandard.ZstdCompressor(level=1)
    spent, findings, counted = 0.0, 0, 0
    for number, body in enumerate(batches(kept, lane, _WARM_UP + events, _BATCH)):
        batch = InboxBatch(number, DEFAULT_TENANT, "bench", "", 0, _BATCH, packer.compress(body))
        began = time.perf_counter()
        result = built.pipeline.analyze(batch)
        if number * _BATCH >= _WARM_UP:
            spent += time.perf_counter() - began
            counted += result.events
            findings += len(result.findings)
    return {
        "events_per_s": round(counted / spent),
        "rules": built.rules,
        "lane": f"process_creation, {lane} command lines, {len(kept)} templates",
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "events": counted,
        "findings": findings,
        "load_s": round(load_s, 2),
    }
