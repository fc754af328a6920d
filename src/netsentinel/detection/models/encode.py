"""Rows as points, so that a distance between two of them means something."""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
import numpy as np
from msgspec import Meta

from netsentinel.detection.errors import ModelFileError
from netsentinel.detection.models.parts import FARTHEST, Place, Words, settings_of
from netsentinel.detection.models.ports import Contribution
from netsentinel.detection.models.table import Category, Flags, Floats, Ints, Kind, Schema, Singles, Table

MAX_VALUES = 255
"""Most values of a category that are told apart; rarer ones are one value together."""

CLIP = 5.0
"""Farthest from the mean in standard deviations: one wild number is not to drown the others."""

CATEGORY_WEIGHT = 1.0
"""How far apart two values of a category are, in standard deviations of a number (times the root of two)."""


def vocabulary(column: Category) -> tuple[str, ...]:
    """The most common values of a column, in alphabetical order."""
    used = column.codes[column.codes >= 0]
    counts = np.bincount(used, minlength=len(column.values))
    common = [int(one) for one in np.argsort(-counts, kind="stable")[:MAX_VALUES] if counts[one]]
    return tuple(sorted(column.values[one] for one in common))


def row_keys(table: Table) -> Ints:
    """One number a row; equal rows have the same."""
    weights = np.random.default_rng(0).normal(size=(2, len(table.schema.features)))
    columns = np.concatenate([np.nan_to_num(table.numbers, nan=-1.5), *(c.codes[:, None] for c in table.categories)], 1)
    keys = np.sum(columns * weights[0], axis=1) + 0.0
    _, places = np.unique(keys, return_inverse=True)
    return places.astype(np.int64)


_LARGEST_LOG = 700.0
"""The logarithm of a number that is nearly too large for a float."""
_NARROWEST = 1e-100
_Scale = Annotated[float, Meta(ge=_NARROWEST, le=FARTHEST)]


class _Settings(msgspec.Struct, frozen=True):
    logs: tuple[bool, ...]
    means: tuple[Place, ...]
    scales: tuple[_Scale, ...]
    words: Words


class Points:
    """Learns scales and values from benign rows; then turns any rows into points.

    Numbers above one are taken as logarithms (counts and sizes span decades), then in standard deviations from the
    mean, cut at `CLIP`. Each value of a category is a direction of its own, and so is one that was never seen. What is
    missing lies at the mean.
    """

    def __init__(self, logs: Flags, means: Floats, scales: Floats, words: Words) -> None:
        self._logs = logs
        self._means = means
        self._scales = scales
        self._words = words

    @classmethod
    def of(cls, table: Table) -> "Points":
        """Scales and values of these rows."""
        numbers = table.numbers
        logs = np.nanmax(np.abs(numbers), axis=0, initial=0.0) > 1
        shown = packed(logs, numbers)
        known = ~np.isnan(shown)
        count = np.maximum(known.sum(axis=0), 1)
        means = np.where(known, shown, 0).sum(axis=0) / count
        spread = np.sqrt((np.where(known, shown - means, 0) ** 2).sum(axis=0) / count)
        scales = np.where(spread > _NARROWEST, spread, 1.0)
        return cls(logs, means, scales, tuple(vocabulary(column) for column in table.categories))

    @property
    def width(self) -> int:
        """Numbers of a point."""
        return len(self._means) + sum(len(words) + 1 for words in self._words)

    def matrix(self, table: Table) -> Singles:
        """Shape (rows, width)."""
        numbers = (packed(self._logs, table.numbers) - self._means) / self._scales
        found = np.zeros((len(table), self.width), dtype=np.float32)
        found[:, : len(self._means)] = np.clip(np.nan_to_num(numbers), -CLIP, CLIP)
        start, rows = len(self._means), np.arange(len(table))
        for column, words in zip(table.categories, self._words, strict=True):
            codes = column.coded_as(words)
            stated = codes >= 0
            found[rows[stated], start + codes[stated]] = CATEGORY_WEIGHT
            start += len(words) + 1
        return found

    def by_feature(self, squares: Singles) -> Floats:
        """Parts of a squared distance, one for each number of a point, added up to one for each feature."""
        parts = [squares[:, : len(self._means)].astype(np.float64)]
        start = len(self._means)
        for words in self._words:
            parts.append(squares[:, start : start + len(words) + 1].sum(axis=1, keepdims=True, dtype=np.float64))
            start += len(words) + 1
        return np.concatenate(parts, axis=1)

    def usual(self, schema: Schema, point: Singles) -> list[float | str]:
        """What a point says of each feature, in the feature's own unit."""
        shown = point[: len(self._means)] * self._scales + self._means
        plain = unpacked(self._logs, shown)
        found: list[float | str] = [float(f"{value:.6g}") for value in plain]
        start = len(self._means)
        for words in self._words:
            part = point[start : start + len(words) + 1]
            place = int(part.argmax())
            found.append(words[place] if part[place] > 0 and place < len(words) else "")
            start += len(words) + 1
        return found[: len(schema.features)]

    def settings(self) -> dict[str, Any]:
        """What `restored` needs, as JSON."""
        return {
            "logs": self._logs.tolist(),
            "means": self._means.tolist(),
            "scales": self._scales.tolist(),
            "words": [list(words) for words in self._words],
        }

    @classmethod
    def restored(cls, settings: dict[str, Any], schema: Schema) -> "Points":
        """What gave these settings.

        Raises:
            ModelFileError: they do not fit the schema.
        """
        said = settings_of(settings, _Settings)
        size = len(schema.numbers)
        fits = len(said.logs) == len(said.means) == len(said.scales) == size
        if not fits or len(said.words) != len(schema.categories):
            raise ModelFileError("The model file has scales for other features than it names.")
        if any(len(words) > MAX_VALUES for words in said.words):
            raise ModelFileError("The model file tells more values of a category apart than any model does.")
        logs, means, scales = np.array(said.logs, dtype=np.bool_), np.array(said.means), np.array(said.scales)
        return cls(logs, means, scales, said.words)


def strongest(
    table: Table, row: int, weights: Floats, top: int, usual: Sequence[float | str] | None = None
) -> list[Contribution]:
    """The features of one row with the largest weights, with what the row holds."""
    found: list[Contribution] = []
    order: list[int] = np.argsort(-np.abs(weights), kind="stable")[:top].tolist()
    for place in order:
        if weights[place] == 0:
            break
        feature = table.schema.features[place]
        value: float | str
        if feature.kind is Kind.NUMBER:
            value = float(table.numbers[row, place])
        else:
            column = table.categories[place - len(table.schema.numbers)]
            code = int(column.codes[row])
            value = column.values[code] if code >= 0 else ""
        found.append(Contribution(feature.name, float(weights[place]), value, usual[place] if usual else ""))
    return found


def packed(logs: Flags, numbers: Floats) -> Floats:
    """Numbers, those that span decades as logarithms of their size."""
    return np.where(logs, np.sign(numbers) * np.log1p(np.abs(numbers)), numbers)


def unpacked(logs: Flags, found: Floats) -> Floats:
    """The numbers that were packed so; none is infinite."""
    return np.where(logs, np.sign(found) * np.expm1(np.minimum(np.abs(found), _LARGEST_LOG)), found)
