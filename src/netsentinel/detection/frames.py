"""What the server and its detection process say to each other: MessagePack with its length before it."""

from typing import BinaryIO

import msgspec
from msgspec.structs import replace

from netsentinel.detection.model import BatchResult, Finding
from netsentinel.detection.models import Deployment, ModelTally, RefusedModel
from netsentinel.detection.rules.choice import Selection
from netsentinel.detection.rules.detector import RuleWeight
from netsentinel.events.lake.model import Spool
from netsentinel.events.ports import InboxBatch
from netsentinel.kernel.errors import UnavailableError

LENGTH_BYTES = 4
MAX_FRAME = 2**31 - 1

MOST_CARRIED = 64 * 1024 * 1024
"""So many bytes of events all findings of a batch may show, each time that one is shown: alerts read and keep them."""


class Analyze(msgspec.Struct, frozen=True, tag=True):
    """Answered by `Analyzed`."""

    batch: InboxBatch


class Restore(msgspec.Struct, frozen=True, tag=True):
    """Answered by `Restored`."""

    state: bytes


class Snapshot(msgspec.Struct, frozen=True, tag=True):
    """Answered by `State`."""


class HandOver(msgspec.Struct, frozen=True, tag=True):
    """Answered by `HandedOver`."""


class Choose(msgspec.Struct, frozen=True, tag=True):
    """Have each tenant's rules as it chose them, from the next batch on. Answered by `Chosen`."""

    selection: Selection


class Weigh(msgspec.Struct, frozen=True, tag=True):
    """Answered by `Weighed`."""


class Deploy(msgspec.Struct, frozen=True, tag=True):
    """Have these models judge, and no others, from the next batch on. Answered by `Serving`."""

    deployment: Deployment


class Tell(msgspec.Struct, frozen=True, tag=True):
    """Answered by `Told`."""


class Ready(msgspec.Struct, frozen=True, tag=True):
    """The process has loaded its rules. Said once, before anything is asked."""

    rules: int


class Texts(msgspec.Struct, frozen=True):
    """What the findings of one rule have in common, as long as its author made it."""

    description: str
    false_positives: tuple[str, ...]
    references: tuple[str, ...]
    rule_source: str


class Analyzed(msgspec.Struct, frozen=True, tag=True):
    """A batch's result. Texts of rules and events travel once per answer; the findings in it come without."""

    result: BatchResult
    texts: tuple[Texts, ...]
    raws: tuple[bytes, ...]
    places: tuple[tuple[int, int], ...]
    """Of each finding: where its texts and its event are."""


class Restored(msgspec.Struct, frozen=True, tag=True):
    """The state is taken over."""


class State(msgspec.Struct, frozen=True, tag=True):
    """The detectors' state."""

    state: bytes


class HandedOver(msgspec.Struct, frozen=True, tag=True):
    """The events read since the last time."""

    spool: Spool


class Unwritten(msgspec.Struct, frozen=True, tag=True):
    """The events cannot be kept: the disk's fault and not the batch's. The process ends after it has said so."""

    detail: str
    is_full: bool


class Chosen(msgspec.Struct, frozen=True, tag=True):
    """The rules are as they were chosen."""

    rules: int
    failed: tuple[str, ...]
    """What could not be loaded."""


class Weighed(msgspec.Struct, frozen=True, tag=True):
    """What rules cost in the events that were judged with a stopwatch since the last time."""

    events: int
    weights: tuple[RuleWeight, ...]


class Serving(msgspec.Struct, frozen=True, tag=True):
    """The models judge."""

    refused: tuple[RefusedModel, ...]
    """Those that do not."""


class Told(msgspec.Struct, frozen=True, tag=True):
    """What deployed models did since the last time."""

    tallies: tuple[ModelTally, ...]


Request = Analyze | Restore | Snapshot | HandOver | Choose | Weigh | Deploy | Tell
Answer = Ready | Analyzed | Restored | State | HandedOver | Unwritten | Chosen | Weighed | Serving | Told

request_decoder: msgspec.msgpack.Decoder[Request] = msgspec.msgpack.Decoder(Request)
answer_decoder: msgspec.msgpack.Decoder[Answer] = msgspec.msgpack.Decoder(Answer)
_encoder = msgspec.msgpack.Encoder()


def encode(message: Request | Answer) -> bytes:
    """A message as a frame.

    Raises:
        UnavailableError: it is larger than a frame may be.
    """
    body = _encoder.encode(message)
    if len(body) > MAX_FRAME:
        raise UnavailableError("A batch gave a result that is too large to hand over.")
    return len(body).to_bytes(LENGTH_BYTES, "big") + body


def read_frame(stream: BinaryIO) -> bytes | None:
    """The next frame's body; None at the end of the stream, also in the middle of a frame."""
    head = stream.read(LENGTH_BYTES)
    if len(head) < LENGTH_BYTES:
        return None
    size = int.from_bytes(head, "big")
    body = stream.read(size)
    return body if len(body) == size else None


def strip(result: BatchResult) -> Analyzed:
    """A result ready to travel."""
    texts: dict[Texts, int] = {}
    raws: dict[bytes, int] = {b"": 0}
    places: list[tuple[int, int]] = []
    room = MOST_CARRIED
    for one in result.findings:
        said = Texts(one.description, one.false_positives, one.references, one.rule_source)
        room -= len(one.raw)
        raw = one.raw if room >= 0 else b""
        places.append((texts.setdefault(said, len(texts)), raws.setdefault(raw, len(raws))))
    bare = tuple(_with(one, _NO_TEXTS, b"") for one in result.findings)
    return Analyzed(replace(result, findings=bare), tuple(texts), tuple(raws), tuple(places))


def fill(answer: Analyzed) -> BatchResult:
    """A result as it was before it travelled."""
    pairs = zip(answer.result.findings, answer.places, strict=True)
    full = tuple(_with(one, answer.texts[text], answer.raws[raw]) for one, (text, raw) in pairs)
    return replace(answer.result, findings=full)


def _with(finding: Finding, texts: Texts, raw: bytes) -> Finding:
    return replace(
        finding,
        description=texts.description,
        false_positives=texts.false_positives,
        references=texts.references,
        rule_source=texts.rule_source,
        raw=raw,
    )


_NO_TEXTS = Texts("", (), (), "")
