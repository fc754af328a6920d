"""Compiling what rules look for before events come: whoever judges these finds it in the cache."""

from collections.abc import Callable, Iterator, Sequence
from time import thread_time

from netsentinel.detection.rules.cache import RuleCache
from netsentinel.detection.rules.match import RuleEngine
from netsentinel.detection.rules.model import Rule
from netsentinel.detection.rules.taxonomy import applies
from netsentinel.events.formats import usual_logsources
from netsentinel.events.model import Logsource

AHEAD_S = 10.0
"""So long is compiled ahead: SigmaHQ's 3,141 rules, which are more than nearly anybody's own, take twice as long."""


def compile_ahead(rules: Sequence[Rule], cache: RuleCache, clock: Callable[[], float] = thread_time) -> int:
    """Compile for the usual log sources, those of the most rules first, until it has taken long enough; for how many.

    Args:
        rules: what is chosen of them is compiled for each log source.
        cache: where it is put.
        clock: processor time of this thread, in seconds.
    """
    engine, until = RuleEngine(rules, cache), clock() + AHEAD_S
    done = 0
    for logsource in _usual(rules):
        if clock() > until:
            break
        engine.prepare((logsource,))
        done += 1
    return done


def _usual(rules: Sequence[Rule]) -> Iterator[Logsource]:
    stated = dict.fromkeys(rule.logsource for rule in rules)
    known = dict.fromkeys((*usual_logsources(), *stated))
    looking = {one: sum(applies(rule.logsource, one) for rule in rules) for one in known}
    return (one for one in sorted(known, key=lambda one: -looking[one]) if looking[one])
