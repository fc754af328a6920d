"""Writing events aside while they are read: one line of JSON each, until the lake takes them over.

A spool is no promise: the events are still in the inbox. It is never synced, and what a crash leaves is removed.
"""

import contextlib
import errno
import os
from collections.abc import Generator, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any, BinaryIO, cast

import msgspec

from netsentinel.events.lake.model import EMPTY_SPOOL, Spool, StoredEvent
from netsentinel.events.model import Event, Logsource
from netsentinel.events.ports import InboxBatch
from netsentinel.kernel.errors import StorageFullError, StorageUnavailableError
from netsentinel.kernel.types import Micros

SUFFIX = ".spool"
_LARGEST = 2**63 - 1
_BUFFER = 1024 * 1024
_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT})
_REBUILT = frozenset({"logsource", "native", "raw"})


class SpoolWriter:
    """Writes events to a file in a folder; `cut` hands the file over and begins another.

    Args:
        folder: made on first use; what other spools left there is removed by `discard`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: BinaryIO | None = None
        self._path = folder
        self._cuts = 0
        self._events = 0
        self._longest = 0
        self._batch = 0
        self._received_at: Micros = 0
        self._number = 0
        self._begun_at = 0
        self._encoder = msgspec.json.Encoder()

    @property
    def taken(self) -> int:
        """Bytes that were kept since `begin`."""
        return self._file.tell() - self._begun_at if self._file is not None else 0

    def begin(self, batch: InboxBatch) -> None:
        """What is kept from now on came with this batch."""
        self._batch, self._received_at, self._number = batch.id, batch.received_at, 0
        self._begun_at = self._file.tell() if self._file is not None else 0

    def undo(self) -> None:
        """Forget what was kept since `begin`: the batch was rejected as a whole.

        Raises:
            StorageFullError, StorageUnavailableError: as with `keep`; what was kept before is written first.
        """
        if self._file is not None and self._number:
            with _told():
                self._file.seek(self._begun_at)
                self._file.truncate()
            self._events -= self._number
            self._number = 0

    def keep(self, events: Sequence[Event]) -> None:
        """Write events; their order within the batch makes their ids.

        Raises:
            StorageFullError: there is no space for them; nothing since the last cut is of use any more.
            StorageUnavailableError: the folder cannot be written for another reason; the same holds.
        """
        encode = self._encoder.encode
        with _told():
            file = self._open()
            for number, event in enumerate(events, self._number):
                line = encode(stored(event, self._batch, number, self._received_at))
                self._longest = max(self._longest, len(line))
                file.write(line)
                file.write(b"\n")
        self._number += len(events)
        self._events += len(events)

    def cut(self) -> Spool:
        """Everything since the last cut, in a file that is now the caller's.

        Raises:
            StorageFullError, StorageUnavailableError: as with `keep`.
        """
        if self._file is None:
            return EMPTY_SPOOL
        with _told():
            size = self._file.tell()
            self._file.close()
        spool = Spool(str(self._path), self._events, self._longest, size)
        self._file, self._events, self._longest = None, 0, 0
        return spool

    def discard(self) -> None:
        """Forget everything that was kept and not yet stored, by this writer or one before it."""
        if self._file is not None:
            with contextlib.suppress(OSError):  # what is not written yet need not be
                self._file.close()
            self._file, self._events, self._longest = None, 0, 0
        for left in self._folder.glob(f"*{SUFFIX}"):
            left.unlink(missing_ok=True)

    def _open(self) -> BinaryIO:
        if self._file is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._cuts += 1
            self._path = self._folder / f"{os.getpid()}-{self._cuts}{SUFFIX}"
            self._file = self._path.open("wb", buffering=_BUFFER)
        return self._file


@contextlib.contextmanager
def _told() -> Generator[None]:
    """Failures of the disk as errors of ours."""
    try:
        yield
    except OSError as error:
        kind = StorageFullError if error.errno in _NO_SPACE else StorageUnavailableError
        raise kind(f"Events cannot be kept on the disk until the lake has them: {error.strerror or error}.") from error


def stored(event: Event, batch: int, number: int, received_at: Micros) -> StoredEvent:
    """The event as the lake keeps it."""
    raw = event.raw
    is_json = raw[:1] == b"{"
    return StoredEvent(
        batch=batch,
        number=number,
        tenant=event.tenant,
        source=event.source,
        format=event.format,
        time=event.time,
        received_at=received_at,
        class_uid=event.class_uid,
        product=event.logsource.product,
        category=event.logsource.category,
        service=event.logsource.service,
        src_ip=event.src_ip,
        src_port=_fitting(event.src_port),
        dst_ip=event.dst_ip,
        dst_port=_fitting(event.dst_port),
        protocol=event.protocol,
        app_protocol=event.app_protocol,
        bytes_out=_fitting(event.bytes_out),
        bytes_in=_fitting(event.bytes_in),
        packets_out=_fitting(event.packets_out),
        packets_in=_fitting(event.packets_in),
        duration_us=_fitting(event.duration_us),
        connection_uid=event.connection_uid,
        user=event.user,
        device=event.device,
        domain=event.domain,
        url=event.url,
        user_agent=event.user_agent,
        event_code=event.event_code,
        message=event.message,
        signature=event.signature,
        http_method=event.http_method,
        http_status=_fitting(event.http_status),
        referrer=event.referrer,
        dns_type=event.dns_type,
        dns_answer=event.dns_answer,
        ja3=event.ja3,
        process=event.process,
        parent_process=event.parent_process,
        command_line=event.command_line,
        file=event.file,
        file_hash=event.file_hash,
        src_mac=event.src_mac,
        action=event.action,
        severity=_fitting(event.severity),
        native=_text(raw) if is_json else msgspec.json.encode(event.native).decode(),
        raw="" if is_json else _text(raw),
        raw_hash=blake2b(raw, digest_size=16).hexdigest(),
    )


def event_of(kept: StoredEvent) -> Event:
    """The event again, as far as the lake keeps it: native fields of a JSON record are those of the record itself."""
    columns = {name: getattr(kept, name) for name in Event.__struct_fields__ if name not in _REBUILT}
    native: Any = msgspec.json.decode(kept.native)
    return Event(
        **columns,
        logsource=Logsource(kept.product, kept.category, kept.service),
        native=cast("dict[str, Any]", native) if isinstance(native, dict) else {},
        raw=(kept.raw or kept.native).encode(),
    )


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "backslashreplace")


def _fitting(value: int) -> int:
    """The number, or the nearest one that a column holds: whatever a sender claims, its event can be stored."""
    return value if -_LARGEST <= value <= _LARGEST else (_LARGEST if value > 0 else -_LARGEST)
