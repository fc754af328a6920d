"""Handlers at the top level of a module, as processes need them."""

import os
import sys
import time

from netsentinel.kernel.clock import SECOND
from netsentinel.kernel.types import Permission
from netsentinel.recovery.errors import PermanentError
from netsentinel.recovery.retry import RetryPolicy
from netsentinel.tasks import Pool, Reporter, action
from tests.unit.tasks.bench import Echo

SOON = RetryPolicy.fixed(delay=SECOND // 100, max_attempts=3)


@action("test.compute", permission=Permission.TASKS_WRITE, pool=Pool.PROCESS, retry=SOON, timeout=60 * SECOND)
def compute(source: Echo, reporter: Reporter) -> dict[str, int]:
    """Computes in a process of its own, as the text says."""
    print("a handler that prints harms nobody")  # noqa: T201 - the point of the test
    match source.text:
        case "die":
            os._exit(9)
        case "exit":
            sys.exit(3)
        case "leak":
            return {"length": len(b"x" * (4 * 1024**3))}
        case "wrong":
            raise PermanentError("It is wrong.")
        case "sleep":
            time.sleep(60)
        case "steps":
            begin = 0 if reporter.task.checkpoint is None else int(bytes(reporter.task.checkpoint))
            reporter.progress(50, "half")
            reporter.save_blocking(begin + 1)
            if not begin:
                os._exit(9)
            return {"begin": begin}
        case _:
            pass
    return {"pid": os.getpid(), "double": source.number * 2}
