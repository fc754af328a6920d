"""Media: what there is to learn from, uploaded in pieces that resume, read in limits, and stated in the graph."""

from netsentinel.academy.media.actions import (
    MEDIA_READ,
    MEDIA_TRANSCRIBE,
    HearingActions,
    MediaActions,
    submitter,
)
from netsentinel.academy.media.arrivals import Arrivals, Shelf
from netsentinel.academy.media.blobs import BlobFolder
from netsentinel.academy.media.ear import ProcessEar
from netsentinel.academy.media.entries import ENTRY_KINDS
from netsentinel.academy.media.hearing import Hearing, HearingGround
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
from netsentinel.academy.media.ports import (
    BlobStore,
    Ear,
    MediumCounts,
    MediumStore,
    NearbyMedia,
    ReadingRoom,
    UploadStore,
)
from netsentinel.academy.media.quotas import UploadLimits
from netsentinel.academy.media.reading import Reading, ReadingGround
from netsentinel.academy.media.room import ProcessReadingRoom
from netsentinel.academy.media.service import Media, MediaGround
from netsentinel.academy.media.sink import CHECKSUMS, Checksum
from netsentinel.academy.media.strays import Strays
from netsentinel.academy.media.uploads import UploadGround, Uploads
from netsentinel.academy.media.vocabulary import Vocabulary
from netsentinel.academy.reader.kinds import FORMATS, MediumKind
from netsentinel.academy.reader.model import Facts

__all__ = [
    "CHECKSUMS",
    "ENTRY_KINDS",
    "FORMATS",
    "MEDIA_READ",
    "MEDIA_TRANSCRIBE",
    "Arrivals",
    "BlobFolder",
    "BlobStore",
    "Checksum",
    "Ear",
    "Facts",
    "Hearing",
    "HearingActions",
    "HearingGround",
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
    "NearbyMedia",
    "ProcessEar",
    "ProcessReadingRoom",
    "Reading",
    "ReadingGround",
    "ReadingRoom",
    "Shelf",
    "Stage",
    "StageRun",
    "Strays",
    "Upload",
    "UploadGround",
    "UploadLimits",
    "UploadPart",
    "UploadStore",
    "Uploads",
    "Vocabulary",
    "submitter",
]
