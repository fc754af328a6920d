"""A capture as records: Zeek's logs, line by line as JSON, so that every rule and detector for Zeek sees them.

Nothing of a packet is lost without a word: packets read = used + of other protocols + rejected.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from netsentinel.events.captures.connections import Connections, Line, described
from netsentinel.events.captures.container import Broken, Frame, Readable, frames
from netsentinel.events.captures.packets import Arp, CutError, Other, Packet, decode
from netsentinel.events.lines import Unreadable
from netsentinel.kernel.types import Micros

_OPERATIONS = {1: "request", 2: "reply"}
_SHOWN = 256
"""Bytes of a rejected packet that its line shows."""


@dataclass(slots=True)
class CaptureAccount:
    """What became of a capture's packets."""

    packets: int = 0
    size: int = 0
    """Bytes, as captured."""
    used: int = 0
    """In connections, or ARP."""
    rejected: int = 0
    others: Counter[str] = field(default_factory=Counter[str])
    """Packets of protocols that are not looked into, by name."""
    connections: int = 0
    arps: int = 0
    last: Micros = 0

    def describe(self, name: str) -> str:
        """The account in one sentence."""
        return (
            f"{name}: {self.packets:,} packets: {self.used - self.arps:,} in {self.connections:,} connections, "
            f"{self.arps:,} of ARP, {self.others.total():,} of other protocols, {self.rejected:,} rejected."
        )


def capture_records(
    head: bytes, stream: Readable, *, on_end: Callable[[CaptureAccount], None] = lambda _: None
) -> Iterator[bytes]:
    """Every fact of a capture, as a line of JSON; a packet that cannot be read comes as an `Unreadable` line.

    Facts come as they are complete: a connection when it has ended. The last line, `stats`, has the counts.

    Args:
        head: the first bytes of the capture, which were read to see what it is.
        stream: what follows.
        on_end: told what became of the packets.
    """
    account, connections = CaptureAccount(), Connections()
    encode = msgspec.json.Encoder().encode
    for found in frames(head, stream):
        account.packets += 1
        if isinstance(found, Broken):
            yield _rejected(account, found.data, found.reason)
            continue
        account.size += len(found.data)
        account.last = max(account.last, found.time)
        try:
            packet = _decode(found)
        except CutError as error:
            yield _rejected(account, found.data, str(error))
            continue
        if isinstance(packet, Packet):
            account.used += 1
            for line in connections.add(packet):
                yield encode(_record(line))
        elif isinstance(packet, Arp):
            account.used += 1
            account.arps += 1
            if packet.operation in _OPERATIONS:
                yield encode(_arp(packet))
        else:
            account.others[packet.name] += 1
    for line in connections.finish():
        yield encode(_record(line))
    account.connections = connections.opened
    if account.packets:
        yield encode(_stats(account))
    on_end(account)


def _decode(frame: Frame) -> Packet | Arp | Other:
    return decode(frame.link, frame.data, frame.time)


def _rejected(account: CaptureAccount, data: bytes, reason: str) -> Unreadable:
    account.rejected += 1
    shown = data[:_SHOWN].hex() + ("..." if len(data) > _SHOWN else "")
    return Unreadable(f"packet {account.packets}: {reason}: {shown}".encode(), f"packet {account.packets}: {reason}")


def _record(line: Line) -> dict[str, Any]:
    log, time, connection, fields = line
    record: dict[str, Any] = {"_path": log, "ts": time / 1e6}
    if connection is not None:
        record |= described(connection)
    record |= fields
    return record


def _arp(message: Arp) -> dict[str, Any]:
    """As the Slips project's arp.log for Zeek has it."""
    return {
        "_path": "arp",
        "ts": message.time / 1e6,
        "operation": _OPERATIONS[message.operation],
        "src_mac": message.src_mac,
        "dst_mac": message.dst_mac,
        "orig_h": message.orig_h,
        "resp_h": message.resp_h,
        "orig_hw": message.orig_hw,
        "resp_hw": message.resp_hw,
    }


def _stats(account: CaptureAccount) -> dict[str, Any]:
    """Zeek's stats.log, with what it has no words for."""
    return {
        "_path": "stats",
        "ts": account.last / 1e6,
        "peer": "netsentinel",
        "pkts_proc": account.packets,
        "bytes_recv": account.size,
        "pkts_used": account.used,
        "pkts_other": account.others.total(),
        "pkts_rejected": account.rejected,
        "connections": account.connections,
        "other_protocols": dict(account.others.most_common(20)),
    }
