"""The frames that wait for one client: bounded, in order, and never a reason for anybody else to wait."""

from asyncio import Event
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from netsentinel.streamer.ports import Transport


@dataclass(eq=False, slots=True)
class _Waiting:
    data: bytes
    is_event: bool
    latest: str = ""
    """Of the frames with the same mark here, only the newest is worth sending."""


@dataclass(slots=True)
class Traffic:
    """What all outboxes of a process have in common."""

    frames_out: int = 0
    """Frames handed to their transports."""
    lagging: "dict[Outbox, None]" = field(default_factory=dict["Outbox", None])
    """Those in which something waits."""


class Outbox:
    """Hands frames to a transport while it takes them, and keeps them while it does not.

    Events are refused above the bound; everything else (`welcome`, `error`, `gap`, `ping`, answers) is always taken,
    because it must not get lost. Whoever makes such frames has to make none while the outbox `is_over`. After a refusal
    the outbox counts as full until less than half of either bound waits.

    Args:
        transport: what carries the frames. What it may hold itself counts towards the bound of the bytes.
        max_bytes: of one client, wherever in this process or its system they wait.
        max_frames: of one client that wait here.
        traffic: what is counted for all of them.
        on_room: told when it was full and is not any more.
    """

    __slots__ = (
        "_bytes",
        "_ended",
        "_goodbye",
        "_max_bytes",
        "_max_frames",
        "_on_room",
        "_room",
        "_traffic",
        "_transport",
        "_waiting",
        "is_full",
        "relieved",
    )

    def __init__(
        self,
        transport: Transport,
        max_bytes: int,
        max_frames: int,
        traffic: Traffic,
        on_room: Callable[[], None],
    ) -> None:
        self._transport = transport
        self._max_bytes = max(max_bytes - transport.holds, max_bytes // 2)
        self._max_frames = max_frames
        self._traffic = traffic
        self._on_room = on_room
        self._waiting: deque[_Waiting] | None = None  # made when it is needed: most clients are never behind
        self._bytes = 0
        self._ended = False
        self._goodbye: tuple[int, str] | None = None
        self._room: Event | None = None
        self.is_full = False
        """Whether an event was refused and the client has not caught up since."""
        self.relieved = 0
        """How often it was full and is not any more."""

    def __len__(self) -> int:
        """Frames waiting."""
        return len(self._waiting) if self._waiting else 0

    def __bool__(self) -> bool:
        return True

    @property
    def size(self) -> int:
        """Bytes waiting, with those that the transport has not got rid of."""
        return self._bytes + self._transport.unsent

    @property
    def is_over(self) -> bool:
        """Whether more waits than may, of whatever kind."""
        return self._bytes > self._max_bytes or len(self) > self._max_frames

    @property
    def is_filling(self) -> bool:
        """Whether more than half of either bound waits, and nothing was refused yet."""
        return not self.is_full and not self._is_low()

    def put(self, data: bytes) -> None:
        """Send a frame that must arrive."""
        if not self._ended:
            self._send(data, is_event=False)

    def put_latest(self, mark: str, data: bytes) -> bool:
        """Send a frame that takes the place of an older one of the same mark, should that still wait.

        Returns:
            Whether one waited, which nobody will see now.
        """
        if self._ended:
            return False
        older = self._marked(mark)
        if older is not None and self._waiting:
            self._waiting.remove(older)
            self._bytes -= len(older.data)
        self._send(data, is_event=False, latest=mark)
        return older is not None

    def waits(self, mark: str) -> bool:
        """Whether a frame of this mark was not handed to the transport yet."""
        return self._marked(mark) is not None

    def offer(self, data: bytes) -> bool:
        """Send an event; False when the client is too far behind."""
        if self.is_full:
            return False
        if self._waiting:  # a frame above the bound all by itself has to go out some time
            if len(self._waiting) >= self._max_frames or self._bytes + len(data) > self._max_bytes:
                self.is_full = True
                return False
        elif self._transport.is_writable and not self._ended:
            self._transport.write(data)
            self._traffic.frames_out += 1
            return True
        if not self._ended:
            self._keep(data, is_event=True)
        return True

    async def room(self) -> None:
        """Wait until it is not full."""
        while self.is_full:
            if self._room is None:
                self._room = Event()
            await self._room.wait()

    def end(self, code: int, reason: str, *, drop_events: bool) -> None:
        """Say goodbye after what waits now, with or without the events among it; nothing is taken after it."""
        if drop_events and self._waiting:
            self._waiting = deque(item for item in self._waiting if not item.is_event)
            self._bytes = sum(len(item.data) for item in self._waiting)
        self._ended = True
        self._goodbye = (code, reason)
        self.flush()

    def drop(self) -> None:
        """Forget everything: the connection is gone."""
        self._ended = True
        self._waiting = None
        self._bytes = 0
        self._traffic.lagging.pop(self, None)

    def flush(self) -> None:
        """The transport may take frames again."""
        waiting, transport = self._waiting, self._transport
        while waiting and transport.is_writable:
            data = waiting.popleft().data
            self._bytes -= len(data)
            transport.write(data)
            self._traffic.frames_out += 1
        if self.is_full and self._is_low():
            self._relieve()
        if self._waiting:
            return
        self._waiting = None
        self._traffic.lagging.pop(self, None)
        if self._goodbye is not None:
            goodbye, self._goodbye = self._goodbye, None
            transport.close(*goodbye)

    def _marked(self, mark: str) -> _Waiting | None:
        return next((item for item in self._waiting or () if item.latest == mark), None)

    def _send(self, data: bytes, *, is_event: bool, latest: str = "") -> None:
        if self._waiting or not self._transport.is_writable:
            self._keep(data, is_event=is_event, latest=latest)
        else:
            self._transport.write(data)
            self._traffic.frames_out += 1

    def _keep(self, data: bytes, *, is_event: bool, latest: str = "") -> None:
        if self._waiting is None:
            self._waiting = deque()
            self._traffic.lagging[self] = None
        self._waiting.append(_Waiting(data, is_event, latest))
        self._bytes += len(data)

    def _relieve(self) -> None:
        self.relieved += 1
        self.is_full = False
        room, self._room = self._room, None
        if room is not None:
            room.set()
        self._on_room()

    def _is_low(self) -> bool:
        return len(self) * 2 < self._max_frames and self._bytes * 2 < self._max_bytes
