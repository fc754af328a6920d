"""One direction of a TCP connection: its bytes in order, with little held, and the truth about what is missing."""

from netsentinel.events.captures.packets import SYN, Packet

_MAX_AHEAD = 64 * 1024
_MAX_PIECES = 64
_WRAP = 0xFFFF_FFFF
_HALF = 0x8000_0000


class Side:
    """What one end of a connection sent."""

    __slots__ = (
        "ahead",
        "base",
        "fin",
        "gone",
        "held",
        "highest",
        "ip_bytes",
        "missing",
        "next",
        "packets",
        "payload",
        "rst",
        "said",
        "started",
        "syn",
    )

    def __init__(self) -> None:
        self.packets = 0
        self.ip_bytes = 0
        self.payload = 0
        """Bytes that UDP and ICMP carried."""
        self.syn = self.fin = self.rst = False
        self.said = 0
        """Which letters of the history this end has."""
        self.started = False
        self.base = 0
        """Sequence number of the first byte."""
        self.highest = 0
        """Where its bytes end so far, counted from the first."""
        self.next = 0
        """Sequence number of the byte that comes next for the reader."""
        self.ahead: dict[int, bytes] | None = None
        self.held = 0
        self.missing = False
        """Whether a gap was seen that will not be filled."""
        self.gone = False
        """Whether nobody reads this direction."""

    def begin(self, seq: int, *, sure: bool = False) -> None:
        """The number of its first byte is known; for sure by a SYN, which corrects a forged packet before it."""
        if not self.started or (sure and not self.highest):
            self.started = True
            self.base = self.next = seq & _WRAP

    def advance(self, seq: int, size: int) -> None:
        """Count bytes by their numbers, so that those sent twice count once."""
        end = ((seq - self.base) & _WRAP) + size
        if end < _HALF and end > self.highest:
            self.highest = end
        elif end >= _HALF and self.highest > _HALF // 2 and end > self.highest:
            self.highest = end  # more than two gigabytes in one direction

    def take(self, packet: Packet) -> list[bytes]:
        """The bytes that are next in order now."""
        data, seq = packet.payload, (packet.seq + (packet.flags & SYN > 0)) & _WRAP  # SYN takes a number itself
        behind = (self.next - seq) & _WRAP
        if behind and behind < _HALF:
            if behind >= len(data):
                return []
            data, seq = data[behind:], self.next
        if seq != self.next:
            self._keep(seq, data)
            return []
        self.next = (seq + len(data)) & _WRAP
        found = [data]
        while self.ahead and (more := self._following()):
            found.append(more)
        if len(packet.payload) < packet.carried:
            self.lose()  # the capture cut the packet: what follows is not what is next
            self.missing = True
        return found

    def lose(self) -> None:
        """Forget what waits."""
        self.ahead = None
        self.held = 0

    def _keep(self, seq: int, data: bytes) -> None:
        if self.ahead is None:
            self.ahead = {}
        before = self.ahead.get(seq, b"")
        if len(data) > len(before):
            self.ahead[seq] = data
            self.held += len(data) - len(before)
        if self.held > _MAX_AHEAD or len(self.ahead) > _MAX_PIECES:
            self.lose()
            self.missing = True

    def _following(self) -> bytes:
        """A piece that was held and is next now; empty when there is none."""
        if self.ahead is None:
            return b""
        for seq, data in sorted(self.ahead.items(), key=lambda item: (item[0] - self.next) & _WRAP, reverse=True):
            behind = (self.next - seq) & _WRAP
            if behind >= _HALF:
                continue
            del self.ahead[seq]
            self.held -= len(data)
            if behind < len(data):
                self.next = (seq + len(data)) & _WRAP
                return data[behind:]
        return b""
