"""What the server and the processes that read and hear media say to each other, in MessagePack."""

from typing import Final

import msgspec

from netsentinel.academy.extraction import Document, Extraction, KnownConcept, Learnt
from netsentinel.academy.reader.model import ReadMedium


class Read(msgspec.Struct, frozen=True, tag=True):
    """Read a file."""

    path: str
    name: str
    is_alone: bool = False
    """Whether it is the only file that this process shall ever read."""


class Extract(msgspec.Struct, frozen=True, tag=True):
    """Say what is in a text."""

    document: Document
    known: tuple[KnownConcept, ...]
    state: Learnt


class Hear(msgspec.Struct, frozen=True, tag=True):
    """Say what is said in a recording, piece by piece."""

    path: str
    media_type: str
    language: str


class WasRead(msgspec.Struct, frozen=True, tag=True):
    """What was read."""

    found: ReadMedium


class Extracted(msgspec.Struct, frozen=True, tag=True):
    """What is in a text; its document is left out."""

    found: Extraction


class Heard(msgspec.Struct, frozen=True, tag=True):
    """Some seconds of speech."""

    begin_ms: int
    end_ms: int
    text: str


class Unreadable(msgspec.Struct, frozen=True, tag=True):
    """Why a file cannot be read, and in which line, from 1."""

    detail: str
    line: int = 0


Order = Read | Extract
Answer = WasRead | Extracted | Unreadable

order_decoder: Final = msgspec.msgpack.Decoder(Order)
answer_decoder: Final = msgspec.msgpack.Decoder(Answer)
hear_decoder: Final = msgspec.msgpack.Decoder(Hear)
heard_decoder: Final = msgspec.msgpack.Decoder(Heard | Unreadable)
