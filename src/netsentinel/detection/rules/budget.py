"""What a tenant's own rules may cost: who writes costly ones must not hold up everybody's events."""

from collections.abc import Callable, Iterator, Sequence
from time import thread_time_ns

from netsentinel.detection.rules.match import Match, RuleEngine
from netsentinel.detection.rules.model import Rule
from netsentinel.events.model import Event

_SAVED_NS = 5 * 10**9
"""Most that is saved up: so long may a burst take that costs more than it earns."""
_PER_EVENT_NS = 250_000
_PER_BYTE_NS = 25
"""What an event earns: about ten times what one costs by all 3,141 rules of SigmaHQ."""
_FIRST_NS = 4_000_000
"""Events that earn so much, one at least, are judged before it is known what they cost."""
_SHARE = 2
"""At most one part in so many of what is saved is spent before it is looked at again."""


class Budget:
    """The account of one tenant's own rules, in processor time.

    Every event of the tenant earns some, and judging it costs some. While there is a debt, events earn and are not
    judged by own rules; installed rules judge all.

    Args:
        clock: processor time of this thread, in nanoseconds.
    """

    def __init__(self, clock: Callable[[], int] = thread_time_ns) -> None:
        self._clock = clock
        self._saved = _SAVED_NS
        self._rate = 0.0
        """What events cost lately, for each nanosecond that they earned."""
        self._omitted = 0
        self.is_unexplained = False
        """Whether there is a debt, and nobody measured yet which rules made it."""

    def matches(self, engine: RuleEngine, events: Sequence[Event]) -> Iterator[Match]:
        """As `engine.matches`, of those events that can be afforded."""
        earned = [_PER_EVENT_NS + _PER_BYTE_NS * len(event.raw) for event in events]
        at = 0
        while at < len(events):
            begun, at = at, self._end(earned, at)
            if self._saved > 0:
                yield from self._judged(engine, events[begun:at], sum(earned[begun:at]))
            else:
                self._saved += sum(earned[begun:at])
                self._omitted += at - begun

    def _judged(self, engine: RuleEngine, part: Sequence[Event], earned: int) -> Iterator[Match]:
        """Matches of a part, each looked for when it is asked for; what the asker does meanwhile costs nothing."""
        found, spent = engine.matches(part), 0
        try:
            while True:
                began = self._clock()
                match = next(found, None)
                spent += self._clock() - began
                if match is None:
                    return
                yield match
        finally:
            self._rate = spent / earned
            self._saved = min(self._saved + earned - spent, _SAVED_NS)
            self.is_unexplained = self.is_unexplained or self._saved <= 0

    def weigh(self, engine: RuleEngine, events: Sequence[Event]) -> Iterator[tuple[Rule, int]]:
        """As `engine.weigh`, of those events that can be afforded, and of one that explains a debt."""
        for event in events:
            if self._saved <= 0 and not self.is_unexplained:
                return
            self.is_unexplained = False
            began = self._clock()
            weights = list(engine.weigh([event]))
            self._saved -= self._clock() - began
            yield from weights

    def take_omitted(self) -> int:
        """How many events own rules did not judge since the last call."""
        omitted, self._omitted = self._omitted, 0
        return omitted

    def _end(self, earned: Sequence[int], at: int) -> int:
        """Up to where events are taken at a time. In debt one by one, so that it is noticed when it is paid."""
        most = self._saved / _SHARE / self._rate if self._rate else _FIRST_NS
        for end in range(at + 1, len(earned)):
            most -= earned[end - 1]
            if most < earned[end]:
                return end
        return len(earned)
