"""How much a tenant may keep and have on its way, and what is refused because of it, before any byte comes."""

from dataclasses import dataclass

from netsentinel.academy.media.errors import MediaQuotaError, MediumTooLargeError
from netsentinel.academy.media.model import MediaUsage, OpenUploads, Upload, UploadPart
from netsentinel.academy.reader.kinds import most_bytes
from netsentinel.kernel.settings import Settings
from netsentinel.kernel.types import MIB


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadLimits:
    """How much may be kept, and be on its way."""

    most_bytes: int
    """Of one medium."""
    tenant_bytes: int
    tenant_media: int
    tenant_uploads: int
    """That arrive at the same time."""
    hours: int
    """An upload to which nothing is added for so long is deleted."""
    reserve_bytes: int
    """Of the disk, that stay free."""

    @classmethod
    def of(cls, settings: Settings) -> "UploadLimits":
        """As the settings say."""
        return cls(
            most_bytes=settings.media_max_mib * MIB,
            tenant_bytes=settings.media_quota_mib * MIB,
            tenant_media=settings.media_quota_count,
            tenant_uploads=settings.media_uploads_at_once,
            hours=settings.media_upload_hours,
            reserve_bytes=settings.disk_reserve_mib * MIB,
        )


def check_size(upload: Upload, limits: UploadLimits) -> None:
    """Refuse what no medium of its kind may have.

    Raises:
        MediumTooLargeError: it is larger.
    """
    most = limits.most_bytes
    if upload.part is not UploadPart.PARTIAL:
        most = most_bytes(upload.name, most)
    if upload.length > most:
        what = upload.name or "A piece"
        raise MediumTooLargeError(f"{what} has {upload.length:,} bytes; at most {most:,} are taken.", limit=most)


def check_arriving(arriving: OpenUploads, limits: UploadLimits) -> None:
    """Refuse one upload more where as many are under way as may be.

    Raises:
        MediaQuotaError: so many are.
    """
    if arriving.uploads >= limits.tenant_uploads:
        raise MediaQuotaError(
            f"{arriving.uploads} uploads are under way. Finish or delete some first.",
            quota="uploads",
            limit=limits.tenant_uploads,
        )


def check_quota(coming: MediaUsage, kept: MediaUsage, arriving: OpenUploads, limits: UploadLimits) -> None:
    """Refuse what the tenant's library does not take any more.

    Args:
        coming: what is to be added to what is kept, and to what is on its way.
        kept: of the tenant.
        arriving: of the tenant.
        limits: of each tenant.

    Raises:
        MediaQuotaError: there are as many bytes or media as there may be.
    """
    if kept.media + arriving.uploads + coming.media > limits.tenant_media:
        raise MediaQuotaError(
            f"The library has {kept.media:,} media; it takes {limits.tenant_media:,}.",
            quota="media",
            limit=limits.tenant_media,
        )
    if kept.bytes + arriving.bytes + coming.bytes > limits.tenant_bytes:
        raise MediaQuotaError(
            f"The library keeps {kept.bytes:,} bytes, and {arriving.bytes:,} are on their way; it takes"
            f" {limits.tenant_bytes:,}. Delete media, or ask an administrator for more.",
            quota="bytes",
            limit=limits.tenant_bytes,
        )
