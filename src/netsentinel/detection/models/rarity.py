"""Rows as numbers for models that know no categories: of a category counts how rare its value is."""

import sys
from typing import Annotated, Any, Self

import msgspec
import numpy as np
from msgspec import Meta

from netsentinel.detection.errors import ModelFileError
from netsentinel.detection.models.encode import MAX_VALUES, packed, unpacked, vocabulary
from netsentinel.detection.models.parts import Place, settings_of
from netsentinel.detection.models.table import Flags, Floats, Kind, Schema, Table

_Plain = Annotated[float, Meta(ge=-sys.float_info.max, le=sys.float_info.max)]
"""A number as rows state it: any that is finite."""


class _Words(msgspec.Struct, frozen=True):
    """A category and what its values cost."""

    place: int
    """Among the categories of the schema."""
    values: tuple[str, ...]
    costs: tuple[Place, ...]
    """Minus the logarithm of each value's share; the last is for all others."""


class _Settings(msgspec.Struct, frozen=True):
    logs: tuple[bool, ...]
    medians: tuple[_Plain, ...]
    words: tuple[_Words, ...]


class Rarity:
    """Learns which numbers span decades, what stands for a missing one, and how rare values of categories are.

    Args:
        words: the categories that count.
    """

    def __init__(self, words: tuple[_Words, ...], logs: Flags | None = None, medians: Floats | None = None) -> None:
        self._words = words
        self._logs: Flags = np.zeros(0, dtype=np.bool_) if logs is None else logs
        self._medians: Floats = np.zeros(0) if medians is None else medians

    @classmethod
    def of(cls, table: Table, *, left_out: tuple[str, ...] = ()) -> Self:
        """What these rows teach; categories that are left out do not count."""
        logs = np.nanmax(np.abs(table.numbers), axis=0, initial=0.0) > 1
        words: list[_Words] = []
        for place, (name, column) in enumerate(zip(table.schema.categories, table.categories, strict=True)):
            if name in left_out:
                continue
            values = vocabulary(column)
            codes = column.coded_as(values)
            counts = np.bincount(np.where(codes < 0, len(values), codes), minlength=len(values) + 1)
            costs = -np.log((counts + 0.5) / (len(table) + 0.5 * (len(values) + 1)))
            words.append(_Words(place, values, tuple(float(cost) for cost in costs)))
        return cls(tuple(words), logs, np.nanmedian(table.numbers, axis=0))

    @property
    def width(self) -> int:
        """Numbers of a row."""
        return len(self._logs) + len(self._words)

    def rows(self, table: Table) -> Floats:
        """Shape (rows, width)."""
        width = len(self._logs)
        found = np.empty((len(table), self.width))
        numbers = np.where(np.isnan(table.numbers), self._medians, table.numbers)
        found[:, :width] = packed(self._logs, numbers)
        for at, words in enumerate(self._words):
            codes = table.categories[words.place].coded_as(words.values)
            found[:, width + at] = np.asarray(words.costs)[codes]
        return found

    def by_feature(self, schema: Schema, weights: Floats) -> Floats:
        """Weights of the numbers of a row as weights of the schema's features."""
        found = np.zeros(len(schema.features))
        width = len(self._logs)
        found[:width] = weights[:width]
        for at, words in enumerate(self._words):
            found[width + words.place] = weights[width + at]
        return found

    def usual(self, schema: Schema, row: Floats) -> list[float | str]:
        """A row of numbers in the units of the schema's features; of a category the most common value."""
        width = len(self._logs)
        plain = unpacked(self._logs, row[:width])
        found: list[float | str] = [float(f"{value:.3g}") for value in plain]
        found += [""] * (len(schema.features) - width)
        for words in self._words:
            if words.values:
                found[width + words.place] = words.values[int(np.argmin(words.costs[:-1]))]
        return found

    def settings(self) -> dict[str, Any]:
        """What `restored` needs, as JSON."""
        made = _Settings(tuple(self._logs.tolist()), tuple(self._medians.tolist()), self._words)
        return dict(msgspec.to_builtins(made))

    @classmethod
    def restored(cls, settings: dict[str, Any], schema: Schema) -> Self:
        """What gave these settings.

        Raises:
            ModelFileError: they do not fit the schema.
        """
        said = settings_of(settings, _Settings)
        numbers = sum(one.kind is Kind.NUMBER for one in schema.features)
        places = [one.place for one in said.words]
        fits = len(said.logs) == len(said.medians) == numbers and len(set(places)) == len(places)
        fits = fits and all(
            0 <= one.place < len(schema.categories)
            and len(one.costs) == len(one.values) + 1
            and len(one.values) <= MAX_VALUES
            for one in said.words
        )
        if not fits:
            raise ModelFileError("The model file has scales for other features than it names.")
        return cls(said.words, np.array(said.logs, dtype=np.bool_), np.array(said.medians, dtype=np.float64))
