"""Rows of features as columns: what every model is trained on and asked about."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from typing import Self

import msgspec
import numpy as np
import numpy.typing as npt

from netsentinel.detection.errors import FeatureValueError, ModelSchemaError

Floats = npt.NDArray[np.float64]
"""One number a row, or one row of numbers a row."""
Singles = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

MISSING = -1
"""The code of a category that is not stated."""

_MOST_NAMED = 8


class Kind(StrEnum):
    """How a feature is read."""

    NUMBER = "number"
    CATEGORY = "category"


class Feature(msgspec.Struct, frozen=True):
    """One column: what it is called and what it says."""

    name: str
    kind: Kind = Kind.NUMBER
    unit: str = ""
    """`bytes`, `s`, `1/s`, ...; empty for counts, shares and names."""
    window: str = ""
    """Over which stretch it counts; empty for what one flow says itself."""
    source: str = ""
    """Where the value comes from."""
    says: str = ""
    """What it tells a person; empty where the name says it all."""


class Schema(msgspec.Struct, frozen=True, dict=True):
    """The columns a model was trained on, in order: numbers first, then categories."""

    features: tuple[Feature, ...]

    @classmethod
    def of(cls, features: Sequence[Feature]) -> Self:
        """A schema of these features, numbers first."""
        return cls(tuple(sorted(features, key=lambda one: one.kind is Kind.CATEGORY)))

    @cached_property
    def numbers(self) -> tuple[str, ...]:
        """Names of the numbers."""
        return tuple(one.name for one in self.features if one.kind is Kind.NUMBER)

    @cached_property
    def categories(self) -> tuple[str, ...]:
        """Names of the categories."""
        return tuple(one.name for one in self.features if one.kind is Kind.CATEGORY)

    @cached_property
    def version(self) -> str:
        """Twelve hexadecimal digits that change with any name, kind, unit or window."""
        said = [[one.name, one.kind.value, one.unit, one.window] for one in self.features]
        return sha256(msgspec.json.encode(said)).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Category:
    """One column of names: each row's code is the one place of its value in `values`, or `MISSING`."""

    values: tuple[str, ...]
    codes: Ints

    @classmethod
    def of(cls, texts: Sequence[str]) -> Self:
        """The column of these texts; an empty one is missing."""
        values, codes = np.unique(np.asarray(texts, dtype=np.str_), return_inverse=True)
        names = tuple(str(value) for value in values)
        found = codes.astype(np.int64)
        if names and not names[0]:
            return cls(names[1:], found - 1)
        return cls(names, found)

    def coded_as(self, vocabulary: Sequence[str]) -> Ints:
        """Each row's place in another vocabulary; `len(vocabulary)` for a value it does not have, or `MISSING`."""
        places = {value: place for place, value in enumerate(vocabulary)}
        mapping = [places.get(value, len(vocabulary)) for value in self.values]
        return np.asarray([*mapping, MISSING], dtype=np.int64)[self.codes]


@dataclass(frozen=True, slots=True)
class Table:
    """Some rows. A number that is not stated is NaN; infinity is never a value.

    Args:
        schema: the columns.
        numbers: shape (rows, numbers of the schema).
        categories: one for each category of the schema.
    """

    schema: Schema
    numbers: Floats
    categories: tuple[Category, ...]

    def __post_init__(self) -> None:
        shape = (len(self), len(self.schema.numbers))
        if self.numbers.shape != shape or len(self.categories) != len(self.schema.categories):
            raise ModelSchemaError(f"The table has {self.numbers.shape} numbers, its schema wants {shape}.")
        if any(one.codes.shape != (len(self),) for one in self.categories):
            raise ModelSchemaError("A category has another number of rows than the numbers.")

    def __len__(self) -> int:
        return int(self.numbers.shape[0])

    def take(self, rows: Ints | Flags) -> "Table":
        """These rows of it."""
        categories = tuple(Category(one.values, one.codes[rows]) for one in self.categories)
        return Table(self.schema, self.numbers[rows], categories)

    def must_fit(self, schema: Schema) -> None:
        """Check that a model of that schema can judge these rows.

        Raises:
            ModelSchemaError: the columns differ.
            FeatureValueError: a number is infinite.
        """
        if self.schema.version != schema.version:
            raise ModelSchemaError(_difference(self.schema, schema), expected=schema.version, found=self.schema.version)
        self.must_be_finite()

    def must_be_finite(self) -> None:
        """Check the numbers.

        Raises:
            FeatureValueError: a number is infinite.
        """
        if np.isinf(self.numbers.sum()) or np.isnan(self.numbers.sum()):
            bad = np.argwhere(np.isinf(self.numbers))
            if len(bad):
                row, column = int(bad[0][0]), self.schema.numbers[int(bad[0][1])]
                raise FeatureValueError(f"{column} is infinite in row {row + 1}.", column=column, row=row + 1)


def joined(first: Table, second: Table) -> Table:
    """The rows of both, which have the same schema."""
    second.must_fit(first.schema)
    categories: list[Category] = []
    for one, other in zip(first.categories, second.categories, strict=True):
        values = (*one.values, *sorted(set(other.values) - set(one.values)))
        categories.append(Category(values, np.concatenate([one.codes, other.coded_as(values)])))
    return Table(first.schema, np.concatenate([first.numbers, second.numbers]), tuple(categories))


def _difference(found: Schema, expected: Schema) -> str:
    has, wants = {one.name for one in found.features}, {one.name for one in expected.features}
    parts = [
        f"{what}: {', '.join(sorted(names)[:_MOST_NAMED])}"
        for what, names in (("missing", wants - has), ("unknown", has - wants))
        if names
    ]
    return f"The model knows other columns ({'; '.join(parts) or 'another order, kind, unit or window'})."
