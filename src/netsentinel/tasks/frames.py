"""What a worker and its processes say to each other: MessagePack with its length before it, bytes and JSON only."""

from typing import BinaryIO, Final

import msgspec

from netsentinel.recovery.retry import Failure

LENGTH_BYTES: Final = 4


class Run(msgspec.Struct, frozen=True, tag=True):
    """Run a task. Answered by `Finished` or `Failed`, after any number of `Told` and `Save`."""

    entry: str
    """`module:name` of the action."""
    task: bytes
    """The task as JSON, without input, checkpoint and result."""
    input: bytes
    checkpoint: bytes | None


class Saved(msgspec.Struct, frozen=True, tag=True):
    """Answers `Save`: empty when it is durable, otherwise why it is not."""

    refused: str = ""


class Told(msgspec.Struct, frozen=True, tag=True):
    """Progress. Not answered."""

    percent: float
    stage: str
    message: str
    data: bytes


class Save(msgspec.Struct, frozen=True, tag=True):
    """Keep a checkpoint. Answered by `Saved`."""

    checkpoint: bytes


class Finished(msgspec.Struct, frozen=True, tag=True):
    """The handler returned this, as JSON."""

    result: bytes
    rss_mib: int


class Failed(msgspec.Struct, frozen=True, tag=True):
    """The handler failed."""

    failure: Failure
    rss_mib: int


Order = Run | Saved
Word = Told | Save | Finished | Failed

order_decoder: Final[msgspec.msgpack.Decoder[Order]] = msgspec.msgpack.Decoder(Order)
word_decoder: Final[msgspec.msgpack.Decoder[Word]] = msgspec.msgpack.Decoder(Word)
_encoder: Final = msgspec.msgpack.Encoder()


def encode(message: Order | Word) -> bytes:
    """A message as a frame."""
    body = _encoder.encode(message)
    return len(body).to_bytes(LENGTH_BYTES, "big") + body


def read_frame(stream: BinaryIO) -> bytes | None:
    """The next frame's body; None at the end of the stream, also in the middle of a frame."""
    head = stream.read(LENGTH_BYTES)
    if len(head) < LENGTH_BYTES:
        return None
    size = int.from_bytes(head, "big")
    body = stream.read(size)
    return body if len(body) == size else None
