"""Receives syslog (RFC 5424 and 3164) over UDP and TCP, with RFC 6587's framings and TLS where the server has it.

TCP waits when the inbox is full: the connections are not read, and the senders keep what they have. UDP cannot wait;
what had to be dropped is counted, here and by the operating system.
"""

import asyncio
import ipaddress
import socket
import ssl
from collections import deque
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal, cast

import msgspec
import structlog
from msgspec import Meta

from netsentinel.events.recognition import recognised, sentence
from netsentinel.events.sources.framing import Framer, as_line
from netsentinel.events.sources.gathering import Gathering
from netsentinel.events.sources.port import Activity, Check, Place, Source, SourceTest
from netsentinel.kernel.errors import InvalidInputError, NetSentinelError, UnavailableError

_log = structlog.get_logger("netsentinel.syslog")

MAX_CONNECTIONS: Final = 1_000
_RECEIVE_BUFFER: Final = 8 * 1024 * 1024
_SAMPLES: Final = 20
_SAMPLE_BYTES: Final = 4_096
_BACKLOG: Final = 256

Transport = Literal["udp", "tcp"]


class SyslogOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where a syslog source listens."""

    port: Annotated[int, Meta(ge=1, le=65535, description="Port for both transports.")] = 5514
    address: Annotated[str, Meta(max_length=64, description="Address to listen on.")] = "127.0.0.1"
    transports: Annotated[tuple[Transport, ...], Meta(min_length=1, max_length=2, description="`udp`, `tcp`.")] = (
        "udp",
        "tcp",
    )
    tls: Annotated[
        bool, Meta(description="Speak TLS over TCP, with the server's certificate (`source_certificate`).")
    ] = False
    senders: Annotated[
        tuple[str, ...],
        Meta(max_length=64, description="Networks that may send, for example 192.0.2.0/24; empty: all."),
    ] = ()


class SyslogSource:
    """Listens on one port."""

    def __init__(self, options: SyslogOptions, place: Place) -> None:
        self._options = options
        self._place = place
        self._activity = Activity()
        self._gathering = Gathering(place, self._activity, self._on_room)
        self._streams: set[_Stream] = set()
        self._udp: socket.socket | None = None
        self.samples: deque[bytes] = deque(maxlen=_SAMPLES)
        """The newest pieces that came, for a test of the source."""
        networks = [ipaddress.ip_network(one, strict=False) for one in options.senders]

        @lru_cache(maxsize=4_096)
        def may_send(peer: str) -> bool:
            return _is_within(peer, networks)

        self._may_send = may_send

    @property
    def activity(self) -> Activity:
        """What it is doing now."""
        activity = self._activity
        activity.connections = len(self._streams)
        activity.waiting_bytes = self._gathering.size
        activity.lost = self._gathering.dropped + (_kernel_drops(self._udp) if self._udp is not None else 0)
        return activity

    async def run(self) -> None:
        """Listen until cancelled; what was received by then is handed over, or kept on disk for the next start.

        Raises:
            UnavailableError: the port is taken, or it is not this process's to open.
            InvalidInputError: the certificate cannot be read.
        """
        loop = asyncio.get_running_loop()
        sockets = bind(self._options)
        server: asyncio.Server | None = None
        datagrams: asyncio.DatagramTransport | None = None
        try:
            if "tcp" in sockets:
                context = _tls(self._options, self._place)
                sockets["tcp"].listen(_BACKLOG)
                server = await loop.create_server(lambda: _Stream(self), sock=sockets["tcp"], ssl=context)
            if "udp" in sockets:
                self._udp = sockets["udp"]
                datagrams, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(self), sock=self._udp)
            self._activity.note = f"Listens on {told(self._options)}."
            await self._gathering.run()
        finally:
            if server is not None:
                server.close()
            if datagrams is not None:
                datagrams.close()
            for stream in tuple(self._streams):
                stream.end()
            self._udp = None
            for one in sockets.values():
                one.close()
            await self._gathering.finish()

    def welcomes(self, peer: str) -> bool:
        """Whether this peer may send."""
        if self._may_send(peer):
            return True
        self.complain(f"{peer} sent, but is not among the senders of this source; nothing of it was taken.")
        return False

    def joined(self, stream: "_Stream") -> bool:
        """Take a connection; False when there are too many."""
        if len(self._streams) >= MAX_CONNECTIONS:
            self.complain(f"{MAX_CONNECTIONS:,} senders are connected; no more are taken.")
            return False
        self._streams.add(stream)
        if self._gathering.is_full:
            stream.pause()
        return True

    def left(self, stream: "_Stream") -> None:
        """A connection has ended."""
        self._streams.discard(stream)

    def take(self, lines: bytes, *, may_drop: bool) -> None:
        """Messages that came, one a line; over UDP they are dropped when there is no room."""
        if not lines:
            return
        self.samples.append(lines[: lines.rfind(b"\n", 0, _SAMPLE_BYTES) + 1])
        if may_drop:
            self._gathering.offer(lines)
            return
        self._gathering.add(lines)
        if self._gathering.is_full:
            for stream in self._streams:
                stream.pause()

    def complain(self, error: str) -> None:
        """Note what went wrong without ending anything."""
        self._activity.error, self._activity.error_at = error, self._place.clock.now()

    def _on_room(self) -> None:
        for stream in self._streams:
            stream.resume()


class _Stream(asyncio.Protocol):
    """One connection."""

    def __init__(self, source: SyslogSource) -> None:
        self._source = source
        self._framer = Framer()
        self._transport: asyncio.Transport | None = None
        self._is_paused = False
        self._told = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A sender has connected."""
        self._transport = cast("asyncio.Transport", transport)
        peer = transport.get_extra_info("peername")
        raw = transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if not self._source.welcomes(str(peer[0]) if peer else "") or not self._source.joined(self):
            transport.close()

    def data_received(self, data: bytes) -> None:
        """Bytes of some messages."""
        self._take(self._framer.feed(data))

    def connection_lost(self, exc: Exception | None) -> None:
        """The sender has gone; its last message may lack its end."""
        del exc
        self._source.left(self)
        self._take(self._framer.finish())

    def pause(self) -> None:
        """Read no more: the sender has to wait."""
        if not self._is_paused and self._transport is not None and not self._transport.is_closing():
            self._is_paused = True
            self._transport.pause_reading()

    def resume(self) -> None:
        """Read on."""
        if self._is_paused and self._transport is not None and not self._transport.is_closing():
            self._is_paused = False
            self._transport.resume_reading()

    def end(self) -> None:
        """Close the connection from this side."""
        self._source.left(self)
        self._take(self._framer.finish())
        if self._transport is not None:
            self._transport.close()

    def _take(self, lines: bytes) -> None:
        self._source.take(lines, may_drop=False)
        if self._framer.error and self._framer.error != self._told:
            self._told = self._framer.error
            self._source.complain(self._told)


