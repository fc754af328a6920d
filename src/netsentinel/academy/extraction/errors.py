"""What can be wrong with a text."""

from netsentinel.kernel.errors import InvalidInputError


class UnreadableTextError(InvalidInputError):
    """The file cannot be read as what its name says; the sentence says why, `line` (from 1) where, if it is known."""

    code = "unreadable-text"
    title = "The text cannot be read"

    def __init__(self, detail: str, *, line: int = 0) -> None:
        super().__init__(detail, line=line)
        self.line = line
