"""Actions: the one handler concept. What can be done is registered once, by name, with its types and its rules."""

import inspect
import typing
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Generic, TypeVar

import msgspec

from netsentinel.kernel.clock import MINUTE, SECOND
from netsentinel.kernel.types import Micros, Permission, Principal
from netsentinel.recovery.retry import Fault, Faults, RetryPolicy
from netsentinel.tasks.errors import (
    InnerActionError,
    InvalidTaskInputError,
    TaskTooLargeError,
    UnknownActionError,
    UnserialisableResultError,
)
from netsentinel.tasks.model import Pool, Reporter

In = TypeVar("In")
Out = TypeVar("Out")

Handler = Callable[[In, Reporter], Out | Awaitable[Out]]

MAX_BYTES: Final = 1024 * 1024
"""Largest input, result or checkpoint of a task as JSON. What is larger belongs into a file or a row of its own."""

_TIMEOUT: Final = 10 * MINUTE
_USUAL_DURATION: Final = SECOND
_NO_FAULTS: Final[Faults] = MappingProxyType({})


def _accept(_input: Any, _principal: Principal) -> None:
    return None


def _usual_duration(_input: Any) -> Micros:
    return _USUAL_DURATION


@dataclass(frozen=True, slots=True, kw_only=True)
class Action(Generic[In, Out]):
    """A named, typed, permissioned handler with the rules for its runs. `action` is the short form."""

    name: str
    """For example `reports.generate`."""
    input: type[In]
    output: type[Out]
    process: Handler[In, Out]
    """Does the work. It may run more than once: see docs/guide/tasks.md for how to write one that is safe."""
    permission: Permission
    summary: str
    pool: Pool
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    faults: Faults = field(default_factory=lambda: _NO_FAULTS)
    """Which classes of its errors are which fault, where it is not as usual."""
    timeout: Micros = _TIMEOUT
    """Of one attempt."""
    dependency: str | Callable[[In], str] = ""
    """Name of the breaker to ask before an attempt, or what makes it from the input; empty for none."""
    concurrency: int = 0
    """At most so many of its tasks run at once, over all workers and tenants; 0 for as many as there is room.

    A request may not bring a concurrency key then; only schedules have their own, which keeps their runs apart.
    """
    is_inner: bool = False
    """Whether only the server asks for it: no request, schedule or frame may name it, and no list shows it."""
    reads_only: bool = False
    """Whether it changes nothing: whoever waits for a short run may be answered without a task (`direct.py`)."""
    keeps_failures: bool = True
    """Whether a task that gives up becomes a dead letter; otherwise it is `failed` and nobody looks after it."""
    validate: Callable[[In, Principal], None] = _accept
    """Refuses an input by raising an error of ours, before anything is stored."""
    estimated_duration: Callable[[In], Micros] = _usual_duration
    """The first guess of how long a run takes; what was observed counts more."""
    dry_run: Callable[[In, Principal], object] | None = None
    """Says what a run would do."""
    undo: Callable[[In, Out], Any] | None = None

    def read_input(self, raw: bytes | msgspec.Raw) -> In:
        """The input as a value of its type.

        Raises:
            InvalidTaskInputError: it does not fit; the message says where.
        """
        try:
            return msgspec.json.decode(raw, type=self.input)
        except msgspec.MsgspecError as error:
            raise InvalidTaskInputError(f"The input of {self.name} does not fit: {error}", action=self.name) from error

    def pack_input(self, value: object) -> tuple[In, msgspec.Raw]:
        """The input as a value of its type and as the JSON that is stored.

        Raises:
            InvalidTaskInputError: it does not fit.
            TaskTooLargeError: it is larger than a task may carry.
        """
        try:
            raw = value if isinstance(value, msgspec.Raw) else msgspec.Raw(msgspec.json.encode(value))
        except (TypeError, ValueError, msgspec.MsgspecError, RecursionError) as error:
            raise InvalidTaskInputError(f"The input of {self.name} is no JSON: {error}", action=self.name) from error
        check_size(bytes(raw), "The input")
        if value is None and self.input is not type(None):
            raw = msgspec.Raw(b"{}")
        return (value if type(value) is self.input else self.read_input(raw)), raw

    def pack_result(self, value: object) -> msgspec.Raw:
        """What a handler returned as the JSON that is stored.

        Raises:
            UnserialisableResultError: JSON cannot hold it.
            TaskTooLargeError: it is larger than a task may carry.
        """
        try:
            encoded = msgspec.json.encode(value)
        except (TypeError, ValueError, msgspec.MsgspecError, RecursionError) as error:
            kind = type(value).__name__
            raise UnserialisableResultError(
                f"{self.name} returned a {kind} that JSON cannot hold: {error}", action=self.name
            ) from error
        check_size(encoded, "The result")
        return msgspec.Raw(encoded)

    def dependency_of(self, value: In) -> str:
        """The breaker that a run with this input asks; empty for none."""
        return self.dependency if isinstance(self.dependency, str) else self.dependency(value)


