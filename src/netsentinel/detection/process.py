"""The detection process: reads requests on stdin, answers on stdout, logs JSON lines on stderr, ends when stdin does.

It imports only what it needs; a test holds its memory and the list of what it loads.
"""

import gc
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from time import process_time_ns
from typing import BinaryIO

import msgspec
from msgspec.structs import replace

from netsentinel.detection.build import Built, build_pipeline
from netsentinel.detection.frames import (
    Analyze,
    Answer,
    Choose,
    Chosen,
    Deploy,
    HandedOver,
    HandOver,
    Ready,
    Restore,
    Restored,
    Serving,
    Snapshot,
    State,
    Tell,
    Told,
    Unwritten,
    Weigh,
    Weighed,
    encode,
    read_frame,
    request_decoder,
    strip,
)
from netsentinel.detection.model import BatchResult
from netsentinel.detection.pipeline import Pipeline
from netsentinel.detection.rules import RuleCache
from netsentinel.events.lake.model import EMPTY_SPOOL
from netsentinel.events.lake.spool import SpoolWriter
from netsentinel.events.lines import MAX_LINE_BYTES
from netsentinel.events.ports import InboxBatch
from netsentinel.kernel.clock import SystemClock, to_iso
from netsentinel.kernel.errors import NetSentinelError, StorageFullError, StorageUnavailableError

_FAULTS = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What a mistake in a format or a detector raises."""

COLLECT_AFTER = 20_000
"""Objects after which the collector looks at the youngest: a batch of events makes thousands, none of them cyclic."""


class Options(msgspec.Struct, frozen=True):
    """What the server tells the process on its command line, as JSON."""

    rules: tuple[str, ...] = ()
    """Files and folders with rules."""
    max_line: int = MAX_LINE_BYTES
    cache: str = ""
    """Folder for compiled rules; empty for none."""
    spool: str = ""
    """Folder for the events that the lake is to take over; empty to keep none."""


def main(arguments: Sequence[str]) -> int:
    """Serve until stdin ends."""
    options = msgspec.json.decode(arguments[0], type=Options) if arguments else Options()
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not get between the frames
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the server says when to end
    spool = SpoolWriter(Path(options.spool)) if options.spool else None
    try:
        built = build_pipeline(
            [Path(rule) for rule in options.rules],
            max_line=options.max_line,
            warn=_log_warning,
            cache=RuleCache(Path(options.cache)) if options.cache else None,
            spool=spool,
        )
    except NetSentinelError as error:
        _log("error", "the rules cannot be loaded", error=error.detail)
        return 1
    for failure in built.failed:
        _log(
            "warning",
            "a rule was left out",
            path=failure.path,
            line=failure.line,
            column=failure.column,
            error=failure.detail,
        )
    _settle()
    gc.set_threshold(COLLECT_AFTER)
    try:
        _say(answers, Ready(rules=built.rules))
        while (frame := read_frame(requests)) is not None:
            request = request_decoder.decode(frame)
            if isinstance(request, Choose | Weigh | Deploy | Tell):
                _say(answers, _administer(built, request))
            else:
                _say(answers, _answer(built.pipeline, request, spool))
    except BrokenPipeError:
        return 0
    except (StorageFullError, StorageUnavailableError) as error:
        _say(answers, Unwritten(error.detail, isinstance(error, StorageFullError)))
        return 1
    return 0


def _settle() -> None:
    """Rules stay until others are chosen: the collector need not walk them again and again."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _administer(built: Built, request: Choose | Weigh | Deploy | Tell) -> Answer:
    if isinstance(request, Weigh):
        events, weights = built.sigma.weights()
        return Weighed(events, tuple(weights))
    if isinstance(request, Tell):
        return Told(tuple(built.models.tallies()))
    if isinstance(request, Deploy):
        return _deploy(built, request)
    failed = built.sigma.choose(request.selection)
    for error in failed:
        _log("error", "an archive of rules was left out", error=error)
    _settle()
    return Chosen(built.sigma.rules, tuple(failed))


def _deploy(built: Built, request: Deploy) -> Serving:
    refused = built.models.deploy(request.deployment)
    for one in refused:
        _log("error", "a model was left out", model=one.name, version=one.version, code=one.code, error=one.detail)
    _settle()
    return Serving(tuple(refused))


def _answer(
    pipeline: Pipeline, request: Analyze | HandOver | Restore | Snapshot, spool: SpoolWriter | None = None
) -> Answer:
    if isinstance(request, Analyze):
        began = process_time_ns()
        result = _analyze(pipeline, request.batch)
        return strip(replace(result, took=(process_time_ns() - began) // 1_000))
    if isinstance(request, HandOver):
        return HandedOver(EMPTY_SPOOL if spool is None else spool.cut())
    if isinstance(request, Restore):
        if spool is not None:
            spool.discard()
        pipeline.restore(request.state)
        return Restored()
    return State(pipeline.snapshot())


def _analyze(pipeline: Pipeline, batch: InboxBatch) -> BatchResult:
    """The batch's result. A fault of ours in one batch must not stop detection for good: it is rejected as a whole."""
    try:
        return pipeline.analyze(batch)
    except _FAULTS as error:
        trace = "".join(traceback.format_exception(error))
        _log("error", "a batch could not be analysed", batch=batch.id, source=batch.source, trace=trace)
        return pipeline.reject(batch, f"NetSentinel could not analyse this batch: {type(error).__name__}")


def _say(stream: BinaryIO, answer: Answer) -> None:
    stream.write(encode(answer))
    stream.flush()


def _log_warning(message: str) -> None:
    _log("warning", message)


def _log(level: str, event: str, **facts: object) -> None:
    line = {"timestamp": to_iso(SystemClock().now()), "level": level, "logger": "netsentinel.detection", "event": event}
    sys.stderr.buffer.write(msgspec.json.encode({**line, **facts}) + b"\n")
    sys.stderr.buffer.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
