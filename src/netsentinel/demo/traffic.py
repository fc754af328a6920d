"""Everyday conversations as both sensors write them down: a name looked up, a page fetched, a secure session."""

import random
from collections.abc import Iterator, Sequence

from netsentinel.demo import cast, eve, zeek
from netsentinel.demo.conversations import converse
from netsentinel.demo.model import Conversation, Machine, Request, StoryLine
from netsentinel.kernel.types import Micros

MILLISECOND: Micros = 1_000
_HEADER_BYTES = 420


def between(rng: random.Random, low: Micros, high: Micros) -> Micros:
    """A span of time, in microseconds."""
    return rng.randint(low, high)


def over(talk: Conversation, *, alerted: bool = False) -> Iterator[StoryLine]:
    """What both sensors write when a conversation is over."""
    if talk.crosses_border:
        yield eve.flow(talk, alerted=alerted)
    yield zeek.conn(talk)


def lookup(
    rng: random.Random, client: Machine, name: str, answer: str, at: Micros, *, resolver: Machine = cast.DIRECTORY
) -> Iterator[StoryLine]:
    """A name is resolved; without an answer it does not exist."""
    query_id = rng.getrandbits(16)
    talk = converse(
        rng,
        client.address,
        resolver.address,
        53,
        start=at,
        duration=between(rng, MILLISECOND, 30 * MILLISECOND),
        sent=len(name) + 18,
        received=len(name) + 34,
        protocol="udp",
        service="dns",
    )
    yield zeek.dns(talk, name, answer, query_id=query_id)
    if talk.crosses_border:
        yield from eve.dns(talk, name, answer, query_id=query_id)
    yield from over(talk)


def fetch(
    rng: random.Random, client: Machine, server: Machine, at: Micros, requests: Sequence[Request], *, port: int = 80
) -> tuple[Conversation, list[StoryLine]]:
    """Requests over one plain HTTP connection, a moment apart; the conversation and its lines."""
    pause = 60 * MILLISECOND
    talk = converse(
        rng,
        client.address,
        server.address,
        port,
        start=at,
        duration=pause * (len(requests) + 1),
        sent=sum(_HEADER_BYTES + request.body for request in requests),
        received=sum(_HEADER_BYTES + request.length for request in requests),
        service="http",
    )
    lines: list[StoryLine] = []
    for number, request in enumerate(requests):
        moment = at + pause * (number + 1)
        if talk.crosses_border:
            lines.append(eve.http(talk, moment, request, tx_id=number))
        lines.append(zeek.http(talk, moment, request, depth=number + 1))
    lines.extend(over(talk))
    return talk, lines


def secure(talk: Conversation, name: str, *, ja3: str, issuer: str = "") -> Iterator[StoryLine]:
    """A TLS session to `name`; with an `issuer`, to a server that signed its own certificate."""
    shaken = talk.start + min(40 * MILLISECOND, talk.duration)
    if talk.crosses_border:
        yield eve.tls(talk, shaken, name, ja3=ja3, issuer=issuer)
    yield zeek.ssl(talk, shaken, name, issuer=issuer)
    yield from over(talk)
