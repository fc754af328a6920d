"""Why a call to the outside was not made, or came to nothing."""

from typing import Final

from netsentinel.kernel.errors import InvalidInputError, UnavailableError

BUSY: Final = "busy"
"""The reason of an `UnreachableError` that came before anything was asked of the other side."""


class InvalidUrlError(InvalidInputError):
    """The URL cannot be called: another scheme than http or https, a user name in it, a port that is not allowed."""

    code = "invalid-url"
    title = "The URL cannot be called"


class ForbiddenTargetError(InvalidInputError):
    """The host has an address that outbound calls may not reach; the operator allows networks in the settings."""

    code = "forbidden-target"
    title = "The address must not be called"


class UnreachableError(UnavailableError):
    """The other side did not answer in time, or not in a way that can be understood; `reason` says which."""

    code = "unreachable"
    title = "The other side does not answer"

    def __init__(self, detail: str, *, reason: str) -> None:
        super().__init__(detail, reason=reason)
        self.reason = reason


class ScanRefusedError(InvalidInputError):
    """The virus scanner takes no file of this size; what it has not seen is not let pass."""

    code = "scan-refused"
    title = "The virus scanner does not take the file"
