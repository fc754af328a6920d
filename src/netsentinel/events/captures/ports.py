"""What an application protocol's reader is: it gets both directions of one connection, in order, and says facts."""

from typing import Any, Protocol

from netsentinel.kernel.types import Micros

Fact = tuple[str, Micros, dict[str, Any]]
"""Zeek's name of the log, when it happened, and the fields beside time, connection and addresses."""


class Conversation(Protocol):
    """Reads one connection's bytes. It holds little of them, and says how much."""

    service: str
    """Zeek's word for the protocol."""

    @property
    def held(self) -> int:
        """Bytes that it keeps for later."""
        ...

    def feed(self, data: bytes, time: Micros, *, orig: bool) -> list[Fact]:
        """What the next bytes of one direction complete."""
        ...

    def gap(self, *, orig: bool) -> None:
        """Bytes of one direction are missing here: what comes after them cannot be understood."""
        ...

    def finish(self, time: Micros) -> list[Fact]:
        """The connection ends: what is known and was not yet said."""
        ...
