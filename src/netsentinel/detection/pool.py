"""The detection process seen from the server: started, fed in order, replaced when it dies."""

import asyncio
import contextlib
import sys
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import msgspec

from netsentinel.detection.frames import (
    LENGTH_BYTES,
    Analyze,
    Analyzed,
    Answer,
    Choose,
    Chosen,
    Deploy,
    HandedOver,
    HandOver,
    Ready,
    Request,
    Restore,
    Serving,
    Snapshot,
    State,
    Tell,
    Told,
    Unwritten,
    Weigh,
    Weighed,
    answer_decoder,
    encode,
    fill,
)
from netsentinel.detection.model import BatchResult
from netsentinel.detection.models import Deployment, ModelTally, RefusedModel
from netsentinel.detection.process import Options
from netsentinel.detection.rules import RuleWeight, Selection
from netsentinel.events.lake.model import Spool
from netsentinel.events.lines import MAX_LINE_BYTES
from netsentinel.events.ports import InboxBatch
from netsentinel.kernel.child import child_environment
from netsentinel.kernel.errors import StorageFullError, StorageUnavailableError, UnavailableError

_MODULE = "netsentinel.detection.process"
_BACKOFF_S = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Waits before the process is started again, by how often it died without having analysed a batch in between."""

_DIED = "The detection process died; it is started again."

_STOP_S = 10.0
"""How long the process may take to finish when it is told to end."""


@dataclass(slots=True)
class _Child:
    """One life of the process."""

    process: asyncio.subprocess.Process
    waiting: deque[asyncio.Future[Answer]] = field(default_factory=deque["asyncio.Future[Answer]"])
    """Requests that were sent and not yet answered, in order."""
    rules: int = 0
    dead: bool = False


class ProcessPool:
    """One detection process. Requests are pipelined: they are sent at once and answered in order.

    When the process dies, every pending call fails with `UnavailableError` and a new process is started. Until
    `restore` has set its state, `analyze` and `snapshot` go on failing: no batch meets detectors that have forgotten.

    Args:
        rule_paths: files and folders with rules.
        max_line: longest record, in bytes.
        cache: folder for compiled rules, so that the next start is fast.
        spool: folder for the events that the lake is to take over; without one none are kept.
        selection: what tenants decided about rules.
        deployment: the models that judge events.
    """

    def __init__(
        self,
        rule_paths: Sequence[Path],
        *,
        max_line: int = MAX_LINE_BYTES,
        cache: Path | None = None,
        spool: Path | None = None,
        selection: Selection | None = None,
        deployment: Deployment | None = None,
    ) -> None:
        self._options = Options(
            rules=tuple(str(path) for path in rule_paths),
            max_line=max_line,
            cache=str(cache) if cache else "",
            spool=str(spool) if spool else "",
        )
        self._selection = selection
        self._deployment = deployment
        self._child: _Child | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._starting: asyncio.Task[tuple[_Child, int]] | None = None
        self._ready = asyncio.Event()
        self._closing = asyncio.Event()
        self._forgotten = False
        self._deaths = 0
        self._turn = asyncio.Lock()

    @property
    def pid(self) -> int:
        """The process's id, 0 while there is none."""
        return self._child.process.pid if self._child is not None else 0

    @property
    def rules(self) -> int:
        """How many rules it has loaded."""
        return self._child.rules if self._child is not None else 0

    async def __aenter__(self) -> Self:
        """Start the process and wait until it has loaded its rules.

        Raises:
            UnavailableError: it cannot be started.
        """
        self._closing.clear()
        child, rules = await self._start()
        self._take(child, rules)
        self._keeper = asyncio.create_task(self._keep(child), name="detection-process")
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Let the process finish what it was given, then end it."""
        self._closing.set()
        child, keeper = self._child, self._keeper
        if child is not None and child.process.stdin is not None:
            child.process.stdin.close()
        if self._starting is not None:
            self._starting.cancel()  # it kills what it has started
        if keeper is not None:
            try:
                await asyncio.wait_for(asyncio.shield(keeper), _STOP_S)
            except TimeoutError:
                if child is not None:
                    with contextlib.suppress(ProcessLookupError):
                        child.process.kill()
                keeper.cancel()
                await asyncio.gather(keeper, return_exceptions=True)
                if child is not None:
                    await child.process.wait()
        self._child = self._keeper = None

    async def restore(self, state: bytes) -> None:
        """Set the detectors' state; waits for the process to be there.

        Raises:
            UnavailableError: it died meanwhile, or the pool is closed.
        """
        child = await self._ready_or_closed()
        await self._ask(child, [Restore(state)])
        self._forgotten = False

    async def analyze(self, batches: Sequence[InboxBatch]) -> list[BatchResult]:
        """Results in the order of the batches.

        Raises:
            StorageFullError, StorageUnavailableError: the disk cannot keep their events; the process ends.
            UnavailableError: the process died; restore the last checkpoint and try again.
        """
        answers = await self._ask(self._remembering(), [Analyze(batch) for batch in batches])
        results = [fill(answer) for answer in answers if isinstance(answer, Analyzed)]
        if len(results) != len(batches):
            raise UnavailableError("The detection process gave an answer to another question.")
        return results

    async def snapshot(self) -> bytes:
        """The detectors' state after everything analysed so far.

        Raises:
            UnavailableError: the process died.
        """
        answer = (await self._ask(self._remembering(), [Snapshot()]))[0]
        if not isinstance(answer, State):
            raise UnavailableError("The detection process gave an answer to another question.")
        return answer.state

    async def hand_over(self) -> Spool:
        """The events read since the last call, for the lake.

        Raises:
            UnavailableError: the process died.
        """
        answer = (await self._ask(self._remembering(), [HandOver()]))[0]
        if not isinstance(answer, HandedOver):
            raise UnavailableError("The detection process gave an answer to another question.")
        return answer.spool

    async def choose(self, selection: Selection) -> list[str]:
        """Have each tenant's rules as it chose them, from the next batch on and after every restart.

        Raises:
            UnavailableError: the process died; the one that takes its place begins with this selection.
        """
        self._selection = selection
        child = await self._ready_or_closed()
        answer = (await self._ask(child, [Choose(selection)]))[0]
        if not isinstance(answer, Chosen):
            raise UnavailableError("The detection process gave an answer to another question.")
        child.rules = answer.rules
        return list(answer.failed)

    async def weigh(self) -> tuple[int, Sequence[RuleWeight]]:
        """How many events were judged with a stopwatch since the last call, and what each rule cost in them.

        Raises:
            UnavailableError: the process died.
        """
        answer = (await self._ask(self._remembering(), [Weigh()]))[0]
        if not isinstance(answer, Weighed):
            raise UnavailableError("The detection process gave an answer to another question.")
        return answer.events, answer.weights

    async def deploy(self, deployment: Deployment) -> list[RefusedModel]:
        """Have these models, and no others, judge events: from the next batch on, and after every restart.

        Raises:
            UnavailableError: the process died, or is not running; the one that takes its place begins with these.
        """
        self._deployment = deployment
        child = await self._ready_or_closed()
        answer = (await self._ask(child, [Deploy(deployment)]))[0]
        if not isinstance(answer, Serving):
            raise UnavailableError("The detection process gave an answer to another question.")
        return list(answer.refused)

    async def tallies(self) -> Sequence[ModelTally]:
        """What each deployed model did since the last call.

        Raises:
            UnavailableError: the process died.
        """
        answer = (await self._ask(self._remembering(), [Tell()]))[0]
        if not isinstance(answer, Told):
            raise UnavailableError("The detection process gave an answer to another question.")
        return answer.tallies

    def _remembering(self) -> _Child:
        if self._forgotten:
            raise UnavailableError("The detection process was started again and waits for its state.")
        if self._child is None or self._closing.is_set():
            raise UnavailableError("The detection process is not running.")
        return self._child

    async def _ready_or_closed(self) -> _Child:
        if self._keeper is None:
            raise UnavailableError("The detection process is not running.")
        await self._ready.wait()
        if self._child is None or self._closing.is_set():
            raise UnavailableError("The detection process is ending.")
        return self._child

    async def _ask(self, child: _Child, requests: Sequence[Request]) -> list[Answer]:
        """Send requests to this one life of the process, and wait for all answers."""
        answers: list[asyncio.Future[Answer]] = []
        for request in requests:
            frame = encode(request)
            async with self._turn:
                answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
                answers.append(answer)
                if child.dead or child.process.stdin is None:
                    answer.set_exception(UnavailableError(_DIED))
                    break
                child.waiting.append(answer)
                child.process.stdin.write(frame)
                with contextlib.suppress(ConnectionError):  # the reader notices the death and fails what waits
                    await child.process.stdin.drain()
        return await _all(answers)

    async def _start(self) -> tuple[_Child, int]:
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                _MODULE,
                msgspec.json.encode(self._options).decode(),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                env=child_environment(),
            )
        except OSError as error:
            raise UnavailableError(f"The detection process cannot be started: {error}.") from error
        child = _Child(process)
        try:
            first = await _read(process)
            if self._selection is not None and isinstance(first, Ready):
                first = await _told(process, Choose(self._selection))
            if self._deployment is not None and isinstance(first, Ready | Chosen):
                served = await _told(process, Deploy(self._deployment))
                first = first if isinstance(served, Serving) else None
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            raise
        if not isinstance(first, Ready | Chosen):
            code = await process.wait()
            raise UnavailableError(f"The detection process ended at once, with code {code}.")
        return child, first.rules

    def _take(self, child: _Child, rules: int) -> None:
        child.rules = rules
        self._child = child
        self._ready.set()

    async def _keep(self, child: _Child) -> None:
        """Hand out answers; start the process again when it dies."""
        while True:
            await self._serve(child)
            self._child = None
            self._ready.clear()
            self._forgotten = True
            _fail(child)
            await _kill(child)
            if self._closing.is_set():
                self._ready.set()
                return
            started = await self._start_again()
            if started is None:
                self._ready.set()
                return
            child = started

    async def _serve(self, child: _Child) -> None:
        while (answer := await _read(child.process)) is not None:
            if isinstance(answer, Analyzed):
                self._deaths = 0
            if not child.waiting:
                return
            future = child.waiting.popleft()
            if future.done():
                continue
            if isinstance(answer, Unwritten):
                kind = StorageFullError if answer.is_full else StorageUnavailableError
                future.set_exception(kind(answer.detail))
            else:
                future.set_result(answer)

    async def _start_again(self) -> _Child | None:
        while not self._closing.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), _BACKOFF_S[min(self._deaths, len(_BACKOFF_S) - 1)])
                return None
            self._deaths += 1
            self._starting = asyncio.create_task(self._start())
            try:
                child, rules = await self._starting
            except UnavailableError:
                continue
            except asyncio.CancelledError:
                if self._closing.is_set():
                    return None
                raise
            if self._closing.is_set():  # in the very moment in which it was ready: nobody else would end it
                await _kill(child)
                return None
            self._take(child, rules)
            return child
        return None


async def _kill(child: _Child) -> None:
    """End it, and take note of what could not be sent any more; asyncio tells that as an error nobody looked at."""
    with contextlib.suppress(ProcessLookupError):
        child.process.kill()
    await child.process.wait()
    if child.process.stdin is not None:
        child.process.stdin.close()
        with contextlib.suppress(ConnectionError):
            await child.process.stdin.wait_closed()


def _fail(child: _Child) -> None:
    child.dead = True
    while child.waiting:
        future = child.waiting.popleft()
        if not future.done():
            future.set_exception(UnavailableError(_DIED))


async def _told(process: asyncio.subprocess.Process, request: Choose | Deploy) -> Answer | None:
    """Tell a fresh process what was decided, before anything else is asked of it."""
    if process.stdin is None:
        return None
    try:
        process.stdin.write(encode(request))
        await process.stdin.drain()
    except ConnectionError:
        return None
    return await _read(process)


async def _all(futures: Sequence[asyncio.Future[Answer]]) -> list[Answer]:
    """Every answer; when one fails, the failures of the others are taken note of as well."""
    results = await asyncio.gather(*futures, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return [result for result in results if not isinstance(result, BaseException)]


async def _read(process: asyncio.subprocess.Process) -> Answer | None:
    if process.stdout is None:
        return None
    try:
        head = await process.stdout.readexactly(LENGTH_BYTES)
        return answer_decoder.decode(await process.stdout.readexactly(int.from_bytes(head, "big")))
    except (asyncio.IncompleteReadError, ConnectionError, msgspec.DecodeError):
        return None
