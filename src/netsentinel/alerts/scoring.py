"""Scores: how an alert's level and count become 0 to 100, and how alerts add up to a threat."""

import math
from collections.abc import Iterable

from netsentinel.alerts.model import Alert, Verdict
from netsentinel.kernel.clock import HOUR
from netsentinel.kernel.types import Level, Micros

_BASE = {
    Level.INFORMATIONAL: 5,
    Level.LOW: 20,
    Level.MEDIUM: 45,
    Level.HIGH: 70,
    Level.CRITICAL: 90,
}
_MOST_FOR_COUNT = 9

_DISMISSED = frozenset({Verdict.FALSE_POSITIVE, Verdict.BENIGN})


def alert_score(level: Level, count: int) -> int:
    """0 to 100: the level decides, repetition adds up to 9 (doubling the count adds one)."""
    return min(100, _BASE[level] + min(_MOST_FOR_COUNT, int(math.log2(max(count, 1)))))


def threat_score(alerts: Iterable[Alert], at: Micros, half_life: Micros) -> int:
    """0 to 100: alerts combine like independent evidence (noisy or), each halved per half-life of its age.

    Dismissed alerts (false positive, benign) count nothing. The noisy-or is Pearl's (1988): one strong alert
    is enough for a high score, many weak ones add up slowly, and no sum exceeds 100.
    """
    innocence = 1.0
    for alert in alerts:
        if alert.verdict in _DISMISSED:
            continue
        age = max(0, at - alert.last_at)
        innocence *= 1.0 - alert.score / 101 * 0.5 ** (age / half_life)
    return round(100 * (1.0 - innocence))


def decayed(score: int, since: Micros, now: Micros, half_life: Micros) -> int:
    """A score as of `now` that was computed at `since`."""
    return round(score * 0.5 ** (max(0, now - since) / half_life))


def heat(score: float, at: Micros, half_life: Micros) -> float:
    """A number that orders scores by their decayed value at any later moment: log2(score) + time in half-lives.

    Two scores decay by the same factor, so their order never changes; that makes it an index column.
    """
    if score <= 0:
        return at / half_life - 64.0
    return math.log2(score) + at / half_life


def half_life_of(hours: int) -> Micros:
    """A half-life in microseconds."""
    return hours * HOUR
