"""One suite for what hears recordings: in this process, and in a process in limits with an installed plug-in."""

from contextlib import aclosing
from pathlib import Path

import pytest

from netsentinel.academy.extraction.errors import UnreadableTextError
from netsentinel.academy.media import Ear, ProcessEar
from netsentinel.academy.media.testing import OpenEar
from netsentinel.academy.reader.errors import NoTranscriberError
from netsentinel.academy.reader.speech import Speech
from netsentinel.academy.reader.testing import ScriptedTranscriber
from netsentinel.guards.cell import CellLimits
from tests.unit.academy.media.site import install_transcriber

pytestmark = pytest.mark.anyio
LIMITS = CellLimits(memory_mib=512, cpu_s=30, wall_s=60)


@pytest.fixture(params=["open", "process"])
def ear(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ear:
    if request.param == "open":
        return OpenEar(ScriptedTranscriber())
    install_transcriber(tmp_path / "site", monkeypatch)
    return ProcessEar(LIMITS)


async def heard(ear: Ear, path: Path, language: str = "") -> list[Speech]:
    async with aclosing(ear.listen(path, "audio/mpeg", language)) as pieces:
        return [one async for one in pieces]


async def test_what_is_said_comes_piece_by_piece(ear: Ear, tmp_path: Path) -> None:
    (tmp_path / "blob").write_bytes(b"\xff\xfb [0-1500 Good morning.] noise [1500-4000 A nonce.]")
    assert ear.name() == "scripted"
    said = [Speech(0, 1_500, "Good morning."), Speech(1_500, 4_000, "A nonce.")]
    assert await heard(ear, tmp_path / "blob") == said
    assert await heard(ear, tmp_path / "blob", "pt-BR") == [Speech(0, 0, "audio/mpeg in pt-BR"), *said]
    async with aclosing(ear.listen(tmp_path / "blob", "audio/mpeg", "")) as pieces:
        assert await anext(pieces) == said[0]  # and left: what hears is ended


async def test_silence_says_nothing(ear: Ear, tmp_path: Path) -> None:
    (tmp_path / "blob").write_bytes(b"\0" * 100)
    assert await heard(ear, tmp_path / "blob") == []


async def test_what_cannot_be_understood_says_why(ear: Ear, tmp_path: Path) -> None:
    (tmp_path / "blob").write_bytes(b"[0-1500 Good morning.] [?]")
    async with aclosing(ear.listen(tmp_path / "blob", "audio/mpeg", "")) as pieces:
        assert await anext(pieces) == Speech(0, 1_500, "Good morning.")
        with pytest.raises(UnreadableTextError, match="This sound is not known here"):
            await anext(pieces)


async def test_where_nothing_is_installed_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "blob").write_bytes(b"[0-1500 Good morning.]")
    for ear in (OpenEar(None), ProcessEar(LIMITS, "whisper")):
        with pytest.raises(NoTranscriberError):
            ear.name()
        with pytest.raises(NoTranscriberError):
            await heard(ear, tmp_path / "blob")
