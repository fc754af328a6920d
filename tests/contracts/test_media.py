"""One suite for media on the three kinds of stores: in memory, on SQLite, on PostgreSQL."""

from dataclasses import replace
from pathlib import Path

import pytest

from netsentinel.academy.extraction.errors import UnreadableTextError
from netsentinel.academy.graph import ConceptKind, Direction, EdgeKey, Relation, id_of
from netsentinel.academy.media import Medium, MediumKind, MediumState
from netsentinel.academy.media.errors import MediumTooLargeError
from netsentinel.academy.media.store_sql import SqlMedia, SqlMediumCounts, SqlUploads  # noqa: F401 - the suite is theirs, by way of the site
from netsentinel.academy.media.testing import MemoryMedia, MemoryUploads  # noqa: F401 - the same
from netsentinel.academy.reader.errors import InvalidMediumError
from netsentinel.kernel.errors import NotFoundError
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import MIB
from netsentinel.storage.dialect import POSTGRES, SQLITE
from tests.unit.academy.graph.site import ANA, OTHER, STRANGER, T
from tests.unit.academy.media.site import Library, memory_library, sql_library
from tests.unit.academy.reader.recordings import made

pytestmark = pytest.mark.anyio

SHEET = b"""# Web sessions

A **session cookie** is a cookie that holds the session identifier of a user.

## Session fixation

Session fixation depends on a session cookie that the attacker chose.
"""
OTHER_SHEET = b"# Replay\n\nA replay attack is an attack that a session cookie without an end makes possible.\n"


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def library(request: pytest.FixtureRequest, clock: FakeClock, tmp_path: Path) -> Library:
    folder = tmp_path
    if request.param == "memory":
        return memory_library(clock, folder)
    database = request.getfixturevalue(f"{request.param}_database")
    return sql_library(database, SQLITE if request.param == "sqlite" else POSTGRES, clock, folder)


