"""Classes of requests, the figures of each tier, and what a principal has left."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from netsentinel.kernel.clock import DAY, MINUTE, SECOND
from netsentinel.kernel.settings import Settings
from netsentinel.kernel.types import Micros, Principal, TenantId, Tier

MINUTES_A_DAY: Final = DAY // MINUTE


class RequestClass(StrEnum):
    """What a request is counted as. Each class has figures and counts of its own."""

    API = "api"
    """A program's request, with an API key."""
    INTAKE = "intake"
    """A batch of events that a program hands over."""
    SESSION = "session"
    """A browser's request, with a session."""
    UPLOAD = "upload"
    """A piece of a medium on its way, of a program or a browser."""


Key = tuple[TenantId, str, RequestClass]
"""Whose requests are counted together: tenant, id of the principal, class."""


@dataclass(frozen=True, slots=True)
class Rate:
    """The figures of one class.

    Raises:
        ValueError: a figure is impossible.
    """

    per_minute: int
    burst: int = 0
    """How much more one minute may have, out of what earlier minutes left unused; at most `per_minute`."""
    per_day: int = 0
    """0 for any number."""

    def __post_init__(self) -> None:
        if self.per_minute < 1 or self.per_day < 0 or not 0 <= self.burst <= self.per_minute:
            raise ValueError("a minute has at least one request, and a burst is no larger than that")

    @property
    def debt(self) -> int:
        """How much may be counted in memory only: 1 % of the smallest figure, at least one request."""
        least = min(self.per_minute, self.per_day) if self.per_day else self.per_minute
        return max(1, least // 100)


@dataclass(frozen=True, slots=True)
class LimitPlan:
    """The figures of every tier and class. The defaults are document 003's."""

    standard: Rate = Rate(100, 20, 10_000)
    premium: Rate = Rate(1_000, 200, 1_000_000)
    intake: Rate = Rate(6_000, 1_200)
    session: Rate = Rate(1_200, 240, 200_000)
    upload: Rate = Rate(6_000, 1_200)

    @classmethod
    def of(cls, settings: Settings) -> "LimitPlan":
        """The figures that the settings ask for."""

        def rate(per_minute: int, per_day: int) -> Rate:
            return Rate(per_minute, per_minute * settings.limits_burst_percent // 100, per_day)

        return cls(
            standard=rate(settings.limits_standard_per_minute, settings.limits_standard_per_day),
            premium=rate(settings.limits_premium_per_minute, settings.limits_premium_per_day),
            intake=rate(settings.limits_intake_per_minute, settings.limits_intake_per_day),
            session=rate(settings.limits_session_per_minute, settings.limits_session_per_day),
            upload=rate(settings.limits_upload_per_minute, settings.limits_upload_per_day),
        )

    def rate(self, principal: Principal, of: RequestClass) -> Rate | None:
        """What counts for this principal; None when nothing does."""
        if of is RequestClass.SESSION:
            return self.session
        if principal.tier is Tier.UNLIMITED:
            return None
        if of is RequestClass.INTAKE:
            return self.intake
        if of is RequestClass.UPLOAD:
            return self.upload
        return self.premium if principal.tier is Tier.PREMIUM else self.standard


@dataclass(frozen=True, slots=True)
class Standing:
    """What is left of a principal's class, after a request was counted or refused."""

    rate: Rate
    minute_left: int
    """Requests that this minute still takes, what was carried over included."""
    minute_ends_in: int
    """Seconds, rounded up."""
    day_left: int
    """Requests that this day still takes; 0 where the day has no limit."""
    day_ends_in: int
    """Seconds, rounded up."""


@dataclass(frozen=True, slots=True)
class DayCount:
    """One row: what a principal asked for on one day, and how its current minute stands."""

    key: Key
    day: int
    """Days since 1970-01-01 UTC."""
    used: int = 0
    refused: int = 0
    """Requests that were not let through; they count for nothing else."""
    minute: int = 0
    """Minutes since 1970-01-01 UTC: the latest in which something was counted."""
    minute_used: int = 0
    carried: int = 0
    """What that minute may have beyond the rate."""


@dataclass(frozen=True, slots=True)
class UsageOfDay:
    """How many requests of one class a principal made on a day."""

    day: str
    """As `2026-01-31`, in UTC."""
    principal: str
    request_class: RequestClass
    requests: int
    refused: int

    @classmethod
    def of(cls, count: DayCount) -> "UsageOfDay":
        """A row as it is shown."""
        return cls(date_of(count.day), count.key[1], count.key[2], count.used, count.refused)


@dataclass(frozen=True, slots=True)
class ClassUsage:
    """The limits of one class and what is left of them now. A limit is 0 where there is none."""

    request_class: RequestClass
    per_minute: int
    burst: int
    per_day: int
    minute_used: int
    minute_left: int
    minute_resets_at: Micros
    day_used: int
    day_refused: int
    day_left: int
    day_resets_at: Micros


def date_of(day: int) -> str:
    """The date of a number of days since 1970, in ISO 8601."""
    return datetime.fromtimestamp(day * DAY // SECOND, UTC).date().isoformat()
