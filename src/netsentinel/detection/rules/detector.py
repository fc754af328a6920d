"""Sigma rules as a detector: every match is a finding that explains itself."""

from collections.abc import Sequence
from functools import lru_cache

from netsentinel.detection.fingerprint import clean, entity_of, fingerprint
from netsentinel.detection.model import Finding, MatchedField
from netsentinel.detection.rules.cache import RuleCache
from netsentinel.detection.rules.match import Match, RuleEngine
from netsentinel.detection.rules.model import Atom, Rule
from netsentinel.events.model import Event

_MAX_VALUE = 512
"""Characters of a matched value that a finding keeps."""


class SigmaDetector:
    """Finds events for which a rule is true. Keeps no state: each event is judged by itself.

    Args:
        rules: in the order in which findings of one event are listed.
        cache: where what is compiled is kept.
    """

    name = "sigma"
    remembers = False

    def __init__(self, rules: Sequence[Rule], cache: RuleCache | None = None) -> None:
        self._engine = RuleEngine(rules, cache)

    def analyze_events(self, events: Sequence[Event]) -> list[Finding]:
        """One finding per event and true rule, in that order."""
        return [_finding(match) for match in self._engine.matches(events)]

    def snapshot(self) -> bytes:
        """Empty: there is no state."""
        return b""

    def restore(self, state: bytes) -> None:
        """Nothing: there is no state."""


def _finding(match: Match) -> Finding:
    rule, event = match.rule, match.event
    entity, kind = entity_of(event)
    return Finding(
        tenant=event.tenant,
        source=event.source,
        detector=SigmaDetector.name,
        rule_id=rule.id,
        title=rule.title,
        description=rule.description,
        level=rule.level,
        tags=rule.tags,
        time=event.time,
        src_ip=clean(event.src_ip),
        dst_ip=clean(event.dst_ip),
        user=clean(event.user),
        device=clean(event.device),
        entity=entity,
        entity_kind=kind,
        matched=tuple(
            MatchedField(field, value[:_MAX_VALUE], _describe(atom))
            for field, value, atom in dict.fromkeys(match.evidence)
        ),
        false_positives=rule.false_positives,
        references=rule.references,
        rule_source=rule.source,
        fingerprint=fingerprint(event.tenant, rule.id, entity),
        raw=event.raw,
    )


@lru_cache(maxsize=4096)
def _describe(atom: Atom) -> str:
    return atom.describe()
