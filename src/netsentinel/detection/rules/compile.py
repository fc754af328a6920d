"""From pySigma's parsed rule to our own intermediate form. The only file that speaks pySigma's types.

Only its parser modules are used. Its `data`, `plugins` and external-source modules fetch from the network and cache
through pickle; `tests/architecture` and `tests/unit/detection` hold that none of them is ever loaded.
"""

from collections.abc import Sequence
from typing import Any, cast

from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionNOT,
    ConditionOR,
    ConditionValueExpression,
)
from sigma.rule import SigmaDetection, SigmaDetections, SigmaRule
from sigma.types import (
    CompareOperators,
    Placeholder,
    SigmaBool,
    SigmaCasedString,
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaExists,
    SigmaExpansion,
    SigmaFieldReference,
    SigmaNull,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaRegularExpressionFlag,
    SigmaString,
    SigmaTimestampPart,
    SpecialChars,
)

from netsentinel.detection.rules.atoms import question_of
from netsentinel.detection.rules.model import (
    AllOf,
    AnyOf,
    Atom,
    Condition,
    Has,
    Not,
    Operation,
    Part,
    Rule,
    escape_pattern,
)
from netsentinel.detection.rules.policy import POLICY
from netsentinel.events.model import Logsource
from netsentinel.kernel.errors import InvalidInputError
from netsentinel.kernel.types import Level

_COMPARISONS = {
    CompareOperators.LT: Operation.LT,
    CompareOperators.LTE: Operation.LTE,
    CompareOperators.GT: Operation.GT,
    CompareOperators.GTE: Operation.GTE,
}

_FLAGS = {
    SigmaRegularExpressionFlag.IGNORECASE: "i",
    SigmaRegularExpressionFlag.MULTILINE: "m",
    SigmaRegularExpressionFlag.DOTALL: "s",
}

_STAR = SpecialChars.WILDCARD_MULTI

_LONGEST_NAME = 255
_MOST_STEPS = 32
"""What a field's name may have: SigmaHQ's longest have 57 characters, and 4 steps."""


_LONGEST_TAGS = 8 * 1024
"""Characters that all tags of a rule have at most: they travel with each finding. SigmaHQ's longest have 369."""


def compile_rule(parsed: SigmaRule, rule_id: str, source: str, path: str) -> Rule:
    """The rule in our own form.

    Args:
        parsed: as pySigma read it.
        rule_id: the rule's id, or what stands for it.
        source: its YAML.
        path: where it was read from.

    Raises:
        InvalidInputError: the rule uses something that cannot be evaluated.
        sigma.exceptions.SigmaError: its condition is not valid.
    """
    conditions = [_lower(cast("Any", condition.parse())) for condition in parsed.detection.parsed_condition]
    logsource, tags = parsed.logsource, tuple(map(str, parsed.tags))
    if sum(map(len, tags)) > _LONGEST_TAGS:
        raise InvalidInputError(f"The tags of a rule have {_LONGEST_TAGS:,} characters at most.")
    return Rule(
        id=rule_id,
        title=parsed.title,
        description=parsed.description or "",
        level=Level(str(parsed.level)) if parsed.level else Level.MEDIUM,
        tags=tags,
        false_positives=tuple(str(text) for text in parsed.falsepositives),
        references=tuple(str(text) for text in parsed.references),
        logsource=Logsource(
            product=(logsource.product or "").lower(),
            category=(logsource.category or "").lower(),
            service=(logsource.service or "").lower(),
        ),
        condition=_one(AnyOf, conditions),
        source=source,
        path=path,
        author=str(parsed.author or ""),
        licence=str(parsed.license or ""),
        status=str(parsed.status or ""),
        date=str(parsed.modified or parsed.date or ""),
    )


def _one(kind: type[AllOf | AnyOf], items: Sequence[Condition]) -> Condition:
    return items[0] if len(items) == 1 else kind(tuple(items))


def _lower(node: Any) -> Condition:
    if isinstance(node, ConditionAND):
        return _one(AllOf, [_lower(item) for item in node.args])
    if isinstance(node, ConditionOR):
        return _one(AnyOf, [_lower(item) for item in node.args])
    if isinstance(node, ConditionNOT):
        return Not(_lower(node.args[0]))
    if isinstance(node, ConditionFieldEqualsValueExpression):
        return _value(_named(node.field), node.value)
    if isinstance(node, ConditionValueExpression):
        return _keyword(node.value)
    raise InvalidInputError("The condition is empty.")


def _named(field: str) -> str:
    """The name of a field: each of its steps is looked for below the one before."""
    if len(field) > _LONGEST_NAME or field.count(".") >= _MOST_STEPS:
        raise InvalidInputError(
            f"The name of a field may have {_LONGEST_NAME} characters and {_MOST_STEPS} steps between dots;"
            f" {field[:32]}... has {len(field):,} and {field.count('.') + 1:,}."
        )
    return field


