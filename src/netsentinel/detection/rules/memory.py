"""What plans remember of the values and contexts that they have seen, in bounded room."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

_REMEMBERED_BYTES = 8 * 1024 * 1024
"""Of values, and as much of contexts."""


class Room:
    """What is remembered of one kind, of all plans together; when it is full, everything in it is forgotten."""

    def __init__(self) -> None:
        self._tables: list[dict[Any, Any]] = []
        self._left = _REMEMBERED_BYTES

    def table(self) -> dict[Any, Any]:
        """A place of its own for somebody."""
        table: dict[Any, Any] = {}
        self._tables.append(table)
        return table

    def forget_tables_since(self, tables: int) -> None:
        """Forget those tables that came after so many: whoever asked for them is gone."""
        del self._tables[tables:]

    @property
    def tables(self) -> int:
        """How many tables there are."""
        return len(self._tables)

    def take(self, size: int) -> None:
        """Account for something of about so many bytes that is about to be remembered."""
        self._left -= size
        if self._left < 0:
            for table in self._tables:
                table.clear()
            self._left = _REMEMBERED_BYTES - size


class Memory:
    """What plans remember. New values come all the time; what else there is outlasts them."""

    def __init__(self) -> None:
        self.forget_all()

    @contextmanager
    def whole(self) -> Generator[None]:
        """Places that are asked for meanwhile are kept only when it ends without an error."""
        rooms = [(room, room.tables) for room in (self.values, self.contexts)]
        try:
            yield
        except BaseException:
            for room, tables in rooms:
                room.forget_tables_since(tables)
            raise

    def forget_all(self) -> None:
        """Forget the places too: whoever asked for them is gone."""
        self.values = Room()
        self.contexts = Room()
