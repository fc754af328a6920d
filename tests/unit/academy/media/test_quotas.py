import pytest

from netsentinel.academy.media import MediaUsage, UploadLimits
from netsentinel.academy.media.errors import MediaQuotaError
from netsentinel.academy.media.model import OpenUploads
from netsentinel.academy.media.quotas import check_arriving, check_quota
from netsentinel.kernel.settings import Settings
from netsentinel.kernel.types import MIB

LIMITS = UploadLimits.of(Settings(_env_file=None))
ONE = MediaUsage(1, 1)


def test_the_settings_say_how_much() -> None:
    assert (LIMITS.most_bytes, LIMITS.tenant_bytes, LIMITS.hours) == (2_048 * MIB, 10_240 * MIB, 24)


@pytest.mark.parametrize(
    ("kept", "arriving", "quota"),
    [
        (MediaUsage(9_999, 0), OpenUploads(1, 0), "media"),
        (MediaUsage(1, 10_000 * MIB), OpenUploads(1, 240 * MIB), "bytes"),
    ],
)
def test_what_is_full_is_named(kept: MediaUsage, arriving: OpenUploads, quota: str) -> None:
    with pytest.raises(MediaQuotaError) as caught:
        check_quota(ONE, kept, arriving, LIMITS)
    assert caught.value.extra["quota"] == quota
    check_quota(MediaUsage(0, 0), kept, arriving, LIMITS)


def test_no_more_uploads_begin_than_may_be_under_way() -> None:
    check_arriving(OpenUploads(31, 0), LIMITS)
    with pytest.raises(MediaQuotaError) as caught:
        check_arriving(OpenUploads(32, 0), LIMITS)
    assert caught.value.extra["quota"] == "uploads"
