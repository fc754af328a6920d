"""Having a recording heard: what is said becomes captions beside the recording."""

import hashlib
from contextlib import aclosing
from dataclasses import dataclass

from netsentinel.academy.extraction.errors import UnreadableTextError
from netsentinel.academy.media.arrivals import Arrived, Shelf, Taken
from netsentinel.academy.media.captions import stem_of
from netsentinel.academy.media.errors import HasCaptionsError, NoRecordingError, SupersededError
from netsentinel.academy.media.model import MediaUsage, Medium
from netsentinel.academy.media.ports import Ear
from netsentinel.academy.media.quotas import check_quota
from netsentinel.academy.media.reading import Tell
from netsentinel.academy.media.service import Media
from netsentinel.academy.media.uploads import UploadGround
from netsentinel.academy.reader.errors import NoTranscriberError
from netsentinel.academy.reader.kinds import RECORDINGS, checked_name
from netsentinel.academy.reader.speech import MOST_SPEECH, MOST_TEXT, Speech, webvtt
from netsentinel.kernel.types import Principal, TenantId
from netsentinel.storage.ports import ReadTx, Tx


@dataclass(frozen=True, slots=True)
class HearingGround:
    """What hearing stands on."""

    media: Media
    shelf: Shelf
    uploads: UploadGround
    """Captions count as what was uploaded does."""
    ear: Ear


class Hearing:
    """Makes captions of recordings."""

    def __init__(self, ground: HearingGround) -> None:
        self._ground = ground

    @property
    def installed(self) -> str:
        """The name of what understands speech; empty where nothing is installed."""
        try:
            return self._ground.ear.name()
        except NoTranscriberError:
            return ""

    async def check(self, principal: Principal, medium_id: str) -> Medium:
        """The recording, if it can be heard.

        Raises:
            NotFoundError: the tenant has no such medium.
            NoRecordingError: it is none.
            HasCaptionsError: it has captions.
            QuarantinedError: nobody may have its bytes.
            UnscannedError: nobody may have them yet.
            MediaQuotaError: the tenant keeps as much as it may.
            NoTranscriberError: nothing that understands speech is installed.
        """
        media = self._ground.media
        medium, _ = await media.original(principal.tenant, medium_id)
        if medium.kind not in RECORDINGS:
            raise NoRecordingError(f"{medium.name} is no recording; nothing is said in it.")
        captions = await media.beside(medium)
        if captions:
            raise HasCaptionsError(f"{captions[0].name} says what is said; delete it to have it heard anew.")
        self._ground.ear.name()
        await self._ground.uploads.db.read(lambda tx: self._must_have_room(tx, principal.tenant, MediaUsage(1, 1)))
        return medium

    async def run(self, principal: Principal, medium_id: str, language: str, tell: Tell) -> Taken:
        """Have a recording heard; its captions are a medium beside it, which is read like any other.

        Raises:
            UnreadableTextError: nothing could be made of it.
            CellBrokeError: hearing it broke off.
            SupersededError: it was replaced meanwhile.
            NetSentinelError: as for `check`.
        """
        medium = await self.check(principal, medium_id)
        ground, ear = self._ground, self._ground.ear
        path = ground.shelf.blobs.path(medium.tenant, medium.sha256)
        heard: list[Speech] = []
        size = 0
        async with aclosing(ear.listen(path, medium.media_type, language)) as pieces:
            async for one in pieces:
                heard.append(one)
                size += len(one.text)
                if len(heard) > MOST_SPEECH or size > MOST_TEXT:
                    raise UnreadableTextError(f"More is said in {medium.name} than captions may hold.")
                tell(_percent(one.end_ms, medium.facts.duration_ms), "hear", f"{len(heard):,} pieces of speech")
        if not any(one.text.strip() for one in heard):
            raise UnreadableTextError(f"No speech was heard in {medium.name}.")
        now = await self.check(principal, medium_id)  # somebody may have uploaded captions meanwhile: these are better
        if now.sha256 != medium.sha256:
            raise SupersededError(f"{medium.name} was replaced while it was heard; have it heard again.")
        text = webvtt(heard, f"{medium.name}, heard by {ear.name()}")
        return await self._take(principal, medium, text.encode(), language)

    async def _take(self, principal: Principal, medium: Medium, data: bytes, language: str) -> Taken:
        ground, tenant = self._ground, principal.tenant
        suffix = f".{language}.vtt" if language else ".vtt"
        name = checked_name(f"{stem_of(medium.name)}{suffix}")
        sha256 = hashlib.sha256(data).hexdigest()
        await ground.shelf.blobs.keep(tenant, data)
        arrived = Arrived(name, len(data), sha256, ground.shelf.blobs.path(tenant, sha256))

        def keep(tx: Tx, _medium: str, _change: str) -> None:
            tx.alone(f"media of {tenant}")
            self._must_have_room(tx, tenant, MediaUsage(0, 0))  # with the captions, which are there by now

        return await ground.uploads.arrivals.take(principal, arrived, keep)

    def _must_have_room(self, tx: ReadTx, tenant: TenantId, coming: MediaUsage) -> None:
        uploads = self._ground.uploads
        check_quota(coming, uploads.counts.usage(tx, tenant), uploads.store.open(tx, tenant), uploads.limits)


def _percent(at_ms: int, length_ms: int) -> float:
    """How far it is, below 99; 0 where the recording does not say how long it is."""
    return min(99.0, 100.0 * at_ms / length_ms) if length_ms else 0.0
