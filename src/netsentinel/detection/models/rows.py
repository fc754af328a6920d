"""What training asks of its rows, and how rows are held back from it."""

import numpy as np

from netsentinel.detection.errors import TrainingDataError
from netsentinel.detection.models.ports import Labels
from netsentinel.detection.models.table import Flags, Ints, Table

MIN_ROWS = 50
"""Fewest rows a model is trained on."""

MIN_OF_CLASS = 10
"""Fewest rows of each class, for models that learn from labels."""


def enough(table: Table) -> None:
    """Check rows that are to train a model.

    Raises:
        TrainingDataError: too few, or a number that is never stated.
        FeatureValueError: an infinite number.
    """
    if len(table) < MIN_ROWS:
        raise TrainingDataError(f"{len(table)} rows are too few to train on; {MIN_ROWS} are needed.", rows=len(table))
    table.must_be_finite()
    names = [name for name, column in zip(table.schema.numbers, table.numbers.T, strict=True) if np.isnan(column).all()]
    if names:
        raise TrainingDataError(f"No row states {', '.join(names)}; leave it out.", columns=names)


def both_classes(table: Table, labels: Labels | None) -> Labels:
    """The labels, when a model can learn from them.

    Raises:
        TrainingDataError: there are none, or a class has too few rows.
    """
    if labels is None:
        raise TrainingDataError("This model learns from labels, and none were given.")
    enough(table)
    bad = int(labels.bad.sum())
    if min(bad, len(table) - bad) < MIN_OF_CLASS:
        raise TrainingDataError(
            f"{bad} bad and {len(table) - bad} benign rows: of each class {MIN_OF_CLASS} are needed.",
            bad=bad,
            benign=len(table) - bad,
        )
    return labels


def benign_only(table: Table, labels: Labels | None) -> Table:
    """The benign rows, as far as that is known, when a model can learn from them.

    Raises:
        TrainingDataError: too few.
    """
    chosen = table if labels is None else table.take(~labels.bad)
    enough(chosen)
    return chosen


def held_back(keys: Ints, share: float, seed: int) -> Flags:
    """Rows to hold back: about this share, equal rows (with the same key) on one side."""
    groups = int(keys.max()) + 1
    chosen = np.random.default_rng(seed).random(groups) < share
    if not chosen.any() or chosen.all():
        chosen = np.arange(groups) % 2 == 0
    return chosen[keys]
