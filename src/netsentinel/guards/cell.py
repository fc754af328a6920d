"""A process that reads what nobody trusts, as the server sees it: asked by frames, ended when it takes too long."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, Self

from netsentinel.guards.errors import CellBrokeError
from netsentinel.guards.frames import HEADER
from netsentinel.kernel.child import child_environment

MOST_FRAME: Final = 256 * 1024 * 1024
"""Bytes of one frame; a process that says more is ended."""
_IDLE_S: Final = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CellLimits:
    """What a process may use."""

    memory_mib: int = 512
    cpu_s: int = 60
    """Processor time of one order."""
    wall_s: float = 120.0
    """Of one order, from the question to the answer."""


class Cell:
    """One process. It answers one order at a time; after an error it is gone."""

    def __init__(self, process: asyncio.subprocess.Process, limits: CellLimits) -> None:
        self._process = process
        self._limits = limits

    @classmethod
    async def start(cls, module: str, limits: CellLimits, *arguments: str) -> Self:
        """Start `python -m module MEBIBYTES SECONDS`, which confines itself (`confinement.confine`) and serves frames.

        Args:
            module: what it runs.
            limits: what it may use.
            arguments: what it is told besides these.

        Raises:
            CellBrokeError: it cannot be started.
        """
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                module,
                str(limits.memory_mib),
                str(limits.cpu_s),
                *arguments,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                env=child_environment(),
            )
        except OSError as error:
            raise CellBrokeError(f"The process that reads cannot be started: {error}.", why="ended") from error
        return cls(process, limits)

    async def ask(self, order: bytes) -> bytes:
        """Its answer to an order.

        Raises:
            CellBrokeError: it ended, answered nonsense, or took longer than it may.
        """
        try:
            async with asyncio.timeout(self._limits.wall_s):
                return await self._exchange(order)
        except TimeoutError as error:
            raise CellBrokeError(f"Reading took longer than {self._limits.wall_s:g} s.", why="time") from error
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise await self._broken() from error

    async def answers(self, order: bytes) -> AsyncGenerator[bytes, None]:
        """Its answers to an order as they come, until an empty one, which is left out.

        Raises:
            CellBrokeError: it ended, answered nonsense, or took longer for one answer than it may.
        """
        try:
            await self._send(order)
            while True:
                async with asyncio.timeout(self._limits.wall_s):
                    answer = await self._frame()
                if not answer:
                    return
                yield answer
        except TimeoutError as error:
            raise CellBrokeError(f"Nothing came for {self._limits.wall_s:g} s.", why="time") from error
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise await self._broken() from error

    async def end(self) -> None:
        """End it, whatever it does."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended."""
        return self._process.returncode is None

    async def _exchange(self, order: bytes) -> bytes:
        await self._send(order)
        return await self._frame()

    async def _send(self, order: bytes) -> None:
        asks = self._process.stdin
        if asks is None:
            raise CellBrokeError("The process that reads has no pipes.", why="ended")
        asks.write(HEADER.pack(len(order)))
        asks.write(order)
        await asks.drain()

    async def _frame(self) -> bytes:
        answers = self._process.stdout
        if answers is None:
            raise CellBrokeError("The process that reads has no pipes.", why="ended")
        (size,) = HEADER.unpack(await answers.readexactly(HEADER.size))
        if size > MOST_FRAME:
            raise CellBrokeError(f"What was read is larger than {MOST_FRAME:,} bytes.", why="memory")
        return await answers.readexactly(size)

    async def _broken(self) -> CellBrokeError:
        code = await self._process.wait()
        if code == -24:  # noqa: PLR2004 - SIGXCPU
            return CellBrokeError(f"Reading took more than {self._limits.cpu_s} s of processor time.", why="time")
        return CellBrokeError(
            f"The process that read it ended with {f'signal {-code}' if code < 0 else f'code {code}'};"
            f" it may hold {self._limits.memory_mib} MiB.",
            why="memory" if code == -9 else "ended",  # noqa: PLR2004 - SIGKILL, the kernel's own when memory is short
        )


class Cells:
    """Some processes of one module, at most so many at once. One that is whole is kept for the next order.

    Args:
        module: what they run.
        limits: of each.
        most: at once.
        arguments: what they are told besides their limits.
    """

    def __init__(self, module: str, limits: CellLimits, most: int, *arguments: str) -> None:
        self._module = module
        self._limits = limits
        self._arguments = arguments
        self._places = asyncio.Semaphore(most)
        self._idle: list[tuple[Cell, asyncio.TimerHandle]] = []
        self._ending: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def cell(self, *, fresh: bool = False) -> AsyncGenerator[Cell, None]:
        """A process for some orders; left by an error, also by a cancellation, it is ended.

        Args:
            fresh: whether it must be a new one, that ends afterwards: what it reads may have got hold of it.
        """
        async with self._places:
            cell = None if fresh else self._kept()
            if cell is None:
                cell = await Cell.start(self._module, self._limits, *self._arguments)
            is_whole = False
            try:
                yield cell
                is_whole = True
            finally:
                if is_whole and not fresh and cell.is_alive:
                    self._keep(cell)
                else:
                    await cell.end()

    async def close(self) -> None:
        """End those that are kept."""
        idle, self._idle = self._idle, []
        for cell, timer in idle:
            timer.cancel()
            await cell.end()
        await asyncio.gather(*self._ending)

    def _kept(self) -> Cell | None:
        while self._idle:
            cell, timer = self._idle.pop()
            timer.cancel()
            if cell.is_alive:
                return cell
        return None

    def _keep(self, cell: Cell) -> None:
        timer = asyncio.get_running_loop().call_later(_IDLE_S, self._retire, cell)
        self._idle.append((cell, timer))

    def _retire(self, cell: Cell) -> None:
        self._idle = [one for one in self._idle if one[0] is not cell]
        task = asyncio.get_running_loop().create_task(cell.end())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)
