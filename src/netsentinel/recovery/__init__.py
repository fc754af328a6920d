"""Error recovery: when a failed attempt is tried again, and circuit breakers for what is called."""

from netsentinel.recovery.board import BreakerBoard, Command
from netsentinel.recovery.breaker import (
    ALLOWED,
    Admission,
    Breaker,
    BreakerPolicy,
    BreakerState,
    Mode,
    Outcome,
)
from netsentinel.recovery.entries import ENTRY_KINDS
from netsentinel.recovery.errors import PermanentError, PoisonError, RetryLaterError
from netsentinel.recovery.model import BreakerChange, BreakerView, KeptBreaker
from netsentinel.recovery.ports import BreakerStore
from netsentinel.recovery.retry import (
    DEFAULT_FAULTS,
    Backoff,
    Failure,
    Fault,
    Faults,
    RetryOverride,
    RetryPolicy,
    classify,
)
from netsentinel.recovery.service import Breakers

__all__ = [
    "ALLOWED",
    "DEFAULT_FAULTS",
    "ENTRY_KINDS",
    "Admission",
    "Backoff",
    "Breaker",
    "BreakerBoard",
    "BreakerChange",
    "BreakerPolicy",
    "BreakerState",
    "BreakerStore",
    "BreakerView",
    "Breakers",
    "Command",
    "Failure",
    "Fault",
    "Faults",
    "KeptBreaker",
    "Mode",
    "Outcome",
    "PermanentError",
    "PoisonError",
    "RetryLaterError",
    "RetryOverride",
    "RetryPolicy",
    "classify",
]
