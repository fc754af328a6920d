"""Makes conversations: addresses and sizes from the caller, ids and the client's port from the dice."""

import base64
import hashlib
import ipaddress
import random
import struct

from netsentinel.demo.model import Conversation, Outcome
from netsentinel.kernel.types import Micros

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_PROTOCOL_NUMBERS = {"tcp": 6, "udp": 17}
_EPHEMERAL_PORTS = (49_152, 65_535)  # RFC 6335 section 6


def dice(seed: str) -> random.Random:
    """Repeatable dice: the same seed always tells the same story."""
    return random.Random(seed)  # noqa: S311 - a story needs repeatable dice, not secrets


def zeek_id(rng: random.Random, prefix: str = "C") -> str:
    """An id in Zeek's shape: a letter that names the kind (`C` connection, `F` file), then 17 characters."""
    return prefix + "".join(rng.choices(_BASE62, k=17))


def converse(
    rng: random.Random,
    client: str,
    server: str,
    server_port: int,
    *,
    start: Micros,
    duration: Micros,
    sent: int = 0,
    received: int = 0,
    protocol: str = "tcp",
    service: str = "",
    outcome: Outcome = Outcome.COMPLETE,
    client_port: int = 0,
) -> Conversation:
    """A conversation from `client` to `server`; bytes are payload, times microseconds."""
    return Conversation(
        client=client,
        client_port=client_port or rng.randint(*_EPHEMERAL_PORTS),
        server=server,
        server_port=server_port,
        protocol=protocol,
        service=service,
        start=start,
        duration=duration,
        sent=sent,
        received=received,
        outcome=outcome,
        flow_id=rng.getrandbits(51),
        uid=zeek_id(rng),
    )


def community_id(talk: Conversation) -> str:
    """Community ID version 1 with seed 0 (github.com/corelight/community-id-spec): equal on both sensors."""
    one = (ipaddress.ip_address(talk.client).packed, talk.client_port)
    other = (ipaddress.ip_address(talk.server).packed, talk.server_port)
    (low, low_port), (high, high_port) = sorted((one, other))
    number = _PROTOCOL_NUMBERS[talk.protocol]
    data = struct.pack("!H", 0) + low + high + struct.pack("!BBHH", number, 0, low_port, high_port)
    digest = hashlib.sha1(data, usedforsecurity=False).digest()
    return "1:" + base64.b64encode(digest).decode()
