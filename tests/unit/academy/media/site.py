"""A library in memory, and one on SQL."""

import hashlib
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from netsentinel.academy.graph import Concepts
from netsentinel.academy.media import (
    Arrivals,
    BlobFolder,
    Media,
    MediaGround,
    Medium,
    MediumCounts,
    MediumState,
    MediumStore,
    Reading,
    ReadingGround,
    Shelf,
    UploadGround,
    UploadLimits,
    Uploads,
    Vocabulary,
)
from netsentinel.academy.media.reading import Scanner
from netsentinel.academy.media.store_sql import SqlMedia, SqlMediumCounts, SqlUploads
from netsentinel.academy.media.testing import MemoryMedia, MemoryUploads, OpenRoom
from netsentinel.academy.reader.testing import ScriptedTranscriber
from netsentinel.academy.reviews import ReviewGround, Reviews
from netsentinel.academy.reviews.testing import MemoryAnswers
from netsentinel.kernel.testing import FakeClock
from netsentinel.kernel.types import MIB, Principal
from netsentinel.storage import Database, Tx
from netsentinel.storage.dialect import Dialect
from tests.unit.academy.graph.site import ANA, Site, T, memory_site, sql_site

LIMITS = UploadLimits(
    most_bytes=8 * MIB, tenant_bytes=20 * MIB, tenant_media=50, tenant_uploads=5, hours=24, reserve_bytes=0
)


@dataclass
class Library:
    """Media, the uploads that bring them, and the graph that they feed."""

    media: Media
    uploads: Uploads
    reading: Reading
    graph: Site
    store: MediumStore
    counts: MediumCounts
    shelf: Shelf
    receiving: UploadGround
    folder: Path
    asked: list[tuple[str, int]]
    """Media that a task was made for, with the version."""

    @property
    def blobs(self) -> list[str]:
        """Names of all files that are kept."""
        return sorted(path.name for path in (self.folder / "media").rglob("*") if path.is_file())

    @property
    def arriving(self) -> list[str]:
        """Names of all files that are on their way."""
        return sorted(path.name for path in (self.folder / "uploads").rglob("*") if path.is_file())

    async def bring(self, name: str, data: bytes) -> Medium:
        """Upload a file and have it read."""
        upload = await self.uploads.create(ANA, name, len(data))
        if data:
            upload = await self.uploads.receive(ANA, upload.id, 0, pieces(data))
        return await self.read(upload.medium)

    async def bring_row(self, name: str, sha256: str) -> Medium:
        """Only the row of a medium that has these bytes."""
        medium = Medium(
            id=f"med_{name}",
            tenant=T,
            name=name,
            title=name,
            size=1,
            sha256=sha256,
            state=MediumState.KEPT,
            created_by=ANA.id,
            created_at=1,
            updated_at=1,
        )
        await self.graph.ground.db.write(lambda tx: self.store.insert(tx, medium))
        return medium

    async def read(self, medium_id: str) -> Medium:
        """Have a medium read."""
        medium = await self.media.get(T, medium_id)
        return await self.reading.run(ANA, medium, lambda *_: None)


def memory_library(clock: FakeClock, folder: Path, scanner: Scanner | None = None) -> Library:
    media = MemoryMedia()
    return _library(memory_site(clock), media, media, MemoryUploads(), folder, scanner)


def sql_library(db: Database, dialect: Dialect, clock: FakeClock, folder: Path) -> Library:
    return _library(sql_site(db, dialect, clock), SqlMedia(), SqlMediumCounts(), SqlUploads(), folder, None)


def _library(site: Site, store, counts, kept, folder: Path, scanner: Scanner | None) -> Library:  # type: ignore[no-untyped-def] # noqa: ANN001 - any of the two kinds of stores
    ground = site.ground
    reviews = Reviews(ReviewGround(ground, Concepts(ground, site.graph), MemoryAnswers()))
    db, clock = ground.db, ground.clock
    shelf = Shelf(db, BlobFolder(folder / "media"), counts)
    vocabulary = Vocabulary(db, ground.rows)
    reading = Reading(ReadingGround(db, store, shelf, site.graph, vocabulary, reviews, clock, OpenRoom(), scanner))
    asked: list[tuple[str, int]] = []

    def submit(_tx: Tx, _principal: Principal, medium: str, version: int) -> str:
        asked.append((medium, version))
        return f"tsk_{len(asked)}"

    arrivals = Arrivals(db, store, shelf, clock, submit)
    receiving = UploadGround(db, kept, counts, arrivals, folder / "uploads", clock, LIMITS)
    media = Media(MediaGround(db, store, store, counts, shelf, site.graph, reading, clock))
    return Library(media, Uploads(receiving), reading, site, store, counts, shelf, receiving, folder, asked)


async def pieces(*parts: bytes, error: Exception | None = None) -> AsyncIterator[bytes]:
    """Bytes as they come in; then the connection breaks, where an error is stated."""
    for part in parts:
        yield part
    if error is not None:
        raise error


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def install_transcriber(folder: Path, monkeypatch: pytest.MonkeyPatch, **more: str) -> None:
    """Have a plug-in installed that hears what is written, for this process and those that it starts."""
    (folder / "scripted-1.0.dist-info").mkdir(parents=True)
    classes = {"scripted": f"{ScriptedTranscriber.__module__}:{ScriptedTranscriber.__name__}", **more}
    lines = "".join(f"{name} = {place}\n" for name, place in classes.items())
    (folder / "scripted-1.0.dist-info" / "METADATA").write_text("Name: scripted\nVersion: 1.0\n")
    (folder / "scripted-1.0.dist-info" / "entry_points.txt").write_text(f"[netsentinel.transcribers]\n{lines}")
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv("PYTHONPATH", ":".join(sys.path))
