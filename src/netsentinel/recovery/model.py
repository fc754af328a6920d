"""Breakers as people and other features see them."""

from dataclasses import dataclass

from netsentinel.kernel.types import Micros, TenantId
from netsentinel.recovery.breaker import BreakerState, Mode


@dataclass(frozen=True, slots=True)
class KeptBreaker:
    """A breaker as it is stored. There is one for each dependency of each tenant."""

    tenant: TenantId
    dependency: str
    state: BreakerState
    updated_at: Micros


@dataclass(frozen=True, slots=True)
class BreakerView:
    """A breaker as of a moment."""

    tenant: TenantId
    dependency: str
    """What is called, for example `smtp` or `webhook:<id>`."""
    mode: Mode
    since: Micros
    until: Micros
    """When an open one lets probes through; otherwise 0."""
    opened: int
    """How often it opened in a row, without having been closed."""
    calls: int
    """Of the window, or the probes that came back while it is half open."""
    failures: int
    slow: int
    failure_rate: float
    """0 to 1."""
    slow_rate: float
    """0 to 1."""
    minimum_calls: int
    failure_rate_limit: float
    slow_rate_limit: float
    updated_at: Micros


@dataclass(frozen=True, slots=True)
class BreakerChange:
    """A breaker came into another mode: one step of the breakers' timeline, and what entries carry."""

    tenant: TenantId
    dependency: str
    at: Micros
    before: Mode
    after: Mode
    until: Micros
    """When an open one lets probes through; otherwise 0."""
    reason: str
    """For people: `failure rate`, `slow rate`, `interval over`, `probes succeeded`, `forced open`, `reset`, ..."""
    calls: int
    """The calls that led to it."""
    failures: int
    slow: int
