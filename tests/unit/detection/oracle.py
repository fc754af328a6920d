"""A slow and obvious evaluator of Sigma rules: pySigma's own tree, one question at a time, Python's `re` for patterns.

It shares nothing with the engine but pySigma's parser. Tests compare the two.
"""

import ipaddress
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionNOT,
    ConditionOR,
    ConditionValueExpression,
)
from sigma.rule import SigmaRule
from sigma.types import (
    CompareOperators,
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

NOTHING = object()
FLAGS = {
    SigmaRegularExpressionFlag.IGNORECASE: re.IGNORECASE,
    SigmaRegularExpressionFlag.MULTILINE: re.MULTILINE,
    SigmaRegularExpressionFlag.DOTALL: re.DOTALL,
}


def is_true(rule: SigmaRule, event: dict[str, Any], names: dict[str, tuple[str, ...]] | None = None) -> bool:
    """Whether the rule is true for the event; `names` says where a field is when its own name is absent."""
    return holds(trees(rule), event, names)


def trees(rule: SigmaRule) -> list[Any]:
    """The rule's conditions, parsed: what takes the time when many events are judged."""
    return [condition.parse() for condition in rule.detection.parsed_condition]


def holds(conditions: list[Any], event: dict[str, Any], names: dict[str, tuple[str, ...]] | None = None) -> bool:
    """Whether one of a rule's conditions is true for the event."""
    return any(_holds(condition, event, {} if names is None else names) for condition in conditions)


def _holds(node: Any, event: dict[str, Any], names: dict[str, tuple[str, ...]]) -> bool:
    match node:
        case ConditionAND():
            return all(_holds(item, event, names) for item in node.args)
        case ConditionOR():
            return any(_holds(item, event, names) for item in node.args)
        case ConditionNOT():
            return not _holds(node.args[0], event, names)
        case ConditionFieldEqualsValueExpression():
            return _field_holds(node.field, node.value, event, names)
        case ConditionValueExpression():
            return _keyword_holds(node.value, event)
    raise AssertionError(node)


def _field_holds(field: str, value: Any, event: dict[str, Any], names: dict[str, tuple[str, ...]]) -> bool:
    raw = _read(event, field, names)
    absent = raw is NOTHING or raw is None or raw == []
    match value:
        case SigmaExpansion():
            return any(_field_holds(field, item, event, names) for item in value.values)
        case SigmaNull():
            return absent
        case SigmaExists():
            return absent is not value.exists
        case SigmaFieldReference():
            others = [text.lower() for text in _texts(_read(event, value.field, names))]
            return any(_refers(text.lower(), other, value) for text in _texts(raw) for other in others)
    return any(_value_holds(value, text) for text in _texts(raw))


def _refers(text: str, other: str, value: SigmaFieldReference) -> bool:
    if value.starts_with and value.ends_with:
        return other in text
    if value.starts_with:
        return text.startswith(other)
    if value.ends_with:
        return text.endswith(other)
    return text == other


def _keyword_holds(value: Any, event: dict[str, Any]) -> bool:
    if isinstance(value, SigmaExpansion):
        return any(_keyword_holds(item, event) for item in value.values)
    if isinstance(value, SigmaString):
        return any(_string_holds(value, text, inside=True) for text in _all_texts(event))
    return any(_value_holds(value, text) for text in _all_texts(event))


def _value_holds(value: Any, text: str) -> bool:  # noqa: PLR0911 - one answer per kind of value
    match value:
        case SigmaString():
            return _string_holds(value, text)
        case SigmaRegularExpression():
            return _regex(str(value.regexp), frozenset(value.flags)).search(text) is not None
        case SigmaCompareExpression():
            said = _number(text, value.number)
            if said is None:
                return False
            wanted = value.number.number
            return {
                CompareOperators.LT: said < wanted,
                CompareOperators.LTE: said <= wanted,
                CompareOperators.GT: said > wanted,
                CompareOperators.GTE: said >= wanted,
            }[value.op]
        case SigmaNumber():
            return _number(text, value) == value.number
        case SigmaBool():
            return text.lower() == ("true" if value.boolean else "false")
        case SigmaCIDRExpression():
            try:
                return ipaddress.ip_address(text) in value.network
            except ValueError:
                return False
    raise AssertionError(value)


def _string_holds(value: SigmaString, text: str, *, inside: bool = False) -> bool:
    cased = isinstance(value, SigmaCasedString)
    return _pattern(tuple(value.s), cased, inside).fullmatch(text if cased else text.lower()) is not None


@cache  # Python keeps 512 patterns; all rules together have fifty times as many
def _pattern(parts: tuple[str | SpecialChars, ...], cased: bool, inside: bool) -> re.Pattern[str]:
    pattern = ""
    for part in parts:
        if part is SpecialChars.WILDCARD_MULTI:
            pattern += ".*"
        elif part is SpecialChars.WILDCARD_SINGLE:
            pattern += "."
        else:
            pattern += re.escape(part if cased else part.lower())
    return re.compile(f".*{pattern}.*" if inside else pattern, re.DOTALL)


@cache
def _regex(pattern: str, flags: frozenset[SigmaRegularExpressionFlag]) -> re.Pattern[str]:
    return re.compile(pattern, sum((FLAGS[flag] for flag in flags), re.NOFLAG))


def _number(text: str, wanted: SigmaNumber) -> float | None:
    plain = re.fullmatch(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?", text)
    if not isinstance(wanted, SigmaTimestampPart):
        if plain is None:
            return None
        return int(text) if re.fullmatch(r"[0-9]+", text) else float(text)
    try:
        moment = datetime.fromtimestamp(float(text), UTC) if plain else datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    part = wanted.timestamp_part.name.lower()
    return moment.isocalendar()[1] if part == "week" else getattr(moment, part)


def _read(event: dict[str, Any], field: str, names: dict[str, tuple[str, ...]]) -> Any:
    for name in (field, *names.get(field, ())):
        found = _walk(event, name)
        if found is not NOTHING:
            return found
    return NOTHING


def _walk(node: Any, name: str) -> Any:
    if isinstance(node, list):
        found = [item for item in (_walk(child, name) for child in node) if item is not NOTHING]
        return found or NOTHING
    if not isinstance(node, dict):
        return NOTHING
    if name in node:
        return node[name]
    head, dot, rest = name.partition(".")
    return _walk(node[head], rest) if dot and head in node else NOTHING


def _texts(raw: Any) -> Iterator[str]:
    if isinstance(raw, list):
        for item in raw:
            yield from _texts(item)
    elif isinstance(raw, bool):
        yield str(raw).lower()
    elif isinstance(raw, str):
        yield raw
    elif isinstance(raw, int):
        yield str(raw)
    elif isinstance(raw, float):
        yield str(int(raw)) if raw == int(raw) else repr(raw)


def _all_texts(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for value in node.values():
            yield from _all_texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from _all_texts(value)
    else:
        yield from _texts(node)
