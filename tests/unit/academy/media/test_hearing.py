"""A recording is heard: captions beside it, made once, never in the place of what people wrote."""

from dataclasses import replace
from pathlib import Path

import pytest

from netsentinel.academy.extraction.errors import UnreadableTextError
from netsentinel.academy.media import Hearing, HearingGround, MediumState, UploadLimits
from netsentinel.academy.media.errors import HasCaptionsError, MediaQuotaError, NoRecordingError, SupersededError
from netsentinel.academy.media.testing import OpenEar
from netsentinel.academy.reader.errors import NoTranscriberError
from netsentinel.academy.reader.testing import ScriptedTranscriber
from netsentinel.kernel.errors import NotFoundError
from netsentinel.kernel.testing import FakeClock
from netsentinel.storage.dialect import SQLITE
from netsentinel.storage.ports import Database
from tests.unit.academy.graph.site import ANA, STRANGER, T
from tests.unit.academy.media.site import LIMITS, Library, memory_library, sql_library
from tests.unit.academy.reader.recordings import made

pytestmark = pytest.mark.anyio
SAID = b"[0-30750 A **golden ticket** is a forged ticket.] [30750-61500 It is for all services.]"


@pytest.fixture
def library(clock: FakeClock, tmp_path: Path) -> Library:
    return memory_library(clock, tmp_path)


def hearing(library: Library, ear: OpenEar | None = None, limits: UploadLimits = LIMITS) -> Hearing:
    ear = ear or OpenEar(ScriptedTranscriber())
    return Hearing(HearingGround(library.media, library.shelf, replace(library.receiving, limits=limits), ear))


async def test_what_is_said_becomes_captions_beside_the_recording(library: Library) -> None:
    film = await library.bring("week 1/talk.mp4", made.mp4() + made.box(b"free", SAID))
    told: list[tuple[float, str, str]] = []
    done = await hearing(library).run(ANA, film.id, "en", lambda *one: told.append(one))
    assert (done.medium.name, done.change) == ("week 1/talk.en.vtt", "added")
    assert [percent for percent, _, _ in told] == [0.0, 50.0, 99.0]
    assert told[-1][1:] == ("hear", "3 pieces of speech")
    assert library.asked[-1] == (done.medium.id, 1)  # it is read like any other
    captions = await library.read(done.medium.id)
    assert captions.state is MediumState.READY
    assert await library.media.speaker(film) == captions
    passages = (await library.media.document(T, film.id)).passages
    assert "A **golden ticket** is a forged ticket. It is for all services." in passages[0].text
    with pytest.raises(HasCaptionsError, match=r"talk\.en\.vtt says what is said"):
        await hearing(library).run(ANA, film.id, "", lambda *_: None)


async def test_nothing_is_heard_where_the_library_takes_no_captions(library: Library) -> None:
    film = await library.bring("talk.mp4", made.mp4() + SAID)
    told: list[float] = []
    with pytest.raises(MediaQuotaError, match="has 1 media; it takes 1"):
        await hearing(library, limits=replace(LIMITS, tenant_media=1)).run(
            ANA, film.id, "", lambda *one: told.append(one[0])
        )
    assert told == []


async def test_captions_for_which_there_is_no_room_leave_nothing_behind(
    sqlite_database: Database, clock: FakeClock, tmp_path: Path
) -> None:
    library = sql_library(sqlite_database, SQLITE, clock, tmp_path)
    film = await library.bring("talk.mp4", made.mp4() + SAID)
    before = library.blobs
    with pytest.raises(MediaQuotaError, match="Delete media") as caught:
        await hearing(library, limits=replace(LIMITS, tenant_bytes=film.size + 1)).run(
            ANA, film.id, "", lambda *_: None
        )
    assert caught.value.extra["quota"] == "bytes"
    assert [one.name for one in (await library.media.page(T)).items] == ["talk.mp4"]
    assert library.blobs == before


async def test_captions_that_came_meanwhile_are_kept(library: Library) -> None:
    film = await library.bring("talk.mp4", made.mp4() + SAID)
    theirs = b"WEBVTT\n\n00:01.000 --> 00:02.000\nWritten by hand.\n"
    ear = OpenEar(ScriptedTranscriber())
    heard = hearing(library, ear)
    listen = ear.listen

    async def slowly(path, media_type, language):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202 - as of `Ear`
        async for one in listen(path, media_type, language):
            yield one
        await library.media.import_text(ANA, "talk.srt", theirs)

    ear.listen = slowly  # type: ignore[method-assign] # somebody uploads while it is heard
    with pytest.raises(HasCaptionsError):
        await heard.run(ANA, film.id, "", lambda *_: None)
    assert [one.name for one in (await library.media.page(T)).items] == ["talk.mp4", "talk.srt"]


async def test_what_was_said_before_a_recording_was_replaced_is_not_its_text(library: Library) -> None:
    film = await library.bring("talk.mp4", made.mp4() + SAID)
    ear = OpenEar(ScriptedTranscriber())
    heard = hearing(library, ear)
    listen = ear.listen

    async def slowly(path, media_type, language):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202 - as of `Ear`
        async for one in listen(path, media_type, language):
            yield one
        await library.bring("talk.mp4", made.mp4() + made.box(b"free", b"another"))

    ear.listen = slowly  # type: ignore[method-assign] # somebody uploads while it is heard
    with pytest.raises(SupersededError, match="was replaced while it was heard"):
        await heard.run(ANA, film.id, "", lambda *_: None)
    assert [one.name for one in (await library.media.page(T)).items] == ["talk.mp4"]


async def test_what_cannot_be_heard_says_why_and_leaves_nothing(library: Library) -> None:
    silent = await library.bring("silent.mp3", made.mp3())
    odd = await library.bring("odd.mp3", made.mp3() + SAID + b"[?]")
    text = await library.bring("web.md", b"# Web\n\nText.\n")
    blobs = library.blobs
    heard = hearing(library)
    with pytest.raises(UnreadableTextError, match=r"No speech was heard in silent\.mp3"):
        await heard.run(ANA, silent.id, "", lambda *_: None)
    with pytest.raises(UnreadableTextError, match="This sound is not known here"):
        await heard.run(ANA, odd.id, "", lambda *_: None)
    with pytest.raises(NoRecordingError, match=r"web\.md is no recording"):
        await heard.run(ANA, text.id, "", lambda *_: None)
    with pytest.raises(NotFoundError):
        await heard.run(STRANGER, silent.id, "", lambda *_: None)
    assert library.blobs == blobs


async def test_more_speech_than_captions_hold_is_refused(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netsentinel.academy.media.hearing.MOST_SPEECH", 1)
    film = await library.bring("talk.mp4", made.mp4() + SAID)
    with pytest.raises(UnreadableTextError, match="More is said"):
        await hearing(library).run(ANA, film.id, "", lambda *_: None)


async def test_where_nothing_understands_speech_it_is_said_before(library: Library) -> None:
    film = await library.bring("talk.mp4", made.mp4())
    without = hearing(library, OpenEar(None))
    assert (without.installed, hearing(library).installed) == ("", "scripted")
    with pytest.raises(NoTranscriberError):
        await without.check(ANA, film.id)
