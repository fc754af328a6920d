"""What can be wrong with a medium."""

from netsentinel.kernel.errors import ConflictError, InvalidInputError, TooLargeError


class InvalidMediumError(InvalidInputError):
    """The file cannot be a medium: its name is impossible, or its bytes are not what the name says."""

    code = "invalid-medium"
    title = "The file cannot be a medium"


class MediumTooLargeError(TooLargeError):
    """The file is larger than a medium of its kind may be; `limit` is that limit in bytes."""

    code = "medium-too-large"
    title = "The file is too large"


class MediumChangedError(ConflictError):
    """Somebody replaced or deleted the medium meanwhile."""

    code = "medium-changed"
    title = "The medium was changed meanwhile"