def check_inner(action: "Action[Any, Any]", *, by_server: bool = False) -> None:
    """Refuse, from outside, what only the server asks for: it is checked and charged where the server asks.

    Raises:
        InnerActionError: the action is such a one.
    """
    if action.is_inner and not by_server:
        raise InnerActionError(f"{action.name} is the server's own: nobody can ask for it by name.", action=action.name)


def check_size(encoded: bytes, what: str) -> None:
    """Refuse what is too large to travel with a task.

    Raises:
        TaskTooLargeError: it is.
    """
    if len(encoded) > MAX_BYTES:
        raise TaskTooLargeError(
            f"{what} has {len(encoded):,} bytes as JSON; a task carries at most {MAX_BYTES:,}. Put it into a file.",
            limit=MAX_BYTES,
        )


def action(
    name: str,
    *,
    permission: Permission,
    retry: RetryPolicy | None = None,
    timeout: Micros = _TIMEOUT,
    pool: Pool | None = None,
    faults: Mapping[type[BaseException], Fault] = _NO_FAULTS,
    dependency: str | Callable[[Any], str] = "",
    concurrency: int = 0,
    is_inner: bool = False,
    reads_only: bool = False,
    keeps_failures: bool = True,
    validate: Callable[[Any, Principal], None] = _accept,
    estimated_duration: Callable[[Any], Micros] = _usual_duration,
    dry_run: Callable[[Any, Principal], object] | None = None,
    undo: Callable[[Any, Any], Any] | None = None,
) -> Callable[[Callable[[In, Reporter], Out | Awaitable[Out]]], "Action[In, Out]"]:
    """Make an action of a function `process(input, reporter) -> output`, whose annotations are the types.

    A coroutine function runs on the event loop, a plain one on a thread; `pool=Pool.PROCESS` takes a plain function at
    the top level of a module to a process of its own, and `pool=Pool.CALL` a coroutine function that waits for the
    servers of others. The first line of the docstring is the summary.
    """

    def make(process: Callable[[In, Reporter], Out | Awaitable[Out]]) -> Action[In, Out]:
        source, output = _types(process)
        is_coroutine = inspect.iscoroutinefunction(process)
        home = pool or (Pool.LOOP if is_coroutine else Pool.THREAD)
        if is_coroutine != (home in {Pool.LOOP, Pool.CALL}):
            raise TypeError(f"{name}: the pool {home} takes {'plain' if is_coroutine else 'async'} functions")
        if home is Pool.PROCESS and "." in process.__qualname__:
            raise TypeError(f"{name}: only a function at the top level of a module can run in a process of its own")
        return Action(
            name=name,
            input=source,
            output=output,
            process=process,
            permission=permission,
            summary=(inspect.getdoc(process) or name).partition("\n")[0],
            pool=home,
            retry=retry or RetryPolicy(),
            faults=faults,
            timeout=timeout,
            dependency=dependency,
            concurrency=concurrency,
            is_inner=is_inner,
            reads_only=reads_only,
            keeps_failures=keeps_failures,
            validate=validate,
            estimated_duration=estimated_duration,
            dry_run=dry_run,
            undo=undo,
        )

    return make


def _types(process: Callable[..., Any]) -> tuple[Any, Any]:
    """The types of the first parameter and of the return value."""
    hints = typing.get_type_hints(process)
    first = next(iter(inspect.signature(process).parameters), None)
    if first is None or first not in hints or "return" not in hints:
        raise TypeError(f"{process.__qualname__} needs annotations: (input: In, reporter: Reporter) -> Out")
    return hints[first], hints["return"]


class ActionRegistry:
    """All actions, by name."""

    def __init__(self, actions: Iterable[Action[Any, Any]] = ()) -> None:
        self._actions: dict[str, Action[Any, Any]] = {}
        self.add(*actions)

    def add(self, *actions: Action[Any, Any]) -> None:
        """Register actions.

        Raises:
            ValueError: a name is taken.
        """
        for one in actions:
            if one.name in self._actions:
                raise ValueError(f"the action {one.name} is registered twice")
            self._actions[one.name] = one

    def __getitem__(self, name: str) -> Action[Any, Any]:
        """The action of this name.

        Raises:
            UnknownActionError: there is none.
        """
        found = self._actions.get(name)
        if found is None:
            raise UnknownActionError(f"No action is called {name[:100]!r}.", action=name[:100])
        return found

    def __contains__(self, name: object) -> bool:
        return name in self._actions

    def __iter__(self) -> Iterator[Action[Any, Any]]:
        return iter(self._actions.values())
