"""The server's side of the rule bench: started when needed, killed when it takes too long, ended when idle."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from netsentinel.detection.rulebook.frames import (
    LENGTH_BYTES,
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
    answer_decoder,
    encode,
)
from netsentinel.detection.rulebook.model import CaseResult, RuleCase
from netsentinel.detection.rulebook.ports import ReadRules, RuleHit
from netsentinel.events.lake.model import StoredEvent
from netsentinel.kernel.child import child_environment
from netsentinel.kernel.errors import InvalidInputError, NotFoundError, UnavailableError

READ_S = 120.0
"""So long may reading an archive take: 3,141 rules took 7 s."""
TRY_S = 10.0
"""So long may one text take."""
TURN_S = 10.0
"""So long do people wait until the bench is free for their text."""
_RETRY_AFTER_S = 5
_IDLE_S = 30.0
_MODULE = "netsentinel.detection.rulebook.bench_process"
_OTHER = "The rule bench gave an answer to another question."


class ProcessBench:
    """One process at most, one request at a time.

    Checks and trials that do not get their turn in time are refused: people send them, and as many as they like. What
    reads files or judges stored events waits for those before it, which is no longer than that.

    Args:
        cache: where what was read is kept, so that the detection process need not read it again.
    """

    def __init__(self, cache: Path | None = None) -> None:
        self._arguments = (str(cache),) if cache else ()
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._ending: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Kill the process, if there is one."""
        await self._kill()

    @property
    def pid(self) -> int:
        """The process's id, 0 while there is none."""
        return self._process.pid if self._process is not None else 0

    async def read(self, paths: Sequence[Path], *, ahead: bool = False) -> ReadRules:
        """The rules of files, folders and archives."""
        return _found(await self._ask(Read(tuple(str(path) for path in paths), ahead), READ_S))

    async def check(self, text: str) -> ReadRules:
        """The rules of one YAML text."""
        return _found(await self._ask(Check(text), TRY_S, TURN_S))

    async def test(self, text: str, cases: Sequence[RuleCase | str]) -> list[CaseResult]:
        """What the rules of a text do with each event."""
        named = tuple(case for case in cases if isinstance(case, RuleCase))
        bare = tuple(case for case in cases if isinstance(case, str))
        answer = await self._ask(Try(text, named, bare), TRY_S, TURN_S)
        if not isinstance(answer, Tried):
            raise UnavailableError(_OTHER)
        return list(answer.results)

    async def judge(self, text: str, events: Sequence[StoredEvent]) -> list[RuleHit]:
        """What the rules of a text find in stored events."""
        answer = await self._ask(Judge(text, tuple(events)), TRY_S)
        if not isinstance(answer, Judged):
            raise UnavailableError(_OTHER)
        return list(answer.hits)

    @contextlib.asynccontextmanager
    async def _own_turn(self, wait_s: float | None) -> AsyncGenerator[None, None]:
        try:
            async with asyncio.timeout(wait_s):
                await self._turn.acquire()
        except TimeoutError:
            raise UnavailableError(
                "The rule bench is busy with other rules. Try again in some seconds.", retry_after=_RETRY_AFTER_S
            ) from None
        try:
            yield
        finally:
            self._turn.release()

    async def _ask(self, request: Request, timeout_s: float, wait_s: float | None = None) -> Answer:
        async with self._own_turn(wait_s):
            if self._ending is not None:
                self._ending.cancel()
            try:
                async with asyncio.timeout(timeout_s):
                    answer = await _exchange(await self._running(), request)
            except TimeoutError:
                await self._kill()
                raise UnavailableError(f"It took longer than {timeout_s:g} s and was stopped.") from None
            except (ConnectionError, asyncio.IncompleteReadError, msgspec.DecodeError) as error:
                await self._kill()
                raise UnavailableError("The rule bench died; the rules may need more memory than it has.") from error
            except asyncio.CancelledError:
                await self._kill()
                raise
            self._ending = asyncio.get_running_loop().call_later(_IDLE_S, self._end)
        if isinstance(answer, Refused):
            raise NotFoundError(answer.detail) if answer.missing else InvalidInputError(answer.detail)
        return answer

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is not None and self._process.returncode is None:
            return self._process
        try:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                _MODULE,
                *self._arguments,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                env=child_environment(),
            )
        except OSError as error:
            raise UnavailableError(f"The rule bench cannot be started: {error}.") from error
        return self._process

    def _end(self) -> None:
        """Have it end by itself: it has nothing to do."""
        process, self._process = self._process, None
        if process is not None and process.stdin is not None:
            process.stdin.close()

    async def _kill(self) -> None:
        process, self._process = self._process, None
        if self._ending is not None:
            self._ending.cancel()
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def _found(answer: Answer) -> ReadRules:
    if not isinstance(answer, WasRead):
        raise UnavailableError(_OTHER)
    return answer.found


async def _exchange(process: asyncio.subprocess.Process, request: Request) -> Answer:
    if process.stdin is None or process.stdout is None:
        raise ConnectionResetError
    process.stdin.write(encode(request))
    await process.stdin.drain()
    head = await process.stdout.readexactly(LENGTH_BYTES)
    return answer_decoder.decode(await process.stdout.readexactly(int.from_bytes(head, "big")))
