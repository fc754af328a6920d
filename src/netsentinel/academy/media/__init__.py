"""Media: texts to learn from, kept by content hash, whose concepts and prerequisites live in the graph."""

from netsentinel.academy.media.blobs import BlobFolder
from netsentinel.academy.media.entries import ENTRY_KINDS
from netsentinel.academy.media.model import Imported, Medium, MediumPage, MediumState
from netsentinel.academy.media.ports import BlobStore, MediumStore
from netsentinel.academy.media.service import Media, MediaGround
from netsentinel.academy.media.vocabulary import Vocabulary

__all__ = [
    "ENTRY_KINDS",
    "BlobFolder",
    "BlobStore",
    "Imported",
    "Media",
    "MediaGround",
    "Medium",
    "MediumPage",
    "MediumState",
    "MediumStore",
    "Vocabulary",
]
