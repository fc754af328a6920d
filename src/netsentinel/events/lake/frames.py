"""What the server and its lake workers say to each other: MessagePack with its length before it."""

from typing import Any, BinaryIO

import msgspec

from netsentinel.events.lake.model import EventFilter, EventKey, LakeFile, StoredEvent
from netsentinel.kernel.types import Micros, TenantId

LENGTH_BYTES = 4

HUNT_BYTES = 16 * 1024 * 1024
"""What an answer to a hunt may weigh: its names and values as JSON, and `VALUE_BYTES` more for each of them.

Rows are people's own text repeated as often as they like; all other answers hold what our own statements select.
"""
VALUE_BYTES = 16
"""What a value takes beside its text, for whoever holds it; more than what MessagePack takes to say its kind."""
MOST_HUNTED = HUNT_BYTES + 64 * 1024
"""Bytes of a frame that no answer to a hunt reaches."""


FOUND_BYTES = 16 * 1024 * 1024
"""What the texts of all events in an answer may have together, about; a single event may have more."""


class Write(msgspec.Struct, frozen=True, tag=True):
    """Make files of a spool. Answered by `Written`."""

    spool: str
    longest: int
    name: str
    """What is put into the new files' names; no other file has it."""
    now: Micros


class Merge(msgspec.Struct, frozen=True, tag=True):
    """Make one file of several of the same tenant, day and class. Answered by `Written`."""

    files: tuple[LakeFile, ...]
    name: str


class Verify(msgspec.Struct, frozen=True, tag=True):
    """Read all of a file. Answered by `Verified`."""

    file: LakeFile


class Search(msgspec.Struct, frozen=True, tag=True):
    """Answered by `Found`."""

    files: tuple[LakeFile, ...]
    tenant: TenantId
    where: EventFilter
    limit: int
    after: EventKey | None


class Count(msgspec.Struct, frozen=True, tag=True):
    """Answered by `Counted`."""

    files: tuple[LakeFile, ...]
    tenant: TenantId
    where: EventFilter
    width: Micros
    by: str = ""
    """The column that the counts are told apart by."""


class Tally(msgspec.Struct, frozen=True, tag=True):
    """Answered by `Tallied`."""

    files: tuple[LakeFile, ...]
    tenant: TenantId
    where: EventFilter
    column: str
    limit: int


class Hunt(msgspec.Struct, frozen=True, tag=True):
    """Answered by `Hunted`. The worker may do nothing else afterwards: it has given up its rights."""

    files: tuple[LakeFile, ...]
    tenant: TenantId
    sql: str
    limit: int
    seconds: int


class Written(msgspec.Struct, frozen=True, tag=True):
    """Files that are on disk under their names, and recorded nowhere."""

    files: tuple[LakeFile, ...]


class Verified(msgspec.Struct, frozen=True, tag=True):
    """So many events could be read; or why none could."""

    events: int = 0
    fault: str = ""


class Found(msgspec.Struct, frozen=True, tag=True):
    """Events, newest first."""

    events: tuple[StoredEvent, ...]
    is_cut: bool = False
    """Whether not all that were found fit into `FOUND_BYTES`."""


class Counted(msgspec.Struct, frozen=True, tag=True):
    """Beginning, value of the column that tells apart (None without one) and count, for what is not nought."""

    buckets: tuple[tuple[Micros, str | int | None, int], ...]


class Tallied(msgspec.Struct, frozen=True, tag=True):
    """The most frequent values with their counts, how many values there are, and how many events."""

    values: tuple[tuple[str | int, int], ...]
    distinct: int
    events: int


class Hunted(msgspec.Struct, frozen=True, tag=True):
    """What a statement gave: rows that weigh `HUNT_BYTES` at most."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    truncated: bool


class Refused(msgspec.Struct, frozen=True, tag=True):
    """The request cannot be done."""

    detail: str
    by_caller: bool
    """Whether the request itself is at fault; otherwise memory, disk or a file is."""


Request = Write | Merge | Verify | Search | Count | Tally | Hunt
Answer = Written | Verified | Found | Counted | Tallied | Hunted | Refused

request_decoder: msgspec.msgpack.Decoder[Request] = msgspec.msgpack.Decoder(Request)
answer_decoder: msgspec.msgpack.Decoder[Answer] = msgspec.msgpack.Decoder(Answer)
_encoder = msgspec.msgpack.Encoder()


def encode(message: Request | Answer) -> bytes:
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
