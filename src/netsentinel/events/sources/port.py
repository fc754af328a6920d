"""What a source is, what it gets of its server, and where it hands over what it read."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

import msgspec

from netsentinel.events.positions import StreamPosition
from netsentinel.events.sources.fence import Fence
from netsentinel.kernel.clock import Clock
from netsentinel.kernel.errors import InvalidInputError, UnavailableError
from netsentinel.kernel.types import Micros, TenantId

_FIRST_PAUSE_S: Final = 0.5
_LONGEST_PAUSE_S: Final = 30.0


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


@dataclass(slots=True)
class Activity:
    """What a running source is doing; it counts from the source's start."""

    note: str = ""
    """What it does at the moment, in a sentence: `Listens on 127.0.0.1:5514 (UDP and TCP).`"""
    waiting_bytes: int = 0
    """Read or readable, and not yet handed over."""
    connections: int = 0
    """Peers that are connected now."""
    lost: int = 0
    """Messages that had to be dropped: only a protocol that cannot wait (syslog over UDP) ever drops."""
    pauses: int = 0
    """Times it had to wait for the server (back-pressure)."""
    error: str = ""
    """The last thing that went wrong without ending the source."""
    error_at: Micros = 0


class Source(Protocol):
    """Reads from somewhere and hands over, without loss where its origin can wait."""

    async def run(self) -> None:
        """Read until cancelled.

        Raises:
            NetSentinelError: it cannot go on; whoever runs it tries again later.
            OSError: the same, from the operating system.
        """
        ...

    @property
    def activity(self) -> Activity:
        """What it is doing now."""
        ...


@dataclass(frozen=True, slots=True)
class Place:
    """What a source gets of the server that it runs in."""

    tenant: TenantId
    source: str
    """Its name."""
    format: str
    """Name of a format, or empty to recognise each record."""
    sink: Sink
    clock: Clock
    state: Path
    """A folder of the server's own where it may remember things; it need not exist yet."""
    fence: Fence
    max_line: int
    """Longest record that is read as one, in bytes."""
    certificate: Path | None = None
    """The server's TLS certificate chain for listeners, with its key in the same or in `private_key`."""
    private_key: Path | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that a test of a source looked at."""

    ok: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class SourceTest:
    """What trying a source out found."""

    ok: bool
    sentence: str
    """The result in a sentence: the first thing that is wrong, else what works."""
    checks: tuple[Check, ...]

    @classmethod
    def of(cls, checks: "list[Check]") -> "SourceTest":
        """The result of these checks."""
        wrong = next((check for check in checks if not check.ok), None)
        sentence = wrong.sentence if wrong is not None else " ".join(check.sentence for check in checks)
        return cls(wrong is None, sentence, tuple(checks))


class SourceKind(Protocol):
    """A kind of source that can be configured. One file per kind in `events/sources`."""

    @property
    def name(self) -> str:
        """For example `syslog`."""
        ...

    @property
    def summary(self) -> str:
        """What it reads, in a sentence."""
        ...

    @property
    def options(self) -> type[msgspec.Struct]:
        """What can be configured; its fields have defaults and descriptions."""
        ...

    def check(self, options: Any, place: Place) -> None:
        """Whether these options may be used at all, before they are stored and at each start.

        Raises:
            InvalidInputError: they make no sense.
            NotAllowedError: the server's settings do not let them.
        """
        ...

    def build(self, options: Any, place: Place) -> Source:
        """A source that runs; construction does no I/O."""
        ...

    async def test(self, options: Any, place: Place, running: Source | None) -> SourceTest:
        """Try it out: open what it opens, look at what is there, and close it again. Nothing is handed over.

        Args:
            options: as configured.
            place: as for `build`.
            running: the running source of this configuration, when there is one.
        """
        ...


def decoded(kind: SourceKind, options: Mapping[str, Any]) -> Any:
    """The options of a source as its kind's struct.

    Raises:
        InvalidInputError: an option is unknown, missing, or has an impossible value; the sentence names it.
    """
    try:
        return msgspec.convert(dict(options), kind.options, strict=True)
    except msgspec.ValidationError as error:
        raise InvalidInputError(f"The options of a source of the kind {kind.name}: {error}.") from None


@dataclass(slots=True)
class Patience:
    """Hands a batch over as often as it takes: waits as long as the server asks, else longer each time."""

    sink: Sink
    activity: Activity
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    """Once set, it gives up instead of waiting any longer."""

    async def deliver(self, batch: Outgoing) -> int:
        """As a sink's, but it returns only when the batch is on disk.

        Raises:
            NetSentinelError: the server refuses; sending again would not help.
            UnavailableError: it is stopping, and the server cannot take the batch now.
        """
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                return await self.sink.deliver(batch)
            except UnavailableError as busy:
                if self.stopping.is_set():
                    raise
                self.activity.pauses += 1
                stated = busy.extra.get("retry_after")
                await asyncio.sleep(float(stated) if isinstance(stated, int | float) else pause_s)
                pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
