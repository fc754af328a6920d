"""What a tenant's own rules may cost: who writes costly ones must not hold up everybody's events."""

from collections.abc import Callable, Iterator, Sequence
from time import thread_time_ns
from typing import ParamSpec, TypeVar

from netsentinel.detection.rules.match import Match, RuleEngine
from netsentinel.detection.rules.model import Atom, Rule
from netsentinel.events.model import Event

_SAVED_NS = 5 * 10**9
"""Most that is saved up: so long may a burst take that costs more than it earns."""
_RESUMES_NS = 10**9
"""When all is spent, so much is saved up before own rules judge again: enough for a costly event."""
_WEIGHING_NS = 10**9
"""So long may it take, for all events of a call, to find out what rules cost."""
_PER_MATCH_NS = 200_000
"""What a match costs beside: somebody has to record it."""
_PER_EVENT_NS = 250_000
_PER_BYTE_NS = 25
"""What an event earns: about ten times what one costs by all 3,141 rules of SigmaHQ."""
_PART_NS = 256 * _PER_EVENT_NS
"""Events that earn so much are judged together, and if need be given up together. Fewer would cost more each."""

_Given = ParamSpec("_Given")
_Said = TypeVar("_Said")


class SpentError(Exception):
    """All that was saved is spent. Never leaves the budget.

    Args:
        atom: what was to be asked next.
    """

    def __init__(self, atom: Atom) -> None:
        super().__init__(atom)
        self.atom = atom


class Budget:
    """The account of one tenant's own rules, in processor time.

    Every event of the tenant earns some, and judging it costs some; when all is spent, judging ends in the midst of an
    event. Until enough is saved again, events earn and are not judged by own rules; installed rules judge all.

    Args:
        clock: processor time of this thread, in nanoseconds.
    """

    def __init__(self, clock: Callable[[], int] = thread_time_ns) -> None:
        self._clock = clock
        self._saved = _SAVED_NS
        self._is_spent = False
        self._resumes = _RESUMES_NS
        """What has to be saved before own rules go on: all, when they could not be made ready with less."""
        self._until = 0
        """When, by the clock, all will be spent."""
        self._omitted = 0
        self._blamed: list[tuple[Atom, int]] = []
        """What was asked when all was spent, with what the part had cost until then."""
        self.is_unexplained = False
        """Whether all was spent, and nobody said yet by which rules."""

    def guard(self, atom: Atom, question: Callable[_Given, _Said], /) -> Callable[_Given, _Said]:
        """A question of own rules, which is only asked while something is left; for `RuleEngine`."""
        clock = self._clock

        def guarded(*args: _Given.args, **kwargs: _Given.kwargs) -> _Said:
            if clock() > self._until:
                raise SpentError(atom)
            return question(*args, **kwargs)

        return guarded

    def matches(self, engine: RuleEngine, events: Sequence[Event]) -> Iterator[Match]:
        """As `engine.matches`, of those events that can be afforded."""
        earned = [_PER_EVENT_NS + _PER_BYTE_NS * len(event.raw) for event in events]
        at = 0
        while at < len(events):
            begun, at = at, _end(earned, at)
            if self._is_spent and self._saved < self._resumes:
                self._omitted += at - begun
            else:
                self._is_spent = False
                yield from self._judged(engine, events[begun:at])
            self._saved = min(self._saved + sum(earned[begun:at]), _SAVED_NS)

    def _judged(self, engine: RuleEngine, part: Sequence[Event]) -> Iterator[Match]:
        """Matches of a part, each looked for when it is asked for; what the asker does meanwhile costs nothing."""
        before, self._resumes = self._saved, _SAVED_NS
        try:
            self._prepare(engine, part)
            self._resumes = _RESUMES_NS
            found = engine.matches(part)
            while (match := self._next(found)) is not None:
                yield match
                self._saved -= _PER_MATCH_NS
                if self._saved <= 0:
                    self._omitted += len(part)
                    break
        except SpentError as error:
            self._blamed.append((error.atom, before - self._saved))
            self._omitted += len(part)
        if self._saved <= 0:
            self._is_spent = self.is_unexplained = True

    def _prepare(self, engine: RuleEngine, part: Sequence[Event]) -> None:
        """Compile what such events need. When it is ended in its midst, what was compiled is found in the cache."""
        began = self._clock()
        self._until = began + self._saved
        try:
            engine.prepare(event.logsource for event in part)
        finally:
            self._saved -= self._clock() - began

    def _next(self, found: Iterator[Match]) -> Match | None:
        began = self._clock()
        self._until = began + self._saved
        try:
            return next(found, None)
        finally:
            self._saved -= self._clock() - began

    def weigh(self, engine: RuleEngine, events: Sequence[Event]) -> Iterator[tuple[Rule, int]]:
        """As `engine.weigh`, of those events that can be afforded; and which rules spent all."""
        blamed, self._blamed = self._blamed, []
        is_unexplained, self.is_unexplained = self.is_unexplained and not blamed, False
        end = self._clock() + _WEIGHING_NS
        for event in events:
            began = self._clock()
            if began > end or (self._is_spent and not is_unexplained):
                break
            is_unexplained = False
            self._until = end
            weights: list[tuple[Rule, int]] = []
            try:
                weights += engine.weigh([event])
            except SpentError as error:
                blamed.append((error.atom, self._clock() - began))
            self._saved -= self._clock() - began
            yield from weights
        for atom, took in blamed:
            rule = engine.asking(atom)
            if rule is not None:  # rules have changed since
                yield rule, took

    def take_omitted(self) -> int:
        """How many events own rules did not judge, or not to the end, since the last call."""
        omitted, self._omitted = self._omitted, 0
        return omitted


def _end(earned: Sequence[int], at: int) -> int:
    """Up to where events are taken at a time, one at least."""
    left = _PART_NS - earned[at]
    for end in range(at + 1, len(earned)):
        left -= earned[end]
        if left < 0:
            return end
    return len(earned)
