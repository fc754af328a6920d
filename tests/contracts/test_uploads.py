"""One suite for uploads on the three kinds of stores: in memory, on SQLite, on PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from netsentinel.academy.media import Checksum, MediumState, Upload, UploadPart
from netsentinel.academy.media.errors import (
    MediaQuotaError,
    MediumTooLargeError,
    UploadChecksumError,
    UploadOffsetError,
)
from netsentinel.academy.reader.errors import InvalidMediumError
from netsentinel.kernel.clock import HOUR
from netsentinel.kernel.errors import ConflictError, NotFoundError, StorageFullError
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import MIB
from netsentinel.storage.dialect import POSTGRES, SQLITE
from tests.unit.academy.graph.site import ANA, STRANGER, T
from tests.unit.academy.media.site import Library, memory_library, pieces, sha256, sql_library

pytestmark = pytest.mark.anyio

TEXT = b"# Web sessions\n\nA **session cookie** is a cookie that holds the session identifier of a user.\n"


class GoneError(Exception):
    """The client hung up."""


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def library(request: pytest.FixtureRequest, clock: FakeClock, tmp_path: Path) -> Library:
    if request.param == "memory":
        return memory_library(clock, tmp_path)
    database = request.getfixturevalue(f"{request.param}_database")
    return sql_library(database, SQLITE if request.param == "sqlite" else POSTGRES, clock, tmp_path)


async def test_what_a_full_disk_took_back_is_hashed_once(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    upload = await library.uploads.create(ANA, "web.md", len(TEXT))
    await library.uploads.receive(ANA, upload.id, 0, pieces(TEXT[:20]))
    with monkeypatch.context() as patch:
        patch.setattr("netsentinel.academy.media.sink.os.fdatasync", full)
        with pytest.raises(StorageFullError):
            await library.uploads.receive(ANA, upload.id, 20, pieces(TEXT[20:]))
    done = await library.uploads.receive(ANA, upload.id, 20, pieces(TEXT[20:]))
    assert (await library.media.get(T, done.medium)).sha256 == sha256(TEXT).hex()


async def test_pieces_become_a_medium_and_a_task_in_one_commit(library: Library) -> None:
    upload = await library.uploads.create(ANA, "web.md", len(TEXT))
    half = await library.uploads.receive(ANA, upload.id, 0, pieces(TEXT[:20], TEXT[20:40]))
    assert (half.offset, half.medium, library.asked) == (40, "", [])
    assert [one.id for one in await library.uploads.unfinished(T)] == [upload.id]
    done = await library.uploads.receive(ANA, upload.id, 40, pieces(TEXT[40:]))
    medium = await library.media.get(T, done.medium)
    assert (done.change, done.is_whole, medium.state, medium.size) == ("added", True, MediumState.KEPT, len(TEXT))
    assert library.asked == [(medium.id, 1)]
    assert (medium.task_id, medium.sha256) == ("tsk_1", sha256(TEXT).hex())
    assert library.arriving == []
    assert await library.uploads.unfinished(T) == []
    assert (await library.uploads.get(ANA, upload.id)).medium == medium.id  # for who lost the last answer
    ready = await library.read(medium.id)
    assert (ready.state, ready.title) == (MediumState.READY, "Web sessions")
    assert [one.stage for one in ready.stages] == ["sniff", "text", "concepts", "graph"]
    assert all(one.ended_at is not None for one in ready.stages)


async def test_what_came_before_the_line_broke_is_kept(library: Library) -> None:
    upload = await library.uploads.create(ANA, "web.md", len(TEXT))
    with pytest.raises(GoneError):
        await library.uploads.receive(ANA, upload.id, 0, pieces(TEXT[:30], error=GoneError()))
    assert (await library.uploads.get(ANA, upload.id)).offset == 30
    with pytest.raises(UploadOffsetError) as caught:
        await library.uploads.receive(ANA, upload.id, 0, pieces(TEXT))
    assert caught.value.extra["offset"] == 30
    done = await library.uploads.receive(ANA, upload.id, 30, pieces(TEXT[30:]))
    assert (await library.media.get(T, done.medium)).sha256 == sha256(TEXT).hex()


async def test_with_a_checksum_all_bytes_count_or_none(library: Library) -> None:
    upload = await library.uploads.create(ANA, "web.md", len(TEXT))
    wrong = Checksum("sha256", sha256(b"other"))
    with pytest.raises(UploadChecksumError):
        await library.uploads.receive(ANA, upload.id, 0, pieces(TEXT[:30]), wrong)
    right = Checksum("sha256", sha256(TEXT[:30]))
    with pytest.raises(GoneError):
        await library.uploads.receive(ANA, upload.id, 0, pieces(TEXT[:10], error=GoneError()), right)
    assert (await library.uploads.get(ANA, upload.id)).offset == 0
    assert (await library.uploads.receive(ANA, upload.id, 0, pieces(TEXT[:30]), right)).offset == 30
    done = await library.uploads.receive(ANA, upload.id, 30, pieces(TEXT[30:]), Checksum("sha256", sha256(TEXT[30:])))
    assert (await library.media.get(T, done.medium)).sha256 == sha256(TEXT).hex()


async def test_a_server_that_began_anew_knows_the_hash_all_the_same(library: Library) -> None:
    upload = await library.uploads.create(ANA, "web.md", len(TEXT))
    await library.uploads.receive(ANA, upload.id, 0, pieces(TEXT[:30]))
    library.uploads._digests.clear()
    (path,) = (library.folder / "uploads").rglob("upl_*")
    with path.open("ab") as file:
        file.write(b"of a request that nobody was answered")
    done = await library.uploads.receive(ANA, upload.id, 30, pieces(TEXT[30:]))
    assert (await library.media.get(T, done.medium)).sha256 == sha256(TEXT).hex()


async def test_who_asks_again_takes_over(library: Library) -> None:
    upload = await library.uploads.create(ANA, "web.md", len(TEXT))
    came, never = asyncio.Event(), asyncio.Event()

    async def stuck() -> AsyncIterator[bytes]:
        yield TEXT[:10]
        came.set()
        await never.wait()

    lost = asyncio.ensure_future(library.uploads.receive(ANA, upload.id, 0, stuck()))
    await came.wait()
    assert (await library.uploads.get(ANA, upload.id)).offset == 10
    with pytest.raises(ConflictError):
        await lost
    assert (await library.uploads.receive(ANA, upload.id, 10, pieces(TEXT[10:]))).is_whole


async def test_more_than_was_announced_is_refused_and_not_kept(library: Library) -> None:
    upload = await library.uploads.create(ANA, "web.md", 10)
    with pytest.raises(MediumTooLargeError):
        await library.uploads.receive(ANA, upload.id, 0, pieces(b"123456", b"78901"))
    assert (await library.uploads.get(ANA, upload.id)).offset == 0


async def test_quotas_count_what_is_kept_and_what_is_on_its_way(library: Library) -> None:
    with pytest.raises(InvalidMediumError):
        await library.uploads.create(ANA, "x.exe", 1)
    with pytest.raises(MediumTooLargeError) as caught:
        await library.uploads.create(ANA, "x.md", 10 * 1024 * MIB)
    assert caught.value.extra["limit"] == 8 * MIB
    first = await library.uploads.create(ANA, "0.md", 8 * MIB)
    await library.uploads.create(ANA, "1.md", 8 * MIB)
    with pytest.raises(MediaQuotaError) as full:
        await library.uploads.create(ANA, "2.md", 5 * MIB)
    assert full.value.extra["quota"] == "bytes"
    await library.uploads.terminate(ANA, first.id)
    for number in range(4):
        await library.uploads.create(ANA, f"small{number}.md", 1)
    with pytest.raises(MediaQuotaError) as many:
        await library.uploads.create(ANA, "2.md", 1)
    assert many.value.extra["quota"] == "uploads"
    assert (await library.uploads.create(STRANGER, "2.md", 1)).length == 1  # another tenant has its own


async def test_a_quota_holds_however_many_ask_at_the_same_time(library: Library) -> None:
    asked = [library.uploads.create(ANA, f"{number}.md", 1) for number in range(30)]
    done = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(one, Upload) for one in done) == 5
    assert sum(isinstance(one, MediaQuotaError) for one in done) == 25


async def test_pieces_are_joined_and_gone(library: Library) -> None:
    ids: list[str] = []
    for part in (TEXT[:50], TEXT[50:]):
        made = await library.uploads.create(ANA, "", len(part), is_partial=True)
        with pytest.raises(ConflictError):
            await library.uploads.join(ANA, "web.md", [made.id])
        done = await library.uploads.receive(ANA, made.id, 0, pieces(part))
        assert (done.part, done.is_whole, done.medium) == (UploadPart.PARTIAL, True, "")
        ids.append(made.id)
    whole = await library.uploads.join(ANA, "web.md", ids)
    assert (await library.media.get(T, whole.medium)).sha256 == sha256(TEXT).hex()
    assert library.arriving == []
    with pytest.raises(NotFoundError):
        await library.uploads.get(ANA, ids[0])
    with pytest.raises(InvalidMediumError):
        await library.uploads.join(ANA, "web.md", [whole.id, whole.id])


async def test_pieces_are_joined_once_however_many_ask_at_the_same_time(library: Library) -> None:
    ids: list[str] = []
    for part in (TEXT[:50], TEXT[50:]):
        made = await library.uploads.create(ANA, "", len(part), is_partial=True)
        ids.append((await library.uploads.receive(ANA, made.id, 0, pieces(part))).id)
    asked = [library.uploads.join(ANA, f"{number}.md", ids[:: 1 - 2 * (number % 2)]) for number in range(4)]
    done = await asyncio.gather(*asked, return_exceptions=True)
    assert sorted(type(one) for one in done if not isinstance(one, NotFoundError)) == [Upload], done
    assert library.arriving == []


async def test_another_tenant_does_not_break_an_upload_off(library: Library) -> None:
    upload = await library.uploads.create(ANA, "web.md", len(TEXT))
    came, go_on = asyncio.Event(), asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield TEXT[:10]
        came.set()
        await go_on.wait()
        yield TEXT[10:]

    sending = asyncio.ensure_future(library.uploads.receive(ANA, upload.id, 0, slowly()))
    await came.wait()
    with pytest.raises(NotFoundError):
        await library.uploads.terminate(STRANGER, upload.id)
    go_on.set()
    assert (await sending).is_whole


async def test_uploads_are_of_who_began_them_and_of_the_tenant(library: Library) -> None:
    upload = await library.uploads.create(ANA, "web.md", 10)
    with pytest.raises(NotFoundError):
        await library.uploads.receive(STRANGER, upload.id, 0, pieces(b"x"))
    with pytest.raises(NotFoundError):
        await library.uploads.get(STRANGER, upload.id)
    with pytest.raises(NotFoundError):
        await library.uploads.terminate(STRANGER, upload.id)
    assert (await library.uploads.get(ANA, upload.id)).offset == 0


async def test_what_nobody_goes_on_with_expires(library: Library, clock: FakeClock) -> None:
    upload = await library.uploads.create(ANA, "web.md", len(TEXT))
    await library.uploads.receive(ANA, upload.id, 0, pieces(TEXT[:30]))
    clock.advance(25 * HOUR)
    with pytest.raises(NotFoundError):
        await library.uploads.get(ANA, upload.id)
    assert await library.uploads.forget_old() == 1
    assert library.arriving == []
    assert await library.uploads.forget_old() == 0


async def test_the_same_bytes_again_change_nothing_and_others_replace(library: Library) -> None:
    first = await library.bring("web.md", TEXT)
    wanted = await library.graph.everything()
    again = await library.uploads.create(ANA, "web.md", len(TEXT))
    done = await library.uploads.receive(ANA, again.id, 0, pieces(TEXT))
    assert (done.medium, done.change, len(library.asked)) == (first.id, "unchanged", 1)
    other = b"# Replay\n\nA replay attack is an attack that a session cookie makes possible.\n"
    replaced = await library.bring("web.md", other)
    assert (replaced.id, replaced.version, replaced.sha256) == (first.id, 2, sha256(other).hex())
    assert await library.graph.everything() != wanted
    assert len(library.blobs) == 2  # the new bytes and the new text
    assert (await library.bring("web.md", TEXT)).version == 3
    assert await library.graph.everything() == wanted


async def test_a_file_without_bytes_is_whole_at_once(library: Library) -> None:
    upload = await library.uploads.create(ANA, "empty.txt", 0)
    assert upload.medium
    assert (await library.read(upload.medium)).words == 0
