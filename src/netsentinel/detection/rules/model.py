"""The intermediate form of a Sigma rule: a tree of conditions over atoms, free of the parser that made it."""

from dataclasses import dataclass
from enum import StrEnum

import msgspec

from netsentinel.events.model import Logsource
from netsentinel.kernel.errors import RuleSyntaxError
from netsentinel.kernel.types import Level


class Operation(StrEnum):
    """What an atom asks of one value of its field."""

    EQUALS = "equals"
    STARTSWITH = "startswith"
    ENDSWITH = "endswith"
    CONTAINS = "contains"
    LIKE = "like"
    """A pattern with `*` and `?`, written by `escape_pattern`."""
    REGEX = "re"
    """A regular expression of RE2, searched anywhere in the value."""
    CIDR = "cidr"
    NUMBER = "="
    LT = "<"
    LTE = "<="
    GT = ">"
    GTE = ">="
    ABSENT = "absent"
    """The field is missing or null."""
    PRESENT = "present"
    FIELD_EQUALS = "equals field"
    FIELD_STARTSWITH = "startswith field"
    FIELD_ENDSWITH = "endswith field"
    FIELD_CONTAINS = "contains field"


ON_VALUES = frozenset(
    {
        Operation.EQUALS,
        Operation.STARTSWITH,
        Operation.ENDSWITH,
        Operation.CONTAINS,
        Operation.LIKE,
        Operation.REGEX,
        Operation.CIDR,
        Operation.NUMBER,
        Operation.LT,
        Operation.LTE,
        Operation.GT,
        Operation.GTE,
    }
)
"""Operations that one value alone decides: a scanner answers them. The others need the whole event."""

REFERENCES = frozenset(
    {Operation.FIELD_EQUALS, Operation.FIELD_STARTSWITH, Operation.FIELD_ENDSWITH, Operation.FIELD_CONTAINS}
)
"""Operations whose value is the name of another field."""


class Part(StrEnum):
    """A part of a time that a number is compared with."""

    WHOLE = ""
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class Atom(msgspec.Struct, frozen=True, cache_hash=True):
    """One question about one field."""

    field: str
    """Native name; empty for a keyword, which asks every value of the event."""
    operation: Operation
    value: str | int | float = ""
    """What is compared with; for field references the other field's name."""
    cased: bool = False
    """Whether upper and lower case differ. A regular expression states that itself."""
    part: Part = Part.WHOLE

    def describe(self) -> str:
        """The question in words, for an alert: `endswith '/wp-login.php'`."""
        if self.operation in {Operation.ABSENT, Operation.PRESENT}:
            return self.operation.value
        value = self.value if isinstance(self.value, int | float) else f"'{self.value}'"
        words = [self.part.value, self.operation.value, str(value), "(cased)" if self.cased else ""]
        return " ".join(word for word in words if word)


class Has(msgspec.Struct, frozen=True, tag=True):
    """True when the event has a value that answers the atom."""

    atom: Atom


class AllOf(msgspec.Struct, frozen=True, tag=True):
    """True when every item is."""

    items: tuple["Condition", ...]


class AnyOf(msgspec.Struct, frozen=True, tag=True):
    """True when at least one item is."""

    items: tuple["Condition", ...]


class Not(msgspec.Struct, frozen=True, tag=True):
    """True when the item is not."""

    item: "Condition"


Condition = Has | AllOf | AnyOf | Not


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule, ready to be matched, with everything an alert says about it."""

    id: str
    title: str
    description: str
    level: Level
    tags: tuple[str, ...]
    false_positives: tuple[str, ...]
    references: tuple[str, ...]
    logsource: Logsource
    condition: Condition
    source: str
    """The rule's own YAML."""
    path: str
    """Where it was read from."""
    author: str = ""
    licence: str = ""
    """As the rule itself states it; most leave that to the collection they come in."""
    status: str = ""
    """`stable`, `test`, `experimental`, `deprecated`, `unsupported`, or empty."""
    date: str = ""
    """The day of its last change, ISO 8601, or empty."""


@dataclass(frozen=True, slots=True)
class LoadedRules:
    """What loading gave."""

    rules: tuple[Rule, ...]
    failed: tuple[RuleSyntaxError, ...]


def escape_pattern(text: str) -> str:
    """A literal piece of a LIKE pattern: wildcards and backslashes in it stand for themselves."""
    return text.replace("\\", "\\\\").replace("*", "\\*").replace("?", "\\?")


def pattern_pieces(pattern: str) -> list[str]:
    """A LIKE pattern in pieces: `*`, `?`, and literals with a `=` before them."""
    pieces: list[str] = []
    literal: list[str] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        if char == "\\" and at + 1 < len(pattern):
            at += 1
            literal.append(pattern[at])
        elif char in "*?":
            if literal:
                pieces.append("=" + "".join(literal))
                literal = []
            pieces.append(char)
        else:
            literal.append(char)
        at += 1
    if literal:
        pieces.append("=" + "".join(literal))
    return pieces
