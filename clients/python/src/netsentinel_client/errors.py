"""What can go wrong, in one tree; every error carries the server's stable code where the server said one."""

from collections.abc import Mapping
from typing import Any, Self


class ClientError(Exception):
    """The root of this package's errors."""


class ProblemError(ClientError):
    """The server refused or failed (RFC 9457)."""

    def __init__(
        self, code: str, title: str, detail: str, *, status: int = 0, retryable: bool = False, trace_id: str = ""
    ) -> None:
        super().__init__(f"{detail or title} [{code}]")
        self.code = code
        """Stable, for programs."""
        self.title = title
        self.detail = detail
        self.status = status
        """The HTTP status that fits, also for errors that came over the WebSocket."""
        self.retryable = retryable
        self.trace_id = trace_id
        """What to look for in the server's log."""

    @classmethod
    def of(cls, problem: Mapping[str, Any], *, retryable: bool = False) -> Self:
        """The error that a problem object tells of."""
        status = problem.get("status")
        return cls(
            str(problem.get("code", "unknown")),
            str(problem.get("title", "The server refused.")),
            str(problem.get("detail", "")),
            status=status if isinstance(status, int) else 0,
            retryable=retryable,
            trace_id=str(problem.get("trace_id", "")),
        )


class RefusedError(ProblemError):
    """The server does not let this client in: the key is wrong or revoked, or lacks a permission."""


class UnreachableError(ClientError):
    """The server could not be reached. Inside `Client` this is no end: it goes on trying."""


class TaskFailedError(ClientError):
    """A request became a task that ended as `failed`, `cancelled` or `dead`."""

    def __init__(self, action: str, task_id: str, status: str, result: object) -> None:
        super().__init__(f"{action} ended as {status} (task {task_id}).")
        self.action = action
        self.task_id = task_id
        self.status = status
        self.result = result
        """What the server says of the end: the error, for most."""


class ClosedError(ClientError):
    """The client was closed while something waited for it."""
