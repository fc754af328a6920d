"""The reading room: processes in limits that read what nobody trusts, a new one for every file that is no text."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import msgspec

from netsentinel.academy.extraction import Document, Extraction, KnownConcept, Learnt
from netsentinel.academy.extraction.errors import UnreadableTextError
from netsentinel.academy.reader.kinds import format_of
from netsentinel.academy.reader.model import ReadMedium
from netsentinel.academy.reader.orders import Extract, Extracted, Order, Read, Unreadable, WasRead, answer_decoder
from netsentinel.guards import CellBrokeError
from netsentinel.guards.cell import CellLimits, Cells

_MODULE: Final = "netsentinel.academy.reader.process"


class ProcessReadingRoom:
    """Reads in processes of their own.

    Args:
        limits: of each.
        most: at once.
        folder: below which the files lie that they read; where the kernel can see to it, they can read no others.
    """

    def __init__(self, limits: CellLimits, most: int, folder: Path) -> None:
        self._cells = Cells(_MODULE, limits, most, str(folder))

    async def read(self, path: Path, name: str) -> ReadMedium:
        """What a file of this name says, and facts about it.

        Raises:
            UnreadableTextError: it is not what its name says.
            CellBrokeError: reading it broke off.
        """
        is_alone = not format_of(name).is_markup
        found = await self._ask(Read(str(path), name, is_alone=is_alone), fresh=is_alone)
        if not isinstance(found, WasRead):
            raise CellBrokeError("The process that reads answered another question.", why="ended")
        return found.found

    async def extract(self, document: Document, known: Sequence[KnownConcept], state: Learnt) -> Extraction:
        """What is in a text, by what answers taught.

        Raises:
            CellBrokeError: looking broke off.
        """
        found = await self._ask(Extract(document, tuple(known), state))
        if not isinstance(found, Extracted):
            raise CellBrokeError("The process that reads answered another question.", why="ended")
        return replace(found.found, document=document)

    async def close(self) -> None:
        """End the processes that wait for something to read."""
        await self._cells.close()

    async def _ask(self, order: Order, *, fresh: bool = False) -> WasRead | Extracted:
        async with self._cells.cell(fresh=fresh) as cell:
            try:
                answer = answer_decoder.decode(await cell.ask(msgspec.msgpack.encode(order)))
            except msgspec.DecodeError as error:
                raise CellBrokeError("The process that reads answered nonsense.", why="ended") from error
        if isinstance(answer, Unreadable):
            raise UnreadableTextError(answer.detail, line=answer.line)
        return answer
