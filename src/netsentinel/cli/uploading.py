"""Files on their way to a server by tus 1.0.0: in pieces with checksums, from where a broken connection left them."""

import asyncio
import base64
import hashlib
import math
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

from netsentinel.cli.remote import Remote
from netsentinel.kernel.errors import RemoteError, UnavailableError

UPLOADS: Final = "/api/v2/media/uploads"
PIECE: Final = 8 * 1024 * 1024
"""Bytes of the first request. What breaks off is sent again, so a slow line gets smaller ones, and a quick one larger
ones: each saves a round trip and a commit."""
_TIMES: Final = 4
"""So many times as large a piece may become."""
_PART: Final = 8
"""The same for becoming smaller."""
_QUICK_S: Final = 0.5
_SLOW_S: Final = 4.0
_PAUSES_S: Final = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
"""Between attempts, when nobody answers; a minute or so in all."""
_GONE: Final = 404
_ELSEWHERE: Final = (409, 460)
"""The server has another offset, another request has the upload, or the bytes were damaged: it is asked again."""
TUS: Final = {"Tus-Resumable": "1.0.0"}
_BYTES: Final = {**TUS, "Content-Type": "application/offset+octet-stream"}


@dataclass(frozen=True, slots=True)
class Sent:
    """What an upload became."""

    medium: str
    change: str
    """`added`, `replaced` or `unchanged`."""


@dataclass
class Trip:
    """One file on its way."""

    file: BinaryIO
    size: int
    stated: str
    """`Upload-Metadata`."""
    url: str
    """Where it goes on; empty before it is announced."""
    piece: int = field(default_factory=lambda: PIECE)
    """Bytes of the next request."""

    async def read(self, offset: int) -> tuple[bytes, str]:
        """The bytes from there on, one piece, and their checksum."""
        return await asyncio.to_thread(_piece, self.file, offset, self.piece)

    def took(self, seconds: float) -> None:
        """A piece took so long; for ever, if it broke off."""
        if seconds < _QUICK_S:
            self.piece = min(2 * self.piece, PIECE * _TIMES)
        elif seconds > _SLOW_S:
            self.piece = max(self.piece // 2, PIECE // _PART)


class Uploader:
    """Sends files.

    Args:
        remote: the server.
        known: what `GET /api/v2/media/uploads` listed: uploads that can be gone on with.
    """

    def __init__(self, remote: Remote, known: Iterable[dict[str, Any]] = ()) -> None:
        self._remote = remote
        self._known = {
            (one["name"], one["length"], one["metadata"].get("fingerprint", "")): str(one["url"])
            for one in known
            if one["mine"]
        }

    async def send(self, name: str, path: Path, sent: Callable[[int], None]) -> Sent:
        """Send a file; `sent` hears how many of its bytes the server has.

        Raises:
            NetSentinelError: the server refuses it, or does not answer for a minute.
            OSError: it cannot be read.
        """
        with await asyncio.to_thread(path.open, "rb") as file:
            size, fingerprint = await asyncio.to_thread(_print_of, path)
            stated = f"filename {_base64(name.encode())},fingerprint {_base64(fingerprint.encode())}"
            trip = Trip(file, size, stated, self._known.get((name, size, fingerprint), ""))
            for pause in (*_PAUSES_S, None):
                try:
                    return await self._send(trip, sent)
                except UnavailableError as error:
                    if pause is None:
                        raise
                    trip.took(math.inf)
                    await asyncio.sleep(float(error.extra.get("retry_after", 0)) or pause)
                except RemoteError as error:
                    status = error.extra["status"]
                    if pause is None or status not in (_GONE, *_ELSEWHERE):
                        raise
                    trip.url = "" if status == _GONE else trip.url
            raise UnavailableError(f"{name} could not be sent.")

    async def _send(self, trip: Trip, sent: Callable[[int], None]) -> Sent:
        """From where the server says, to the end."""
        if trip.url:
            headers = await self._remote.headers_of("HEAD", trip.url, headers=TUS)
        else:
            headers = await self._begin(trip)
            trip.url = headers["Location"]
        if "X-NetSentinel-Medium" not in headers:
            headers = await self.pour(trip, int(headers["Upload-Offset"]), sent)
        sent(trip.size)
        return Sent(headers["X-NetSentinel-Medium"], headers["X-NetSentinel-Change"])

    async def pour(self, trip: Trip, offset: int, sent: Callable[[int], None]) -> Mapping[str, str]:
        """Send all from this offset on; the headers of the last answer. While a piece travels, the next one is read."""
        ready = await trip.read(offset)
        while True:
            sent(offset)
            body, checksum = ready
            told = {**_BYTES, "Upload-Offset": str(offset), "Upload-Checksum": checksum}
            began, expected = time.perf_counter(), offset + len(body)
            following = asyncio.create_task(trip.read(expected))
            try:
                headers = await self._remote.headers_of("PATCH", trip.url, headers=told, body=body)
            finally:
                await asyncio.wait({following})  # two threads must not read the file at once
            offset = int(headers["Upload-Offset"])
            if offset >= trip.size:
                return headers
            trip.took(time.perf_counter() - began)
            ready = following.result() if offset == expected else await trip.read(offset)

    async def _begin(self, trip: Trip) -> Mapping[str, str]:
        """Announce the file, with all of it if it is small, so that it takes one request."""
        told = {**TUS, "Upload-Length": str(trip.size), "Upload-Metadata": trip.stated}
        if not 0 < trip.size <= PIECE:
            return await self._remote.headers_of("POST", UPLOADS, headers=told)
        body, checksum = await trip.read(0)
        told |= {**_BYTES, "Upload-Checksum": checksum}
        return await self._remote.headers_of("POST", UPLOADS, headers=told, body=body)


async def unfinished(remote: Remote) -> list[dict[str, Any]]:
    """What can be gone on with."""
    return (await remote.get(UPLOADS, {"limit": 500}))["items"]


async def every_medium(remote: Remote) -> AsyncIterator[dict[str, Any]]:
    """The server's media, by name."""
    cursor = ""
    while True:
        page = await remote.get("/api/v2/media", {"limit": 500, **({"cursor": cursor} if cursor else {})})
        for one in page["items"]:
            yield one
        cursor = page["next"]
        if not cursor:
            return


def _piece(file: BinaryIO, offset: int, size: int) -> tuple[bytes, str]:
    """So many bytes of a file from there on, and their checksum."""
    file.seek(offset)
    body = file.read(size)
    return body, f"sha256 {_base64(hashlib.sha256(body).digest())}"


def _print_of(path: Path) -> tuple[int, str]:
    """A file's size, and what tells it from another version of it."""
    found = path.stat()
    return found.st_size, f"{found.st_size}-{found.st_mtime_ns}"


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
