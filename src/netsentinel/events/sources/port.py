"""What a source is, and where it hands over what it read."""

from dataclasses import dataclass
from typing import Protocol

from netsentinel.events.positions import StreamPosition


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Whole lines of one source, to be handed over at once."""

    source: str
    format: str
    """Name of a format, or empty to recognise each record."""
    body: bytes
    position: StreamPosition | None = None
    """Where they stand in their stream, so that they are kept once however often they are handed over."""


class Sink(Protocol):
    """Takes what a source read: the intake of this server, or that of another over HTTP."""

    async def deliver(self, batch: Outgoing) -> int:
        """Hand over a batch; returns after it is on disk.

        Returns:
            The recorded end of the batch's stream: the batch's own end, or another one beyond its start when it was
            there already. 0 for a batch without a position.

        Raises:
            UnavailableError: later; `retry_after` says in how many seconds, where the server knows.
        """
        ...


class Source(Protocol):
    """Reads from somewhere and hands over, without loss where its origin can wait."""

    async def run(self) -> None:
        """Read until cancelled."""
        ...
