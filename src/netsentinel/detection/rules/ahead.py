"""Compiling what rules look for before events come: whoever judges these finds it in the cache."""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from time import thread_time
from typing import ParamSpec, TypeVar

from netsentinel.detection.rules.cache import RuleCache
from netsentinel.detection.rules.match import RuleEngine
from netsentinel.detection.rules.model import Atom, Rule
from netsentinel.detection.rules.taxonomy import applies
from netsentinel.events.formats import usual_logsources
from netsentinel.events.model import Logsource

AHEAD_S = 10.0
"""So long is compiled ahead: SigmaHQ's 3,141 rules, which are more than nearly anybody's own, take twice as long."""

_MOST_STATED = 256
"""So many log sources of those that rules state are compiled for, the most stated ones."""

_Given = ParamSpec("_Given")
_Said = TypeVar("_Said")


class _EnoughError(Exception):
    """It has taken long enough. Never leaves this module."""


def compile_ahead(rules: Sequence[Rule], cache: RuleCache, clock: Callable[[], float] = thread_time) -> int:
    """Compile for the usual log sources, those of the most rules first, until it has taken long enough; for how many.

    Args:
        rules: what is chosen of them is compiled for each log source.
        cache: where it is put.
        clock: processor time of this thread, in seconds.
    """
    until = clock() + AHEAD_S

    def guard(_: Atom, question: Callable[_Given, _Said], /) -> Callable[_Given, _Said]:
        def guarded(*args: _Given.args, **kwargs: _Given.kwargs) -> _Said:
            if clock() > until:
                raise _EnoughError
            return question(*args, **kwargs)

        return guarded

    engine, done = RuleEngine(rules, cache, guard), 0
    with contextlib.suppress(_EnoughError):
        for logsource in _usual(rules):
            engine.prepare((logsource,))
            done += 1
    return done


def _usual(rules: Sequence[Rule]) -> Iterator[Logsource]:
    stated = Counter(rule.logsource for rule in rules)
    known = dict.fromkeys((*usual_logsources(), *(one for one, _ in stated.most_common(_MOST_STATED))))
    looking = {one: sum(times for its, times in stated.items() if applies(its, one)) for one in known}
    return (one for one in sorted(known, key=lambda one: -looking[one]) if looking[one])
