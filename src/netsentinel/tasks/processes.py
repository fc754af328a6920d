"""Processes for handlers that compute: started when needed, used again, and ended when they must not go on."""

import asyncio
import contextlib
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import msgspec

from netsentinel.kernel.child import child_environment
from netsentinel.kernel.errors import NetSentinelError
from netsentinel.tasks.errors import HandlerFailedError, WorkerLostError
from netsentinel.tasks.frames import (
    LENGTH_BYTES,
    Failed,
    Finished,
    Order,
    Run,
    Save,
    Saved,
    Told,
    Word,
    encode,
    word_decoder,
)

if TYPE_CHECKING:
    from netsentinel.tasks.job import Job

_MODULE: Final = "netsentinel.tasks.process"
_EMPTY: Final = msgspec.Raw(b"null")
_MOST_RUNS: Final = 200
"""A process is replaced after so many tasks, or when it holds half of what it may: handlers leak."""


class _Child:
    """One process; it runs one task at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.runs = 0
        self.rss_mib = 0

    async def send(self, order: Order) -> None:
        stdin = self._process.stdin
        if stdin is None:
            raise WorkerLostError("The process takes no orders.")
        try:
            stdin.write(encode(order))
            await stdin.drain()
        except ConnectionError as error:
            raise WorkerLostError(f"The process died: {error}.") from error

    async def hear(self) -> Word:
        stdout = self._process.stdout
        try:
            if stdout is not None:
                head = await stdout.readexactly(LENGTH_BYTES)
                return word_decoder.decode(await stdout.readexactly(int.from_bytes(head, "big")))
        except (asyncio.IncompleteReadError, ConnectionError, msgspec.DecodeError) as error:
            code = await self._process.wait() if isinstance(error, asyncio.IncompleteReadError) else "unknown"
            raise WorkerLostError(f"The process died under the task, with code {code}.") from error
        raise WorkerLostError("The process says nothing.")

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def wait(self) -> None:
        await self._process.wait()


class ProcessRunner:
    """Runs jobs in processes. How many at once is the worker's affair.

    Args:
        memory_mib: what one process may hold; a handler that wants more gets a MemoryError.
    """

    def __init__(self, memory_mib: int) -> None:
        self._memory_mib = memory_mib
        self._idle: list[_Child] = []
        self._ending: set[asyncio.Task[None]] = set()

    async def run(self, job: "Job") -> msgspec.Raw:
        """The result of the job's handler as JSON.

        Raises:
            HandlerFailedError: the handler failed.
            WorkerLostError: the process died under it, or cannot be started.
        """
        child = self._idle.pop() if self._idle else await self._start()
        try:
            word = await self._converse(child, job)
        except BaseException:  # cancelled, timed out or dead: the handler must not go on
            self._end(child)
            raise
        child.runs += 1
        child.rss_mib = word.rss_mib
        if child.runs >= _MOST_RUNS or child.rss_mib * 2 > self._memory_mib:
            self._end(child)
        else:
            self._idle.append(child)
        if isinstance(word, Failed):
            raise HandlerFailedError(word.failure)
        return msgspec.Raw(word.result)

    async def close(self) -> None:
        """End all processes."""
        for child in self._idle:
            self._end(child)
        self._idle.clear()
        await asyncio.gather(*self._ending)

    async def _converse(self, child: _Child, job: "Job") -> Finished | Failed:
        task, process = job.task, job.action.process
        entry = f"{process.__module__}:{_name(process)}"
        checkpoint = None if task.checkpoint is None else bytes(task.checkpoint)
        bare = msgspec.json.encode(replace(task, input=_EMPTY, checkpoint=None, result=None))
        await child.send(Run(entry, bare, bytes(task.input), checkpoint))
        while True:
            word = await child.hear()
            match word:
                case Told():
                    job.progress(word.percent, word.stage, word.message, msgspec.json.decode(word.data))
                case Save():
                    await child.send(Saved(await _saved(job, word.checkpoint)))
                case _:
                    return word

    async def _start(self) -> _Child:
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                _MODULE,
                str(self._memory_mib),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                env=child_environment(),
            )
        except OSError as error:
            raise WorkerLostError(f"No process can be started: {error}.") from error
        return _Child(process)

    def _end(self, child: _Child) -> None:
        child.kill()
        ending = asyncio.get_running_loop().create_task(child.wait())
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)


def _name(process: Any) -> str:
    return str(process.__qualname__)


async def _saved(job: "Job", checkpoint: bytes) -> str:
    """Why the checkpoint was not saved; empty when it was."""
    try:
        await job.save(msgspec.Raw(checkpoint))
    except NetSentinelError as error:
        return error.detail
    return ""
