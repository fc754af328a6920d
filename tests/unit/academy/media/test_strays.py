"""What a crash leaves of a library's bytes is deleted, and nothing that a medium has, or is about to have."""

import asyncio
import os
import time
from hashlib import sha256
from pathlib import Path

import pytest

from netsentinel.academy.media import Strays
from netsentinel.kernel.clock import HOUR, SECOND
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import TenantId
from netsentinel.storage.private_file import private_folder
from tests.unit.academy.graph.site import ANA, STRANGER, T
from tests.unit.academy.media.site import Library, memory_library, pieces

pytestmark = pytest.mark.anyio
TEXT = b"# Web\n\nA nonce is a number that is used once.\n"


class CrashError(BaseException):
    """The process ends here: nothing that stands behind it is done."""


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(int(time.time() * SECOND) + 2 * HOUR)


@pytest.fixture
def library(clock: FakeClock, tmp_path: Path) -> Library:
    return memory_library(clock, tmp_path)


@pytest.fixture
def strays(library: Library, clock: FakeClock) -> Strays:
    return Strays(library.graph.ground.db, library.counts, library.shelf, clock)


def crash(*_: object, **__: object) -> None:
    raise CrashError


async def test_bytes_that_were_kept_and_never_named_are_deleted(
    library: Library, strays: Strays, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = await library.bring("kept.md", TEXT)
    upload = await library.uploads.create(ANA, "lost.md", 5)
    with monkeypatch.context() as patch:
        patch.setattr(library.graph.ground.db, "write", crash)
        with pytest.raises(CrashError):
            await library.uploads.receive(ANA, upload.id, 0, pieces(b"# One"))
    assert len(library.blobs) == 3
    assert await strays.sweep() == 1
    assert library.blobs == sorted({whole.sha256, whole.text_sha256})
    assert await library.shelf.blobs.read(T, whole.sha256) == TEXT
    assert await strays.sweep() == 0


async def test_bytes_of_a_deleted_medium_that_a_crash_left_are_deleted(
    library: Library, strays: Strays, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = await library.bring("web.md", TEXT)
    theirs = await library.media.import_text(STRANGER, "web.md", TEXT)
    with monkeypatch.context() as patch:
        patch.setattr(library.shelf, "sweep", crash)
        with pytest.raises(CrashError):
            await library.media.delete(ANA, ours.id)
    assert await strays.sweep() == 2
    assert library.blobs == sorted({theirs.medium.sha256, theirs.medium.text_sha256}), "another tenant's stay"


async def test_what_was_cut_off_while_it_was_written_is_deleted(
    library: Library, strays: Strays, monkeypatch: pytest.MonkeyPatch
) -> None:
    private_folder(library.shelf.blobs.path(T, sha256(TEXT).hexdigest()).parent)
    with monkeypatch.context() as patch:
        patch.setattr("netsentinel.academy.media.blobs.os.fsync", crash)
        patch.setattr(Path, "unlink", crash)
        with pytest.raises(CrashError):
            await library.shelf.blobs.keep(T, TEXT)
    (aside,) = library.blobs
    assert aside.startswith(".")
    (library.folder / "media" / T / "README").write_text("not ours")
    assert await strays.sweep() == 1
    assert library.blobs == ["README"]


async def test_young_bytes_are_left_alone(library: Library, strays: Strays, clock: FakeClock) -> None:
    sha256 = await library.shelf.blobs.keep(T, TEXT)
    os.utime(library.shelf.blobs.path(T, sha256), (0, 0))  # what a program can set does not count
    clock.advance(-2 * HOUR)
    assert await strays.sweep() == 0
    assert library.blobs == [sha256]


async def test_bytes_that_somebody_is_about_to_name_stay(library: Library, strays: Strays) -> None:
    sha256 = await library.shelf.blobs.keep(TenantId("default"), TEXT)
    async with library.shelf.hold(T, sha256):
        sweeping = asyncio.create_task(strays.sweep())
        await asyncio.sleep(0.05)
        assert not sweeping.done()
        medium = await library.bring_row("web.md", sha256)
    assert await sweeping == 0
    assert library.blobs == [medium.sha256]
