"""Uploads that resume: what was acknowledged is on disk for good, and what is whole becomes a medium in one commit.

The rules are those of tus 1.0.0; how it speaks over HTTP is `api/v2/uploads.py`.
"""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from netsentinel.academy.media.arrivals import Arrivals, Arrived
from netsentinel.academy.media.errors import (
    MediumTooLargeError,
    UploadChecksumError,
    UploadOffsetError,
)
from netsentinel.academy.media.model import MediaUsage, Upload, UploadPart
from netsentinel.academy.media.ports import MediumCounts, UploadStore
from netsentinel.academy.media.quotas import UploadLimits, check_arriving, check_quota, check_size
from netsentinel.academy.media.sink import Checksum, Sink, hashed, joined
from netsentinel.academy.reader.errors import InvalidMediumError
from netsentinel.academy.reader.kinds import checked_name
from netsentinel.kernel.clock import HOUR, Clock
from netsentinel.kernel.disk import check_room
from netsentinel.kernel.errors import ConflictError, NetSentinelError, NotAllowedError, NotFoundError, StorageFullError
from netsentinel.kernel.ids import new_id
from netsentinel.kernel.types import Principal, TenantId
from netsentinel.storage.ports import Database, Tx

if TYPE_CHECKING:
    from hashlib import _Hash as Hash  # pyright: ignore[reportPrivateUsage] - the type of every hash object

PREFIX: Final = "upl"
_TURN_S: Final = 30.0
"""How long a request waits for the one before it on the same upload to save what it has."""
_MOST_DIGESTS: Final = 256
_MOST_PARTS: Final = 100
_MOST_METADATA: Final = 4_096
_BATCH: Final = 200
_STRAY_S: Final = 3_600.0


@dataclass(frozen=True, slots=True)
class UploadGround:
    """What uploads stand on."""

    db: Database
    store: UploadStore
    counts: MediumCounts
    arrivals: Arrivals
    folder: Path
    """Where bytes are until they are whole; on the disk of the blobs."""
    clock: Clock
    limits: UploadLimits


