"""The process that trains: one order on stdin, words on stdout as lines of JSON, ends with its order or its parent."""

import contextlib
import os
import resource
import sys
import threading
from importlib import import_module
from typing import Any, BinaryIO

import msgspec

from netsentinel.detection.models import extra
from netsentinel.kernel.errors import NetSentinelError
from netsentinel.models.orders import Made, Measured, Order, Refused, Told, Train, Word, order_decoder

_MIB = 1024 * 1024
_NICE = 10
_ORPHANED = 3


def main(memory_mib: int) -> int:
    """Do what stdin says."""
    with contextlib.suppress(PermissionError):  # a filter of system calls may forbid it
        os.nice(_NICE)  # detection and the server's loop go first
    resource.setrlimit(resource.RLIMIT_DATA, (memory_mib * _MIB, memory_mib * _MIB))
    words = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not get between the words
    order = order_decoder.decode(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_parent, args=(sys.stdin.buffer,), daemon=True).start()
    try:
        _say(words, _done(order, words))
    except NetSentinelError as error:
        _say(words, Refused(code=error.code, detail=error.detail))
    except MemoryError:
        detail = f"The training needs more than {memory_mib} MiB; state fewer rows, or raise the limit."
        _say(words, Refused(code="training-failed", detail=detail))
    except BrokenPipeError:
        return _ORPHANED
    return 0


def _done(order: Order, words: BinaryIO) -> Made | Measured:
    def tell(percent: float, stage: str, message: str, data: Any) -> None:
        _say(words, Told(percent, stage, message, data))

    extra.require()
    making: Any = import_module("netsentinel.models.workshop.making")  # needs the extra
    done: Made | Measured = making.make(order, tell) if isinstance(order, Train) else making.measure(order, tell)
    return done


def _end_with_parent(orders: BinaryIO) -> None:
    """Nobody wants the result when the server is gone: its end of stdin closes, however it ended."""
    while orders.read(1):
        continue
    os._exit(_ORPHANED)


def _say(words: BinaryIO, word: Word) -> None:
    words.write(msgspec.json.encode(word) + b"\n")
    words.flush()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
