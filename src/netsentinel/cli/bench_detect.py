"""The measurement behind `netsentinel bench detect`: one process, one core, the real pipeline."""

import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netsentinel.cli.lanes import ATTACK_EVERY, Lane, Stream, batches, templates

if TYPE_CHECKING:
    from netsentinel.detection.pipeline import Pipeline

_BATCH = 2_000
_WARM_UP = 4_000
_SIDE_SHARE = 5
"""The two lanes beside the ordinary one are measured with one event of so many."""
_ELSEWHERE = 1_000_000_000
"""Between the numbers of the streams, so that no command line of one comes in another."""


def measure(rules: list[Path], file: Path | None, lane: Lane, events: int) -> dict[str, Any]:
    """Events a second from packed bytes to findings: unpacking, splitting, JSON, format, all rules and detectors.

    Three streams: ordinary events among which few are attacks (the main figure), the same with every event written
    aside for the lake (`stored`), and events that all fire rules (`all_hits`). Making the events and loading the rules
    do not count. Before counting, some events of the same stream are analysed, so that what is built at the first
    event of a log source is there.

    Raises:
        InvalidInputError: the file has no process creations.
        NotFoundError: a path does not exist.
    """
    import resource
    import tempfile

    from netsentinel.detection.build import build_pipeline
    from netsentinel.detection.content import bundled_rules
    from netsentinel.detection.rules import user_cache
    from netsentinel.events.lake.spool import SpoolWriter

    kept = templates(file)
    paths = rules or [bundled_rules()]
    began = time.perf_counter()
    built = build_pipeline(paths, cache=user_cache())
    load_s = time.perf_counter() - began
    firing = _firing(built.pipeline, kept)
    ordinary = Stream(firing or kept, ATTACK_EVERY, lane)
    with as_in_the_detection_process():
        main = _count(built.pipeline, ordinary, events)
        rss_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        few = max(1, events // _SIDE_SHARE)
        hits = _count(built.pipeline, Stream(firing, 1, lane, _ELSEWHERE), few) if firing else None
        with tempfile.TemporaryDirectory(prefix="netsentinel-bench-") as folder:
            spool = SpoolWriter(Path(folder))
            storing = build_pipeline(paths, cache=user_cache(), spool=spool).pipeline
            stored = _count(storing, ordinary, few)
            spool.discard()
    return {
        **main.figures(),
        "rules": built.rules,
        "lane": f"process_creation, {lane} command lines, 1 event of {ATTACK_EVERY} is one of {len(ordinary.attacks)} "
        "attacks",
        "rss_mb": rss_mb,
        "load_s": round(load_s, 2),
        "stored": stored.figures(),
        "all_hits": hits.figures() if hits else None,
    }


@dataclass(slots=True)
class _Counted:
    events: int = 0
    findings: int = 0
    hits: int = 0
    """Events with at least one finding."""
    wall_s: float = 0.0
    cpu_s: float = 0.0

    def figures(self) -> dict[str, Any]:
        """What is told of it."""
        return {
            "events_per_s": round(self.events / self.wall_s),
            "events_per_cpu_s": round(self.events / self.cpu_s),
            "events": self.events,
            "findings": self.findings,
            "hit_share": round(self.hits / self.events, 4),
        }


def _firing(pipeline: "Pipeline", kept: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of the templates that a rule fires for."""
    stream = Stream(kept, 1, Lane.UNIQUE, 2 * _ELSEWHERE)
    found: set[bytes] = set()
    lines: list[bytes] = []
    for body in batches(stream, len(kept), _BATCH):
        lines += body.split(b"\n")
        found.update(finding.raw for finding in _analyze(pipeline, body).findings if finding.detector == "sigma")
    turn = stream.first % len(kept)
    return [kept[(turn + number) % len(kept)] for number, line in enumerate(lines) if line in found]


def _count(pipeline: "Pipeline", stream: Stream, events: int) -> _Counted:
    counted = _Counted()
    for number, body in enumerate(batches(stream, _WARM_UP + events, _BATCH)):
        wall, cpu, result = _timed(pipeline, body)
        if number * _BATCH >= _WARM_UP:
            counted.wall_s += wall
            counted.cpu_s += cpu
            counted.events += result.events
            counted.findings += len(result.findings)
            counted.hits += len({finding.raw for finding in result.findings})
    return counted


def _timed(pipeline: "Pipeline", body: bytes) -> tuple[float, float, Any]:
    batch = _packed(body)
    wall, cpu = time.perf_counter(), time.process_time()
    result = pipeline.analyze(batch)
    return time.perf_counter() - wall, time.process_time() - cpu, result


def _analyze(pipeline: "Pipeline", body: bytes) -> Any:
    return pipeline.analyze(_packed(body))


def _packed(body: bytes) -> Any:
    """The records as the intake hands them over."""
    import zstandard

    from netsentinel.events.ports import InboxBatch
    from netsentinel.kernel.types import DEFAULT_TENANT

    return InboxBatch(1, DEFAULT_TENANT, "bench", "", 0, _BATCH, zstandard.ZstdCompressor(level=1).compress(body))


@contextmanager
def as_in_the_detection_process() -> Generator[None]:
    """The garbage collector set as there."""
    import gc

    from netsentinel.detection.process import COLLECT_AFTER

    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()
