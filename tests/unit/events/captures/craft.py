"""Packets and captures made by hand: as little as a test needs, byte for byte by the RFCs."""

import io
import json
import struct
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any

from netsentinel.events.captures import CaptureAccount, capture_records
from netsentinel.events.captures.packets import ACK, FIN, RST, SYN

CLIENT, SERVER = "10.0.0.5", "192.0.2.7"
PSH = 8
ETHERNET = bytes.fromhex("020000000002020000000001")


def ip(payload: bytes, protocol: int, src: str = CLIENT, dst: str = SERVER) -> bytes:
    """Type and IP packet, as they follow the two addresses of a frame."""
    source, target = ip_address(src).packed, ip_address(dst).packed
    if len(source) == 4:
        head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), 1, 0, 64, protocol, 0)
        return b"\x08\x00" + head + source + target + payload
    return b"\x86\xdd" + struct.pack("!IHBB", 6 << 28, len(payload), protocol, 64) + source + target + payload


def tcp(sport: int, dport: int, seq: int, flags: int, data: bytes = b"") -> bytes:
    return struct.pack("!HHIIBBHHH", sport, dport, seq & 0xFFFFFFFF, 0, 0x50, flags, 1024, 0, 0) + data


def udp(sport: int, dport: int, data: bytes) -> bytes:
    return struct.pack("!HHHH", sport, dport, 8 + len(data), 0) + data


def pcap(packets: list[tuple[float, bytes]], *, order: str = "<", nano: bool = False, link: int = 1) -> bytes:
    out = struct.pack(order + "IHHiIII", 0xA1B23C4D if nano else 0xA1B2C3D4, 2, 4, 0, 0, 65_535, link)
    for time, data in packets:
        micros = round(time * 1e6)
        fraction = micros % 1_000_000 * (1_000 if nano else 1)
        out += struct.pack(order + "IIII", micros // 1_000_000, fraction, len(data), len(data)) + data
    return out


def block(kind: int, body: bytes, order: str = "<") -> bytes:
    body += bytes(-len(body) % 4)
    size = struct.pack(order + "I", 12 + len(body))
    return struct.pack(order + "I", kind) + size + body + size


def pcapng(packets: list[tuple[float, bytes]], *, order: str = "<", options: bytes = b"", units: int = 10**6) -> bytes:
    out = block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1), order)
    out += block(1, struct.pack(order + "HHI", 1, 0, 65_535) + options, order)
    for time, data in packets:
        stamp = round(time * 1e6) * (units // 10**6)
        head = struct.pack(order + "IIIII", 0, stamp >> 32, stamp & 0xFFFFFFFF, len(data), len(data))
        out += block(6, head + data, order)
    return out


@dataclass
class Tape:
    """Packets one after the other, a hundredth of a second apart."""

    packets: list[tuple[float, bytes]] = field(default_factory=list)
    time: float = 1_780_000_000.0

    def put(self, rest: bytes) -> None:
        self.packets.append((self.time, ETHERNET + rest))
        self.time = round(self.time + 0.01, 6)

    def udp(self, data: bytes, sport: int, dport: int, *, back: bool = False) -> None:
        ends = (SERVER, CLIENT) if back else (CLIENT, SERVER)
        self.put(ip(udp(dport, sport, data) if back else udp(sport, dport, data), 17, *ends))


@dataclass
class Talk:
    """A TCP connection that is written to a tape."""

    tape: Tape
    sport: int = 40_000
    dport: int = 80
    src: str = CLIENT
    dst: str = SERVER
    seqs: list[int] = field(default_factory=lambda: [5_000, 1_000])
    """Next numbers of server and client."""

    def send(self, data: bytes = b"", flags: int = ACK, *, client: bool = True, seq: int | None = None) -> None:
        at = self.seqs[client] if seq is None else seq
        ports = (self.sport, self.dport) if client else (self.dport, self.sport)
        ends = (self.src, self.dst) if client else (self.dst, self.src)
        self.tape.put(ip(tcp(*ports, at, flags, data), 6, *ends))
        if seq is None:
            self.seqs[client] += len(data) + bool(flags & (SYN | FIN))

    def open(self) -> "Talk":
        self.send(flags=SYN)
        self.send(flags=SYN | ACK, client=False)
        self.send()
        return self

    def says(self, data: bytes) -> "Talk":
        self.send(data, ACK | PSH)
        return self

    def hears(self, data: bytes) -> "Talk":
        self.send(data, ACK | PSH, client=False)
        return self

    def close(self) -> "Talk":
        self.send(flags=FIN | ACK)
        self.send(flags=FIN | ACK, client=False)
        self.send()
        return self

    def reset(self, *, client: bool = False) -> "Talk":
        self.send(flags=RST | ACK, client=client)
        return self


@dataclass
class Read:
    """What came out of a capture."""

    records: list[dict[str, Any]]
    rejected: list[str]
    account: CaptureAccount

    def of(self, log: str) -> list[dict[str, Any]]:
        return [record for record in self.records if record["_path"] == log]

    def one(self, log: str) -> dict[str, Any]:
        (found,) = self.of(log)
        return found


def read(content: bytes, head: int = 4) -> Read:
    """Read a capture, and see that no packet goes unaccounted for."""
    accounts: list[CaptureAccount] = []
    lines = list(capture_records(content[:head], io.BytesIO(content[head:]), on_end=accounts.append))
    rejected = [line.decode() for line in lines if not line.startswith(b"{")]
    records = [json.loads(line) for line in lines if line.startswith(b"{")]
    (account,) = accounts
    assert account.packets == account.used + account.others.total() + account.rejected
    assert account.rejected == len(rejected)
    assert account.connections == sum(record["_path"] == "conn" for record in records)
    return Read(records, rejected, account)


def taped(tape: Tape) -> Read:
    return read(pcap(tape.packets))
