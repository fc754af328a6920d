"""The server's pings of one connection, and which of them a pong may answer."""

from typing import Final

from netsentinel.kernel.types import Micros
from netsentinel.streamer.outbox import Outbox

_MARK: Final = "ping"


class Pings:
    """Tells an answer from a guess: a client that does not read cannot know the `t` of a ping.

    Args:
        outbox: what the pings go through; one that still waits there was seen by nobody.
    """

    __slots__ = ("_outbox", "_unanswered")

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._unanswered: list[Micros] = []

    def put(self, t: Micros, frame: bytes) -> None:
        """Send a ping, in place of one that still waits."""
        if self._outbox.put_latest(_MARK, frame) and self._unanswered:
            self._unanswered.pop()
        self._unanswered.append(t)

    def is_answer(self, t: float) -> bool:
        """Whether a pong with this `t` answers a ping that went out; that one and earlier ones are done with then."""
        sent = self._unanswered[:-1] if self._outbox.waits(_MARK) else self._unanswered
        if t not in sent:
            return False
        self._unanswered = [one for one in self._unanswered if one > t]
        return True
