"""Media: what there is to learn from, uploaded in pieces that resume, read in limits, and stated in the graph."""

from netsentinel.academy.media.actions import MEDIA_READ, MediaActions, submitter
from netsentinel.academy.media.arrivals import Arrivals, Shelf
from netsentinel.academy.media.blobs import BlobFolder
from netsentinel.academy.media.entries import ENTRY_KINDS
from netsentinel.academy.media.model import (
    Imported,
    MediaUsage,
    Medium,
    MediumPage,
    MediumState,
    Stage,
    StageRun,
    Upload,
    UploadPart,
)
from netsentinel.academy.media.ports import BlobStore, MediumCounts, MediumStore, ReadingRoom, UploadStore
from netsentinel.academy.media.quotas import UploadLimits
from netsentinel.academy.media.reading import Reading, ReadingGround
from netsentinel.academy.media.room import ProcessReadingRoom
from netsentinel.academy.media.service import Media, MediaGround
from netsentinel.academy.media.sink import CHECKSUMS, Checksum
from netsentinel.academy.media.uploads import UploadGround, Uploads
from netsentinel.academy.media.vocabulary import Vocabulary
from netsentinel.academy.reader.kinds import FORMATS, SUFFIXES, MediumKind
from netsentinel.academy.reader.model import Facts

__all__ = [
    "CHECKSUMS",
    "ENTRY_KINDS",
    "FORMATS",
    "MEDIA_READ",
    "SUFFIXES",
    "Arrivals",
    "BlobFolder",
    "BlobStore",
    "Checksum",
    "Facts",
    "Imported",
    "Media",
    "MediaActions",
    "MediaGround",
    "MediaUsage",
    "Medium",
    "MediumCounts",
    "MediumKind",
    "MediumPage",
    "MediumState",
    "MediumStore",
    "ProcessReadingRoom",
    "Reading",
    "ReadingGround",
    "ReadingRoom",
    "Shelf",
    "Stage",
    "StageRun",
    "Upload",
    "UploadGround",
    "UploadLimits",
    "UploadPart",
    "UploadStore",
    "Uploads",
    "Vocabulary",
    "submitter",
]
