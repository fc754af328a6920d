"""What can be wrong with a file that is to be read."""

from netsentinel.kernel.errors import ConflictError, InvalidInputError


class InvalidMediumError(InvalidInputError):
    """The file cannot be a medium: its name is impossible, or its bytes are not what the name says."""

    code = "invalid-medium"
    title = "The file cannot be a medium"


class NoTranscriberError(ConflictError):
    """Nothing that understands speech is installed, or not what the settings name."""

    code = "no-transcriber"
    title = "Nothing that understands speech is installed"
