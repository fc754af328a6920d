"""Where media are kept: rows about them, their bytes, uploads on their way; and who reads and hears them."""

from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from netsentinel.academy.extraction import Document, Extraction, KnownConcept, Learnt
from netsentinel.academy.media.model import MediaUsage, Medium, OpenUploads, Upload
from netsentinel.academy.reader.kinds import MediumKind
from netsentinel.academy.reader.model import ReadMedium
from netsentinel.academy.reader.speech import Speech
from netsentinel.kernel.types import Micros, TenantId
from netsentinel.storage.ports import ReadTx, Tx


class MediumStore(Protocol):
    """Keeps what is known of media."""

    def insert(self, tx: Tx, medium: Medium) -> bool:
        """Keep a new one; False when the tenant has one of that name."""
        ...

    def save(self, tx: Tx, medium: Medium, version: int) -> bool:
        """Replace what is kept of it, if its version is this one; False when it is not."""
        ...

    def delete(self, tx: Tx, tenant: TenantId, medium_id: str) -> bool:
        """Forget it; False when there was none."""
        ...

    def get(self, tx: ReadTx, tenant: TenantId, medium_id: str) -> Medium | None:
        """The medium, when it belongs to the tenant."""
        ...

    def named(self, tx: ReadTx, tenant: TenantId, name: str) -> Medium | None:
        """The tenant's medium of that name."""
        ...

    def by_task(self, tx: ReadTx, tenant: TenantId, task_id: str) -> Medium | None:
        """The tenant's medium that this task reads, or read last."""
        ...

    def page(self, tx: ReadTx, tenant: TenantId, after: str, limit: int) -> list[Medium]:
        """Media by name, beginning after that name."""
        ...


class NearbyMedia(Protocol):
    """Finds media by how their names begin."""

    def beginning(self, tx: ReadTx, tenant: TenantId, start: str, kinds: Collection[MediumKind]) -> list[Medium]:
        """The tenant's media of these kinds whose names begin so, by name; the first hundred."""
        ...


class MediumCounts(Protocol):
    """Counts over media."""

    def uses(self, tx: ReadTx, tenant: TenantId, sha256: str) -> int:
        """How many of the tenant's media have these bytes, or this text."""
        ...

    def usage(self, tx: ReadTx, tenant: TenantId) -> MediaUsage:
        """How much the tenant keeps."""
        ...

    def named_bytes(self, tx: ReadTx, tenant: TenantId) -> set[str]:
        """The hashes of all bytes and texts that the tenant's media have."""
        ...


class UploadStore(Protocol):
    """Keeps what is known of uploads."""

    def insert(self, tx: Tx, upload: Upload) -> None:
        """Keep a new one."""
        ...

    def save(self, tx: Tx, upload: Upload, offset: int) -> bool:
        """Replace what is kept of it, if so much of it had arrived; False when it is otherwise."""
        ...

    def get(self, tx: ReadTx, tenant: TenantId, upload_id: str) -> Upload | None:
        """The upload, when it belongs to the tenant."""
        ...

    def delete(self, tx: Tx, tenant: TenantId, upload_id: str) -> bool:
        """Forget it; False when there was none."""
        ...

    def unfinished(self, tx: ReadTx, tenant: TenantId, limit: int) -> list[Upload]:
        """Those of the tenant that became no medium yet, the newest first."""
        ...

    def open(self, tx: ReadTx, tenant: TenantId) -> OpenUploads:
        """How much is arriving."""
        ...

    def expired(self, tx: ReadTx, before: Micros, limit: int) -> list[Upload]:
        """Those of any tenant that expire before a time."""
        ...


class BlobStore(Protocol):
    """Keeps bytes by their hash, per tenant."""

    async def keep(self, tenant: TenantId, data: bytes) -> str:
        """Keep bytes; their SHA-256 in hexadecimal. They survive a crash of the machine when this returns.

        Raises:
            StorageFullError: the disk is full; nothing is left behind.
        """
        ...

    async def adopt(self, tenant: TenantId, sha256: str, path: Path) -> None:
        """Keep a synced file, of that hash, of the same disk; it stays where it is as well.

        Raises:
            StorageFullError: that is not possible here.
        """
        ...

    async def read(self, tenant: TenantId, sha256: str) -> bytes:
        """The bytes of that hash.

        Raises:
            NotFoundError: there are none.
        """
        ...

    async def forget(self, tenant: TenantId, sha256: str) -> None:
        """Delete the bytes; nothing when there are none."""
        ...

    async def stored(self, before: Micros) -> Mapping[TenantId, Sequence[str]]:
        """The hashes of all bytes that came to be kept before a time, of each tenant."""
        ...

    async def drop_unfinished(self, before: Micros) -> int:
        """Delete what was begun before a time and never became kept bytes; how much that was."""
        ...

    def path(self, tenant: TenantId, sha256: str) -> Path:
        """Where the bytes of that hash are, if there are any.

        Raises:
            NotFoundError: there cannot be any.
        """
        ...


class ReadingRoom(Protocol):
    """Reads what nobody trusts, where it harms nobody."""

    async def read(self, path: Path, name: str) -> ReadMedium:
        """What a file of this name says, and facts about it.

        Raises:
            UnreadableTextError: it is not what its name says.
            CellBrokeError: reading it broke off.
        """
        ...

    async def extract(self, document: Document, known: Sequence[KnownConcept], state: Learnt) -> Extraction:
        """What is in a text, by what answers taught.

        Raises:
            CellBrokeError: looking broke off.
        """
        ...


class Judgement(Protocol):
    """What people's answers taught about prerequisites."""

    async def learnt(self, tenant: TenantId) -> Learnt:
        """The model that suggests prerequisites in the tenant's texts."""
        ...


class Ear(Protocol):
    """Hears what is said in recordings."""

    def name(self) -> str:
        """What it is called.

        Raises:
            NoTranscriberError: nothing that understands speech is installed.
        """
        ...

    def listen(self, path: Path, media_type: str, language: str) -> AsyncGenerator[Speech, None]:
        """What is said in a recording, piece by piece, as it becomes known.

        Raises:
            NoTranscriberError: nothing that understands speech is installed.
            UnreadableTextError: it cannot make anything of it.
            CellBrokeError: hearing it broke off.
        """
        ...
