"""The one error tree. Every class has a stable code; `api/errors.py` maps each to a problem (RFC 9457).

Our error hierarchy (a test redraws it):

NetSentinelError
├── InvalidInputError
│   ├── MalformedBodyError
│   ├── RuleSyntaxError
│   ├── InvalidCursorError
│   ├── InvalidFilterError
│   │   └── InvalidStatementError
│   ├── UnsupportedVersionError
│   ├── VersionConflictError
│   └── WeakPasswordError
├── TooLargeError
│   └── DecompressionLimitError
├── NotFoundError
├── MethodNotAllowedError
├── ConflictError
├── PreconditionFailedError
├── NotAuthenticatedError
├── NotAllowedError
│   ├── ForeignOriginError
│   └── WrongPasswordError
├── TooSlowError
├── ThrottledError
├── UnavailableError
│   ├── StorageUnavailableError
│   └── StorageFullError
├── RemoteError
├── UnsafeStorageError
└── SettingsError
"""

from typing import Any, ClassVar


class NetSentinelError(Exception):
    """The root. `detail` is a sentence that says what to do; `extra` holds facts for programs."""

    code: ClassVar[str] = "internal"
    title: ClassVar[str] = "Something went wrong inside NetSentinel"
    status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False

    def __init__(self, detail: str, **extra: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extra = extra


class InvalidInputError(NetSentinelError):
    """The caller sent something that cannot be understood; sending it again will not help."""

    code = "invalid-input"
    title = "The request cannot be understood"
    status = 400


class MalformedBodyError(InvalidInputError):
    """The body is not what its headers say: broken compression, invalid JSON or invalid UTF-8."""

    code = "malformed-body"
    title = "The body cannot be read"


class RuleSyntaxError(InvalidInputError):
    """A Sigma rule cannot be loaded; `path`, `line` and `column` (both from 1) say where."""

    code = "rule-syntax"
    title = "The rule cannot be loaded"

    def __init__(self, detail: str, *, path: str, line: int, column: int) -> None:
        super().__init__(detail, path=path, line=line, column=column)
        self.path = path
        self.line = line
        self.column = column

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.detail}"


class InvalidCursorError(InvalidInputError):
    """A page cursor that this server did not make."""

    code = "invalid-cursor"
    title = "The cursor is not valid"


class InvalidFilterError(InvalidInputError):
    """A filter names an unknown field, operator or value."""

    code = "invalid-filter"
    title = "The filter is not valid"


class InvalidStatementError(InvalidFilterError):
    """A hunt is not one SELECT statement that DuckDB understands, or asks for what it must not have."""

    code = "invalid-statement"
    title = "The statement is not valid"


class UnsupportedVersionError(InvalidInputError):
    """The request asks for a version of the API that this server does not speak; `supported` lists those it does."""

    code = "unsupported-version"
    title = "There is no such version of the API"


class VersionConflictError(InvalidInputError):
    """Path, `X-API-Version` and `Accept` ask for different versions; `supported` lists those that there are."""

    code = "version-conflict"
    title = "The request asks for two versions at once"


class WeakPasswordError(InvalidInputError):
    """A password that must not be set: too short, too long, easily guessed, or the one there is."""

    code = "weak-password"
    title = "Choose another password"


class TooLargeError(NetSentinelError):
    """The input is larger than the limit for its kind; `limit` is that limit in bytes."""

    code = "too-large"
    title = "The input is too large"
    status = 413


class DecompressionLimitError(TooLargeError):
    """A compressed body unpacks to more than the size or ratio limit."""

    code = "decompression-limit"
    title = "The compressed input unpacks to too much"


class NotFoundError(NetSentinelError):
    """There is no such thing in the caller's tenant."""

    code = "not-found"
    title = "Not found"
    status = 404


class MethodNotAllowedError(NetSentinelError):
    """The path exists, but not with this method."""

    code = "method-not-allowed"
    title = "The path does not take this method"
    status = 405


class ConflictError(NetSentinelError):
    """The state of the thing does not allow this."""

    code = "conflict"
    title = "That is not possible in the present state"
    status = 409


class PreconditionFailedError(NetSentinelError):
    """The thing is no longer what `If-Match` says; look at it again."""

    code = "precondition-failed"
    title = "It was changed meanwhile"
    status = 412


class NotAuthenticatedError(NetSentinelError):
    """No valid session, key or ticket came with the request."""

    code = "not-authenticated"
    title = "Please log in"
    status = 401


class NotAllowedError(NetSentinelError):
    """The principal lacks the permission; `permission` names it."""

    code = "not-allowed"
    title = "You are not allowed to do that"
    status = 403


class ForeignOriginError(NotAllowedError):
    """A browser sent the request from a page of another site."""

    code = "foreign-origin"
    title = "The request came from another site"


class WrongPasswordError(NotAllowedError):
    """Somebody who is logged in stated another password than the present one; the session goes on."""

    code = "wrong-password"
    title = "That is not your password"


class TooSlowError(NetSentinelError):
    """The body came so slowly that the server no longer waits for the rest."""

    code = "too-slow"
    title = "The request took too long to arrive"
    status = 408
    retryable = True


class ThrottledError(NetSentinelError):
    """Too many attempts; `retry_after` is in seconds."""

    code = "throttled"
    title = "Too many attempts"
    status = 429
    retryable = True

    def __init__(self, detail: str, *, retry_after: int, **extra: Any) -> None:
        super().__init__(detail, retry_after=retry_after, **extra)
        self.retry_after = retry_after


class UnavailableError(NetSentinelError):
    """Something NetSentinel needs is not available now; the same call may work later."""

    code = "unavailable"
    title = "Not available at the moment"
    status = 503
    retryable = True


class StorageUnavailableError(UnavailableError):
    """The database cannot be reached or is closed."""

    code = "storage-unavailable"
    title = "The database is not available"


class StorageFullError(UnavailableError):
    """The disk is full; reading goes on, writing resumes by itself when there is space."""

    code = "storage-full"
    title = "The disk is full"
    status = 507


class RemoteError(NetSentinelError):
    """Another NetSentinel server answered the command line with a problem; `problem` is that problem."""

    code = "remote"
    title = "The server refused"
    status = 502


class UnsafeStorageError(NetSentinelError):
    """The database would not keep its promises here (an SQLite with a known fault, an unknown schema)."""

    code = "unsafe-storage"
    title = "The database is not safe to use"


class SettingsError(NetSentinelError):
    """A setting is unknown or has an impossible value."""

    code = "settings"
    title = "The settings are not valid"
