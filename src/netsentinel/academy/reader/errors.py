"""What can be wrong with a file that is to be read."""

from netsentinel.kernel.errors import InvalidInputError


class InvalidMediumError(InvalidInputError):
    """The file cannot be a medium: its name is impossible, or its bytes are not what the name says."""

    code = "invalid-medium"
    title = "The file cannot be a medium"
