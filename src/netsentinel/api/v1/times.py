"""Times as the older version writes them."""

from datetime import UTC, datetime

from netsentinel.kernel.clock import SECOND
from netsentinel.kernel.types import Micros

_LAST = 253_402_300_799
"""The last second of the year 9999, the last that this form can write."""


def written(at: Micros) -> str:
    """ISO 8601 in UTC, to the second: `2026-01-01T12:00:00Z`. What lies outside of 1970 to 9999 is its nearest end."""
    return datetime.fromtimestamp(min(max(at // SECOND, 0), _LAST), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
