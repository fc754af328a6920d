"""Writes Zeek 6 JSON records (docs.zeek.org, "Log Files"): one function per log, named by `_path`."""

import hashlib
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec

from netsentinel.demo.conversations import community_id
from netsentinel.demo.eve import packets
from netsentinel.demo.model import ZEEK, Conversation, Outcome, Request, StoryLine
from netsentinel.kernel.clock import SECOND
from netsentinel.kernel.types import Micros

_HEADERS = 40  # IPv4 and TCP without options
_UDP_HEADERS = 28
_STATES = {
    Outcome.COMPLETE: ("SF", "ShADadFf"),
    Outcome.REFUSED: ("REJ", "Sr"),
    Outcome.SILENT: ("S0", "S"),
}
_LOCAL = ("10.", "192.0.2.")
_QTYPES = {"A": 1, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28}


def _seconds(at: Micros) -> float:
    return at / SECOND


def _line(at: Micros, path: str, record: Mapping[str, Any]) -> StoryLine:
    return StoryLine(at, ZEEK, msgspec.json.encode({"_path": path, "_write_ts": _seconds(at), **record}))


def _ids(talk: Conversation, at: Micros) -> dict[str, Any]:
    return {
        "ts": _seconds(at),
        "uid": talk.uid,
        "id.orig_h": talk.client,
        "id.orig_p": talk.client_port,
        "id.resp_h": talk.server,
        "id.resp_p": talk.server_port,
    }


def conn(talk: Conversation) -> StoryLine:
    """The connection record: its `ts` is the first packet, it is written after the last one."""
    ahead, back = packets(talk)
    headers = _HEADERS if talk.protocol == "tcp" else _UDP_HEADERS
    state, history = _STATES[talk.outcome]
    record = _ids(talk, talk.start) | {"proto": talk.protocol}
    if talk.service:
        record["service"] = talk.service
    if talk.outcome is Outcome.COMPLETE:
        record |= {"duration": _seconds(talk.duration), "orig_bytes": talk.sent, "resp_bytes": talk.received}
    record |= {
        "conn_state": state,
        "local_orig": talk.client.startswith(_LOCAL),
        "local_resp": talk.server.startswith(_LOCAL),
        "missed_bytes": 0,
        "history": history if talk.protocol == "tcp" else "Dd" if back else "D",
        "orig_pkts": ahead,
        "orig_ip_bytes": talk.sent + ahead * headers,
        "resp_pkts": back,
        "resp_ip_bytes": talk.received + back * headers,
        "community_id": community_id(talk),
    }
    return _line(talk.end, "conn", record)


def dns(talk: Conversation, name: str, answer: str, *, kind: str = "A", query_id: int = 0) -> StoryLine:
    """A question with its answer; without an answer the name does not exist."""
    record = _ids(talk, talk.start) | {
        "proto": talk.protocol,
        "trans_id": query_id,
        "rtt": _seconds(talk.duration),
        "query": name,
        "qclass": 1,
        "qclass_name": "C_INTERNET",
        "qtype": _QTYPES[kind],
        "qtype_name": kind,
        "rcode": 0 if answer else 3,
        "rcode_name": "NOERROR" if answer else "NXDOMAIN",
        "AA": False,
        "TC": False,
        "RD": True,
        "RA": True,
        "Z": 0,
        "rejected": False,
    }
    if answer:
        record |= {"answers": [answer], "TTLs": [300.0]}
    return _line(talk.end, "dns", record)


def http(talk: Conversation, at: Micros, request: Request, *, depth: int = 1, fuid: str = "") -> StoryLine:
    """One HTTP transaction; `fuid` is the id of the file that came back, where Zeek logged it."""
    no_tags: list[str] = []
    record = _ids(talk, at) | {
        "trans_depth": depth,
        "method": request.method,
        "host": request.host,
        "uri": request.url,
        "version": "1.1",
        "user_agent": request.agent,
        "request_body_len": request.body,
        "response_body_len": request.length,
        "status_code": request.status,
        "status_msg": HTTPStatus(request.status).phrase,
        "tags": no_tags,
    }
    if request.length:
        record["resp_mime_types"] = [request.mime]
    if fuid:
        record["resp_fuids"] = [fuid]
    return _line(at, "http", record)


