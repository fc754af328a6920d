"""The server's side of the lake workers: started when needed, killed when they take too long, ended when idle."""

import asyncio
import contextlib
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from netsentinel.events.lake.frames import (
    LENGTH_BYTES,
    MOST_HUNTED,
    Answer,
    Hunt,
    Merge,
    Refused,
    Request,
    Verify,
    Write,
    answer_decoder,
    encode,
)
from netsentinel.events.lake.slots import Slots
from netsentinel.kernel.child import child_environment
from netsentinel.kernel.errors import InvalidFilterError, InvalidStatementError, UnavailableError

_MODULE = "netsentinel.events.lake.worker"
_IDLE_S = 20.0
_RETRY_AFTER_S = 5


@dataclass(slots=True, eq=False)
class _Worker:
    process: asyncio.subprocess.Process
    ending: asyncio.TimerHandle | None = None
    """Ends it when nobody needs it until then."""


class LakeWorkers:
    """At most so many processes with DuckDB. None runs while nobody asks anything. Tenants have them in turn.

    Args:
        folder: the lake's folder.
        memory_mib: what DuckDB may take in each.
        at_once: requests that are answered at the same time; others wait for their turn.
    """

    def __init__(self, folder: Path, *, memory_mib: int, at_once: int = 2) -> None:
        self._arguments = (str(folder), str(memory_mib))
        self._slots = Slots(at_once)
        self._idle: list[_Worker] = []
        self._all: set[_Worker] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Kill every worker."""
        for worker in list(self._all):
            await self._kill(worker)

    @property
    def pids(self) -> list[int]:
        """The ids of its processes."""
        return [worker.process.pid for worker in self._all]

    async def ask(self, request: Request, timeout_s: float, *, wait_s: float | None = None) -> Answer:
        """The answer of some worker.

        Args:
            request: what it is asked.
            timeout_s: so long may the answer take.
            wait_s: so long may it take until a worker is free; without it, as long as it takes.

        Raises:
            InvalidFilterError: the request itself is at fault.
            UnavailableError: no worker became free in time; or it died, or was killed because it took too long; or disk
                or memory is short.
        """
        tenant = None if isinstance(request, Write | Merge | Verify) else request.tenant
        async with contextlib.AsyncExitStack() as slot:
            try:
                await slot.enter_async_context(self._slots.hold(tenant, wait_s))
            except TimeoutError:
                raise UnavailableError(
                    "The lake is busy with what others asked before. Try again in some seconds.",
                    retry_after=_RETRY_AFTER_S,
                ) from None
            worker = await self._take()
            try:
                async with asyncio.timeout(timeout_s):
                    answer = await _exchange(worker.process, request)
            except TimeoutError:
                await self._kill(worker)
                advice = "" if tenant is None else " Ask for less time or fewer columns."
                raise UnavailableError(
                    f"It took longer than {timeout_s:.0f} s and was stopped.{advice}", retry_after=_RETRY_AFTER_S
                ) from None
            except (ConnectionError, asyncio.IncompleteReadError, msgspec.DecodeError) as error:
                await self._kill(worker)
                raise UnavailableError(
                    "The lake's worker died; it may have needed more memory or time than it is given.",
                    retry_after=_RETRY_AFTER_S,
                ) from error
            except asyncio.CancelledError:
                await self._kill(worker)
                raise
            if isinstance(request, Hunt):
                await self._kill(worker)
            else:
                self._give_back(worker)
        if isinstance(answer, Refused):
            if answer.by_caller:
                fault = InvalidStatementError if isinstance(request, Hunt) else InvalidFilterError
                raise fault(answer.detail)
            raise UnavailableError(f"The lake cannot do that now: {answer.detail}", retry_after=_RETRY_AFTER_S)
        return answer

    async def _take(self) -> _Worker:
        while self._idle:
            worker = self._idle.pop()
            if worker.ending is not None:
                worker.ending.cancel()
            if worker.process.returncode is None:
                return worker
            self._all.discard(worker)
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                _MODULE,
                *self._arguments,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                env=child_environment(),
            )
        except OSError as error:
            raise UnavailableError(f"The lake's worker cannot be started: {error}.") from error
        worker = _Worker(process)
        self._all.add(worker)
        return worker

    def _give_back(self, worker: _Worker) -> None:
        worker.ending = asyncio.get_running_loop().call_later(_IDLE_S, self._end, worker)
        self._idle.append(worker)

    def _end(self, worker: _Worker) -> None:
        """Have it end by itself: it has nothing to do."""
        if worker in self._idle:
            self._idle.remove(worker)
            self._all.discard(worker)
            if worker.process.stdin is not None:
                worker.process.stdin.close()

    async def _kill(self, worker: _Worker) -> None:
        self._all.discard(worker)
        if worker.ending is not None:
            worker.ending.cancel()
        with contextlib.suppress(ProcessLookupError):
            worker.process.kill()
        await worker.process.wait()


async def _exchange(process: asyncio.subprocess.Process, request: Request) -> Answer:
    if process.stdin is None or process.stdout is None:
        raise ConnectionResetError
    process.stdin.write(encode(request))
    await process.stdin.drain()
    head = await process.stdout.readexactly(LENGTH_BYTES)
    size = int.from_bytes(head, "big")
    if isinstance(request, Hunt) and size > MOST_HUNTED:
        raise ConnectionAbortedError(f"A hunt's worker announced {size} bytes.")
    return answer_decoder.decode(await process.stdout.readexactly(size))