@dataclass
class _Turn:
    """Who has an upload at the moment."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0
    leave: asyncio.Timeout | None = None
    """What makes the request that has it save what it has, and go."""


class Uploads:
    """A tenant's uploads."""

    def __init__(self, ground: UploadGround) -> None:
        self._ground = ground
        self._turns: dict[str, _Turn] = {}
        self._digests: dict[str, tuple[int, Hash]] = {}

    @property
    def limits(self) -> UploadLimits:
        """How much may be kept, and be on its way."""
        return self._ground.limits

    async def create(
        self, principal: Principal, name: str, length: int, *, is_partial: bool = False, metadata: str = ""
    ) -> Upload:
        """Announce bytes; they are reserved from now on. Nothing at all is whole at once.

        Raises:
            InvalidMediumError: the name cannot be a medium's, or is of no known format.
            MediumTooLargeError: a medium of this kind may not be so large.
            MediaQuotaError: the tenant keeps, or receives, as much as it may.
            StorageFullError: the disk has not as much space.
        """
        part = UploadPart.PARTIAL if is_partial else UploadPart.WHOLE
        upload = self._new(principal, "" if is_partial else checked_name(name), length, part, metadata)
        check_size(upload, self._ground.limits)
        await asyncio.to_thread(check_room, self._ground.folder, self._ground.limits.reserve_bytes, length)
        ground = self._ground

        def insert(tx: Tx) -> None:
            tx.alone(f"media of {upload.tenant}")
            kept, arriving = ground.counts.usage(tx, upload.tenant), ground.store.open(tx, upload.tenant)
            check_arriving(arriving, ground.limits)
            check_quota(MediaUsage(1, length), kept, arriving, ground.limits)
            ground.store.insert(tx, upload)

        await ground.db.write(insert)
        if length == 0 and not is_partial:
            return await self.receive(principal, upload.id, 0, _nothing())
        return upload

    async def get(self, principal: Principal, upload_id: str) -> Upload:
        """An upload, after whoever sends it has saved what there is: a client that asks has lost its connection.

        Raises:
            NotFoundError: the principal has no such upload.
        """
        await self._own(principal, upload_id)
        async with self._turn(upload_id):
            return await self._own(principal, upload_id)

    async def unfinished(self, tenant: TenantId, limit: int = 500) -> list[Upload]:
        """The tenant's uploads that became no medium yet, the newest first."""
        found = await self._ground.db.read(lambda tx: self._ground.store.unfinished(tx, tenant, limit))
        now = self._ground.clock.now()
        return [one for one in found if one.expires_at > now]

    async def receive(
        self,
        principal: Principal,
        upload_id: str,
        offset: int,
        pieces: AsyncIterator[bytes],
        checksum: Checksum | None = None,
    ) -> Upload:
        """Append bytes. What the returned offset counts survives a crash of the machine.

        When the bytes break off, those that came are kept, unless there is a checksum: then all count, or none.

        Raises:
            NotFoundError: the principal has no such upload.
            UploadOffsetError: the bytes do not begin where those end that are kept.
            UploadChecksumError: they arrived other than they were sent.
            MediumTooLargeError: more came than was announced.
            StorageFullError: the disk is full; nothing of this request is kept.
        """
        await self._own(principal, upload_id)
        async with self._turn(upload_id) as turn:
            upload = await self._own(principal, upload_id)
            if upload.part is UploadPart.FINAL:
                raise NotAllowedError("A final upload is made of others; nothing can be added to it.", permission="")
            if offset != upload.offset:
                raise UploadOffsetError(f"Go on at byte {upload.offset:,}.", offset=upload.offset)
            if upload.medium:
                return upload
            sink = await Sink.open(self._path(upload), offset, self._digest(upload), checksum)
            return await self._receive(principal, upload, sink, turn, pieces)

    async def join(self, principal: Principal, name: str, ids: Sequence[str], *, metadata: str = "") -> Upload:
        """Make a medium of pieces that are whole, one behind the other; the pieces are gone afterwards.

        Raises:
            InvalidMediumError: the name is impossible, or a piece is none or stands there twice.
            NotFoundError: the principal has no such piece.
            ConflictError: a piece is not whole.
            MediumTooLargeError: together they are too large.
        """
        if not 1 <= len(ids) <= _MOST_PARTS or len(set(ids)) != len(ids):
            raise InvalidMediumError(f"Join 1 to {_MOST_PARTS} different pieces.")
        parts = [await self._own(principal, one) for one in ids]
        for one in parts:
            if one.part is not UploadPart.PARTIAL:
                raise InvalidMediumError(f"{one.id} is no piece; make pieces with Upload-Concat: partial.")
            if not one.is_whole:
                raise ConflictError(f"{one.id} has {one.offset:,} of {one.length:,} bytes.")
        length = sum(one.length for one in parts)
        upload = self._new(principal, checked_name(name), length, UploadPart.FINAL, metadata)
        check_size(upload, self._ground.limits)
        await asyncio.to_thread(check_room, self._ground.folder, self._ground.limits.reserve_bytes, length)
        try:
            sha256 = await asyncio.to_thread(joined, self._path(upload), [self._path(one) for one in parts])
            return await asyncio.shield(self._finish(principal, upload, sha256, parts))
        except (OSError, NetSentinelError) as error:
            await asyncio.to_thread(self._path(upload).unlink, missing_ok=True)
            if isinstance(error, NetSentinelError):
                raise
            if isinstance(error, FileNotFoundError):
                raise NotFoundError("A piece is gone: joined, or deleted, by another request.") from error
            raise StorageFullError(f"The pieces could not be joined: {error}.") from error

    async def terminate(self, principal: Principal, upload_id: str) -> None:
        """Forget an upload of the tenant, whoever sends it. What it became stays.

        Raises:
            NotFoundError: the tenant has no such upload.
        """
        await self._of_tenant(principal, upload_id)  # first: waiting for a turn breaks off whoever has it
        async with self._turn(upload_id):
            await self._forget(await self._of_tenant(principal, upload_id))

    async def forget_old(self) -> int:
        """Delete uploads that expired, and bytes that no upload has any more; how many went."""
        ground, gone = self._ground, 0
        now = ground.clock.now()
        while True:
            old = await ground.db.read(lambda tx: ground.store.expired(tx, now, _BATCH))
            for one in old:
                await self._forget(one)
            gone += len(old)
            if len(old) < _BATCH:
                return gone + await self._sweep()

    # Receiving.

    async def _receive(
        self, principal: Principal, upload: Upload, sink: Sink, turn: _Turn, pieces: AsyncIterator[bytes]
    ) -> Upload:
        came_whole = False
        try:
            async with asyncio.timeout(None) as leave:
                turn.leave = leave
                await self._pour(upload, sink, pieces)
            came_whole = True
        except TimeoutError as error:  # another request of the same client wants to go on
            raise ConflictError("Another request goes on with this upload.") from error
        finally:
            turn.leave = None
            upload = await asyncio.shield(self._save(principal, upload, sink, came_whole=came_whole))
        return upload

    async def _pour(self, upload: Upload, sink: Sink, pieces: AsyncIterator[bytes]) -> None:
        room = upload.length - upload.offset
        async for piece in pieces:
            if sink.received + len(piece) > room:
                await sink.take_back()
                raise MediumTooLargeError(
                    f"{upload.length:,} bytes were announced, and more came.", limit=upload.length
                )
            if piece:
                await sink.write(piece)

    async def _save(self, principal: Principal, upload: Upload, sink: Sink, *, came_whole: bool) -> Upload:
        """Have what arrived count, as far as it may, and let the file go."""
        try:
            return await self._kept(principal, upload, sink, came_whole=came_whole)
        finally:
            await sink.close()

    async def _kept(self, principal: Principal, upload: Upload, sink: Sink, *, came_whole: bool) -> Upload:
        try:
            await sink.settle()
        except StorageFullError:
            await sink.take_back()
            raise
        if not sink.is_as_sent():
            await sink.take_back()
            self._remember(upload, sink)
            if came_whole:
                raise UploadChecksumError("The bytes do not come to Upload-Checksum. Send them again.")
            return upload
        grown = replace(upload, offset=upload.offset + sink.received, expires_at=self._expiry())
        self._remember(grown, sink)
        if grown.is_whole and grown.part is UploadPart.WHOLE:
            known = sink.whole or await asyncio.to_thread(hashed, self._path(grown), grown.length)
            return await self._finish(principal, grown, known.hexdigest(), was=upload)
        ground = self._ground
        if not await ground.db.write(lambda tx: ground.store.save(tx, grown, upload.offset)):
            raise _missing(upload.id)
        return grown

    async def _finish(
        self,
        principal: Principal,
        upload: Upload,
        sha256: str,
        parts: Sequence[Upload] = (),
        *,
        was: Upload | None = None,
    ) -> Upload:
        """Make a medium of what is whole. The upload, the medium and the task that reads it are one commit."""
        ground = self._ground
        whole = replace(upload, offset=upload.length)

        def keep(tx: Tx, medium: str, change: str) -> None:
            done = replace(whole, medium=medium, change=change)
            if was is None:
                ground.store.insert(tx, done)
            elif not ground.store.save(tx, done, was.offset):
                raise _missing(upload.id)
            if not all(ground.store.delete(tx, one.tenant, one.id) for one in parts):
                raise _missing(upload.id)  # they are another medium's by now, for which alone room was reserved

        arrived = Arrived(upload.name, upload.length, sha256, self._path(upload))
        done = await ground.arrivals.take(principal, arrived, keep)
        for one in (upload, *parts):
            self._digests.pop(one.id, None)
            await asyncio.to_thread(self._path(one).unlink, missing_ok=True)
        return replace(whole, medium=done.medium.id, change=done.change)

    def _digest(self, upload: Upload) -> "Hash | None":
        """SHA-256 of what is there; None when that is not known any more."""
        if upload.part is UploadPart.PARTIAL:  # joining hashes it
            return None
        if upload.offset == 0:
            return hashlib.sha256()
        known = self._digests.get(upload.id)
        return known[1].copy() if known is not None and known[0] == upload.offset else None

    def _remember(self, upload: Upload, sink: Sink) -> None:
        self._digests.pop(upload.id, None)
        if sink.whole is not None:
            self._digests[upload.id] = (upload.offset, sink.whole)
        while len(self._digests) > _MOST_DIGESTS:
            self._digests.pop(next(iter(self._digests)))

    @asynccontextmanager
    async def _turn(self, upload_id: str) -> AsyncGenerator[_Turn, None]:
        """Have an upload alone; who has it saves what there is, and goes.

        Raises:
            ConflictError: it does not.
        """
        turn = self._turns.setdefault(upload_id, _Turn())
        turn.waiting += 1
        try:
            if turn.leave is not None and not turn.leave.expired():
                turn.leave.reschedule(asyncio.get_running_loop().time())
            try:
                async with asyncio.timeout(_TURN_S):
                    await turn.lock.acquire()
            except TimeoutError as error:
                raise ConflictError("Another request has this upload. Try again.") from error
            try:
                yield turn
            finally:
                turn.lock.release()
        finally:
            turn.waiting -= 1
            if not turn.waiting:
                self._turns.pop(upload_id, None)

    # Rules.

    def _new(self, principal: Principal, name: str, length: int, part: UploadPart, metadata: str) -> Upload:
        now = self._ground.clock.now()
        if len(metadata) > _MOST_METADATA:
            raise InvalidMediumError(f"Upload-Metadata has at most {_MOST_METADATA:,} characters.")
        return Upload(
            id=new_id(PREFIX, now),
            tenant=principal.tenant,
            principal=principal.id,
            name=name,
            length=length,
            part=part,
            metadata=metadata,
            created_at=now,
            expires_at=self._expiry(),
        )

    def _expiry(self) -> int:
        return self._ground.clock.now() + self._ground.limits.hours * HOUR

    async def _own(self, principal: Principal, upload_id: str) -> Upload:
        found = await self._ground.db.read(lambda tx: self._ground.store.get(tx, principal.tenant, upload_id))
        now = self._ground.clock.now()
        if found is None or found.principal != principal.id or found.expires_at <= now:
            raise _missing(upload_id)
        return found

    async def _of_tenant(self, principal: Principal, upload_id: str) -> Upload:
        found = await self._ground.db.read(lambda tx: self._ground.store.get(tx, principal.tenant, upload_id))
        if found is None:
            raise _missing(upload_id)
        return found

    async def _forget(self, upload: Upload) -> None:
        ground = self._ground
        await ground.db.write(lambda tx: ground.store.delete(tx, upload.tenant, upload.id))
        self._digests.pop(upload.id, None)
        await asyncio.to_thread(self._path(upload).unlink, missing_ok=True)

    async def _sweep(self) -> int:
        """Delete bytes of no upload: what a crash left."""
        ground, gone = self._ground, 0
        before = ground.clock.now() / 1_000_000 - _STRAY_S
        for path in await asyncio.to_thread(lambda: list(ground.folder.glob("*/*"))):
            tenant = TenantId(path.parent.name)
            found = await ground.db.read(lambda tx, of=tenant, one=path.name: ground.store.get(tx, of, one))
            if found is None and path.stat().st_mtime < before:
                await asyncio.to_thread(path.unlink, missing_ok=True)
                gone += 1
        return gone

    def _path(self, upload: Upload) -> Path:
        return self._ground.folder / upload.tenant / upload.id


async def _nothing() -> AsyncIterator[bytes]:
    """No bytes."""
    return
    yield b""


def _missing(upload_id: str) -> NotFoundError:
    return NotFoundError(f"There is no upload {upload_id[:120]}.")
