"""Filters as data: equality, `in`, prefix and `>=` over declared fields, all of which have to hold."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

from netsentinel.kernel.entries import Entry
from netsentinel.kernel.errors import InvalidFilterError
from netsentinel.kernel.types import Level
from netsentinel.streamer.frames import Condition, Scalar
from netsentinel.streamer.topics import ENTRY_FIELDS, FieldKind, Topic

Test = Callable[[Any], bool]
"""Whether the value of one field passes."""

_RANKS: Final = {str(level): level.rank for level in Level}
_OPERATORS: Final = {
    FieldKind.TEXT: ("=", "in", "prefix"),
    FieldKind.TEXTS: ("=", "in", "prefix"),
    FieldKind.NUMBER: ("=", "in", ">="),
    FieldKind.LEVEL: ("=", "in", ">="),
}


@dataclass(frozen=True, slots=True)
class Filter:
    """A compiled filter. Two filters with the same conditions are equal, so that a crowd of them is asked once."""

    conditions: tuple[Condition, ...] = ()
    tests: tuple[tuple[str, bool, Test], ...] = field(default=(), compare=False, repr=False)
    """(field, whether it is the entry's own, test)."""

    def matches(self, entry: Entry) -> bool:
        """Whether every condition holds. Whoever asks has checked the tenant before."""
        return all(test(getattr(entry, name) if own else entry.payload.get(name)) for name, own, test in self.tests)


EVERYTHING: Final = Filter()


def compile_filter(conditions: Sequence[Condition], topic: Topic) -> Filter:
    """The filter of these conditions on this topic.

    Raises:
        InvalidFilterError: a field is not declared, or the operator or value does not fit it.
    """
    tests: list[tuple[str, bool, Test]] = []
    for condition in conditions:
        kind = topic.field(condition.field)
        if kind is None:
            known = ", ".join(sorted({*topic.fields, *ENTRY_FIELDS}))
            raise InvalidFilterError(
                f"The topic {topic.name} cannot be filtered by {condition.field}; it knows {known}.",
                field=condition.field,
            )
        own = condition.field not in topic.fields
        tests.append((condition.field, own, _test(condition, kind)))
    return Filter(tuple(conditions), tuple(tests))


def _test(condition: Condition, kind: FieldKind) -> Test:
    operators = _OPERATORS[kind]
    if condition.op not in operators:
        raise _unfit(condition, f"takes {', '.join(operators)}")
    if (condition.op == "in") != isinstance(condition.value, tuple):
        raise _unfit(condition, "takes a list with `in`, and one value with everything else")
    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    if kind is FieldKind.NUMBER:
        return _number_test(condition, values)
    texts = [value for value in values if isinstance(value, str)]
    if len(texts) != len(values):
        raise _unfit(condition, "holds text")
    if kind is FieldKind.LEVEL:
        return _level_test(condition, texts)
    return _text_test(condition, texts, many=kind is FieldKind.TEXTS)


def _number_test(condition: Condition, values: Sequence[Scalar]) -> Test:
    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) != len(values):
        raise _unfit(condition, "holds numbers")
    if condition.op == ">=":
        least = numbers[0]
        return lambda value: isinstance(value, int | float) and value >= least
    wanted = frozenset(numbers)
    return lambda value: isinstance(value, int | float) and value in wanted


def _level_test(condition: Condition, texts: Sequence[str]) -> Test:
    unknown = [text for text in texts if text not in _RANKS]
    if unknown:
        raise _unfit(condition, f"is one of {', '.join(_RANKS)}")
    if condition.op == ">=":
        least = _RANKS[texts[0]]
        return lambda value: isinstance(value, str) and _RANKS.get(value, -1) >= least
    wanted = frozenset(texts)
    return lambda value: isinstance(value, str) and value in wanted


def _text_test(condition: Condition, texts: Sequence[str], *, many: bool) -> Test:
    if condition.op == "prefix":
        prefix = texts[0]

        def one(value: Any) -> bool:
            return isinstance(value, str) and value.startswith(prefix)
    else:
        wanted = frozenset(texts)

        def one(value: Any) -> bool:
            return isinstance(value, str) and value in wanted

    if not many:
        return one
    return lambda value: isinstance(value, list) and any(map(one, cast("list[Any]", value)))


def _unfit(condition: Condition, what: str) -> InvalidFilterError:
    return InvalidFilterError(f"The field {condition.field} {what}.", field=condition.field)