class _Datagrams(asyncio.DatagramProtocol):
    """The UDP port: a datagram is a message."""

    def __init__(self, source: SyslogSource) -> None:
        self._source = source

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        """One message."""
        if self._source.welcomes(str(addr[0])):
            self._source.take(as_line(data), may_drop=True)


class SyslogKind:
    """The kind `syslog`."""

    name = "syslog"
    summary = "Receives syslog over UDP and TCP (RFC 5424, 3164 and 6587), with TLS where the server has it."
    options = SyslogOptions

    def check(self, options: SyslogOptions, place: Place) -> None:
        """Whether it may listen there.

        Raises:
            InvalidInputError: an address or a network is none, or TLS lacks what it needs.
            NotAllowedError: the address or the port is not allowed.
        """
        for field, value, parse in (
            ("address", (options.address,), ipaddress.ip_address),
            ("senders", options.senders, _network),
        ):
            for one in value:
                try:
                    parse(one)
                except ValueError as error:
                    raise InvalidInputError(f"{one[:64]!r}: {error}.", field=field) from None
        if options.tls and (place.certificate is None or options.transports != ("tcp",)):
            raise InvalidInputError(
                "TLS needs the transport tcp alone, and a certificate: an operator of the server states it with the"
                " setting NETSENTINEL_SOURCE_CERTIFICATE.",
                field="tls",
            )
        place.fence.listen(options.address, options.port)

    def build(self, options: SyslogOptions, place: Place) -> SyslogSource:
        """The listener."""
        return SyslogSource(options, place)

    async def test(self, options: SyslogOptions, place: Place, running: Source | None) -> SourceTest:
        """Bind the port, unless it is bound already, and say which format came last."""
        checks: list[Check] = []
        samples: list[bytes] = []
        if isinstance(running, SyslogSource) and running.activity.note:
            activity = running.activity
            checks.append(Check(ok=True, sentence=f"{activity.note[:-1]}, {activity.connections} connected."))
            samples = [line for piece in running.samples for line in piece.splitlines() if line][-_SAMPLES:]
            if activity.error:
                checks.append(Check(ok=False, sentence=activity.error))
        else:
            try:
                for one in bind(options).values():
                    one.close()
                _tls(options, place)
            except NetSentinelError as error:
                return SourceTest.of([Check(ok=False, sentence=error.detail)])
            checks.append(Check(ok=True, sentence=f"{told(options)} can be opened."))
        if samples:
            ok, told_of = sentence(recognised(samples, place.clock.now(), place.format))
            checks.append(Check(ok, told_of))
        else:
            checks.append(Check(ok=True, sentence="No message has come yet."))
        return SourceTest.of(checks)


