"""One request: sent until it is answered, on however many connections that takes."""

import asyncio
from collections.abc import Callable, Generator
from typing import Any

from netsentinel_client.errors import TaskFailedError
from netsentinel_client.model import Acknowledged, Progress

ProgressListener = Callable[[Progress], None]
AckListener = Callable[[Acknowledged], None]


class Running:
    """A request on its way. `await` it for the result; `Client.start` makes it.

    Raises (when awaited):
        ProblemError: the server refused it.
        TaskFailedError: it became a task that did not succeed.
    """

    def __init__(
        self,
        identifier: str,
        action: str,
        frame: dict[str, Any],
        *,
        on_progress: ProgressListener | None,
        on_ack: AckListener | None,
        control: Callable[["Running", str], None],
    ) -> None:
        self.id = identifier
        """The client's own; sending it again never runs the action twice."""
        self.action = action
        self.frame = frame
        """As it is sent, and sent again after a reconnect."""
        self.task_id = ""
        """Set when the server has made it a task."""
        self.has_asked = False
        """On this connection it was to be cancelled, paused or resumed: an error may be about that."""
        self._on_progress = on_progress
        self._on_ack = on_ack
        self._control = control
        self._newest = -1
        self._done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._done.add_done_callback(_look_at)

    def __await__(self) -> Generator[Any, None, Any]:
        return asyncio.shield(self._done).__await__()

    @property
    def is_done(self) -> bool:
        """Whether the answer is here."""
        return self._done.done()

    def cancel(self) -> None:
        """Ask the server to cancel the task; the end still comes, as `cancelled` or as what it was before."""
        self._control(self, "cancel")

    def pause(self) -> None:
        """Ask the server to pause the task."""
        self._control(self, "pause")

    def resume(self) -> None:
        """Ask the server to let a paused task go on."""
        self._control(self, "resume_task")

    # --- from the connection -------------------------------------------------------------------------------------

    def acknowledged(self, ack: Acknowledged) -> None:
        """The server has made it a task."""
        known = self.task_id == ack.task_id
        self.task_id = ack.task_id
        if self._on_ack is not None and not known:
            self._on_ack(ack)

    def lost(self) -> None:
        """The connection was lost; the next one counts progress anew."""
        self._newest = -1
        self.has_asked = False

    def progressed(self, number: int, progress: Progress) -> None:
        """The task has come further; what is older than something told before is left out."""
        if number > self._newest and not self.is_done:
            self._newest = number
            if self._on_progress is not None:
                self._on_progress(progress)

    def succeed(self, result: object) -> None:
        """The answer is here."""
        if not self._done.done():
            self._done.set_result(result)

    def end(self, status: str, result: object) -> None:
        """The task has ended."""
        if status == "succeeded":
            self.succeed(result)
        else:
            self.fail(TaskFailedError(self.action, self.task_id, status, result))

    def fail(self, error: BaseException) -> None:
        """There will be no answer."""
        if not self._done.done():
            self._done.set_exception(error)


def _look_at(done: "asyncio.Future[Any]") -> None:
    """Retrieve the outcome, so that an unawaited request's failure is no warning of the interpreter."""
    if not done.cancelled():
        done.exception()
