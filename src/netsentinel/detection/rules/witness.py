"""What a rule needs: sets of atoms of each of which at least one must be true before the rule can be.

Fields are of two kinds. The values of *steady* ones (programs, makers, channels) come back all the time, and together;
*fresh* ones (command lines) are different in every event. A rule is only evaluated for events that meet its needs.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from netsentinel.detection.rules.model import ON_VALUES, REFERENCES, AllOf, AnyOf, Atom, Condition, Has, Not, Operation

Steady = Callable[[str], bool]
"""Whether a field, given by name, is a steady one."""

MAX_STEADY_NEEDS = 3
"""So many needs of one rule about steady fields are looked at, the rarest first."""

MAX_FRESH_NEEDS = 2
"""The same of fresh fields: each costs time whenever one of its atoms is true."""

_COMMON_FIELDS = frozenset({"event_type", "EventID", "Channel", "Provider_Name", "proto", "_path", "@stream"})
"""Fields whose values half of all events share."""

_STEADY = frozenset(
    {
        "event_type",
        "Channel",
        "Provider_Name",
        "proto",
        "_path",
        "@stream",
        "Image",
        "ParentImage",
        "OriginalFileName",
        "Company",
        "Product",
        "Description",
        "FileVersion",
        "IntegrityLevel",
        "SourceImage",
        "TargetImage",
        "ImageLoaded",
        "Signed",
        "SignatureStatus",
        "Initiated",
        "GrantedAccess",
        "ObjectType",
        "AccessMask",
        "eventSource",
        "eventName",
        "operationName",
        "method",
        "cs-method",
    }
)
"""Fields that hold texts, have few distinct values, and go together: what makes the context of an event."""

_TYPICAL = (
    *(f"c:\\windows\\system32\\{name}.exe" for name in ("cmd", "svchost", "rundll32", "conhost", "services", "reg")),
    *(f"c:\\windows\\system32\\{name}.exe" for name in ("net", "schtasks", "msiexec", "wscript", "taskhostw", "sc")),
    "c:\\windows\\system32\\windowspowershell\\v1.0\\powershell.exe",
    "c:\\windows\\syswow64\\cmd.exe",
    "c:\\windows\\explorer.exe",
    "c:\\program files\\google\\chrome\\application\\chrome.exe",
    "c:\\program files (x86)\\microsoft\\edge\\application\\msedge.exe",
    "c:\\program files\\mozilla firefox\\firefox.exe",
    *(f"c:\\program files\\microsoft office\\root\\office16\\{name}.exe" for name in ("outlook", "excel", "winword")),
    "c:\\program files\\windowsapps\\",
    "c:\\program files\\",
    "c:\\program files (x86)\\",
    "c:\\users\\ann\\appdata\\local\\temp\\",
    "c:\\programdata\\",
    "hklm\\software\\microsoft\\windows\\currentversion\\",
    'c:\\windows\\system32\\cmd.exe /c "',
    "c:\\windows\\system32\\svchost.exe -k netsvcs -p -s schedule",
    "c:\\windows\\system32\\svchost.exe -k dcomlaunch -p",
    "c:\\windows\\system32\\dllhost.exe /processid:{",
    'c:\\program files (x86)\\microsoft\\edge\\application\\msedge.exe" --type=renderer',
    "c:\\users\\ann\\documents\\",
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

_LONG = 512
"""Characters of a text about which nothing is remembered: rules are removed, and others come."""

_OFTEN = 0.2
_LETTERS = 0.6
"""How much rarer each further character makes a text."""

_NO_LETTERS = re.compile(r"\\[A-Za-z]|\\(?=.)|\(\?[a-z:]*|\[[^]]*\]|\{[^}]*\}|[][(){}.*+?|^$]")
"""What of a regular expression is no letter that a value must hold; alternatives count together, which is a guess."""

_LOOK_COST = 20
"""How much more it costs to look at a rule than to find a text of it in a value."""

_ODDS = {
    Operation.NUMBER: 0.1,
    Operation.CIDR: 0.3,
}


@dataclass(frozen=True, slots=True)
class Needs:
    """What must be true before a rule can be: one atom of each of these, the rarest first."""

    fresh: tuple[frozenset[Atom], ...]
    """Needs with at least one atom about a fresh field."""
    steady: tuple[frozenset[Atom], ...]
    """Needs all of whose atoms are about steady fields."""


def needs(condition: Condition, steady: Steady) -> Needs:
    """The needs of a rule that tell the most: those that the fewest events are expected to meet."""
    found = sorted(dict.fromkeys(_required(condition, steady)), key=_expected)
    inner = tuple(need for need in found if _is_steady(need, steady))[:MAX_STEADY_NEEDS]
    left = min((_expected(need)[0] for need in inner), default=1.0)
    outer: list[frozenset[Atom]] = []
    for need in [need for need in found if not _is_steady(need, steady)][:MAX_FRESH_NEEDS]:
        share = min(_expected(need)[0], 1.0)
        if share > _LOOK_COST * left:  # a look at the rule itself, for the few events that are left, costs less
            break
        outer.append(need)
        left *= share
    return Needs(tuple(outer), inner)


def sought(condition: Condition) -> frozenset[Atom]:
    """The atoms that are looked for in values because of a rule with this condition; empty when it has no needs."""
    needed = needs(condition, is_steady)
    return frozenset[Atom]().union(*needed.fresh, *needed.steady)


def is_typical(text: str) -> bool:
    """Whether many events hold a text."""
    return _is_typical(Operation.CONTAINS, text.lower())


def is_steady(field: str) -> bool:
    """Whether the values of a field come back all the time."""
    return field in _STEADY


def _is_steady(need: frozenset[Atom], steady: Steady) -> bool:
    return all(steady(atom.field) for atom in need)


def _required(condition: Condition, steady: Steady) -> list[frozenset[Atom]]:
    """Sets of atoms: of each at least one must be true for the condition to be."""
    if isinstance(condition, Has):
        return [frozenset({condition.atom})] if condition.atom.operation in ON_VALUES else []
    if isinstance(condition, Not):
        return []
    each = [_required(item, steady) for item in condition.items]
    if isinstance(condition, AllOf):
        return [need for needs_of_item in each for need in needs_of_item]
    if not all(each):
        return []
    inner = [[need for need in needs_of_item if _is_steady(need, steady)] for needs_of_item in each]
    return [_union(each), *([_union(inner)] if all(inner) else [])]


def _union(each: list[list[frozenset[Atom]]]) -> frozenset[Atom]:
    """What an `or` needs: the rarest need of each of its items, together."""
    return frozenset[Atom]().union(*(min(needs_of_item, key=_expected) for needs_of_item in each))


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


def fields_of(conditions: Iterable[Condition]) -> frozenset[str]:
    """The names of all fields that the conditions speak of, those that others are compared with too."""
    atoms = {atom for condition in conditions for atom in atoms_of(condition)}
    others = (str(atom.value) for atom in atoms if atom.operation in REFERENCES)
    return frozenset({atom.field for atom in atoms if atom.field}).union(others)


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


def _odds(atom: Atom) -> float:
    """A guess at how many events have a value that answers the atom, from 0 to 1."""
    is_long = isinstance(atom.value, str) and len(atom.value) > _LONG
    return _odds_of.__wrapped__(atom) if is_long else _odds_of(atom)


@lru_cache(maxsize=65536)
def _odds_of(atom: Atom) -> float:
    if atom.field in _COMMON_FIELDS:
        return 1.0
    if not isinstance(atom.value, str) or atom.operation in _ODDS:
        return _ODDS.get(atom.operation, 0.5)
    if atom.operation is Operation.REGEX:
        return _rarity(len(_NO_LETTERS.sub("", atom.value)))
    text = atom.value.lower()
    if _is_typical(atom.operation, text):
        return _OFTEN
    letters = sum(char not in "*?" for char in text) if atom.operation is Operation.LIKE else len(text)
    return _rarity(letters)


def _rarity(letters: int) -> float:
    return max(_LETTERS ** (letters + 2), 1e-6)


def _is_typical(operation: Operation, text: str) -> bool:
    if operation is Operation.EQUALS:
        return any(text == one or one.endswith("\\" + text) for one in _TYPICAL)
    if operation is Operation.STARTSWITH:
        return any(one.startswith(text) for one in _TYPICAL)
    if operation is Operation.ENDSWITH:
        return any(one.endswith(text) for one in _TYPICAL)
    return operation is Operation.CONTAINS and any(text in one for one in _TYPICAL)
