"""Witnesses: for each rule a set of atoms at least one of which must be true before the rule can be.

A rule is only evaluated for events that have one of its witnesses. The few rules without any (all they ask is that
something is not so) are evaluated unless the event has one of their blockers: atoms that make them false.
"""

from functools import lru_cache

from netsentinel.detection.rules.model import ON_VALUES, AllOf, AnyOf, Atom, Condition, Has, Not, Operation

_COMMON_FIELDS = frozenset({"event_type", "EventID", "Channel", "Provider_Name", "proto", "_path", "@stream"})
"""Fields whose values half of all events share."""

_SETTLED = _COMMON_FIELDS | {
    "Image",
    "ParentImage",
    "OriginalFileName",
    "Company",
    "Product",
    "Description",
    "IntegrityLevel",
    "User",
    "ParentUser",
    "SourceImage",
    "TargetImage",
    "ImageLoaded",
    "Signed",
    "SignatureStatus",
    "Initiated",
    "DestinationPort",
    "GrantedAccess",
    "LogonType",
    "ObjectType",
    "AccessMask",
    "SubjectUserName",
    "eventSource",
    "eventName",
    "operationName",
    "method",
    "cs-method",
}
"""Fields with few distinct values."""

_TYPICAL = (
    *(f"c:\\windows\\system32\\{name}.exe" for name in ("cmd", "svchost", "rundll32", "conhost", "services", "reg")),
    *(f"c:\\windows\\system32\\{name}.exe" for name in ("net", "schtasks", "msiexec", "wscript", "taskhostw", "sc")),
    "c:\\windows\\system32\\windowspowershell\\v1.0\\powershell.exe",
    "c:\\windows\\syswow64\\cmd.exe",
    "c:\\windows\\explorer.exe",
    "c:\\program files\\",
    "c:\\program files (x86)\\",
    "c:\\users\\ann\\appdata\\local\\temp\\",
    "c:\\programdata\\",
    "hklm\\software\\microsoft\\windows\\currentversion\\",
    "cmd.exe /c ",
    "powershell.exe -file ",
    " -s ",
    " -p ",
    " -k ",
    " -e ",
    " /s ",
    ".dll",
    "https://",
    "http://",
    "/bin/sh",
    "/bin/bash",
    "/usr/bin/",
    "/tmp/",  # noqa: S108 - a text that rules look for, no place of ours
    "get",
    "post",
    "microsoft corporation",
    "microsoft\u00ae windows\u00ae operating system",
    "nt authority\\system",
    *("high", "medium", "low", "system", "-", "true", "false", "s-1-16-8192", "s-1-16-12288"),
)
"""Texts that say little: an atom that one of them answers is true for many events, whatever its length."""

_OFTEN = 0.2
_LETTERS = 0.7
"""How much rarer each further character makes a text."""

_ODDS = {
    Operation.REGEX: 0.02,
    Operation.NUMBER: 0.1,
    Operation.CIDR: 0.3,
}


def witnesses(condition: Condition) -> frozenset[Atom]:
    """Atoms one of which must be true for the condition to be; empty when there is no such set.

    Of several possible sets the one is taken that the fewest events are expected to have.
    """
    return min(_required(condition), key=_expected, default=frozenset[Atom]())


def confirmations(condition: Condition) -> frozenset[Atom]:
    """Further atoms one of which must be true too, about fields whose values come back; often empty."""
    first = witnesses(condition)
    others = [one for one in _required(condition) if one != first and all(is_settled(atom) for atom in one)]
    return min(others, key=_expected, default=frozenset[Atom]())


def is_settled(atom: Atom) -> bool:
    """Whether the values of the atom's field come back all the time, so that asking more of them costs nothing."""
    return atom.field in _SETTLED


def _required(condition: Condition) -> list[frozenset[Atom]]:
    """Sets of atoms: of each at least one must be true for the condition to be."""
    if isinstance(condition, Has):
        return [frozenset({condition.atom})] if condition.atom.operation in ON_VALUES else []
    if isinstance(condition, Not):
        return []
    if isinstance(condition, AllOf):
        return [one for item in condition.items for one in _required(item)]
    sets = [witnesses(item) for item in condition.items]
    return [frozenset[Atom]().union(*sets)] if all(sets) else []


def blockers(condition: Condition) -> frozenset[Atom]:
    """Atoms each of which makes the condition false when it is true."""
    if isinstance(condition, Not):
        return _sufficient(condition.item)
    if isinstance(condition, Has):
        return frozenset()
    sets = [blockers(item) for item in condition.items]
    if isinstance(condition, AllOf):
        return frozenset[Atom]().union(*sets)
    return sets[0].intersection(*sets[1:]) if sets else frozenset()


def _sufficient(condition: Condition) -> frozenset[Atom]:
    """Atoms each of which makes the condition true when it is true."""
    if isinstance(condition, Has):
        return frozenset({condition.atom}) if condition.atom.operation in ON_VALUES else frozenset()
    if isinstance(condition, Not):
        return blockers(condition.item)
    sets = [_sufficient(item) for item in condition.items]
    if isinstance(condition, AnyOf):
        return frozenset[Atom]().union(*sets)
    return sets[0].intersection(*sets[1:]) if sets else frozenset()


def atoms_of(condition: Condition) -> list[Atom]:
    """Every atom of a condition, in order, repeated ones too."""
    if isinstance(condition, Has):
        return [condition.atom]
    if isinstance(condition, Not):
        return atoms_of(condition.item)
    return [atom for item in condition.items for atom in atoms_of(item)]


def odds(condition: Condition) -> float:
    """A guess at how many events the condition is true for, from 0 to 1."""
    if isinstance(condition, Has):
        return _odds(condition.atom)
    if isinstance(condition, Not):
        return 1.0 - odds(condition.item)
    each = [odds(item) for item in condition.items]
    return min(each) if isinstance(condition, AllOf) else min(sum(each), 1.0)


def _expected(atoms: frozenset[Atom]) -> tuple[float, int]:
    return sum(_odds(atom) for atom in atoms), len(atoms)


@lru_cache(maxsize=65536)
def _odds(atom: Atom) -> float:
    """A guess at how many events have a value that answers the atom, from 0 to 1."""
    if atom.field in _COMMON_FIELDS:
        return 1.0
    if not isinstance(atom.value, str) or atom.operation in _ODDS:
        return _ODDS.get(atom.operation, 0.5)
    text = atom.value.lower()
    if _is_typical(atom.operation, text):
        return _OFTEN
    letters = sum(char not in "*?" for char in text) if atom.operation is Operation.LIKE else len(text)
    return max(_LETTERS ** (letters + 2), 1e-6)


def _is_typical(operation: Operation, text: str) -> bool:
    if operation is Operation.EQUALS:
        return any(text == one or one.endswith("\\" + text) for one in _TYPICAL)
    if operation is Operation.STARTSWITH:
        return any(one.startswith(text) for one in _TYPICAL)
    if operation is Operation.ENDSWITH:
        return any(one.endswith(text) for one in _TYPICAL)
    return operation is Operation.CONTAINS and any(text in one for one in _TYPICAL)
