"""Media and uploads in memory, a reading room in this process, and ears that hear what is written, for tests."""

import asyncio
from collections.abc import AsyncGenerator, Collection, Sequence
from pathlib import Path

from netsentinel.academy.extraction import Document, Extraction, KnownConcept, Learnt, extract
from netsentinel.academy.extraction.errors import UnreadableTextError
from netsentinel.academy.media.model import MediaUsage, Medium, OpenUploads, Upload
from netsentinel.academy.reader.errors import NoTranscriberError
from netsentinel.academy.reader.files import read_file
from netsentinel.academy.reader.kinds import MediumKind
from netsentinel.academy.reader.model import ReadMedium
from netsentinel.academy.reader.speech import Speech, Transcriber
from netsentinel.kernel.types import Micros, TenantId
from netsentinel.storage.ports import ReadTx, Tx


class MemoryMedia:
    """Keeps media in a dict. It has no transactions: what a failed one wrote stays."""

    def __init__(self) -> None:
        self._media: dict[tuple[TenantId, str], Medium] = {}

    def insert(self, tx: Tx, medium: Medium) -> bool:
        """Keep a new one; False when the tenant has one of that name."""
        if self.named(tx, medium.tenant, medium.name):
            return False
        self._media[medium.tenant, medium.id] = medium
        return True

    def save(self, tx: Tx, medium: Medium, version: int) -> bool:
        """Replace what is kept of it, if its version is this one; False when it is not."""
        old = self.get(tx, medium.tenant, medium.id)
        if old is None or old.version != version:
            return False
        self._media[medium.tenant, medium.id] = medium
        return True

    def delete(self, tx: Tx, tenant: TenantId, medium_id: str) -> bool:
        """Forget it; False when there was none."""
        return self._media.pop((tenant, medium_id), None) is not None

    def get(self, tx: ReadTx, tenant: TenantId, medium_id: str) -> Medium | None:
        """The medium, when it belongs to the tenant."""
        return self._media.get((tenant, medium_id))

    def named(self, tx: ReadTx, tenant: TenantId, name: str) -> Medium | None:
        """The tenant's medium of that name."""
        return next((one for one in self._of(tenant) if one.name == name), None)

    def by_task(self, tx: ReadTx, tenant: TenantId, task_id: str) -> Medium | None:
        """The tenant's medium that this task reads, or read last."""
        return next((one for one in self._of(tenant) if one.task_id == task_id), None)

    def page(self, tx: ReadTx, tenant: TenantId, after: str, limit: int) -> list[Medium]:
        """Media by name, beginning after that name."""
        return [one for one in self._of(tenant) if one.name > after][:limit]

    def beginning(self, tx: ReadTx, tenant: TenantId, start: str, kinds: Collection[MediumKind]) -> list[Medium]:
        """The tenant's media of these kinds whose names begin so, by name; the first hundred."""
        return [one for one in self._of(tenant) if one.name.startswith(start) and one.kind in kinds][:100]

    def uses(self, tx: ReadTx, tenant: TenantId, sha256: str) -> int:
        """How many of the tenant's media have these bytes, or this text."""
        return sum(sha256 in (one.sha256, one.text_sha256) for one in self._of(tenant))

    def usage(self, tx: ReadTx, tenant: TenantId) -> MediaUsage:
        """How much the tenant keeps."""
        own = self._of(tenant)
        return MediaUsage(len(own), sum(one.size for one in own))

    def named_bytes(self, tx: ReadTx, tenant: TenantId) -> set[str]:
        """The hashes of all bytes and texts that the tenant's media have."""
        return {sha256 for one in self._of(tenant) for sha256 in (one.sha256, one.text_sha256) if sha256}

    def _of(self, tenant: TenantId) -> list[Medium]:
        return sorted((one for one in self._media.values() if one.tenant == tenant), key=lambda one: one.name)


class MemoryUploads:
    """Keeps uploads in a dict. It has no transactions: what a failed one wrote stays."""

    def __init__(self) -> None:
        self._uploads: dict[tuple[TenantId, str], Upload] = {}

    def insert(self, tx: Tx, upload: Upload) -> None:
        """Keep a new one."""
        self._uploads[upload.tenant, upload.id] = upload

    def save(self, tx: Tx, upload: Upload, offset: int) -> bool:
        """Replace what is kept of it, if so much of it had arrived; False when it is otherwise."""
        old = self.get(tx, upload.tenant, upload.id)
        if old is None or old.offset != offset:
            return False
        self._uploads[upload.tenant, upload.id] = upload
        return True

    def get(self, tx: ReadTx, tenant: TenantId, upload_id: str) -> Upload | None:
        """The upload, when it belongs to the tenant."""
        return self._uploads.get((tenant, upload_id))

    def delete(self, tx: Tx, tenant: TenantId, upload_id: str) -> bool:
        """Forget it; False when there was none."""
        return self._uploads.pop((tenant, upload_id), None) is not None

    def unfinished(self, tx: ReadTx, tenant: TenantId, limit: int) -> list[Upload]:
        """Those of the tenant that became no medium yet, the newest first."""
        own = [one for one in self._uploads.values() if one.tenant == tenant and not one.medium]
        return sorted(own, key=lambda one: (one.created_at, one.id), reverse=True)[:limit]

    def open(self, tx: ReadTx, tenant: TenantId) -> OpenUploads:
        """How much is arriving."""
        own = self.unfinished(tx, tenant, len(self._uploads))
        return OpenUploads(len(own), sum(one.length for one in own))

    def expired(self, tx: ReadTx, before: Micros, limit: int) -> list[Upload]:
        """Those of any tenant that expire before a time."""
        old = [one for one in self._uploads.values() if one.expires_at < before]
        return sorted(old, key=lambda one: one.expires_at)[:limit]


class OpenRoom:
    """Reads in this process, without limits: for texts that are trusted."""

    async def read(self, path: Path, name: str) -> ReadMedium:
        """What a file of this name says, and facts about it."""
        return await asyncio.to_thread(read_file, path, name)

    async def extract(self, document: Document, known: Sequence[KnownConcept], state: Learnt) -> Extraction:
        """What is in a text, by what answers taught."""
        return await asyncio.to_thread(extract, document, known, state)


class OpenEar:
    """Hears in this process, without limits.

    Args:
        transcriber: understands speech; None as where nothing is installed.
    """

    def __init__(self, transcriber: Transcriber | None) -> None:
        self.transcriber = transcriber

    def name(self) -> str:
        """What it is called."""
        if self.transcriber is None:
            raise NoTranscriberError("Nothing that understands speech is installed.")
        return "scripted"

    async def listen(self, path: Path, media_type: str, language: str) -> AsyncGenerator[Speech, None]:
        """What is said in a recording, piece by piece."""
        if self.transcriber is None:
            raise NoTranscriberError("Nothing that understands speech is installed.")
        try:
            for one in self.transcriber.transcribe(path, media_type, language):
                yield one
                await asyncio.sleep(0)
        except ValueError as error:
            raise UnreadableTextError(str(error)) from error