def ssl(talk: Conversation, at: Micros, server_name: str, *, issuer: str = "") -> StoryLine:
    """A TLS 1.3 handshake; with an `issuer` one of TLS 1.2, whose certificate is seen and was signed by its subject."""
    record = _ids(talk, at) | {"curve": "x25519", "server_name": server_name, "resumed": False, "established": True}
    if issuer:
        record |= {
            "version": "TLSv12",
            "cipher": "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "ssl_history": "CsxkniIi",
            "subject": issuer,
            "issuer": issuer,
            "validation_status": "self signed certificate",
        }
    else:
        record |= {
            "version": "TLSv13",
            "cipher": "TLS_AES_256_GCM_SHA384",
            "next_protocol": "h2",
            "ssl_history": "CsiI",
        }
    return _line(at, "ssl", record)


def ssh(talk: Conversation, at: Micros, *, success: bool, attempts: int, client: str, server: str) -> StoryLine:
    """An SSH connection with what Zeek concludes about the login."""
    inbound = not talk.client.startswith(_LOCAL)
    record = _ids(talk, at) | {
        "version": 2,
        "auth_success": success,
        "auth_attempts": attempts,
        "direction": "INBOUND" if inbound else "INTERNAL",
        "client": f"SSH-2.0-{client}",
        "server": f"SSH-2.0-{server}",
        "cipher_alg": "chacha20-poly1305@openssh.com",
        "mac_alg": "hmac-sha2-256-etm@openssh.com",
        "compression_alg": "none",
        "kex_alg": "curve25519-sha256",
        "host_key_alg": "ssh-ed25519",
        "host_key": "8c:0f:5d:2b:77:aa:41:d3:1e:90:6b:c4:fa:12:3d:58",
    }
    return _line(at, "ssh", record)


def files(talk: Conversation, at: Micros, *, fuid: str, mime: str, size: int, content: bytes) -> StoryLine:
    """A file that came back in a connection; its hashes are those of `content`."""
    record = _ids(talk, at) | {
        "fuid": fuid,
        "source": talk.service.upper(),
        "depth": 0,
        "analyzers": ["MD5", "SHA1"],
        "mime_type": mime,
        "duration": 0.04,
        "local_orig": talk.server.startswith(_LOCAL),
        "is_orig": False,
        "seen_bytes": size,
        "total_bytes": size,
        "missing_bytes": 0,
        "overflow_bytes": 0,
        "timedout": False,
        "md5": hashlib.md5(content, usedforsecurity=False).hexdigest(),
        "sha1": hashlib.sha1(content, usedforsecurity=False).hexdigest(),
    }
    return _line(at, "files", record)


def rdp(talk: Conversation, at: Micros, cookie: str) -> StoryLine:
    """A remote desktop connection; `cookie` is the account the client announces."""
    record = _ids(talk, at) | {
        "cookie": cookie,
        "result": "encrypted",
        "security_protocol": "HYBRID",
        "cert_count": 0,
    }
    return _line(at, "rdp", record)


def smb_mapping(talk: Conversation, at: Micros, path: str, share_type: str = "DISK") -> StoryLine:
    """A share that a client connected to."""
    record = _ids(talk, at) | {"path": path, "share_type": share_type}
    return _line(at, "smb_mapping", record)


def smb_files(talk: Conversation, at: Micros, path: str, name: str, *, action: str, size: int) -> StoryLine:
    """A file that a client touched on a share; `action` is for example `SMB::FILE_OPEN`."""
    record = _ids(talk, at) | {"action": action, "path": path, "name": name, "size": size}
    return _line(at, "smb_files", record)


def notice(talk: Conversation, at: Micros, note: str, message: str, sub: str = "") -> StoryLine:
    """A notice of one of Zeek's own policies, about the conversation's client."""
    record = {
        "ts": _seconds(at),
        "note": note,
        "msg": message,
        "sub": sub,
        "src": talk.client,
        "dst": talk.server,
        "p": talk.server_port,
        "actions": ["Notice::ACTION_LOG"],
        "suppress_for": 3600.0,
    }
    return _line(at, "notice", record)
