"""One subscription's stream on one connection: what was sent, what was missed, what comes next."""

from typing import Final

import msgspec

from netsentinel.kernel.entries import Entry, EntryKind
from netsentinel.streamer.filters import Filter
from netsentinel.streamer.frames import Event, Gap, GapReason, encode
from netsentinel.streamer.model import Subscription
from netsentinel.streamer.outbox import Outbox
from netsentinel.streamer.topics import Topic

_encode_payload: Final = msgspec.json.Encoder().encode


class Occurrence:
    """An entry on its way to clients: its data is encoded once, and so is every frame that several clients share."""

    __slots__ = ("_data", "_frames", "_name", "seq", "size")

    def __init__(self, entry: Entry, kind: EntryKind) -> None:
        self.seq = entry.seq
        self._name = kind.live_name
        data = _encode_payload(entry.payload)
        self.size = len(data)
        """Bytes of the data alone."""
        self._data = msgspec.Raw(data)
        self._frames: dict[tuple[str, int], bytes] = {}

    def frame(self, sub: str, prev: int) -> bytes:
        """The `event` frame for a subscription that was last sent `prev`."""
        key = (sub, prev)
        frame = self._frames.get(key)
        if frame is None:
            frame = encode(Event(sub=sub, seq=self.seq, prev=prev, name=self._name, data=self._data))
            self._frames[key] = frame
        return frame


class Feed:
    """A subscription at work. It replays from the journal until it has caught up, and is live from then on."""

    __slots__ = ("_last", "_missed_to", "_outbox", "is_live", "position", "spec", "topic", "wanted")

    def __init__(self, spec: Subscription, topic: Topic, wanted: Filter, outbox: Outbox, position: int) -> None:
        self.spec = spec
        self.topic = topic
        self.wanted = wanted
        self.position = position
        """Everything up to here is done with: sent, not wanted, or said to be missing."""
        self.is_live = False
        self._outbox = outbox
        self._last = position
        self._missed_to = 0

    def complete_to(self, tail: int) -> int:
        """Up to where this subscription is complete, when everyone has been served up to `tail`."""
        if self._missed_to:
            return self._last
        return max(self.position, tail) if self.is_live else self.position

    def send(self, occurrence: Occurrence) -> bool:
        """Queue an event of the replay; False when the client has to catch up first."""
        if not self._outbox.offer(occurrence.frame(self.spec.id, self._last)):
            return False
        self._last = occurrence.seq
        return True

    async def room(self) -> None:
        """Wait until the client has caught up with what is queued."""
        await self._outbox.room()

    def offer(self, occurrence: Occurrence) -> bool:
        """Queue a live event; False when the client is too far behind and misses it."""
        seq = occurrence.seq
        if seq <= self.position:
            return True  # the replay was faster
        if not self._missed_to and self.send(occurrence):
            return True
        self._missed_to = seq
        return False

    def skip_to(self, to: int, reason: GapReason, tail: int) -> None:
        """Say that everything up to `to` may be missing, and go on from there."""
        start = 0 if reason == "epoch" else self.complete_to(tail)  # a position of another epoch means nothing here
        gap = Gap(sub=self.spec.id, from_=start, to=to, reason=reason, snapshot_url=self.topic.snapshot_url)
        self._outbox.put(encode(gap))
        self._last = self.position = to
        self._missed_to = 0

    def say_missed(self, tail: int) -> bool:
        """Now that there is room again, say what was missed; False when it was nothing."""
        missed = self._missed_to
        if missed:
            self.skip_to(missed, "overflow", tail)
        return missed > 0
