"""Media: the library, the uploads that fill it, and the processes that read what arrives."""

from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final

from netsentinel.academy.graph import Graph, GraphGround
from netsentinel.academy.media import (
    Arrivals,
    BlobFolder,
    Hearing,
    HearingGround,
    Media,
    MediaActions,
    MediaGround,
    ProcessEar,
    ProcessReadingRoom,
    Reading,
    ReadingGround,
    Shelf,
    Strays,
    UploadGround,
    UploadLimits,
    Uploads,
    Vocabulary,
    submitter,
)
from netsentinel.academy.media.store_sql import SqlMedia, SqlMediumCounts, SqlUploads
from netsentinel.academy.reviews import Reviews
from netsentinel.guards.cell import CellLimits
from netsentinel.kernel.settings import Settings
from netsentinel.outbound import Clamd, ClamdAddress
from netsentinel.storage.private_file import private_folder
from netsentinel.tasks import TaskService

_SILENCE_S: Final = 1_800.0
"""So long a transcriber may say nothing: it loads its model, or the recording is silent."""


@dataclass(frozen=True, slots=True)
class Library:
    """Media and what they are made of."""

    media: Media
    store: SqlMedia
    shelf: Shelf
    reading: Reading


@dataclass(frozen=True, slots=True)
class MediaParts:
    """What the server has of media."""

    media: Media
    uploads: Uploads
    actions: MediaActions
    strays: Strays
    hearing: Hearing


def make_library(
    stack: AsyncExitStack, settings: Settings, ground: GraphGround, graph: Graph, reviews: Reviews
) -> Library:
    """Media with the processes that read them; these end with the stack."""
    limits = CellLimits(
        memory_mib=settings.media_reader_mib,
        cpu_s=settings.media_reader_seconds,
        wall_s=2.0 * settings.media_reader_seconds,
    )
    folder = settings.data_dir / "media"
    private_folder(folder)  # what is not there when a process confines itself stays closed to it
    room = ProcessReadingRoom(limits, settings.media_readers, folder)
    stack.push_async_callback(room.close)
    db, store, counts, clock = ground.db, SqlMedia(), SqlMediumCounts(), ground.clock
    shelf = Shelf(db, BlobFolder(folder), counts)
    scanner = Clamd(ClamdAddress.of(settings.media_clamd)) if settings.media_clamd else None
    vocabulary = Vocabulary(db, ground.rows)
    reading = Reading(ReadingGround(db, store, shelf, graph, vocabulary, reviews, clock, room, scanner))
    return Library(Media(MediaGround(db, store, store, counts, shelf, graph, reading, clock)), store, shelf, reading)


def make_media(
    stack: AsyncExitStack,
    settings: Settings,
    ground: GraphGround,
    graph: Graph,
    reviews: Reviews,
    tasks: TaskService,
) -> MediaParts:
    """The library with its uploads, whose media are read as tasks."""
    library = make_library(stack, settings, ground, graph, reviews)
    arrivals = Arrivals(ground.db, library.store, library.shelf, ground.clock, submitter(tasks.submit_in))
    folder, quota = settings.data_dir / "uploads", UploadLimits.of(settings)
    uploads = UploadGround(ground.db, SqlUploads(), SqlMediumCounts(), arrivals, folder, ground.clock, quota)
    actions = MediaActions(ground.db, library.store, library.reading, settings.media_readers)
    strays = Strays(ground.db, SqlMediumCounts(), library.shelf, ground.clock)
    limits = CellLimits(
        memory_mib=settings.media_transcriber_mib,
        cpu_s=settings.media_transcriber_minutes * 60,
        wall_s=_SILENCE_S,
    )
    ear = ProcessEar(limits, settings.media_transcriber)
    hearing = Hearing(HearingGround(library.media, library.shelf, uploads, ear))
    return MediaParts(library.media, Uploads(uploads), actions, strays, hearing)