def bind(options: SyslogOptions) -> dict[str, socket.socket]:
    """A bound socket for each transport.

    Raises:
        UnavailableError: an address is taken or not ours.
    """
    family = socket.AF_INET6 if ":" in options.address else socket.AF_INET
    found: dict[str, socket.socket] = {}
    for transport in dict.fromkeys(options.transports):
        one = socket.socket(family, socket.SOCK_STREAM if transport == "tcp" else socket.SOCK_DGRAM)
        found[transport] = one
        try:
            if transport == "tcp":
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            else:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
            one.setblocking(False)
            one.bind((options.address, options.port))
        except OSError as error:
            for opened in found.values():
                opened.close()
            raise UnavailableError(
                f"{options.address}:{options.port} ({transport.upper()}) cannot be opened: {error.strerror}."
            ) from error
    return found


def told(options: SyslogOptions) -> str:
    """Where it listens, for people."""
    address = f"[{options.address}]" if ":" in options.address else options.address
    names = " and ".join("TLS" if options.tls else name.upper() for name in sorted(set(options.transports)))
    return f"{address}:{options.port} ({names})"


def _tls(options: SyslogOptions, place: Place) -> ssl.SSLContext | None:
    if not options.tls or place.certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(place.certificate, place.private_key)
    except OSError as error:  # ssl.SSLError is one
        _log.warning("certificate_unusable", path=str(place.certificate), detail=str(error))
        raise InvalidInputError(f"The server's certificate cannot be used: {error.strerror or error}.") from error
    return context


_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _network(text: str) -> _Network:
    return ipaddress.ip_network(text, strict=False)


def _is_within(peer: str, networks: list[_Network]) -> bool:
    if not networks:
        return True
    address = ipaddress.ip_address(peer.partition("%")[0])
    plain = getattr(address, "ipv4_mapped", None) or address
    return any(plain in network for network in networks)


def _kernel_drops(udp: socket.socket) -> int:
    """Datagrams that the operating system dropped because this socket's buffer was full (Linux; elsewhere 0)."""
    try:
        inode = Path(f"/proc/self/fd/{udp.fileno()}").readlink().name.removeprefix("socket:[").removesuffix("]")
        for table in ("udp", "udp6"):
            for row in Path(f"/proc/net/{table}").read_text(encoding="ascii").splitlines()[1:]:
                fields = row.split()
                if fields[9] == inode:
                    return int(fields[-1])
    except OSError:
        return 0
    return 0
