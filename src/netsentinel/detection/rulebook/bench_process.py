"""The rule bench: a process that reads and tries rules, so that a hostile one costs only this process.

Requests on stdin, answers on stdout; it ends when stdin does. `python -m netsentinel.detection.rulebook.bench_process
[CACHE]`.
"""

import os
import resource
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from netsentinel.detection.frames import read_frame
from netsentinel.detection.rulebook.frames import (
    Answer,
    Check,
    Judge,
    Judged,
    Read,
    Refused,
    Request,
    Tried,
    Try,
    WasRead,
    encode,
)
from netsentinel.detection.rulebook.frames import request_decoder as decoder
from netsentinel.detection.rulebook.trial import check_text, judge_stored, read_rules, try_text
from netsentinel.detection.rules import RuleCache
from netsentinel.kernel.errors import InvalidInputError, NotFoundError

MAX_MEMORY = 1536 * 1024 * 1024
"""Address space of the process, in bytes: 3,000 rules take a quarter of it."""


def main(arguments: Sequence[str]) -> int:
    """Serve until stdin ends."""
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not get between the frames
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    cache = RuleCache(Path(arguments[0])) if arguments else None
    try:
        while (frame := read_frame(requests)) is not None:
            answers.write(encode(answer(decoder.decode(frame), cache)))
            answers.flush()
    except BrokenPipeError:
        return 0
    return 0


def answer(request: Request, cache: RuleCache | None = None) -> Answer:
    """Do what is asked."""
    try:
        match request:
            case Read():
                return WasRead(read_rules([Path(path) for path in request.paths], cache, ahead=request.ahead))
            case Check():
                return WasRead(check_text(request.text))
            case Try():
                return Tried(tuple(try_text(request.text, request.cases or request.events)))
            case Judge():
                return Judged(tuple(judge_stored(request.text, request.events)))
    except NotFoundError as error:
        return Refused(error.detail, missing=True)
    except InvalidInputError as error:
        return Refused(error.detail)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
