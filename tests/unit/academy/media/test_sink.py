import hashlib
from pathlib import Path

import pytest

from netsentinel.academy.media.sink import Checksum, Sink, hashed, joined
from netsentinel.kernel.errors import StorageFullError

pytestmark = pytest.mark.anyio
LARGE = bytes(range(256)) * 9_000


async def test_bytes_are_appended_and_hashed(tmp_path: Path) -> None:
    path = tmp_path / "t" / "one"
    sink = await Sink.open(path, 0, hashlib.sha256(), None)
    for start in range(0, len(LARGE), 70_000):
        await sink.write(LARGE[start : start + 70_000])
    await sink.settle()
    assert sink.whole is not None
    assert sink.whole.digest() == hashlib.sha256(LARGE).digest()
    assert sink.is_as_sent()
    await sink.close()
    assert path.read_bytes() == LARGE
    assert path.stat().st_mode & 0o077 == 0
    assert hashed(path, 100).digest() == hashlib.sha256(LARGE[:100]).digest()


@pytest.mark.parametrize("algorithm", ["sha256", "sha1", "md5"])
async def test_what_is_taken_back_is_gone(tmp_path: Path, algorithm: str) -> None:
    path = tmp_path / "one"
    path.write_bytes(b"kept and more")
    before = hashlib.sha256(b"kept")
    sink = await Sink.open(path, 4, before, Checksum(algorithm, b"other"))
    await sink.write(LARGE)
    await sink.settle()
    assert not sink.is_as_sent()
    await sink.take_back()
    assert (sink.received, path.read_bytes()) == (0, b"kept")
    assert sink.whole is not None
    assert sink.whole.digest() == hashlib.sha256(b"kept").digest()
    await sink.close()


async def test_a_full_disk_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sink = await Sink.open(tmp_path / "one", 0, None, None)

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("netsentinel.academy.media.sink.os.write", full)
    await sink.write(b"x")
    with pytest.raises(StorageFullError, match="No space left"):
        await sink.settle()
    await sink.take_back()
    await sink.close()
    assert (tmp_path / "one").read_bytes() == b""


def test_files_are_joined(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "b").write_bytes(b"2")
    assert joined(tmp_path / "c", [tmp_path / "b", tmp_path / "a"]) == hashlib.sha256(b"21").hexdigest()
    assert (tmp_path / "c").read_bytes() == b"21"
