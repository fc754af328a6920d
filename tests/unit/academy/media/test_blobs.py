import hashlib
from pathlib import Path

import pytest

from netsentinel.academy.media import BlobFolder
from netsentinel.kernel.errors import NotFoundError, StorageFullError
from netsentinel.kernel.types import TenantId

pytestmark = pytest.mark.anyio
T = TenantId("default")


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_bytes_come_back_by_their_hash_and_are_private(tmp_path: Path) -> None:
    blobs = BlobFolder(tmp_path / "media")
    sha256 = await blobs.keep(T, b"bytes")
    assert sha256 == hashlib.sha256(b"bytes").hexdigest() == await blobs.keep(T, b"bytes")
    assert await blobs.read(T, sha256) == b"bytes"
    (file,) = files(tmp_path)
    assert file.stat().st_mode & 0o077 == 0
    await blobs.forget(T, sha256)
    await blobs.forget(T, sha256)
    with pytest.raises(NotFoundError, match="not kept any more"):
        await blobs.read(T, sha256)


async def test_a_blob_that_a_crash_cut_short_is_written_again(tmp_path: Path) -> None:
    blobs = BlobFolder(tmp_path)
    sha256 = await blobs.keep(T, b"bytes")
    (tmp_path / T / sha256[:2] / sha256).write_bytes(b"by")
    assert await blobs.read(T, await blobs.keep(T, b"bytes")) == b"bytes"


@pytest.mark.parametrize(
    ("tenant", "sha256"), [("..", "a" * 64), ("default", "../../etc/passwd"), ("default", "A" * 64)]
)
async def test_no_name_leaves_the_folder(tmp_path: Path, tenant: str, sha256: str) -> None:
    with pytest.raises(NotFoundError, match="No bytes are kept"):
        await BlobFolder(tmp_path).read(TenantId(tenant), sha256)


async def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("netsentinel.academy.media.blobs.os.fsync", full)
    with pytest.raises(StorageFullError, match="No space left"):
        await BlobFolder(tmp_path).keep(T, b"bytes")
    assert files(tmp_path) == []
