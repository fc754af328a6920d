"""The port of the process that trains, and the process itself as the server sees it."""

import asyncio
import contextlib
import sys
from collections.abc import Callable
from typing import Any, Final, Protocol

import msgspec
import structlog

from netsentinel.detection.errors import (
    FeatureValueError,
    MissingExtraError,
    ModelFileError,
    ModelSchemaError,
    ModelSignatureError,
    TrainingDataError,
)
from netsentinel.kernel.child import child_environment
from netsentinel.kernel.errors import InvalidInputError, NetSentinelError, NotFoundError, TooLargeError
from netsentinel.models.errors import TrainingFailedError
from netsentinel.models.orders import Made, Measured, Order, Refused, Told, word_decoder

_log = structlog.get_logger("netsentinel.models")

Tell = Callable[[float, str, str, Any], None]

_MODULE: Final = "netsentinel.models.workshop.process"
_LONGEST_WORD: Final = 64 * 1024 * 1024
_KNOWN: Final[dict[str, type[NetSentinelError]]] = {
    error.code: error
    for error in (
        FeatureValueError,
        InvalidInputError,
        MissingExtraError,
        ModelFileError,
        ModelSchemaError,
        ModelSignatureError,
        NotFoundError,
        TooLargeError,
        TrainingDataError,
    )
}


class TrainingBench(Protocol):
    """Trains and measures models where it harms nobody."""

    async def run(self, order: Order, tell: Tell) -> Made | Measured:
        """Do as ordered; `tell` hears percent, stage, message and data.

        Raises:
            NetSentinelError: as the work itself says.
            TrainingFailedError: the process broke off.
        """
        ...


class ProcessTrainingBench:
    """A process for each order, at low priority, with so much memory; it ends when the server does.

    Args:
        memory_mib: that the process may take.
    """

    def __init__(self, memory_mib: int) -> None:
        self._memory_mib = memory_mib

    async def run(self, order: Order, tell: Tell) -> Made | Measured:
        """Do as ordered. Cancelled, it ends the process."""
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                _MODULE,
                str(self._memory_mib),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                env=child_environment(),
                limit=_LONGEST_WORD,
            )
        except OSError as error:
            raise TrainingFailedError(f"The process that trains cannot be started: {error}.") from error
        try:
            return await self._talk(process, order, tell)
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _talk(self, process: asyncio.subprocess.Process, order: Order, tell: Tell) -> Made | Measured:
        if process.stdin is None or process.stdout is None:
            raise TrainingFailedError("The process that trains has no pipes.")
        with contextlib.suppress(ConnectionError):
            process.stdin.write(msgspec.json.encode(order) + b"\n")
            await process.stdin.drain()
        while line := await process.stdout.readline():
            word = word_decoder.decode(line)
            if isinstance(word, Told):
                tell(word.percent, word.stage, word.message, word.data)
            elif isinstance(word, Refused):
                raise refusal(word)
            else:
                return word
        code = await process.wait()
        _log.error("training_broke_off", pid=process.pid, code=code, signal=-code if code < 0 else 0)
        raise TrainingFailedError(
            f"The process that trains ended with code {code}. Was it ended from outside, or out of memory?"
        )


def refusal(word: Refused) -> NetSentinelError:
    """The error that a process told of, as an error of ours with its code."""
    return _KNOWN.get(word.code, TrainingFailedError)(word.detail)
