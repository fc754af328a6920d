from pathlib import Path

import pytest

from netsentinel.academy.media import MediaUsage, UploadLimits
from netsentinel.academy.media.errors import MediaQuotaError
from netsentinel.academy.media.model import OpenUploads, Upload
from netsentinel.academy.media.quotas import check_disk, check_quota
from netsentinel.kernel.errors import StorageFullError
from netsentinel.kernel.settings import Settings
from netsentinel.kernel.types import DEFAULT_TENANT, MIB

LIMITS = UploadLimits.of(Settings(_env_file=None))
UPLOAD = Upload(id="u", tenant=DEFAULT_TENANT, principal="p", name="x.md", length=1, created_at=1, expires_at=2)


def test_the_settings_say_how_much() -> None:
    assert (LIMITS.most_bytes, LIMITS.tenant_bytes, LIMITS.hours) == (2_048 * MIB, 10_240 * MIB, 24)


@pytest.mark.parametrize(
    ("kept", "arriving", "quota"),
    [
        (MediaUsage(0, 0), OpenUploads(32, 0), "uploads"),
        (MediaUsage(9_999, 0), OpenUploads(1, 0), "media"),
        (MediaUsage(1, 10_000 * MIB), OpenUploads(1, 240 * MIB), "bytes"),
    ],
)
def test_what_is_full_is_named(kept: MediaUsage, arriving: OpenUploads, quota: str) -> None:
    with pytest.raises(MediaQuotaError) as caught:
        check_quota(UPLOAD, kept, arriving, LIMITS)
    assert caught.value.extra["quota"] == quota
    check_quota(UPLOAD, MediaUsage(0, 0), OpenUploads(0, 0), LIMITS)


def test_a_disk_without_space_is_said_before_a_byte_comes(tmp_path: Path) -> None:
    check_disk(tmp_path / "not" / "there", 1, LIMITS)
    with pytest.raises(StorageFullError):
        check_disk(tmp_path, 2**60, LIMITS)
