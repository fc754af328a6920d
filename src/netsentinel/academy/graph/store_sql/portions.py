"""What statements about many things share: things in portions, and placeholders for them."""

from collections.abc import Iterable, Iterator
from typing import Final, TypeVar

import msgspec

from netsentinel.storage.texts import as_json

_AT_ONCE: Final = 400
"""Things asked for in one statement."""

_features: Final = msgspec.json.Decoder(tuple[tuple[str, float], ...]).decode

T = TypeVar("T")


def portions(things: Iterable[T]) -> Iterator[list[T]]:
    """The things, so many at a time as one statement asks for."""
    ordered = list(things)
    for start in range(0, len(ordered), _AT_ONCE):
        yield ordered[start : start + _AT_ONCE]


def marks(count: int) -> str:
    """So many placeholders."""
    return ", ".join("?" * count)


def features_of(text: str) -> tuple[tuple[str, float], ...]:
    """Features as they were kept in one column; none of what was kept without any."""
    return _features(text) if text else ()


def text_of_features(features: tuple[tuple[str, float], ...]) -> str:
    """Features as one column."""
    return as_json(features) if features else ""
