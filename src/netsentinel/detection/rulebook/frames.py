"""What the server and the rule bench say to each other: MessagePack with its length before it."""

import msgspec

from netsentinel.detection.rulebook.model import CaseResult, RuleCase
from netsentinel.detection.rulebook.ports import ReadRules, RuleHit
from netsentinel.events.lake.model import StoredEvent

LENGTH_BYTES = 4


class Read(msgspec.Struct, frozen=True, tag=True):
    """Answered by `WasRead`."""

    paths: tuple[str, ...]
    ahead: bool = False
    """Whether what they look for is compiled, too."""


class Check(msgspec.Struct, frozen=True, tag=True):
    """Answered by `WasRead`."""

    text: str


class Try(msgspec.Struct, frozen=True, tag=True):
    """Answered by `Tried`."""

    text: str
    cases: tuple[RuleCase, ...] = ()
    events: tuple[str, ...] = ()
    """Instead of cases."""


class Judge(msgspec.Struct, frozen=True, tag=True):
    """Answered by `Judged`."""

    text: str
    events: tuple[StoredEvent, ...]


class WasRead(msgspec.Struct, frozen=True, tag=True):
    """What was read."""

    found: ReadRules


class Tried(msgspec.Struct, frozen=True, tag=True):
    """What the rules did."""

    results: tuple[CaseResult, ...]


class Judged(msgspec.Struct, frozen=True, tag=True):
    """What the rules found in the events."""

    hits: tuple[RuleHit, ...]


class Refused(msgspec.Struct, frozen=True, tag=True):
    """What was asked cannot be done."""

    detail: str
    missing: bool = False


Request = Read | Check | Try | Judge
Answer = WasRead | Tried | Judged | Refused

request_decoder: msgspec.msgpack.Decoder[Request] = msgspec.msgpack.Decoder(Request)
answer_decoder: msgspec.msgpack.Decoder[Answer] = msgspec.msgpack.Decoder(Answer)
_encoder = msgspec.msgpack.Encoder()


def encode(message: Request | Answer) -> bytes:
    """A message as a frame."""
    body = _encoder.encode(message)
    return len(body).to_bytes(LENGTH_BYTES, "big") + body
