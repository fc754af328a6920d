"""How features and scores are distributed, in parts that never change: any two stretches of time can be compared."""

import numpy as np

from netsentinel.detection.models.deployment import FEATURE_BINS, SCORE_BINS
from netsentinel.detection.models.table import Floats, Ints, Table

_FRACTION = 52
"""Bits of a float's fraction; before it stands its exponent."""
_TINY = 1_023 - 16 - 1
"""The exponent of 2^-17, as it stands in a float."""
_INFINITE = 2_047 << _FRACTION
"""An infinite number, read as an integer; what is greater is no number."""


def binned(values: Floats) -> Ints:
    """The part of each number's size: the first for zero and what is tiny, then one for each power of two from 2^-16.

    `FEATURE_BINS` stands for a number that is not stated.
    """
    sizes = np.abs(values).view(np.int64)
    octaves: Ints = sizes >> _FRACTION
    octaves -= _TINY
    np.clip(octaves, 0, FEATURE_BINS - 1, out=octaves)
    octaves[sizes > _INFINITE] = FEATURE_BINS
    return octaves


def feature_counts(table: Table) -> Ints:
    """Rows in each part of each number. Shape (numbers, `FEATURE_BINS` + 1)."""
    width = FEATURE_BINS + 1
    columns = len(table.schema.numbers)
    places = binned(table.numbers) + np.arange(columns) * width
    return np.bincount(places.ravel(), minlength=columns * width).reshape(columns, width).astype(np.int64)


def score_counts(scores: Floats) -> Ints:
    """Rows in each of `SCORE_BINS` equal parts of the probability."""
    places = np.minimum((scores * SCORE_BINS).astype(np.int64), SCORE_BINS - 1)
    return np.bincount(places, minlength=SCORE_BINS).astype(np.int64)
