"""Recordings are heard by a plug-in, in a process in limits."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Final

import msgspec

from netsentinel.academy.extraction.errors import UnreadableTextError
from netsentinel.academy.reader.orders import Hear, Heard, heard_decoder
from netsentinel.academy.reader.speech import Speech, chosen_transcriber
from netsentinel.guards import CellBrokeError
from netsentinel.guards.cell import Cell, CellLimits

_MODULE: Final = "netsentinel.academy.reader.speech_process"


class ProcessEar:
    """Hears in a process of its own, a new one for each recording.

    Args:
        limits: of the process; the time by the clock is that from one piece of speech to the next.
        wanted: name of the plug-in; empty for the first one that is installed.
    """

    def __init__(self, limits: CellLimits, wanted: str = "") -> None:
        self._limits = limits
        self._wanted = wanted

    def name(self) -> str:
        """What it is called.

        Raises:
            NoTranscriberError: nothing that understands speech is installed.
        """
        return chosen_transcriber(self._wanted)

    async def listen(self, path: Path, media_type: str, language: str) -> AsyncGenerator[Speech, None]:
        """What is said in a recording, piece by piece, as it becomes known.

        Raises:
            NoTranscriberError: nothing that understands speech is installed.
            UnreadableTextError: it cannot make anything of it.
            CellBrokeError: hearing it broke off.
        """
        cell = await Cell.start(_MODULE, self._limits, self.name())
        try:
            order = msgspec.msgpack.encode(Hear(str(path), media_type, language))
            async with aclosing(cell.answers(order)) as frames:
                async for frame in frames:
                    yield _speech(frame)
        finally:
            await cell.end()


def _speech(frame: bytes) -> Speech:
    try:
        word = heard_decoder.decode(frame)
    except msgspec.DecodeError as error:
        raise CellBrokeError("The process that hears answered nonsense.", why="ended") from error
    if isinstance(word, Heard):
        return Speech(word.begin_ms, word.end_ms, word.text)
    raise UnreadableTextError(word.detail)
