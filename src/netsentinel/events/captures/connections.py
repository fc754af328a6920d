"""Connections of a capture: which packets belong together, how each began and ended, as Zeek's conn.log tells it.

Sources: Zeek, base/protocols/conn (conn_state, history), base/init-bare.zeek (time-outs).
"""

from collections import OrderedDict, deque
from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

from netsentinel.events.captures.conversations import conversation_of
from netsentinel.events.captures.packets import ACK, FIN, ICMP, ICMP6, RST, SYN, TCP, UDP, Packet, address
from netsentinel.events.captures.ports import Conversation, Fact
from netsentinel.events.captures.streams import Side
from netsentinel.kernel.clock import MINUTE, SECOND
from netsentinel.kernel.types import Micros

MAX_CONNECTIONS = 50_000
"""Connections that are followed at once; beyond it the one that was silent longest ends."""
MAX_HELD_BYTES = 64 * 1024 * 1024
"""Bytes of packets that are held at once, of all connections; beyond it their contents are not looked into."""

_IDLE: Micros = 5 * MINUTE
_IDLE_OTHERS: Micros = MINUTE
_CLOSING: Micros = 5 * SECOND
_NAMES = {TCP: "tcp", UDP: "udp", ICMP: "icmp", ICMP6: "icmp"}
_ECHOES = {(ICMP, 8): 0, (ICMP, 0): 8, (ICMP6, 128): 129, (ICMP6, 129): 128}
"""ICMP types that answer each other."""
_ECHO_REPLIES = frozenset({(ICMP, 0), (ICMP6, 129)})
_SERVERS = frozenset({20, 21, 22, 23, 25, 53, 80, 88, 110, 135, 139, 143, 389, 443, 445, 465, 587, 636, 993, 995})
_SERVERS_TOO = frozenset({1433, 1521, 3128, 3306, 3389, 5060, 5353, 5355, 5432, 5900, 6379, 6667, 8000, 8080, 8443})
_LIKELY = _SERVERS | _SERVERS_TOO
"""Ports of services: who speaks from one is the server, when the beginning was not seen."""
_TELLING = 10
"""Bytes that say what a connection speaks."""
_NOTHING = {False: b"", True: b""}
_BASE = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

Key = tuple[bytes, int, bytes, int, int]
Line = tuple[str, Micros, "Connection | None", dict[str, Any]]


class Connection:
    """One connection, from its first packet to its last."""

    __slots__ = (
        "closed",
        "conversation",
        "first",
        "history",
        "key",
        "last",
        "looked",
        "orig",
        "resp",
        "service",
        "starts",
        "uid",
    )

    def __init__(self, key: Key, time: Micros, *, flipped: bool) -> None:
        self.key = key
        """Address, port, address, port, protocol: of the originator and of the responder."""
        self.first = self.last = time
        self.orig, self.resp = Side(), Side()
        self.history = "^" if flipped else ""
        self.closed = False
        self.looked = False
        """Whether its protocol was looked for."""
        self.conversation: Conversation | None = None
        self.starts = {False: b"", True: b""}
        """The first bytes of each end, until they say what the connection speaks."""
        self.service = ""
        self.uid = _uid(key, time)

    def add(self, packet: Packet, *, orig: bool) -> None:
        """Count a packet."""
        side = self.orig if orig else self.resp
        side.packets += 1
        side.ip_bytes += packet.length
        self.last = max(self.last, packet.time)
        if packet.protocol == TCP and not packet.fragment:
            self._tcp(packet, side, orig=orig)
        else:
            side.payload += packet.carried
            if packet.carried and not side.said & 1:
                side.said |= 1
                self.history += "D" if orig else "d"

    def _tcp(self, packet: Packet, side: Side, *, orig: bool) -> None:
        flags = packet.flags
        if flags & SYN:
            self._note(side, 2, "h" if flags & ACK else "s", orig=orig)
            side.syn = True
            side.begin(packet.seq + 1, sure=True)
        else:
            side.begin(packet.seq)
        if packet.carried:
            self._note(side, 1, "d", orig=orig)
            side.advance(packet.seq + (1 if flags & SYN else 0), packet.carried)
        elif flags & (ACK | SYN | FIN | RST) == ACK:
            self._note(side, 4, "a", orig=orig)
        if flags & FIN:
            self._note(side, 8, "f", orig=orig)
            side.fin = True
        if flags & RST:
            self._note(side, 16, "r", orig=orig)
            side.rst = True
        if side.rst or (self.orig.fin and self.resp.fin):
            self.closed = True

    def _note(self, side: Side, bit: int, letter: str, *, orig: bool) -> None:
        if not side.said & bit:
            side.said |= bit
            self.history += letter.upper() if orig else letter

    @property
    def held(self) -> int:
        """Bytes of packets that it keeps."""
        return self.orig.held + self.resp.held + (self.conversation.held if self.conversation is not None else 0)

    def fields(self) -> dict[str, Any]:
        """Zeek's conn.log, but for time, id and addresses."""
        tcp = self.key[4] == TCP
        orig, resp = self.orig, self.resp
        sent, answered = (orig.highest, resp.highest) if tcp else (orig.payload, resp.payload)
        found: dict[str, Any] = {"proto": _NAMES.get(self.key[4], "unknown_transport")}
        if self.key[4] not in _NAMES:
            found["ip_proto"] = self.key[4]
        if self.service:
            found["service"] = self.service
        if self.last > self.first:
            found["duration"] = (self.last - self.first) / 1e6
            found["orig_bytes"], found["resp_bytes"] = sent, answered
        found["conn_state"] = self._tcp_state() if tcp else ("SF" if resp.packets else "S0")
        found["history"] = self.history
        found["orig_pkts"], found["orig_ip_bytes"] = orig.packets, orig.ip_bytes
        found["resp_pkts"], found["resp_ip_bytes"] = resp.packets, resp.ip_bytes
        return found

    def _tcp_state(self) -> str:  # noqa: PLR0911 - Zeek's thirteen states
        orig, resp = self.orig, self.resp
        if orig.rst:
            return "RSTOS0" if orig.syn and not resp.packets else "RSTO"
        if resp.rst:
            if orig.syn and not resp.syn and not orig.highest:
                return "REJ"
            return "RSTRH" if resp.syn and not orig.syn else "RSTR"
        if orig.fin and resp.fin:
            return "SF"
        if orig.fin:
            return "SH" if orig.syn and not resp.syn else "S2"
        if resp.fin:
            return "SHR" if resp.syn and not orig.syn else "S3"
        if orig.syn and resp.syn:
            return "S1"
        return "S0" if orig.syn and not resp.packets else "OTH"


