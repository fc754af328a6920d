"""What can happen to a process that reads what nobody trusts."""

from netsentinel.kernel.errors import InvalidInputError


class CellBrokeError(InvalidInputError):
    """The process that was to read something ended, or took too long; `why` is `time`, `memory` or `ended`."""

    code = "reader-broke-off"
    title = "The file could not be read to its end"
    status = 422

    def __init__(self, detail: str, *, why: str) -> None:
        super().__init__(detail, why=why)
        self.why = why
