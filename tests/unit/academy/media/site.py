"""A library in memory, and one on SQL."""

from dataclasses import dataclass
from pathlib import Path

from netsentinel.academy.graph import Concepts
from netsentinel.academy.media import BlobFolder, Media, MediaGround, MediumStore, Vocabulary
from netsentinel.academy.media.store_sql import SqlMedia
from netsentinel.academy.media.testing import MemoryMedia
from netsentinel.academy.reviews import ReviewGround, Reviews
from netsentinel.academy.reviews.testing import MemoryAnswers
from netsentinel.kernel.testing import FakeClock
from netsentinel.storage import Database
from netsentinel.storage.dialect import Dialect
from tests.unit.academy.graph.site import Site, memory_site, sql_site


@dataclass(frozen=True)
class Library:
    """Media, and the graph that they feed."""

    media: Media
    graph: Site
    store: MediumStore
    folder: Path

    @property
    def blobs(self) -> list[str]:
        """Names of all files that are kept."""
        return sorted(path.name for path in self.folder.rglob("*") if path.is_file())


def memory_library(clock: FakeClock, folder: Path) -> Library:
    return _library(memory_site(clock), MemoryMedia(), folder)


def sql_library(db: Database, dialect: Dialect, clock: FakeClock, folder: Path) -> Library:
    return _library(sql_site(db, dialect, clock), SqlMedia(), folder)


def _library(site: Site, store: MediumStore, folder: Path) -> Library:
    ground = site.ground
    vocabulary = Vocabulary(ground.db, ground.rows)
    reviews = Reviews(ReviewGround(ground, Concepts(ground, site.graph), MemoryAnswers()))
    media = Media(MediaGround(ground.db, store, BlobFolder(folder), site.graph, vocabulary, reviews, ground.clock))
    return Library(media, site, store, folder)
