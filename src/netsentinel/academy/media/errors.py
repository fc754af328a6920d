"""What can be wrong with a medium, or with the way in which its bytes arrive."""

from netsentinel.kernel.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    PreconditionFailedError,
    TooLargeError,
)


class MediumTooLargeError(TooLargeError):
    """The file is larger than a medium of its kind may be; `limit` is that limit in bytes."""

    code = "medium-too-large"
    title = "The file is too large"


class MediaQuotaError(TooLargeError):
    """The tenant keeps as much as it may; `quota` is `bytes`, `media` or `uploads`, and `limit` how many."""

    code = "media-quota"
    title = "The library is full"


class MediumChangedError(ConflictError):
    """Somebody replaced or deleted the medium meanwhile."""

    code = "medium-changed"
    title = "The medium was changed meanwhile"


class SupersededError(InvalidInputError):
    """The medium was replaced or deleted while it was read; there is nothing left to do."""

    code = "medium-superseded"
    title = "The medium was replaced or deleted meanwhile"


class QuarantinedError(NotAllowedError):
    """The virus scanner found something in the medium; its bytes are not handed out."""

    code = "medium-quarantined"
    title = "The medium is quarantined"


class UnscannedError(NotAllowedError):
    """A virus scanner is set, and has not let the medium pass yet; its bytes are not handed out."""

    code = "medium-unscanned"
    title = "The virus scanner has not let the medium pass yet"


class NoRecordingError(InvalidInputError):
    """Nothing can be heard in the medium: it is a text, a picture or a document."""

    code = "no-recording"
    title = "The medium is no recording"


class HasCaptionsError(ConflictError):
    """The recording has captions; they are its text."""

    code = "has-captions"
    title = "The recording has captions"


class UploadOffsetError(ConflictError):
    """The bytes do not begin where those end that are kept; `offset` says where that is."""

    code = "upload-offset"
    title = "The upload goes on elsewhere"


class UploadChecksumError(InvalidInputError):
    """The bytes arrived other than they were sent; none of them is kept (tus 1.0.0, checksum)."""

    code = "upload-checksum"
    title = "The bytes were damaged on their way"
    status = 460


class UploadVersionError(PreconditionFailedError):
    """The request speaks no version of tus that this server speaks."""

    code = "upload-version"
    title = "State Tus-Resumable: 1.0.0"


class UploadTypeError(InvalidInputError):
    """Bytes of an upload came as something else than `application/offset+octet-stream`."""

    code = "upload-type"
    title = "Bytes of uploads are application/offset+octet-stream"
    status = 415