def medium(number: int, **changes: object) -> Medium:
    made = Medium(
        id=f"med_{number}",
        tenant=T,
        name=f"{number}.md",
        title="t",
        size=1,
        sha256="aa",
        state=MediumState.READY,
        created_by="usr",
        created_at=1,
        updated_at=2,
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # the test states fields of a medium


async def test_a_text_is_live_in_the_graph_with_its_evidence(library: Library) -> None:
    done = await library.media.import_text(ANA, "notes/web.md", SHEET)
    assert (done.is_new, done.is_changed, done.medium.title, done.medium.state) == (
        True, True, "Web sessions", MediumState.READY,
    )  # fmt: skip
    key = EdgeKey(id_of("cwe 384"), Relation.REQUIRES, id_of("session cookie"))
    evidence = await library.graph.graph.evidence(T, key)
    assert [(str(one.origin), one.claim.position, one.claim.sentence) for one in evidence] == [
        (
            f"medium:{done.medium.id}",
            "#Session fixation",
            "Session fixation depends on a session cookie that the attacker chose.",
        )
    ]
    before = await library.graph.graph.closure(T, id_of("cwe 384"), Direction.PREREQUISITES)
    assert id_of("session cookie") in before
    assert (await library.media.document(T, done.medium.id)).title == "Web sessions"
    own = await library.graph.graph.concept(T, f"medium:{done.medium.id}")
    assert own.kind is ConceptKind.MEDIUM


async def test_the_same_bytes_again_change_nothing(library: Library) -> None:
    first = await library.media.import_text(ANA, "web.md", SHEET)
    again = await library.media.import_text(ANA, "web.md", SHEET)
    assert (again.is_new, again.is_changed, again.medium) == (False, False, first.medium)


async def test_replacing_and_deleting_leave_the_graph_of_the_others(library: Library) -> None:
    await library.media.import_text(ANA, "other.md", OTHER_SHEET)
    wanted = await library.graph.everything()
    added = await library.media.import_text(ANA, "web.md", SHEET)
    assert await library.graph.everything() != wanted
    replaced = await library.media.import_text(ANA, "web.md", OTHER_SHEET)
    assert (replaced.is_new, replaced.medium.id, replaced.medium.version) == (False, added.medium.id, 2)
    # The old bytes are gone, the new ones are those of the other medium; so is its text.
    assert len(library.blobs) == 2
    await library.media.delete(ANA, added.medium.id)
    assert await library.graph.everything() == wanted
    assert len(library.blobs) == 2
    with pytest.raises(NotFoundError):
        await library.media.delete(ANA, added.medium.id)


async def test_what_other_media_said_is_known_in_the_next(library: Library) -> None:
    await library.media.import_text(
        ANA, "a.md", b"# Notes\n\n## Golden ticket\n\nA golden ticket is a forged one for all.\n"
    )
    await library.media.import_text(ANA, "b.md", b"# Other\n\nSomebody mentions the golden ticket once.\n")
    found = await library.graph.graph.concept(T, "golden ticket")
    assert found.origins == 2
    own = await library.media.import_text(ANA, "c.md", b"# Nothing\n\nWithout it.\n")
    await library.media.delete(ANA, own.medium.id)
    assert (await library.graph.graph.concept(T, "golden ticket")).origins == 2


async def test_what_cannot_be_read_leaves_nothing(library: Library) -> None:
    with pytest.raises(InvalidMediumError, match="nobody knows what its bytes are"):
        await library.media.import_text(ANA, "x.md", b"\x00\x01")
    with pytest.raises(InvalidMediumError):
        await library.media.import_text(ANA, "x.exe", b"text")
    with pytest.raises(UnreadableTextError):
        await library.media.import_text(ANA, "x.vtt", b"no time at all")
    with pytest.raises(InvalidMediumError):
        await library.media.import_text(ANA, "../x.md", b"text")
    with pytest.raises(MediumTooLargeError):
        await library.media.import_text(ANA, "x.md", b"x" * (16 * MIB + 1))
    assert (await library.media.page(T)).items == ()
    assert library.blobs == []


async def test_tenants_see_their_own_media_only(library: Library) -> None:
    done = await library.media.import_text(ANA, "web.md", SHEET)
    assert (await library.media.page(OTHER)).items == ()
    with pytest.raises(NotFoundError):
        await library.media.get(OTHER, done.medium.id)
    with pytest.raises(NotFoundError):
        await library.media.delete(STRANGER, done.medium.id)
    await library.media.import_text(STRANGER, "web.md", SHEET)
    assert (await library.media.get(T, done.medium.id)) == done.medium


async def test_media_are_paged_by_name(library: Library) -> None:
    for name in ("c.md", "a.md", "b.md"):
        await library.media.import_text(ANA, name, SHEET)
    first = await library.media.page(T, limit=2)
    rest = await library.media.page(T, limit=2, cursor=first.next)
    assert [one.name for one in (*first.items, *rest.items)] == ["a.md", "b.md", "c.md"]
    assert rest.next is None


CAPTIONS = b"WEBVTT\n\n00:01.000 --> 00:05.000\nA **golden ticket** is a forged ticket for all services.\n"


async def test_a_recording_says_what_the_captions_beside_it_say(library: Library) -> None:
    film = await library.bring("week 1/talk.mp4", made.mp4())
    assert (film.state, film.detail, film.facts.codec) == (MediumState.READY, "", "avc1, mp4a")
    assert (film.facts.duration_ms, film.facts.width, film.facts.height) == (61_500, 1_280, 720)
    await library.media.import_text(ANA, "talk.vtt", CAPTIONS)
    assert await library.media.beside(film) == ()
    assert (await library.media.document(T, film.id)).passages == ()
    alone = await library.graph.everything()
    said = (await library.media.import_text(ANA, "week 1/talk.en.vtt", CAPTIONS)).medium
    await library.media.import_text(STRANGER, "week 1/talk.vtt", CAPTIONS)
    assert await library.media.beside(film) == (said,)
    assert await library.media.beside(said) == (film,)
    assert await library.media.speaker(film) == said
    assert await library.media.speaker(said) == said
    found = await library.media.document(T, film.id)
    assert (found.title, [str(one.position) for one in found.passages]) == ("talk", ["00:00:01.000"])
    # The captions state what is said, so that they take exactly their part away, and the recording only itself.
    await library.media.delete(ANA, said.id)
    assert await library.graph.everything() == alone
    assert (await library.media.document(T, film.id)).passages == ()
    assert await library.media.speaker(film) == film


async def test_captions_stay_when_their_recording_goes(library: Library) -> None:
    said = (await library.media.import_text(ANA, "talk.vtt", CAPTIONS)).medium
    wanted = await library.graph.everything()
    film = await library.bring("talk.webm", made.webm())
    await library.media.delete(ANA, film.id)
    assert await library.graph.everything() == wanted
    assert await library.media.beside(said) == ()


async def test_all_bytes_that_media_have_are_named(library: Library) -> None:
    counts, db = library.counts, library.graph.ground.db
    film = await library.bring("talk.webm", made.webm())
    text = (await library.media.import_text(ANA, "web.md", SHEET)).medium
    await library.media.import_text(STRANGER, "web.md", OTHER_SHEET)
    named = await db.read(lambda tx: counts.named_bytes(tx, T))
    assert named == {film.sha256, film.text_sha256, text.sha256, text.text_sha256}
    kept = await library.bring_row("kept.md", "aa")
    assert await db.read(lambda tx: counts.named_bytes(tx, T)) == named | {kept.sha256}


async def test_media_are_found_by_how_their_names_begin(library: Library) -> None:
    store, db = library.store, library.graph.ground.db
    assert isinstance(store, SqlMedia | MemoryMedia)
    kinds = {1: MediumKind.CAPTIONS, 2: MediumKind.VIDEO, 3: MediumKind.TEXT, 4: MediumKind.CAPTIONS}
    files = {1: "a%.b.vtt", 2: "a%.mp4", 3: "a%.md", 4: "axx.vtt"}
    for number, name in files.items():
        made_now = medium(number, name=name, kind=kinds[number])
        await db.write(lambda tx, one=made_now: store.insert(tx, one))
    wanted = (MediumKind.CAPTIONS, MediumKind.VIDEO)
    found = await db.read(lambda tx: store.beginning(tx, T, "a%.", wanted))
    assert [one.id for one in found] == ["med_1", "med_2"]
    assert await db.read(lambda tx: store.beginning(tx, OTHER, "a", wanted)) == []


async def test_a_row_is_written_by_one_at_a_time(library: Library) -> None:
    store, db = library.store, library.graph.ground.db
    assert await db.write(lambda tx: store.insert(tx, medium(1)))
    assert not await db.write(lambda tx: store.insert(tx, medium(2, name="1.md")))
    assert await db.write(lambda tx: store.save(tx, medium(1, version=2, words=7), 1))
    assert not await db.write(lambda tx: store.save(tx, medium(1, version=2, words=9), 1))
    assert await db.read(lambda tx: store.get(tx, T, "med_1")) == medium(1, version=2, words=7)
    assert await db.read(lambda tx: store.named(tx, OTHER, "1.md")) is None
