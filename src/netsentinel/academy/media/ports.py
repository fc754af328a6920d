"""Where media are kept: rows about them, and their bytes."""

from typing import Protocol

from netsentinel.academy.extraction import Learnt
from netsentinel.academy.media.model import Medium
from netsentinel.kernel.types import TenantId
from netsentinel.storage.ports import ReadTx, Tx


class MediumStore(Protocol):
    """Keeps what is known of media."""

    def insert(self, tx: Tx, medium: Medium) -> bool:
        """Keep a new one; False when the tenant has one of that name."""
        ...

    def save(self, tx: Tx, medium: Medium) -> bool:
        """Replace what is kept of it, if that is the version before; False when it is not."""
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

    def page(self, tx: ReadTx, tenant: TenantId, after: str, limit: int) -> list[Medium]:
        """Media by name, beginning after that name."""
        ...

    def uses(self, tx: ReadTx, tenant: TenantId, sha256: str) -> int:
        """How many of the tenant's media have these bytes."""
        ...


class BlobStore(Protocol):
    """Keeps bytes by their hash, per tenant."""

    async def keep(self, tenant: TenantId, data: bytes) -> str:
        """Keep bytes; their SHA-256 in hexadecimal. They survive a crash of the machine when this returns.

        Raises:
            StorageFullError: the disk is full; nothing is left behind.
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


class Judgement(Protocol):
    """What people's answers taught about prerequisites."""

    async def learnt(self, tenant: TenantId) -> Learnt:
        """The model that suggests prerequisites in the tenant's texts."""
        ...
