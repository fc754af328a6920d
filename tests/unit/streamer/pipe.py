"""The transport of an outbox under test: takes bytes, stops taking them, and takes so many more."""

from collections.abc import Callable

from netsentinel.streamer.outbox import Outbox, Traffic


class Pipe:
    """Takes what is written while it flows."""

    def __init__(self, *, holds: int = 0, flows: bool = False) -> None:
        self.holds = holds
        self.sent: list[bytes] = []
        self.closed: tuple[int, str] | None = None
        self.unsent = 0
        self._more = 1_000_000 if flows else 0
        self._call: Callable[[], None] | None = None

    @property
    def is_writable(self) -> bool:
        return len(self.sent) < self._more

    def write(self, data: bytes) -> None:
        self.sent.append(data)

    def on_writable(self, call: Callable[[], None] | None) -> None:
        self._call = call

    def take(self, count: int = 1) -> bytes:
        """Take so many frames more; the last one."""
        self._more = len(self.sent) + count
        assert self._call is not None
        self._call()
        return self.sent[-1]

    def stall(self) -> None:
        self._more = 0

    async def receive(self) -> None:
        raise NotImplementedError

    def close(self, code: int, reason: str, *, at_once: bool = False) -> None:
        assert not at_once
        self.closed = (code, reason)


def outbox_on(
    pipe: Pipe,
    max_bytes: int = 1_000,
    max_frames: int = 10,
    calls: list[int] | None = None,
    traffic: Traffic | None = None,
) -> Outbox:
    """An outbox in front of a pipe; `calls` grows whenever there is room again."""
    box = Outbox(
        pipe, max_bytes, max_frames, traffic or Traffic(), lambda: calls.append(1) if calls is not None else None
    )
    pipe.on_writable(box.flush)
    return box