def _keyword(value: Any) -> Condition:
    """A value without a field: looked for inside every value of the event."""
    if isinstance(value, SigmaExpansion):
        return _one(AnyOf, [_keyword(item) for item in value.values])
    if isinstance(value, SigmaString):
        return _string("", value, inside=True)
    if isinstance(value, SigmaRegularExpression | SigmaNumber | SigmaBool):
        return _value("", value)
    raise InvalidInputError(f"A keyword cannot be a {_kind(value)}.")


def _value(field: str, value: Any) -> Condition:  # noqa: C901, PLR0911 - one line per kind of value
    if isinstance(value, SigmaExpansion):
        return _one(AnyOf, [_value(field, item) for item in value.values])
    if isinstance(value, SigmaString):
        return _string(field, value)
    if isinstance(value, SigmaRegularExpression):
        return _regex(field, value)
    if isinstance(value, SigmaCompareExpression):
        return _number(field, value.number, _COMPARISONS[value.op])
    if isinstance(value, SigmaNumber):
        return _number(field, value, Operation.NUMBER)
    if isinstance(value, SigmaBool):
        return Has(Atom(field, Operation.EQUALS, "true" if value.boolean else "false"))
    if isinstance(value, SigmaCIDRExpression):
        return Has(Atom(field, Operation.CIDR, str(value.network)))
    if isinstance(value, SigmaNull):
        return Has(Atom(field, Operation.ABSENT))
    if isinstance(value, SigmaExists):
        return Has(Atom(field, Operation.PRESENT if value.exists else Operation.ABSENT))
    if isinstance(value, SigmaFieldReference):
        return _reference(field, value)
    raise InvalidInputError(f"A {_kind(value)} cannot be evaluated.")


def _number(field: str, number: SigmaNumber, operation: Operation) -> Condition:
    if isinstance(number.number, int) and not -(2**63) <= number.number < 2**64:
        raise InvalidInputError("A number of a rule has 64 bits at most.")
    part = Part(number.timestamp_part.name.lower()) if isinstance(number, SigmaTimestampPart) else Part.WHOLE
    return Has(Atom(field, operation, number.number, part=part))


def _reference(field: str, value: SigmaFieldReference) -> Condition:
    operation = {
        (False, False): Operation.FIELD_EQUALS,
        (True, False): Operation.FIELD_STARTSWITH,
        (False, True): Operation.FIELD_ENDSWITH,
        (True, True): Operation.FIELD_CONTAINS,
    }[value.starts_with, value.ends_with]
    return Has(Atom(field, operation, _named(value.field)))


def _regex(field: str, value: SigmaRegularExpression) -> Condition:
    if value.regexp.contains_placeholder():
        raise InvalidInputError(f"The placeholder in {value.regexp} has no value.")
    flags = "".join(sorted(_FLAGS[flag] for flag in value.flags))
    pattern = f"(?{flags}){value.regexp}" if flags else str(value.regexp)
    return Has(_compiling(Atom(field, Operation.REGEX, pattern)))


def _string(field: str, value: SigmaString, *, inside: bool = False) -> Condition:
    """A text with wildcards, in its simplest form: most are an exact text, a beginning, an end or a substring."""
    parts = list(value.s)
    for part in parts:
        if isinstance(part, Placeholder):
            raise InvalidInputError(f"The placeholder %{part.name}% has no value.")
    if inside:
        parts = [_STAR, *parts, _STAR]
    begin, end = 0, len(parts)
    while end - begin > 1 and parts[begin] is _STAR and parts[begin + 1] is _STAR:
        begin += 1
    while end - begin > 1 and parts[end - 1] is _STAR and parts[end - 2] is _STAR:
        end -= 1
    operation, text = _shape(parts[begin:end])
    atom = Atom(field, operation, text, cased=isinstance(value, SigmaCasedString))
    return Has(_compiling(atom) if operation is Operation.LIKE else atom)


def _compiling(atom: Atom) -> Atom:
    """The atom, which RE2 compiles: what it refuses is a fault of the rule, and told with it."""
    question_of(atom)
    return atom


def _shape(parts: Sequence[Any]) -> tuple[Operation, str]:
    literals = [part for part in parts if isinstance(part, str)]
    before, after = bool(parts) and parts[0] is _STAR, len(parts) > 1 and parts[-1] is _STAR
    if len(literals) == 1 and len(parts) == 1 + before + after:
        operation = {
            (False, False): Operation.EQUALS,
            (False, True): Operation.STARTSWITH,
            (True, False): Operation.ENDSWITH,
            (True, True): Operation.CONTAINS,
        }[before, after]
        return operation, literals[0]
    if not parts:
        return Operation.EQUALS, ""
    signs = {SpecialChars.WILDCARD_MULTI: "*", SpecialChars.WILDCARD_SINGLE: "?"}
    return Operation.LIKE, "".join(escape_pattern(part) if isinstance(part, str) else signs[part] for part in parts)


def _kind(value: object) -> str:
    return type(value).__name__.removeprefix("Sigma")


def check_detection(detection: SigmaDetection) -> None:
    """Whether one named detection can be evaluated, on its own.

    Raises:
        InvalidInputError: it uses something that cannot be evaluated.
    """
    detections = SigmaDetections(detections={"it": detection}, condition=["it"], policy=POLICY)
    _lower(cast("Any", detections.parsed_condition[0].parse()))
