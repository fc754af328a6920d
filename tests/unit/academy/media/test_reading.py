import io
import zipfile
from pathlib import Path

import pytest

from netsentinel.academy.graph import ConceptKind, Origin, OriginKind
from netsentinel.academy.media import MediumState, Stage
from netsentinel.academy.media.errors import QuarantinedError, SupersededError, UnscannedError
from netsentinel.academy.media.reading import check_bytes
from netsentinel.academy.reader.errors import InvalidMediumError
from netsentinel.kernel.errors import InvalidInputError, UnavailableError
from netsentinel.kernel.testing import FakeClock
from tests.unit.academy.graph.site import ANA, T
from tests.unit.academy.media.site import Library, memory_library, pieces

pytestmark = pytest.mark.anyio
TEXT = b"# Web sessions\n\nA **session cookie** is a cookie that holds the session identifier.\n"
CAPTIONS = b"WEBVTT\n\n00:01.000 --> 00:04.000\nA session cookie is a cookie that names a session.\n"


def archive() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        made.writestr("x", b"x")
    return held.getvalue()


class Scanner:
    """Finds what it is told to."""

    def __init__(self, found: str = "", error: Exception | None = None) -> None:
        self.found = found
        self.error = error

    async def scan(self, path: Path) -> str:
        assert path.name
        if self.error:
            raise self.error
        return self.found


@pytest.fixture
def library(clock: FakeClock, tmp_path: Path) -> Library:
    return memory_library(clock, tmp_path)


async def brought(library: Library, name: str, data: bytes) -> str:
    upload = await library.uploads.create(ANA, name, len(data))
    return (await library.uploads.receive(ANA, upload.id, 0, pieces(data))).medium


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("x.md", b"\x7fELF\x02\x01", "a program"),
        ("x.md", b"%PDF-1.7\n", "pdf"),
        ("x.docx", b"plain text", "text"),
        ("x.txt", b"\x00\x01\x02", "nobody knows"),
        ("x.txt", b"#!/bin/sh\n", "a script"),
        ("x.md", b"# Notes\n" * 999 + archive(), "an archive as well"),
    ],
)
def test_bytes_must_be_what_the_name_says_and_nothing_besides(tmp_path: Path, name: str, data: bytes, why: str) -> None:
    (tmp_path / "blob").write_bytes(data)
    with pytest.raises(InvalidMediumError, match=why):
        check_bytes(tmp_path / "blob", name)


async def test_a_weakness_is_in_the_graph_while_a_medium_names_it(library: Library) -> None:
    text = b"# Databases\n\nSQL injection (CWE-89) is stopped by bound variables.\n"
    first, second = [await brought(library, name, text) for name in ("a.md", "b.md")]
    for medium in (first, second):
        assert (await library.read(medium)).state is MediumState.READY
    (found,) = [one for one in await library.graph.graph.known(T) if one.kind is ConceptKind.WEAKNESS]
    assert (found.name, found.origins) == ("SQL Injection", 2)
    await library.media.delete(ANA, first)
    (found,) = [one for one in await library.graph.graph.known(T) if one.kind is ConceptKind.WEAKNESS]
    assert found.text.startswith("CWE-89: ")
    await library.media.delete(ANA, second)
    assert ConceptKind.WEAKNESS not in {one.kind for one in await library.graph.graph.known(T)}


async def test_what_cannot_be_read_says_why_and_leaves_the_graph(library: Library) -> None:
    empty = await library.graph.everything()
    medium = (await library.bring("notes.md", TEXT)).id
    assert await brought(library, "notes.md", b"\x00" * 9) == medium
    with pytest.raises(InvalidMediumError):
        await library.read(medium)
    failed = await library.media.get(T, medium)
    assert (failed.state, failed.words, failed.text_sha256) == (MediumState.FAILED, 0, "")
    assert failed.detail == "notes.md is not what its name says; nobody knows what its bytes are."
    assert [(one.stage, one.ended_at) for one in failed.stages] == [(Stage.SNIFF, None)]
    assert await library.graph.everything() == empty
    assert (await library.media.document(T, medium)).passages == ()
    assert len(library.blobs) == 1


async def test_reading_again_finds_the_same(library: Library) -> None:
    medium = await library.bring("notes.md", TEXT)
    wanted = await library.graph.everything()
    again = await library.read(medium.id)
    assert (again.concepts, again.version) == (medium.concepts, 1)
    assert await library.graph.everything() == wanted
    assert len(library.blobs) == 2


async def test_what_is_replaced_meanwhile_is_left_to_the_next(library: Library) -> None:
    medium_id = await brought(library, "notes.md", TEXT)
    old = await library.media.get(T, medium_id)
    await brought(library, "notes.md", TEXT + b"\nMore.\n")
    with pytest.raises(SupersededError):
        await library.reading.run(ANA, old, lambda *_: None)
    assert (await library.media.get(T, medium_id)).state is MediumState.KEPT
    await library.media.delete(ANA, medium_id)
    with pytest.raises(SupersededError):
        await library.reading.run(ANA, old, lambda *_: None)
    assert library.blobs == []


