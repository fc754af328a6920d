"""How a closure's result travels from a database thread back to the event loop that waits for it."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Call:
    """A closure on its way to a database thread, and the future that somebody awaits."""

    fn: Callable[[Any], Any]
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future["Outcome"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a closure came to: a value, or an error to raise where it was awaited.

    It is the future's result even when it is an error, because a future refuses some exceptions (StopIteration).
    """

    value: Any = None
    error: BaseException | None = None

    def unwrap(self) -> Any:
        """The value, or the error raised."""
        if self.error is not None:
            raise self.error
        return self.value


def _settle(settled: list[tuple[Call, Outcome]]) -> None:
    for call, outcome in settled:
        if not call.future.done():  # the caller may have been cancelled meanwhile
            call.future.set_result(outcome)


def on_loop(loop: asyncio.AbstractEventLoop, fn: Callable[..., None], *args: Any) -> None:
    """Run `fn` on the loop soon; when the loop is gone, nobody is there to be told."""
    try:
        loop.call_soon_threadsafe(fn, *args)
    except RuntimeError:
        if not loop.is_closed():
            raise


def settle(outcomes: Iterable[tuple[Call, Outcome]]) -> None:
    """Resolve many futures with one wake-up per event loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[Call, Outcome]]] = {}
    for call, outcome in outcomes:
        by_loop.setdefault(call.loop, []).append((call, outcome))
    for loop, settled in by_loop.items():
        on_loop(loop, _settle, settled)
