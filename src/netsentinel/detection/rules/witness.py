"""Witnesses: for each rule a set of atoms at least one of which must be true before the rule can be.

A rule is only evaluated for events that have one of its witnesses; the few rules without any are always evaluated.
"""

from netsentinel.detection.rules.model import ON_VALUES, AnyOf, Atom, Condition, Has, Not, Operation

_WEIGHT = {
    Operation.EQUALS: 2.0,
    Operation.STARTSWITH: 1.0,
    Operation.ENDSWITH: 1.2,
    Operation.CONTAINS: 1.0,
    Operation.LIKE: 0.8,
    Operation.REGEX: 0.5,
    Operation.CIDR: 0.3,
    Operation.NUMBER: 0.4,
}
"""How telling one character of a value is; numbers and networks are shared by many events."""

_COMMON_FIELDS = frozenset({"event_type", "EventID", "Channel", "Provider_Name", "proto", "_path", "@stream"})
"""Fields whose values half of all events share."""


def witnesses(condition: Condition) -> frozenset[Atom]:
    """Atoms one of which must be true for the condition to be; empty when there is no such set.

    Of several possible sets the most telling one is taken: the one whose weakest atom is the rarest.
    """
    if isinstance(condition, Has):
        return frozenset({condition.atom}) if condition.atom.operation in ON_VALUES else frozenset()
    if isinstance(condition, Not):
        return frozenset()
    sets = [witnesses(item) for item in condition.items]
    if isinstance(condition, AnyOf):
        return frozenset[Atom]().union(*sets) if all(sets) else frozenset()
    return max((one for one in sets if one), key=_telling, default=frozenset[Atom]())


def atoms_of(condition: Condition) -> list[Atom]:
    """Every atom of a condition, in order, repeated ones too."""
    if isinstance(condition, Has):
        return [condition.atom]
    if isinstance(condition, Not):
        return atoms_of(condition.item)
    return [atom for item in condition.items for atom in atoms_of(item)]


def _telling(atoms: frozenset[Atom]) -> tuple[float, int]:
    return min(_rarity(atom) for atom in atoms), -len(atoms)


def _rarity(atom: Atom) -> float:
    if atom.field in _COMMON_FIELDS:
        return 0.0
    length = len(atom.value) if isinstance(atom.value, str) else 2
    return _WEIGHT.get(atom.operation, 0.1) * min(length, 24)
