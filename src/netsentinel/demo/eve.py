"""Writes Suricata 7 EVE records (docs.suricata.io, "EVE JSON Format"): one function per event type."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from netsentinel.demo.conversations import community_id
from netsentinel.demo.model import SURICATA, Conversation, Outcome, Request, StoryLine
from netsentinel.kernel.clock import SECOND
from netsentinel.kernel.types import Micros

_FRAME_OVERHEAD = 66  # Ethernet, IPv4 and TCP headers with the timestamp option
_SEGMENT = 1_448
_APP_PROTOCOLS = {"ssl": "tls"}
_FLAGS = {  # TCP flags seen from client and server
    Outcome.COMPLETE: ("1b", "1b", "closed"),
    Outcome.REFUSED: ("02", "14", "closed"),
    Outcome.SILENT: ("02", "00", "syn_sent"),
}


def stamp(at: Micros) -> str:
    """Suricata's way to write a time."""
    return datetime.fromtimestamp(at // SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{at % SECOND:06d}+0000"


def packets(talk: Conversation) -> tuple[int, int]:
    """How many packets went out and came back, from the sizes."""
    if talk.protocol == "udp":
        return 1, 1 if talk.received else 0
    if talk.outcome is Outcome.REFUSED:
        return 1, 1
    if talk.outcome is Outcome.SILENT:
        return 2, 0
    ahead, back = -(-talk.sent // _SEGMENT), -(-talk.received // _SEGMENT)
    return 4 + ahead + back // 2, 3 + back + ahead // 2


def _record(talk: Conversation, at: Micros, event_type: str, *, from_server: bool = False) -> dict[str, Any]:
    ends = [(talk.client, talk.client_port), (talk.server, talk.server_port)]
    (src_ip, src_port), (dest_ip, dest_port) = reversed(ends) if from_server else ends
    return {
        "timestamp": stamp(at),
        "flow_id": talk.flow_id,
        "in_iface": "eth1",
        "event_type": event_type,
        "src_ip": src_ip,
        "src_port": src_port,
        "dest_ip": dest_ip,
        "dest_port": dest_port,
        "proto": talk.protocol.upper(),
        "pkt_src": "wire/pcap",
        "community_id": community_id(talk),
    }


def _line(at: Micros, record: Mapping[str, Any]) -> StoryLine:
    return StoryLine(at, SURICATA, msgspec.json.encode({**record, "host": "ids-edge"}))


def _counters(talk: Conversation) -> dict[str, Any]:
    ahead, back = packets(talk)
    return {
        "pkts_toserver": ahead,
        "pkts_toclient": back,
        "bytes_toserver": talk.sent + ahead * _FRAME_OVERHEAD,
        "bytes_toclient": talk.received + back * _FRAME_OVERHEAD,
        "start": stamp(talk.start),
    }


def flow(talk: Conversation, *, alerted: bool = False) -> StoryLine:
    """The flow record, written when the conversation is over."""
    record = _record(talk, talk.end, "flow")
    if talk.service:
        record["app_proto"] = _APP_PROTOCOLS.get(talk.service, talk.service)
    elif talk.outcome is Outcome.COMPLETE:
        record["app_proto"] = "failed"
    answered = talk.outcome is not Outcome.SILENT
    closed = talk.protocol == "tcp" and answered
    record["flow"] = _counters(talk) | {
        "end": stamp(talk.end),
        "age": talk.duration // SECOND,
        "state": "closed" if closed else "established" if answered else "new",
        "reason": "timeout",
        "alerted": alerted,
    }
    if talk.protocol == "tcp":
        ahead, back, state = _FLAGS[talk.outcome]
        record["tcp"] = {
            "tcp_flags": f"{int(ahead, 16) | int(back, 16):02x}",
            "tcp_flags_ts": ahead,
            "tcp_flags_tc": back,
            "syn": True,
            "ack": answered,
            "state": state,
        }
    return _line(talk.end, record)


def dns(talk: Conversation, name: str, answer: str, *, kind: str = "A", query_id: int = 0) -> list[StoryLine]:
    """The question and its answer; without an answer the name does not exist."""
    at = talk.start
    question = _record(talk, at, "dns")
    question["dns"] = {"type": "query", "id": query_id, "rrname": name, "rrtype": kind, "tx_id": 0, "opcode": 0}
    reply = _record(talk, talk.end, "dns")
    body: dict[str, Any] = {
        "version": 2,
        "type": "answer",
        "id": query_id,
        "flags": "8180" if answer else "8183",
        "qr": True,
        "rd": True,
        "ra": True,
        "opcode": 0,
        "rrname": name,
        "rrtype": kind,
        "rcode": "NOERROR" if answer else "NXDOMAIN",
    }
    if answer:
        body["answers"] = [{"rrname": name, "rrtype": kind, "ttl": 300, "rdata": answer}]
        body["grouped"] = {kind: [answer]}
    reply["dns"] = body
    return [_line(at, question), _line(talk.end, reply)]


def http(talk: Conversation, at: Micros, request: Request, *, tx_id: int = 0) -> StoryLine:
    """One HTTP transaction."""
    return _line(at, _record(talk, at, "http") | {"tx_id": tx_id, "http": _transaction(request)})


def fileinfo(talk: Conversation, at: Micros, request: Request, *, magic: str, sha256: str) -> StoryLine:
    """A file that came back over HTTP; `magic` is what libmagic says about its first bytes."""
    record = _record(talk, at, "fileinfo", from_server=True)
    record["http"] = _transaction(request)
    record["app_proto"] = "http"
    record["fileinfo"] = {
        "filename": request.url,
        "sid": [],
        "magic": magic,
        "gaps": False,
        "state": "CLOSED",
        "sha256": sha256,
        "stored": False,
        "size": request.length,
        "tx_id": 0,
    }
    return _line(at, record)


def _transaction(request: Request) -> dict[str, Any]:
    return {
        "hostname": request.host,
        "url": request.url,
        "http_user_agent": request.agent,
        "http_content_type": request.mime,
        "http_method": request.method,
        "protocol": "HTTP/1.1",
        "status": request.status,
        "length": request.length,
    }


def tls(talk: Conversation, at: Micros, sni: str, *, ja3: str, issuer: str = "") -> StoryLine:
    """A TLS 1.3 handshake; with an `issuer` one of TLS 1.2, whose certificate is seen and was signed by its subject.

    `ja3` is the MD5 fingerprint of the client's hello.
    """
    record = _record(talk, at, "tls")
    record["tls"] = {"sni": sni, "version": "TLS 1.2" if issuer else "TLS 1.3", "ja3": {"hash": ja3}}
    if issuer:
        record["tls"] |= {"subject": issuer, "issuerdn": issuer}
    return _line(at, record)


def ssh(talk: Conversation, at: Micros, client: str, server: str) -> StoryLine:
    """The banners of an SSH connection."""
    record = _record(talk, at, "ssh")
    record["ssh"] = {
        "client": {"proto_version": "2.0", "software_version": client},
        "server": {"proto_version": "2.0", "software_version": server},
    }
    return _line(at, record)


def alert(
    talk: Conversation,
    at: Micros,
    signature: tuple[int, str, str, int],
    *,
    request: Request | None = None,
    from_server: bool = False,
) -> StoryLine:
    """An alert of Suricata's own; `signature` is id, text, category and severity (1 is the gravest)."""
    signature_id, text, category, severity = signature
    record = _record(talk, at, "alert", from_server=from_server)
    record["alert"] = {
        "action": "allowed",
        "gid": 1,
        "signature_id": signature_id,
        "rev": 4,
        "signature": text,
        "category": category,
        "severity": severity,
    }
    if request is not None:
        record["http"] = _transaction(request)
    if talk.service:
        record["app_proto"] = _APP_PROTOCOLS.get(talk.service, talk.service)
    record["direction"] = "to_client" if from_server else "to_server"
    record["flow"] = _counters(talk)
    return _line(at, record)
