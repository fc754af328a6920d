"""Beacons: a machine inside that calls the same place outside again and again, evenly, with the same amount of data."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import msgspec

from netsentinel.detection.behaviour.networks import leaves
from netsentinel.detection.behaviour.signs import Sign, tell
from netsentinel.detection.model import Finding
from netsentinel.detection.tables import Key, StalestFirst
from netsentinel.events.model import Event
from netsentinel.kernel.clock import MINUTE, SECOND
from netsentinel.kernel.types import Level, Micros

_NETWORK_ACTIVITY = 4001
_PROTOCOLS = frozenset({"tcp", "udp"})
_REGULAR_BY_NATURE = frozenset({53, 67, 68, 123, 137, 138, 546, 547, 853, 1900, 5353})
"""Names, addresses, time and discovery: every machine asks for them evenly."""


@dataclass(frozen=True, slots=True)
class BeaconParameters:
    """When regular calls are a beacon.

    The score follows RITA (activecm/rita): symmetry (Bowley's skewness) and spread (median absolute deviation) of the
    intervals and of the sizes. RITA looks at a day at once and weighs a histogram of the day as well; here the last
    calls are looked at as they come, and the third part says how evenly they fill their time.
    """

    calls: int = 20
    """Fewest calls. RITA 5 scores from 4 (`unique_connection_threshold`); so few are often even by chance."""
    kept: int = 32
    """Latest calls that are looked at, per pair."""
    every: int = 4
    """Scored at every such call only."""
    score: float = 0.9
    """From 0 to 1."""
    shortest: Micros = 5 * SECOND
    """Median interval below which it is a busy program, not a beacon."""
    lasting: Micros = 15 * MINUTE
    """The calls must spread over so much time."""
    unanswered: int = 64
    """Tries one after the other that nobody answers, which count as calls of their own kind."""
    unanswered_score: float = 0.7
    """Lower than for calls: a program that waits for an answer in vain does so in several steps."""
    unanswered_lasting: Micros = 30 * MINUTE
    again: int = 24
    """Told again after so many times the span of the calls looked at."""
    keys: int = 10_000
    """Pairs that are held; 32 calls take about 3 KiB."""


class _Calls(msgspec.Struct, array_like=True):
    times: list[Micros] = msgspec.field(default_factory=list[Micros])
    sizes: list[int] = msgspec.field(default_factory=list[int])
    seen: int = 0
    told_at: Micros = -1
    failed: int = 0
    """Tries since the last answer."""
    failing_since: Micros = 0


_SIGN = Sign(
    "beacon",
    "Regular calls to one place outside (beacon)",
    "A machine inside connects to the same place outside at even intervals with nearly the same amount of data, "
    "as an implant does that asks for orders.",
    Level.MEDIUM,
    ("attack.command-and-control", "attack.t1071", "attack.t1571", "attack.t1029"),
    ("Monitoring, telemetry and updaters that call home", "Mail and chat programs that poll"),
    ("https://github.com/activecm/rita",),
)


_UNANSWERED = Sign(
    "beacon.unanswered",
    "Calls to one place outside that nobody answers",
    "A machine inside keeps trying to reach the same place outside, evenly, and gets no answer. An implant goes on "
    "like that after its control server was taken away.",
    Level.LOW,
    _SIGN.tags,
    ("A server that is switched off, or behind a firewall that drops", "Programs with an old address"),
)


class Beacons:
    """Finds beacons in connection logs, per source address, destination address and port."""

    name = "beacon"
    remembers = True
    classes = frozenset({_NETWORK_ACTIVITY})

    def __init__(self, parameters: BeaconParameters | None = None) -> None:
        self._parameters = parameters or BeaconParameters()
        self._calls = StalestFirst(_Calls, self._parameters.keys)

    def analyze_events(self, events: Sequence[Event]) -> list[Finding]:
        """The beacons that these events complete."""
        found: list[Finding] = []
        for event in events:
            if (
                event.class_uid == _NETWORK_ACTIVITY
                and event.dst_port
                and event.protocol in _PROTOCOLS
                and event.dst_port not in _REGULAR_BY_NATURE
                and leaves(event.src_ip, event.dst_ip)
            ):
                self._look(event, found)
        return found

    def snapshot(self) -> bytes:
        """The latest calls of each pair."""
        return self._calls.save()

    def restore(self, state: bytes) -> None:
        """Take over a snapshot; empty bytes mean a fresh start."""
        self._calls.load(state)

    def _look(self, event: Event, found: list[Finding]) -> None:
        parameters = self._parameters
        key: Key = (event.tenant, event.source, event.src_ip, event.dst_ip, str(event.dst_port), event.protocol)
        calls = self._calls.touch(key)
        calls.times.append(event.time)
        calls.sizes.append(event.bytes_out)
        calls.seen += 1
        if event.action != "failure":
            calls.failed = 0
        elif not calls.failed:
            calls.failed, calls.failing_since = 1, event.time
        else:
            calls.failed += 1
        if len(calls.times) > parameters.kept:
            del calls.times[0], calls.sizes[0]
        if len(calls.times) < parameters.calls or calls.seen % parameters.every:
            return
        times = sorted(calls.times)
        gaps = [later - earlier for earlier, later in pairwise(times)]
        if calls.failed >= parameters.unanswered:
            sign, least, span, wanted = (
                _UNANSWERED,
                parameters.unanswered_score,
                event.time - calls.failing_since,
                parameters.unanswered_lasting,
            )
        else:
            sign, least, span, wanted = _SIGN, parameters.score, times[-1] - times[0], parameters.lasting
        told_lately = calls.told_at >= 0 and abs(event.time - calls.told_at) < parameters.again * span
        if span < wanted or told_lately or median(gaps) < parameters.shortest:
            return
        score = beacon_score(gaps, calls.sizes)
        if score >= least:
            calls.told_at = event.time
            found.append(self._finding(sign, event, calls, score, least, median(gaps)))

    def _finding(self, sign: Sign, event: Event, calls: _Calls, score: float, least: float, middle: float) -> Finding:
        target = f"{event.dst_ip}:{event.dst_port}/{event.protocol}"
        matched = [
            ("beacon score", f"{score:.2f}", f"score >= {least}"),
            ("connections", str(calls.seen), f"the last {len(calls.times)} were looked at"),
            ("interval", f"{middle / SECOND:.1f} s", "the median between two connections"),
            ("target", target, "the same target"),
        ]
        if sign is _UNANSWERED:
            matched.append(("unanswered", str(calls.failed), f"tries in a row >= {self._parameters.unanswered}"))
        return tell(sign, event, self.name, matched, about=target)


def beacon_score(gaps: Sequence[int], sizes: Sequence[int]) -> float:
    """How much a series of calls looks like a beacon, from 0 to 1.

    Args:
        gaps: times between calls, at least one.
        sizes: bytes sent by each call.
    """
    times = (_symmetry(gaps) + _evenness(gaps)) / 2
    amounts = (_symmetry(sizes) + _evenness(sizes)) / 2
    filled = min(1.0, median(gaps) * len(gaps) / max(1, sum(gaps)))
    return (times + amounts + filled) / 3


def _symmetry(values: Sequence[int]) -> float:
    """1 less the absolute skewness after Bowley: (Q1 + Q3 - 2 Q2) / (Q3 - Q1)."""
    ordered = sorted(values)
    last = len(ordered) - 1
    low, middle, high = (ordered[round(part * last)] for part in (0.25, 0.5, 0.75))
    return 1.0 if high == low else 1.0 - abs((low + high - 2 * middle) / (high - low))


def _evenness(values: Sequence[int]) -> float:
    """1 less the median absolute deviation, as a share of the median."""
    middle = median(values)
    if not middle:
        return 1.0 if not any(values) else 0.0
    return max(0.0, 1.0 - median(abs(value - middle) for value in values) / middle)
