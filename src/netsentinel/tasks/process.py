"""The process in which handlers of the pool `process` run: `python -m netsentinel.tasks.process MEBIBYTES`.

It reads orders on its standard input and answers on what was its standard output; whatever a handler prints goes to the
standard error. Input, result and checkpoint cross as JSON: nothing is ever unpickled.
"""

import os
import resource
import sys
from dataclasses import replace
from importlib import import_module
from typing import Any, BinaryIO, Final, Self, cast

import msgspec

from netsentinel.kernel.errors import NetSentinelError
from netsentinel.recovery.errors import PermanentError
from netsentinel.recovery.retry import Failure, classify
from netsentinel.tasks.errors import LeaseLostError
from netsentinel.tasks.frames import Failed, Finished, Run, Save, Saved, Told, Word, encode, order_decoder, read_frame
from netsentinel.tasks.model import Effect, Task
from netsentinel.tasks.registry import Action, check_size

_KIB_PER_MIB: Final = 1_024


class ProcessReporter:
    """The reporter of a handler in a process of its own."""

    def __init__(self, task: Task, orders: BinaryIO, words: BinaryIO) -> None:
        self._task = task
        self._orders = orders
        self._words = words

    @property
    def task(self) -> Task:
        """The task as it was when this attempt began."""
        return self._task

    def progress(self, percent: float, stage: str = "", message: str = "", data: Any = None) -> None:
        """Say how far it is (0 to 100)."""
        say(self._words, Told(float(percent), stage, message, msgspec.json.encode(data)))

    def commit(self, effect: Effect) -> None:  # noqa: ARG002 - the reporter's own form
        """Refused: a transaction cannot reach another process. Return what is to be written instead."""
        raise PermanentError("A handler in a process of its own has no transaction; return the result instead.")

    async def save(self, checkpoint: object) -> None:
        """Keep a JSON value that the next attempt finds in `task.checkpoint`."""
        self.save_blocking(checkpoint)

    def save_blocking(self, checkpoint: object) -> None:
        """Keep a JSON value that the next attempt finds in `task.checkpoint`; durable when this returns.

        Raises:
            LeaseLostError: it was refused.
        """
        encoded = msgspec.json.encode(checkpoint)
        check_size(encoded, "The checkpoint")
        say(self._words, Save(encoded))
        body = read_frame(self._orders)
        answer = Saved("The worker is gone.") if body is None else order_decoder.decode(body)
        if isinstance(answer, Saved) and answer.refused:
            raise LeaseLostError(answer.refused)

    def check(self) -> None:
        """Does nothing: the process is ended from outside when the task is to stop."""


def say(words: BinaryIO, word: Word) -> None:
    """Send a word at once."""
    words.write(encode(word))
    words.flush()


def find(entry: str) -> Action[Any, Any]:
    """The action of `module:name`.

    Raises:
        TypeError: there is something else of that name.
    """
    module, _, name = entry.partition(":")
    found = getattr(import_module(module), name)
    if not isinstance(found, Action):
        raise TypeError(f"{entry} is not an action")
    return cast("Action[Any, Any]", found)


def run(order: Run, orders: BinaryIO, words: BinaryIO) -> Finished | Failed:
    """Run one task to its end, whatever the end is."""
    checkpoint = None if order.checkpoint is None else msgspec.Raw(order.checkpoint)
    bare = msgspec.json.decode(order.task, type=Task)
    task = replace(bare, input=msgspec.Raw(order.input), checkpoint=checkpoint)
    outcome = _Outcome()
    with outcome:
        action = outcome.action = find(order.entry)
        outcome.result = bytes(
            action.pack_result(action.process(action.read_input(task.input), ProcessReporter(task, orders, words)))
        )
    return outcome.word()


class _Outcome:
    """What a handler came to. Leaving it by an error keeps the error, except for an interruption from outside."""

    def __init__(self) -> None:
        self.action: Action[Any, Any] | None = None
        self.result = b""
        self.failure: Failure | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: object) -> bool:
        if error is None or isinstance(error, KeyboardInterrupt):
            return False
        self.failure = classify(error, self.action.faults if self.action is not None else {})
        return True

    def word(self) -> Finished | Failed:
        """What to tell the worker."""
        rss_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // _KIB_PER_MIB
        return Finished(self.result, rss_mib) if self.failure is None else Failed(self.failure, rss_mib)


def serve(orders: BinaryIO, words: BinaryIO) -> None:
    """Run tasks until the orders end."""
    while (body := read_frame(orders)) is not None:
        order = order_decoder.decode(body)
        if isinstance(order, Run):
            say(words, run(order, orders, words))


def main(memory_mib: int) -> None:
    """Serve the worker that started this process."""
    limit = memory_mib * _KIB_PER_MIB * _KIB_PER_MIB
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    words = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        serve(sys.stdin.buffer, words)
    except (BrokenPipeError, NetSentinelError):
        return  # the worker is gone


if __name__ == "__main__":
    main(int(sys.argv[1]))
