"""When a failed attempt is tried again: policies with their delays, and which error is worth another attempt."""

import errno
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import msgspec

from netsentinel.kernel.clock import MINUTE, SECOND
from netsentinel.kernel.errors import NetSentinelError
from netsentinel.kernel.types import Micros
from netsentinel.recovery.errors import PermanentError, PoisonError

MAX_ATTEMPTS: Final = 100
"""No policy and no override allows more attempts than this."""

_MAX_DOUBLINGS: Final = 62
"""Beyond it every cap is reached; the exponent must not grow with the number of failures."""


class Fault(StrEnum):
    """What kind of failure it was."""

    RETRYABLE = "retryable"
    """The next attempt may succeed."""
    PERMANENT = "permanent"
    """It will fail again: the input or the program is wrong."""
    POISON = "poison"
    """It harms the worker: nobody tries it again without having looked at it."""


class Backoff(StrEnum):
    """How the delays grow."""

    EXPONENTIAL = "exponential"
    """`first`, twice that, four times that, ... up to `cap`."""
    LINEAR = "linear"
    """`first`, twice that, three times that, ... up to `cap`."""
    FIXED = "fixed"
    """Always `first`."""


class RetryOverride(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What one task wants otherwise than its action's policy; what is None stays. It is stored with the task."""

    backoff: Backoff | None = None
    first: Micros | None = None
    cap: Micros | None = None
    max_attempts: int | None = None
    jitter: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often, and after which delays, a failed attempt is tried again.

    The default is exponential with full jitter, which spreads retries best
    (https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/).

    Raises:
        ValueError: a figure is impossible.
    """

    backoff: Backoff = Backoff.EXPONENTIAL
    first: Micros = SECOND
    """Delay after the first failure, before jitter."""
    cap: Micros = 10 * MINUTE
    """No delay is longer, before what a remote asks for with `retry_after`."""
    max_attempts: int = 5
    """Attempts in all, the first one included."""
    jitter: float = 1.0
    """Which share of a delay is drawn at random: 1 is full jitter (anything from 0 up), 0 is none."""
    delays: tuple[Micros, ...] = ()
    """The delays one by one, the last one for all further failures; when stated, `backoff`, `first` and `cap` count
    for nothing."""

    def __post_init__(self) -> None:
        if any(delay < 0 for delay in self.delays):
            raise ValueError("a delay is at least 0")
        if not 1 <= self.max_attempts <= MAX_ATTEMPTS:
            raise ValueError(f"max_attempts is from 1 to {MAX_ATTEMPTS}")
        if self.first < 0 or self.cap < self.first:
            raise ValueError("first is at least 0, and cap at least first")
        if not 0.0 <= self.jitter <= 1.0:
            raise ValueError("jitter is a share from 0 to 1")

    @classmethod
    def linear(
        cls, *, first: Micros = SECOND, cap: Micros = 10 * MINUTE, max_attempts: int = 5, jitter: float = 0.0
    ) -> "RetryPolicy":
        """Delays that grow by `first` each time."""
        return cls(backoff=Backoff.LINEAR, first=first, cap=cap, max_attempts=max_attempts, jitter=jitter)

    @classmethod
    def fixed(cls, *, delay: Micros = SECOND, max_attempts: int = 5, jitter: float = 0.0) -> "RetryPolicy":
        """The same delay every time."""
        return cls(backoff=Backoff.FIXED, first=delay, cap=delay, max_attempts=max_attempts, jitter=jitter)

    def overridden(self, override: RetryOverride | None) -> "RetryPolicy":
        """This policy with what a task wants otherwise.

        A cap below `first` in the override alone lowers `first` too; `first` above the cap raises the cap.

        Raises:
            ValueError: the override has an impossible figure.
        """
        if override is None:
            return self
        stated = {name: value for name in override.__struct_fields__ if (value := getattr(override, name)) is not None}
        if stated.keys() & {"backoff", "first", "cap"}:
            stated["delays"] = ()
        if override.first is None and override.cap is not None:
            stated["first"] = min(self.first, override.cap)
        if override.cap is None and override.first is not None:
            stated["cap"] = max(self.cap, override.first)
        return replace(self, **stated)

    def longest(self, failures: int) -> Micros:
        """The delay after so many failures (at least 1) without jitter."""
        if self.delays:
            return self.delays[min(failures, len(self.delays)) - 1]
        match self.backoff:
            case Backoff.EXPONENTIAL:
                return min(self.cap, self.first << min(failures - 1, _MAX_DOUBLINGS))
            case Backoff.LINEAR:
                return min(self.cap, self.first * failures)
            case Backoff.FIXED:
                return min(self.cap, self.first)

    def delay(self, failures: int, draw: Callable[[], float] = random.random) -> Micros:
        """The delay after so many failures (at least 1), drawn between `longest * (1 - jitter)` and `longest`.

        Args:
            failures: attempts that failed so far.
            draw: gives a number from 0 up to 1; the tests replace it.
        """
        longest = self.longest(failures)
        random_part = int(longest * self.jitter)
        return longest - random_part + int(random_part * draw())

    def next_delay(self, failures: int, failure: "Failure", draw: Callable[[], float] = random.random) -> Micros | None:
        """How long to wait before the next attempt; None when there is none, because it is of no use or was the last.

        What the failing side asks for (`retry_after`) is kept even beyond the cap.
        """
        if failure.fault is not Fault.RETRYABLE or failures >= self.max_attempts:
            return None
        return max(self.delay(failures, draw), failure.retry_after)


@dataclass(frozen=True, slots=True)
class Failure:
    """What one failed attempt came to, as it is kept with the attempt."""

    fault: Fault
    code: str
    """The stable code of an error of ours, otherwise the exception's class name."""
    detail: str
    retry_after: Micros = 0
    """How long the failing side asks to be left alone."""


Faults = Mapping[type[BaseException], Fault]
"""Which class of error is which fault. The most specific class of an error decides."""

DEFAULT_FAULTS: Final[Faults] = MappingProxyType(
    {
        Exception: Fault.RETRYABLE,
        # The same call fails again: a mistake in the program or in the input.
        ArithmeticError: Fault.PERMANENT,
        AssertionError: Fault.PERMANENT,
        AttributeError: Fault.PERMANENT,
        ImportError: Fault.PERMANENT,
        LookupError: Fault.PERMANENT,
        NameError: Fault.PERMANENT,
        NotImplementedError: Fault.PERMANENT,
        RecursionError: Fault.PERMANENT,
        SyntaxError: Fault.PERMANENT,
        TypeError: Fault.PERMANENT,
        ValueError: Fault.PERMANENT,
        msgspec.MsgspecError: Fault.PERMANENT,
        PermanentError: Fault.PERMANENT,
        # The world may have changed by the next attempt, except where a path or a right is missing.
        OSError: Fault.RETRYABLE,
        FileExistsError: Fault.PERMANENT,
        FileNotFoundError: Fault.PERMANENT,
        IsADirectoryError: Fault.PERMANENT,
        NotADirectoryError: Fault.PERMANENT,
        PermissionError: Fault.PERMANENT,
        # Harms everything that runs beside it.
        MemoryError: Fault.POISON,
        PoisonError: Fault.POISON,
    }
)
"""What is not said otherwise: an unknown error is retried; what cannot end differently is not."""

_PERMANENT_ERRNOS: Final = frozenset({errno.ENAMETOOLONG, errno.ELOOP, errno.EROFS})


def classify(error: BaseException, faults: Faults = MappingProxyType({})) -> Failure:
    """What an attempt's error amounts to.

    Args:
        error: what the handler raised. Errors of our own tree say themselves whether they are retryable.
        faults: what the action says about classes of errors; it goes before the default for the same class.
    """
    if isinstance(error, NetSentinelError):
        seconds = getattr(error, "retry_after", 0)
        return Failure(_fault(error, faults), error.code, error.detail, int(seconds * SECOND))
    return Failure(_fault(error, faults), type(error).__name__, str(error) or type(error).__name__)


def _fault(error: BaseException, faults: Faults) -> Fault:
    for kind in type(error).__mro__:
        if kind in faults:
            return faults[kind]
        if kind is NetSentinelError and isinstance(error, NetSentinelError):
            return Fault.RETRYABLE if error.retryable else Fault.PERMANENT
        if kind is OSError and isinstance(error, OSError) and error.errno in _PERMANENT_ERRNOS:
            return Fault.PERMANENT
        if kind in DEFAULT_FAULTS:
            return DEFAULT_FAULTS[kind]
    return Fault.PERMANENT  # no Exception at all, such as SystemExit: a handler has no business raising it