def _uid(key: Key, time: Micros) -> str:
    """Zeek's kind of id; the same capture gives the same ones."""
    seed = b"".join((key[0], key[2], b"%d %d %d %d" % (key[1], key[3], key[4], time)))
    number = int.from_bytes(blake2b(seed, digest_size=12).digest(), "big")
    digits = ["C"]
    for _ in range(16):
        number, digit = divmod(number, 62)
        digits.append(_BASE[digit])
    return "".join(digits)


class Connections:
    """Every connection that is under way."""

    def __init__(self, *, limit: int = MAX_CONNECTIONS, held: int = MAX_HELD_BYTES) -> None:
        self._limit = limit
        self._most_held = held
        self._tcp: OrderedDict[Key, Connection] = OrderedDict()
        """By the key of the originator, silent longest first."""
        self._others: OrderedDict[Key, Connection] = OrderedDict()
        self._closing: deque[tuple[Micros, Connection]] = deque()
        self._held = 0
        self._now: Micros = 0
        self.opened = 0

    def add(self, packet: Packet) -> Iterator[Line]:
        """Take a packet; the facts that it completes, and the connections that have ended."""
        self._now = max(self._now, packet.time)
        yield from self._expire()
        table = self._tcp if packet.protocol == TCP else self._others
        key, back = _keys(packet)
        found, orig = table.get(key), True
        if found is None:
            found, orig = table.get(back), False
        if found is not None and found.closed and packet.flags & (SYN | ACK) == SYN:
            del table[found.key]  # the same ports again: a new connection
            yield from self._end(found)
            found = None
        if found is None:
            if len(self._tcp) + len(self._others) >= self._limit:
                yield from self._end(self._oldest())
            flipped = _is_answer(packet)
            key, orig = (back, False) if flipped else (key, True)
            found = table[key] = Connection(key, packet.time, flipped=flipped)
            self.opened += 1
        else:
            table.move_to_end(found.key)
        was_closed = found.closed
        found.add(packet, orig=orig)
        if found.closed and not was_closed:
            self._closing.append((self._now, found))
        if packet.payload and not packet.fragment:
            yield from self._look(found, packet, orig=orig)

    def finish(self) -> Iterator[Line]:
        """Everything that is still under way when the capture ends, in the order in which it began."""
        left = sorted((*self._tcp.values(), *self._others.values()), key=lambda one: one.first)
        self._tcp.clear()
        self._others.clear()
        for connection in left:
            yield from self._end(connection)

    def _oldest(self) -> Connection:
        fuller = self._tcp if len(self._tcp) >= len(self._others) else self._others
        return fuller.popitem(last=False)[1]

    def _expire(self) -> Iterator[Line]:
        now = self._now
        for table, idle in ((self._tcp, _IDLE), (self._others, _IDLE_OTHERS)):
            while table:
                first = next(iter(table.values()))
                if first.last + idle >= now:
                    break
                del table[first.key]
                yield from self._end(first)
        while self._closing and self._closing[0][0] + _CLOSING < now:
            connection = self._closing.popleft()[1]
            if self._tcp.get(connection.key) is connection:
                del self._tcp[connection.key]
                yield from self._end(connection)

    def _look(self, connection: Connection, packet: Packet, *, orig: bool) -> Iterator[Line]:
        """Let the reader of its protocol have the packet's bytes."""
        side = connection.orig if orig else connection.resp
        if side.gone or packet.protocol not in {TCP, UDP}:
            return
        before = connection.held
        pieces = side.take(packet) if packet.protocol == TCP else [packet.payload]
        for piece in pieces:
            for fact in self._hear(connection, piece, packet.time, orig=orig):
                yield _line(connection, fact)
        if side.missing:
            side.gone = True
            side.lose()
            if connection.conversation is not None:
                connection.conversation.gap(orig=orig)
        if connection.looked and connection.conversation is None:
            self._deafen(connection)
        self._held += connection.held - before
        if self._held > self._most_held:
            yield from self._give_up(connection)

    def _hear(self, connection: Connection, piece: bytes, time: Micros, *, orig: bool) -> list[Fact]:
        if connection.looked:
            return [] if connection.conversation is None else connection.conversation.feed(piece, time, orig=orig)
        said = connection.starts[orig] = connection.starts[orig] + piece
        found = conversation_of(connection.key, said, orig=orig)
        if found is None and len(said) < _TELLING and connection.key[4] == TCP:
            return []  # too few to tell: a protocol must not hide by beginning with tiny packets
        starts, connection.starts = connection.starts, _NOTHING
        connection.looked, connection.conversation = True, found
        if found is None:
            return []
        connection.service = found.service
        before = found.feed(starts[not orig], time, orig=not orig) if starts[not orig] else []
        return before + found.feed(said, time, orig=orig)

    def _give_up(self, connection: Connection) -> Iterator[Line]:
        """Too much is held: this connection is only counted from now on."""
        before = connection.held
        if connection.conversation is not None:
            for fact in connection.conversation.finish(connection.last):
                yield _line(connection, fact)
            connection.conversation = None
        self._deafen(connection)
        self._held -= before - connection.held

    def _deafen(self, connection: Connection) -> None:
        for side in (connection.orig, connection.resp):
            side.gone = True
            side.lose()

    def _end(self, connection: Connection) -> Iterator[Line]:
        self._held -= connection.held
        if connection.conversation is not None:
            for fact in connection.conversation.finish(connection.last):
                yield _line(connection, fact)
        yield "conn", connection.first, connection, connection.fields()