async def test_steps_and_facts_are_kept(library: Library) -> None:
    told: list[tuple[float, str, str]] = []
    medium_id = await brought(library, "talk.vtt", CAPTIONS)
    ready = await library.reading.run(
        ANA, await library.media.get(T, medium_id), lambda percent, stage, said: told.append((percent, stage, said))
    )
    assert [stage for _, stage, _ in told] == ["sniff", "text", "concepts", "graph"]
    assert [percent for percent, _, _ in told] == sorted(percent for percent, _, _ in told)
    assert ready.facts.duration_ms == 1_000
    said = await library.graph.graph.said_by(T, Origin(OriginKind.MEDIUM, medium_id))
    assert {one.claim.position for one in said.edges} == {"00:00:01.000"}


async def test_a_virus_keeps_a_medium_from_everybody(clock: FakeClock, tmp_path: Path) -> None:
    library = memory_library(clock, tmp_path, Scanner("Eicar-Test-Signature"))
    medium = await library.bring("notes.md", TEXT)
    assert (medium.state, medium.detail) == (
        MediumState.QUARANTINED,
        "The virus scanner found Eicar-Test-Signature.",
    )
    with pytest.raises(QuarantinedError):
        await library.media.original(T, medium.id)
    assert (await library.media.document(T, medium.id)).passages == ()


async def test_a_scanner_that_is_away_is_waited_for(clock: FakeClock, tmp_path: Path) -> None:
    library = memory_library(clock, tmp_path, Scanner(error=UnavailableError("away")))
    with pytest.raises(UnavailableError):
        await library.bring("notes.md", TEXT)
    (waiting,) = (await library.media.page(T)).items
    assert (waiting.state, waiting.stages[-1].stage, waiting.detail) == (MediumState.READING, Stage.SCAN, "away")
    with pytest.raises(UnscannedError):
        await library.media.original(T, waiting.id)


async def test_what_waited_for_the_scanner_is_handed_out_once_it_passed(clock: FakeClock, tmp_path: Path) -> None:
    scanner = Scanner(error=UnavailableError("away"))
    library = memory_library(clock, tmp_path, scanner)
    with pytest.raises(UnavailableError):
        await library.bring("notes.md", TEXT)
    scanner.error = None
    (waiting,) = (await library.media.page(T)).items
    ready = await library.read(waiting.id)
    assert (ready.state, ready.detail) == (MediumState.READY, "")
    assert (await library.media.original(T, ready.id))[0] == ready
    # New bytes of the same name have to pass anew.
    await brought(library, "notes.md", TEXT + b"\nMore.\n")
    with pytest.raises(UnscannedError):
        await library.media.original(T, ready.id)


async def test_what_the_scanner_does_not_look_into_fails_and_is_not_handed_out(
    clock: FakeClock, tmp_path: Path
) -> None:
    library = memory_library(clock, tmp_path, Scanner(error=InvalidInputError("too large")))
    with pytest.raises(InvalidInputError):
        await library.bring("notes.md", TEXT)
    (failed,) = (await library.media.page(T)).items
    assert (failed.state, failed.detail) == (MediumState.FAILED, "too large")
    with pytest.raises(UnscannedError):
        await library.media.original(T, failed.id)


async def test_what_passed_and_cannot_be_read_is_handed_out(clock: FakeClock, tmp_path: Path) -> None:
    library = memory_library(clock, tmp_path, Scanner())
    with pytest.raises(InvalidInputError):
        await library.bring("notes.docx", archive())
    (failed,) = (await library.media.page(T)).items
    assert (failed.state, failed.stages[-1].stage) == (MediumState.FAILED, Stage.TEXT)
    assert (await library.media.original(T, failed.id))[0] == failed


async def test_a_text_at_hand_passes_the_scanner_too(clock: FakeClock, tmp_path: Path) -> None:
    library = memory_library(clock, tmp_path, Scanner("Eicar-Test-Signature"))
    with pytest.raises(InvalidMediumError, match=r"found Eicar-Test-Signature in notes\.md"):
        await library.media.import_text(ANA, "notes.md", TEXT)
    assert library.blobs == []


async def test_a_picture_is_kept_and_says_that_it_holds_no_text(library: Library) -> None:
    medium = await library.bring("net.gif", b"GIF89a\x40\x01\xc8\x00" + bytes(30))
    assert (medium.state, medium.detail, medium.words) == (MediumState.READY, "It holds no text.", 0)
    assert (medium.facts.width, medium.facts.height) == (320, 200)
    again = await library.bring("net.gif", b"GIF89a\x41\x01\xc8\x00" + bytes(30))
    assert (again.id, again.facts.width) == (medium.id, 321)
    with pytest.raises(InvalidMediumError, match="is not what its name says"):
        await library.bring("net.png", b"GIF89a\x40\x01\xc8\x00" + bytes(30))