def _line(connection: Connection, fact: Fact) -> Line:
    return fact[0], fact[1], connection, fact[2]


def _keys(packet: Packet) -> tuple[Key, Key]:
    """How the connection is called when the packet's sender began it, and when the receiver did."""
    sport, dport, protocol = packet.sport, packet.dport, packet.protocol
    if protocol in {ICMP, ICMP6}:
        answer = _ECHOES.get((protocol, sport))
        if answer is None:
            return (packet.src, sport, packet.dst, dport, protocol), (packet.dst, sport, packet.src, dport, protocol)
        return (packet.src, sport, packet.dst, answer, protocol), (packet.dst, answer, packet.src, sport, protocol)
    return (packet.src, sport, packet.dst, dport, protocol), (packet.dst, dport, packet.src, sport, protocol)


def _is_answer(packet: Packet) -> bool:
    """Whether the first packet that was seen comes from the responder."""
    if packet.protocol == TCP:
        if packet.flags & SYN:
            return bool(packet.flags & ACK)
    elif packet.protocol != UDP:
        return (packet.protocol, packet.sport) in _ECHO_REPLIES
    return packet.sport in _LIKELY and packet.dport not in _LIKELY


def described(connection: Connection) -> dict[str, Any]:
    """Its id and addresses, as Zeek's logs have them."""
    source, sport, target, dport, _ = connection.key
    return {
        "uid": connection.uid,
        "id.orig_h": address(source),
        "id.orig_p": sport,
        "id.resp_h": address(target),
        "id.resp_p": dport,
    }
